from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation_functions.config_yaml import parse_override, parse_yaml, plain_value, read_yaml


def problems(text: str) -> list[str]:
    return [str(problem) for problem in parse_yaml(text, "c.yaml").problems]


def warnings(text: str) -> list[str]:
    return [str(warning) for warning in parse_yaml(text, "c.yaml").warnings]


def test_every_key_knows_its_line() -> None:
    content = parse_yaml("a: 1\nb:\n  c: [x,\n    y]\n", "c.yaml")
    assert content.values == {"a": 1, "b": {"c": ["x", "y"]}}
    assert content.lines[("b", "c")] == 3
    assert content.lines[("b", "c", 1)] == 4


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("1_000", 1000),
        ("0x1f", 31),
        ("-3", -3),
        ("1e-4", 1e-4),
        (".5", 0.5),
        ("true", True),
        ("null", None),
        ("~", None),
        ("", None),
        ("007", "007"),
        ("no", "no"),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("1.2.3", "1.2.3"),
        (".inf", float("inf")),
    ],
)
def test_plain_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    found = plain_value(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text", ["1" * 5000, "-" + "9" * 5000, "9223372036854775808", "0xffffffffffffffff", "!!int " + "1" * 5000]
)
def test_a_number_that_no_json_can_hold_is_a_problem_with_its_line(text: str) -> None:
    content = parse_yaml(f"a: 1\nlimit: {text}\nb: [2, {text}]\n", "c.yaml")
    assert [(problem.line, problem.key) for problem in content.problems] == [(2, "limit"), (3, "b.1")]
    assert "is too large; text needs quotes" in content.problems[0].message
    assert content.values["a"] == 1
    assert parse_yaml(f"a: '{text}'\n{'1' * 30}: 2\n", "c.yaml").values == {"a": text, "1" * 30: 2}


def test_the_largest_number_is_one() -> None:
    assert plain_value(str(2**63 - 1)) == 2**63 - 1
    assert plain_value(str(-(2**63))) == -(2**63)


def test_quoted_scalars_stay_text() -> None:
    assert parse_yaml("a: '12'\nb: \"null\"\n", "c").values == {"a": "12", "b": "null"}


def test_an_empty_file_has_no_values_and_no_problems() -> None:
    content = parse_yaml("# nothing\n", "c.yaml")
    assert content.values is None
    assert content.problems == []


def test_duplicate_keys_are_reported_with_both_lines() -> None:
    assert problems("a: 1\nb: 2\na: 3\n") == ["c.yaml:3: a: written twice (first on line 1); keep one"]


def test_nested_duplicate_keys_are_reported_with_their_path() -> None:
    assert problems("m:\n  n: 1\n  n: 2\n") == ["c.yaml:3: m.n: written twice (first on line 2); keep one"]


def test_tabs_are_explained_line_by_line_and_the_rest_is_still_read() -> None:
    content = parse_yaml("m:\n\ta: 1\n\tb: 2\nc: 3\nc: 4\n", "c.yaml")
    assert [str(problem) for problem in content.problems] == [
        "c.yaml:2: indented with a tab; YAML wants spaces (two per level)",
        "c.yaml:3: indented with a tab; YAML wants spaces (two per level)",
        "c.yaml:5: c: written twice (first on line 4); keep one",
    ]
    assert content.values == {"m": {"a": 1, "b": 2}, "c": 3}


def test_a_tab_inside_a_text_block_is_no_mistake() -> None:
    content = parse_yaml("a: |\n  x\n  \ty\n", "c.yaml")
    assert content.problems == []
    assert content.values == {"a": "x\n\ty\n"}


@pytest.mark.parametrize(
    "value",
    [
        "!!PLACEHOLDER!!",
        '"!!PLACEHOLDER!!"',
        "'!!PLACEHOLDER!!'",
    ],
)
def test_a_placeholder_is_reported_bare_or_quoted(value: str) -> None:
    content = parse_yaml(f"a: 1\nkey: {value}\nb: 2\n", "c.yaml")
    assert [str(p) for p in content.problems] == [
        "c.yaml:2: key: replace !!PLACEHOLDER!! with a value of your own",
    ]
    assert content.values == {"a": 1, "b": 2}


def test_words_behind_a_bare_placeholder_are_shown_even_when_they_are_not_yaml() -> None:
    assert problems("key: !!PLACEHOLDER!! your folder: the one with PDFs\n") == [
        "c.yaml:1: key: replace !!PLACEHOLDER!! with a value of your own (your folder: the one with PDFs)"
    ]


def test_placeholders_are_found_in_lists_text_and_above_blocks() -> None:
    text = "a: [!!PLACEHOLDER!!, 1]\nb: in/!!PLACEHOLDER!!/out\nc: !!PLACEHOLDER!!\n  name: x\n"
    found = parse_yaml(text, "c.yaml").problems
    assert [(problem.line, problem.key) for problem in found] == [(1, "a.0"), (2, "b"), (3, "c")]


def test_a_comment_may_speak_of_placeholders() -> None:
    assert problems("# replace each !!PLACEHOLDER!!\na: 1\n") == []


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("limit: !!ATTENTION!! 50", 50),
        ("limit: 50 !!ATTENTION!!", 50),
        ("limit: !!ATTENTION!! [1, 2]", [1, 2]),
        ('limit: !!ATTENTION!! "a: b"', "a: b"),
        ('limit: "!!ATTENTION!! fifty"', "fifty"),
        ("limit: 50  # !!ATTENTION!! costs money", 50),
    ],
)
def test_an_attention_mark_warns_and_the_value_beside_it_counts(line: str, value: object) -> None:
    content = parse_yaml(f"a: 1\n{line}\n", "c.yaml")
    assert content.problems == []
    assert content.values == {"a": 1, "limit": value}
    assert [(w.line, w.key) for w in content.warnings] == [(2, "limit")]


def test_an_attention_mark_tells_its_comment() -> None:
    assert warnings("limit: 50  # !!ATTENTION!! costs money\n") == [
        "c.yaml:1: limit: marked !!ATTENTION!!: costs money"
    ]
    assert warnings("# !!ATTENTION!! deletes things\nlimit: 5\n") == [
        "c.yaml:1: limit: marked !!ATTENTION!!: deletes things"
    ]


def test_several_syntax_mistakes_are_reported_in_one_go() -> None:
    text = 'a: b: c\nstar: *.pdf\nquote: "open\ngood: 1\ngood: 2\n'
    lines = [(problem.line, problem.key) for problem in parse_yaml(text, "c.yaml").problems]
    assert lines == [(1, "a"), (2, "star"), (3, "quote"), (5, "good")]


def test_text_that_starts_with_a_star_is_told_to_be_quoted() -> None:
    [problem] = problems("input: *.pdf\n")
    assert "must be in quotes" in problem


def test_python_tags_are_refused() -> None:
    assert problems("a: !!python/object/apply:os.system [ls]\n") != []
    assert problems("a: !custom x\n") == [
        "c.yaml:1: a: the YAML tag !custom means nothing here; text that starts with ! needs quotes"
    ]


def test_an_anchor_that_contains_itself_is_reported() -> None:
    assert problems("a: &x [1, *x]\n") == ["c.yaml:1: a.1: this anchor contains itself"]


def test_anchors_and_merge_keys_work() -> None:
    text = "base: &b\n  x: 1\n  y: 2\nm:\n  <<: *b\n  y: 3\n"
    assert parse_yaml(text, "c").values == {"base": {"x": 1, "y": 2}, "m": {"x": 1, "y": 3}}


def test_an_explosion_of_anchors_is_stopped() -> None:
    levels = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert any("not the place for data" in problem for problem in problems("\n".join(levels)))


def test_two_documents_in_one_file_are_refused() -> None:
    assert any("only one document" in problem for problem in problems("a: 1\n---\nb: 2\n"))


def test_a_missing_file_and_a_binary_file_are_problems(tmp_path: Path) -> None:
    assert "does not exist" in str(read_yaml(tmp_path / "no.yaml").problems[0])
    (tmp_path / "b.yaml").write_bytes(b"a: \xff\xfe")
    assert "not UTF-8" in str(read_yaml(tmp_path / "b.yaml").problems[0])


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_bytes("﻿a: 1\r\nb:\r\n  c: x\r\n".encode())
    content = read_yaml(tmp_path / "c.yaml")
    assert content.values == {"a": 1, "b": {"c": "x"}}
    assert content.lines[("b", "c")] == 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("", None),
        ("a #b: c", "a #b: c"),
        ("[1, x]", [1, "x"]),
        ("{a: 1}", {"a": 1}),
        ("[oops", "[oops"),
        ("http://h:1/v1", "http://h:1/v1"),
        ("'5'", "5"),
        ("*", "*"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_set_values_are_yaml_scalars_or_bracketed(text: str, value: object) -> None:
    assert parse_override(text) == value


PIECES = [*"ab:-#!'\"[]{}*&|> \t\n1", ": ", "\n  ", "!!PLACEHOLDER!!", "!!ATTENTION!!"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_text_gives_values_or_problems_never_an_exception(text: str) -> None:
    content = parse_yaml(text, "c.yaml")
    count = len(text.splitlines()) + 1
    assert all(1 <= problem.line <= count for problem in content.problems)
    assert "\ue0f1" not in repr(content.values)

"""Mixing: shares of tokens are met, the choice and the order depend on the rows alone."""

from __future__ import annotations

import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from generation.core_components.mixing import (
    Interleaved,
    MixSource,
    Selection,
    Share,
    collect_source,
    collect_sources,
    mix_in,
)
from generation_functions import Run, UsageError, seeded
from generation_functions.datasets.collected import CollectedRows
from tests.conftest import PROJECT
from tests.generation.collecting import collect, pair, texts

FEW = settings(max_examples=60, deadline=None)


def share_of(name: str, own: list[Selection], chosen: list[Selection]) -> float:
    tokens = sum(one.tokens for one in [*own, *chosen])
    return sum(one.tokens for one in chosen if one.name == name) / tokens


def write_rows(path: Path, rows: list[Any]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    return str(path)


def steps(run: Run, stage: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in run.stages if one["name"] == stage)["steps"][0]
    return found


# -- shares ------------------------------------------------------------------------------------------------------


@given(
    seed=st.integers(0, 10**6),
    longest=st.integers(10, 400),
    rows=st.integers(50, 400),
    shares=st.tuples(st.floats(0.02, 0.45), st.floats(0.02, 0.45)),
)
@FEW
def test_each_share_of_the_tokens_is_met_within_two_percent(
    seed: int, longest: int, rows: int, shares: tuple[float, float]
) -> None:
    random = seeded(seed)
    lengths = {name: [random.randint(5, longest) for _ in range(rows)] for name in ("own", "first", "second")}
    wanted = dict(zip(("first", "second"), shares, strict=True))
    total = sum(lengths["own"]) / (1 - sum(shares))
    assume(all(25 * longest < share * total < sum(lengths[name]) for name, share in wanted.items()))
    with tempfile.TemporaryDirectory() as name, Run(Path(name) / "run") as run:
        sets = {key: texts(Path(name) / key, of_rows, key) for key, of_rows in lengths.items()}
        ours = [Selection("own", sets["own"])]
        chosen = mix_in(run, ours, [Share(key, sets[key], share) for key, share in wanted.items()], salt="chat")
        for key, share in wanted.items():
            assert share_of(key, ours, chosen) == pytest.approx(share, rel=0.02)
        assert run.notes == []


@given(seed=st.integers(0, 10**6), share=st.floats(0.05, 0.5))
@FEW
def test_where_rows_are_long_the_share_is_met_within_half_a_row(seed: int, share: float) -> None:
    random = seeded(seed)
    lengths = [random.choice([300, 350, 900]) for _ in range(60)]
    with tempfile.TemporaryDirectory() as name, Run(Path(name) / "run") as run:
        ours = [Selection("own", texts(Path(name) / "own", [random.randint(2000, 9000)]))]
        target = share * ours[0].tokens / (1 - share)
        chosen = mix_in(run, ours, [Share("long", texts(Path(name) / "long", lengths), share)], salt="chat")
        assert abs(sum(one.tokens for one in chosen) - target) <= 450


def test_a_larger_share_holds_the_rows_of_a_smaller_one_but_for_a_few(tmp_path: Path) -> None:
    ours = [Selection("own", texts(tmp_path / "own", [1000] * 50))]
    general = texts(tmp_path / "general", [17 + 7 * number % 90 for number in range(2000)])
    with Run(tmp_path / "run") as run:
        few, many = (
            {line["id"] for one in mix_in(run, ours, [Share("general", general, share)], salt="") for line in one.rows}
            for share in (0.1, 0.4)
        )
    assert 50 < len(few) < len(many)
    assert len(few - many) <= 1


def test_the_choice_does_not_depend_on_the_order_of_the_rows(tmp_path: Path) -> None:
    ours = [Selection("own", texts(tmp_path / "own", [500] * 4))]
    rows = [(f"row {number}", {"text": f"text {number}"}, 20 + number) for number in range(90)]
    chosen = []
    with Run(tmp_path / "run") as run:
        for name, ordered in (("first", rows), ("second", rows[::-1])):
            general = [Share("general", collect(tmp_path / name, ordered), 0.3)]
            chosen.append(sorted(line["id"] for one in mix_in(run, ours, general, salt="") for line in one.rows))
    assert chosen[0] == chosen[1]


def test_a_source_that_is_too_small_is_taken_whole_and_the_others_keep_their_shares(tmp_path: Path) -> None:
    ours = [Selection("own", texts(tmp_path / "own", [100] * 60))]
    small, big = texts(tmp_path / "small", [50] * 10), texts(tmp_path / "big", [50] * 200)
    with Run(tmp_path / "run") as run:
        chosen = mix_in(run, ours, [Share("small", small, 0.3), Share("big", big, 0.4)], salt="")
        assert sum(one.tokens for one in chosen if one.name == "small") == 500
        assert share_of("big", ours, chosen) == pytest.approx(0.4, rel=0.02)
        assert run.notes == [
            "small has only 500 tokens: 4.6% of the mix instead of 30.0%. Give more rows, ask for less, or (general "
            "data) set repeat: true"
        ]


def test_a_source_that_is_enough_once_another_falls_short_keeps_its_share(tmp_path: Path) -> None:
    ours = [Selection("own", texts(tmp_path / "own", [100] * 100))]
    none, enough = texts(tmp_path / "none", [10]), texts(tmp_path / "enough", [20] * 200)
    with Run(tmp_path / "run") as run:  # with 60 % of `none`, 20 % would be 10 000 tokens; without it they are 2 500
        chosen = mix_in(run, ours, [Share("none", none, 0.6), Share("enough", enough, 0.2)], salt="")
        assert share_of("enough", ours, chosen) == pytest.approx(0.2, rel=0.02)
        assert len(run.notes) == 1


def test_a_small_source_is_repeated_where_that_is_wanted(tmp_path: Path) -> None:
    ours = [Selection("own", texts(tmp_path / "own", [100] * 60))]
    small = Share("small", texts(tmp_path / "small", [10 + number for number in range(40)]), 0.3, repeat=True)
    with Run(tmp_path / "run") as run:
        chosen = mix_in(run, ours, [small], salt="")
        assert share_of("small", ours, chosen) == pytest.approx(0.3, rel=0.02)
        ids = [line["id"] for line in Interleaved(chosen, "order")]
        assert len(ids) == len(set(ids)) == sum(len(one.rows) for one in chosen) > 80
        assert run.notes == []
        counted = steps(run, ": small")
        assert (counted["in"], counted["kept"], counted["made"]) == (40, 40, len(ids))


def test_very_many_repetitions_are_noted(tmp_path: Path) -> None:
    ours = [Selection("own", texts(tmp_path / "own", [100] * 60))]
    small = Share("small", texts(tmp_path / "small", [10] * 10), 0.3, repeat=True)
    with Run(tmp_path / "run") as run:
        mix_in(run, ours, [small], salt="")
        assert run.notes == ["small: its rows are used more than 25 times to reach 30.0%. Give more rows"]


def test_rows_that_are_too_long_for_the_share_are_noted(tmp_path: Path) -> None:
    ours = [Selection("own", texts(tmp_path / "own", [100]))]
    with Run(tmp_path / "run") as run:
        chosen = mix_in(run, ours, [Share("long", texts(tmp_path / "long", [5000] * 9), 0.1)], salt="")
        assert chosen == []
        assert "0 tokens are mixed in where 11 were wanted, because its rows are too long" in run.notes[0]


def test_what_is_not_needed_is_counted(tmp_path: Path) -> None:
    ours = [Selection("own", texts(tmp_path / "own", [100] * 10))]
    with Run(tmp_path / "run") as run:
        mix_in(run, ours, [Share("general", texts(tmp_path / "general", [10] * 100), 0.2)], salt="chat")
        counted = steps(run, "chat: general")
        assert counted["in"] == counted["kept"] + sum(counted["dropped"].values()) == 100
        assert counted["dropped"] == {"not needed for its share of 20.0%": 75}


def test_shares_that_leave_no_room_are_refused(tmp_path: Path) -> None:
    sources = [MixSource(rows="a.jsonl", share=0.5), MixSource(rows="b.jsonl", share=0.5)]
    with Run(tmp_path / "run") as run:
        with pytest.raises(UsageError, match=r"come to 1 \(0.5 \+ 0.5\).*must stay below 1"):
            collect_sources(run, sources)
        general = texts(tmp_path / "general", [10])
        with pytest.raises(UsageError, match="must stay below 1"):
            mix_in(run, [], [Share("a", general, 0.7), Share("b", general, 0.4)], salt="")


def test_choosing_holds_numbers_and_no_rows(tmp_path: Path) -> None:
    ours = [Selection("own", texts(tmp_path / "own", [300] * 10))]
    general = collect(tmp_path / "general", ((f"row {n}", {"text": "long " * 400}, 10) for n in range(2000)))
    with Run(tmp_path / "run") as run:
        (selection,) = mix_in(run, ours, [Share("general", general, 0.8)], salt="")
    assert len(selection.rows) == 1200
    assert held(selection.rows) < 40 * 1200
    assert held(Interleaved([*ours, selection], "order")) < 50 * 1300


def held(thing: object, seen: set[int] | None = None) -> int:
    """Bytes of everything that `thing` leads to, except what it shares with the program."""
    seen = set() if seen is None else seen
    if id(thing) in seen or isinstance(thing, type):
        return 0
    seen.add(id(thing))
    inside: list[object] = list(getattr(thing, "__dict__", {}).values())
    if isinstance(thing, list | tuple | set | frozenset):
        inside += thing
    elif isinstance(thing, dict):
        inside += [*thing.keys(), *thing.values()]
    return sys.getsizeof(thing) + sum(held(one, seen) for one in inside)


# -- what a config says ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"share": 30}, "30 is no share of the finished mix: give a number between 0 and 1, such as 0.3"),
        ({"share": 0}, "0 is no share"),
        ({"rows": " "}, "name a file, a folder or hub:OWNER/NAME"),
        ({"limit": 0}, "greater than 0"),
        ({"shares": 0.2}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_source_is_refused_with_what_to_give(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        MixSource.model_validate({"rows": "a.jsonl", "share": 0.3, **wrong})


def test_a_source_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    with Run(tmp_path / "run") as run, pytest.raises(UsageError, match=r"a\.jsonl is mixed in twice"):
        collect_sources(run, [MixSource(rows="a.jsonl", share=0.1), MixSource(rows="a.jsonl", share=0.2)])


# -- reading sources ---------------------------------------------------------------------------------------------


def test_rows_of_every_format_come_out_in_one_and_columns_of_their_own_are_left_out(tmp_path: Path) -> None:
    chat = [
        {**pair("One?", "1."), "id": "x", "origin": "web", "score": 0.5},
        {"conversations": [{"from": "human", "value": "Two?"}, {"from": "gpt", "value": "2."}]},
        {"instruction": "Three?", "input": "", "output": "3.", "text": "### Three? 3."},
    ]
    with Run(tmp_path / "run") as run:
        source = MixSource(rows=write_rows(tmp_path / "chat.jsonl", chat), share=0.1)
        lines = list(collect_source(run, source).rows)
        as_text = collect_source(run, source, output_format="text").rows
        assert [line["row"] for line in lines] == [pair("One?", "1."), pair("Two?", "2."), pair("Three?", "3.")]
        assert all(list(line["row"]) == ["text"] for line in as_text)
    assert [line["sources"][0]["row"] for line in lines] == [1, 2, 3]
    assert {line["sources"][0]["file"] for line in lines} == {str(tmp_path / "chat.jsonl")}
    assert all(line["tokens"] >= 4 for line in lines)


def test_what_cannot_be_used_is_counted_by_reason_and_noted_with_an_example(tmp_path: Path) -> None:
    called = {"role": "assistant", "content": "", "tool_calls": [{"name": "clock"}]}
    rows = [
        pair("One?", "1."),
        pair("", "2."),
        {"text": "Not a chat."},
        {"messages": [{"role": "user", "content": "Time?"}, called]},
        pair("One?", "1."),
        pair("Two?", ""),
        pair("Three?", "3."),
    ]
    with Run(tmp_path / "run") as run:
        name = write_rows(tmp_path / "chat.jsonl", rows)
        share = collect_source(run, MixSource(rows=name, share=0.1), output_format="messages")
        assert len(share.rows) == 2
        counted = steps(run, f"rows of {name}")
        assert run.notes == [f"{name}: 4 of 7 rows cannot be used, such as {name}, row 2: message 1 (user) is blank"]
    assert counted["in"] == counted["kept"] + sum(counted["dropped"].values()) + sum(counted["failed"].values()) == 7
    assert counted["dropped"] == {"the same as an earlier row": 1}
    assert counted["failed"]["it calls tools, for which chat templates have no common notation"] == 1


def test_a_row_that_two_sources_have_is_taken_once(tmp_path: Path) -> None:
    first = write_rows(tmp_path / "first.jsonl", [pair("One?", "1."), pair("Two?", "2.")])
    second = write_rows(tmp_path / "second.jsonl", [pair("Two?", "2."), pair("Three?", "3.")])
    with Run(tmp_path / "run") as run:
        shares = collect_sources(run, [MixSource(rows=first, share=0.1), MixSource(rows=second, share=0.1)])
    assert [len(share.rows) for share in shares] == [2, 1]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "holds no row that can be mixed in: it is empty"),
        ([{"text": "a"}], "1 of 1 rows cannot be used, such as .*, row 1: .* cannot become a conversation"),
    ],
)
def test_a_source_without_a_row_to_use_is_an_error(tmp_path: Path, rows: list[Any], message: str) -> None:
    source = MixSource(rows=write_rows(tmp_path / "empty.jsonl", rows), share=0.1)
    with Run(tmp_path / "run") as run, pytest.raises(UsageError, match=message):
        collect_source(run, source, output_format="messages")


def test_a_limit_reads_the_first_rows_only(tmp_path: Path) -> None:
    rows = [{"text": f"text {number}"} for number in range(20)]
    with Run(tmp_path / "run") as run:
        source = MixSource(rows=write_rows(tmp_path / "texts.jsonl", rows), share=0.1, limit=5)
        assert [line["row"] for line in collect_source(run, source).rows] == rows[:5]


def test_an_edited_source_is_noticed_by_a_finished_run(tmp_path: Path) -> None:
    name = write_rows(tmp_path / "texts.jsonl", [{"text": "one"}])
    finished = []
    for extra in ([], [], [{"text": "two"}]):
        if extra:
            write_rows(tmp_path / "texts.jsonl", [{"text": "one"}, *extra])
        with Run(tmp_path / "run", fingerprint="same") as run:
            finished.append(run.finished)
            if not run.finished:
                collect_source(run, MixSource(rows=name, share=0.1))
    assert finished == [False, True, False]


def test_the_shipped_general_rows_can_be_mixed_in(tmp_path: Path, in_project: Path) -> None:
    with Run(tmp_path / "run") as run:
        (chat,) = collect_sources(
            run, [MixSource(rows="inputs/general/chat.jsonl", share=0.2)], output_format="messages"
        )
        (text,) = collect_sources(run, [MixSource(rows="inputs/general/text.jsonl", share=0.2)], output_format="text")
        assert run.notes == []
    assert (PROJECT / "inputs/general/README.md").is_file()
    assert len(chat.rows) >= 80
    assert len(text.rows) >= 25
    assert {line["sources"][0]["licence"] for line in [*chat.rows, *text.rows]} == {"CC0-1.0"}


# -- order -------------------------------------------------------------------------------------------------------


def several(folder: Path) -> list[Selection | CollectedRows]:
    general = texts(folder / "general", [10] * 150, "general")
    return [
        Selection("own", texts(folder / "own", [10] * 200, "own")),
        general,
        Selection("general", general, 1),
    ]


def test_all_rows_come_once_in_a_mixed_order_as_often_as_asked(tmp_path: Path) -> None:
    mixed = Interleaved(several(tmp_path), "chat")
    ids = [line["id"] for line in mixed]
    assert ids == [line["id"] for line in mixed]
    assert len(mixed) == len(set(ids)) == 500
    first_half = sum(line["row"]["text"].startswith("own") for line in list(mixed)[:250])
    assert 75 < first_half < 125


def test_the_order_depends_on_ids_and_salt_alone(tmp_path: Path) -> None:
    rows = [(f"row {number}", {"text": f"text {number}"}, 5) for number in range(100)]
    once = [line["id"] for line in Interleaved([collect(tmp_path / "all", rows)], "chat")]
    halves = [collect(tmp_path / "first", rows[50:]), collect(tmp_path / "second", rows[:50])]
    assert [line["id"] for line in Interleaved(halves, "chat")] == once
    assert [line["id"] for line in Interleaved(halves, "text")] != once


def test_a_row_that_is_used_twice_does_not_stand_beside_itself(tmp_path: Path) -> None:
    general = texts(tmp_path / "general", [10] * 300)
    mixed = [line["row"]["text"] for line in Interleaved([Selection("g", general), Selection("g", general, 1)], "")]
    assert len(mixed) == 600
    assert sum(before == after for before, after in pairwise(mixed)) < 6


def test_nothing_interleaves_to_nothing(tmp_path: Path) -> None:
    assert list(Interleaved([], "")) == []
    assert list(Interleaved([texts(tmp_path / "none", [])], "")) == []

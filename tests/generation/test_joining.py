"""Joining pairs into conversations: each exactly once, within the limits, whatever order they come in."""

from __future__ import annotations

import tempfile
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from generation.core_components.joining import join_pairs
from generation_functions.datasets.collected import CollectedRows
from generation_functions.datasets.rows import row_problem
from generation_functions.tokens import count_tokens
from tests.generation.collecting import collect, pair

FEW = settings(max_examples=50, deadline=None)
SYSTEMS = ["", "You know the mill.", "You know the ferry and its long history."]
Pairs = list[tuple[str, dict[str, Any], int]]


@st.composite
def some_pairs(draw: st.DrawFn) -> Pairs:
    """Pairs with ids of their own, of several lengths and system prompts."""
    numbers = draw(st.lists(st.integers(0, 10_000), unique=True, min_size=1, max_size=40))
    return [made_pair(number, draw(st.sampled_from(SYSTEMS)), draw(st.integers(1, 60))) for number in numbers]


def made_pair(number: int, system: str = "", words: int = 3) -> tuple[str, dict[str, Any], int]:
    row = pair(f"question {number}", "word " * words, system)
    return f"id {number}", row, sum(count_tokens(message["content"]) for message in row["messages"])


def join(folder: Path, pairs: Pairs, target: int = 3, most_tokens: int | None = None, salt: str = "") -> CollectedRows:
    rows = collect(folder / "pairs.jsonl", pairs)
    return join_pairs(
        [rows], folder / "joined.jsonl", pairs_per_conversation=target, most_tokens=most_tokens, salt=salt
    )


def questions(line: dict[str, Any]) -> list[str]:
    return [message["content"] for message in line["row"]["messages"] if message["role"] == "user"]


@given(pairs=some_pairs(), target=st.integers(1, 6), most_tokens=st.one_of(st.none(), st.integers(1, 200)))
@FEW
def test_every_pair_is_used_exactly_once_and_every_conversation_is_sound(
    pairs: Pairs, target: int, most_tokens: int | None
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lines = list(join(Path(folder), pairs, target, most_tokens))
    used = Counter(question for line in lines for question in questions(line))
    assert used == Counter(row["messages"][-2]["content"] for _, row, _ in pairs)
    assert Counter(call for line in lines for call in line["calls"]) == Counter(f"call of {one[0]}" for one in pairs)
    assert len({line["id"] for line in lines}) == len(lines)
    for line in lines:
        assert row_problem(line["row"]) is None
        assert len(questions(line)) <= 2 * target - 1
        assert line["tokens"] == sum(count_tokens(message["content"]) for message in line["row"]["messages"])
        assert most_tokens is None or line["tokens"] <= most_tokens or len(questions(line)) == 1


@given(pairs=some_pairs(), shuffled=st.randoms(use_true_random=False), cut=st.integers(0, 40))
@FEW
def test_neither_the_order_of_the_pairs_nor_the_files_they_are_in_matter(pairs: Pairs, shuffled: Any, cut: int) -> None:
    other = list(pairs)
    shuffled.shuffle(other)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        once = list(join(folder, pairs))
        sets = [collect(folder / "first.jsonl", other[:cut]), collect(folder / "second.jsonl", other[cut:])]
        again = list(join_pairs(sets, folder / "again.jsonl", pairs_per_conversation=3, most_tokens=None, salt=""))
    assert again == once


def test_conversations_have_the_wanted_number_of_pairs_on_average_and_vary(tmp_path: Path) -> None:
    joined = join(tmp_path, [made_pair(number) for number in range(1200)], target=4)
    sizes = Counter(len(questions(line)) for line in joined)
    assert set(sizes) == set(range(1, 8))
    assert 3.6 < 1200 / len(joined) < 4.4
    assert max(sizes.values()) < 2 * min(sizes.values())


def test_one_pair_per_conversation_joins_nothing(tmp_path: Path) -> None:
    pairs = [made_pair(number) for number in range(20)]
    joined = join(tmp_path, pairs, target=1)
    assert {line["id"]: line["row"] for line in joined} == {identity: row for identity, row, _ in pairs}


def test_a_system_prompt_stands_once_and_different_ones_never_meet(tmp_path: Path) -> None:
    pairs = [made_pair(number, SYSTEMS[number % 3]) for number in range(60)]
    whose = {row["messages"][-2]["content"]: SYSTEMS[place % 3] for place, (_, row, _) in enumerate(pairs)}
    for line in join(tmp_path, pairs):
        systems = [message["content"] for message in line["row"]["messages"] if message["role"] == "system"]
        assert {whose[question] for question in questions(line)} == set(systems or [""])
        assert len(systems) <= 1


def test_pairs_about_different_folders_of_documents_never_meet(tmp_path: Path) -> None:
    sets = [
        collect(tmp_path / f"{corpus}.jsonl", [made_pair(number) for number in numbers], [{"corpus": corpus}])
        for corpus, numbers in (("north", range(30)), ("south", range(30, 60)))
    ]
    joined = join_pairs(sets, tmp_path / "joined.jsonl", pairs_per_conversation=4, most_tokens=None, salt="")
    assert all(len(line["sources"]) == 1 for line in joined)
    assert len(joined) < 40


def test_rows_that_are_no_single_plain_pair_stay_as_they_are(tmp_path: Path) -> None:
    long = pair("What is a mule?", "A machine that spins.")
    long["messages"] += pair("Since when?", "1779.")["messages"]
    labelled = pair("What is a mule?", "An animal, perhaps.")
    labelled["messages"][1]["label"] = False
    labelled["messages"] += pair("In a mill?", "There it is a machine.")["messages"]
    asking = pair("Ask me about the mill.", "Who built it?")
    asking["messages"][0]["label"] = True
    others = {
        "long": long,
        "asking": asking,
        "labelled": labelled,
        "segments": {"segments": [{"label": True, "text": "a"}]},
        "text": {"text": "b"},
    }
    pairs = [made_pair(number) for number in range(9)]
    joined = list(join(tmp_path, [*pairs, *((name, row, 5) for name, row in others.items())]))
    assert {line["id"]: line["row"] for line in joined if line["id"] in others} == others
    assert len(joined) < 9 + len(others)


def test_a_joined_row_rests_on_all_that_its_pairs_rest_on(tmp_path: Path) -> None:
    pairs = [made_pair(number) for number in range(30)]
    shared = collect(tmp_path / "pairs.jsonl", pairs, [{"file": "a.txt", "chunk": "one"}])
    joined = join_pairs([shared], tmp_path / "shared.jsonl", pairs_per_conversation=5, most_tokens=None, salt="")
    assert all(line["sources"] == [{"file": "a.txt", "chunk": "one"}] for line in joined)
    for line in join(tmp_path, pairs):
        numbers = [question.removeprefix("question ") for question in questions(line)]
        assert [source["chunk"] for source in line["sources"]] == [f"chunk of id {number}" for number in numbers]
        assert line["calls"] == [f"call of id {number}" for number in numbers]


def test_another_salt_joins_other_pairs(tmp_path: Path) -> None:
    pairs = [made_pair(number) for number in range(200)]
    met: list[set[frozenset[str]]] = []
    for salt in ("first pass", "second pass"):
        asked = [questions(line) for line in join(tmp_path, pairs, salt=salt)]
        met.append({frozenset(two) for one in asked for two in pairwise(one)})
    assert min(map(len, met)) > 80
    assert len(met[0] & met[1]) < 8


def test_no_pairs_make_no_conversations(tmp_path: Path) -> None:
    assert len(join(tmp_path, [])) == 0

"""Which facts no row teaches, and questions for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generation.core_components.coverage import Coverage, _content, teaches, untaught_facts
from generation.core_components.gap_filling import fill_gaps
from generation_functions import Model, Record, Run, load_prompts, record_id
from generation_functions.datasets.collected import CollectedRows, RowCollector
from generation_functions.datasets.holdout import is_held_out
from tests.conftest import PROJECT

PROMPTS = PROJECT / "generation/core_composition/factual_datagen/prompts"
FACTS = {
    "mill.txt": ["Anna Teel built the loom of the Harrow mill in 1911.", "The Harrow mill has twelve windows."],
    "ship.txt": ["The schooner Petrel carried a crew of nine."],
}


def chunk(file: str, facts: list[str]) -> Record:
    identity = record_id(file)
    source = {"file": file, "chunk": identity, "sha256": "0", "start": 0, "end": 9, "page": None, "licence": None}
    return {"id": identity, "text": " ".join(facts), "title": file, "source": source, "facts": facts}


def chunks(run: Run, facts: dict[str, list[str]]) -> Any:
    return run.map([chunk(file, said) for file, said in facts.items()], name="facts")


def taught(folder: Path, *pairs: tuple[str, str, str], **message: Any) -> CollectedRows:
    """Rows of (file, question, answer)."""
    with RowCollector(folder / f"{len(list(folder.iterdir()))}.jsonl") as collector:
        for number, (file, question, answer) in enumerate(pairs):
            row = {
                "messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer, **message}]
            }
            collector.add(row, identity=str(number), tokens=9, sources=[chunk(file, [])["source"]])
        return collector.finish()


def gaps(tmp_path: Path, *rows: CollectedRows, holdout: float = 0.0) -> tuple[list[str], dict[str, Any]]:
    found = Coverage()
    with Run(tmp_path / "run") as run:
        missed = list(untaught_facts(chunks(run, FACTS), rows, found, holdout=holdout))
    for record in missed:
        found.miss(record)
    return [record["fact"] for record in missed], found.as_dict()


def test_a_fact_that_a_question_with_its_answer_holds_is_taught(tmp_path: Path) -> None:
    rows = taught(
        tmp_path,
        ("mill.txt", "Who built the loom of the Harrow mill?", "It was built by Anna Teel in 1911."),
        ("ship.txt", "How large was the crew of the schooner Petrel?", "The Petrel carried nine people."),
    )
    missed, told = gaps(tmp_path, rows)
    assert missed == ["The Harrow mill has twelve windows."]
    assert (told["facts"], told["taught"], told["held_out"]) == (3, 2, 0)
    assert told["documents"][0] == {"file": "mill.txt", "facts": 2, "taught": 1, "held_out": 0}
    assert told["untaught_examples"] == [{"file": "mill.txt", "fact": "The Harrow mill has twelve windows."}]


def test_rows_about_another_chunk_teach_nothing_about_this_one(tmp_path: Path) -> None:
    rows = taught(tmp_path, ("ship.txt", "Who built the loom of the Harrow mill?", "Anna Teel built it in 1911."))
    assert len(gaps(tmp_path, rows)[0]) == 3


def test_an_answer_that_is_not_trained_on_teaches_nothing(tmp_path: Path) -> None:
    pair = ("mill.txt", "Say it.", "Anna Teel built the loom of the Harrow mill in 1911.")
    assert len(gaps(tmp_path, taught(tmp_path, pair))[0]) == 2
    (tmp_path / "other").mkdir()
    assert len(gaps(tmp_path / "other", taught(tmp_path, pair, label=False))[0]) == 3


def test_rows_of_several_sets_in_any_order_count_together(tmp_path: Path) -> None:
    first = taught(tmp_path, ("ship.txt", "Crew of the schooner Petrel?", "A crew of nine, carried by the Petrel."))
    second = taught(tmp_path, ("mill.txt", "Windows of the Harrow mill?", "The Harrow mill has twelve windows."))
    third = taught(tmp_path, ("mill.txt", "Loom of the Harrow mill?", "Anna Teel built the loom in 1911."))
    assert gaps(tmp_path, first, second, third)[0] == []


def test_facts_of_held_out_chunks_are_counted_apart(tmp_path: Path) -> None:
    share = next(share / 100 for share in range(100) if is_held_out(record_id("mill.txt"), share / 100))
    missed, told = gaps(tmp_path, holdout=share)
    assert not [fact for fact in missed if "Harrow" in fact]
    assert told["held_out"] >= 2


@pytest.mark.parametrize(
    ("fact", "said", "expected"),
    [
        ("The loom was built in 1911.", "When was the loom built? In 1911.", True),
        ("The loom was built in 1911.", "When was the loom built? In 1934.", False),
        ("Elias Brandreth retired in 1899.", "Elias Brandreth retired as keeper in 1899.", True),
        ("Elias Brandreth retired in 1899.", "Ottoline Brandreth retired in 1931.", False),
        ("A bus leaves the harbour every hour.", "How often does a bus leave the harbour? Every hour.", True),
        ("A bus leaves the harbour every hour.", "The harbour lies behind a hill.", False),
    ],
)
def test_names_and_numbers_decide(fact: str, said: str, expected: bool) -> None:
    assert teaches(fact, [_content(said)]) is expected


def test_a_gap_becomes_a_checked_question(tmp_path: Path) -> None:
    wording = load_prompts(PROMPTS)
    with Run(tmp_path / "run") as run:
        facts = chunks(run, FACTS)
        missed = run.map(untaught_facts(facts, [], Coverage()), name="gaps")
        client = run.client(Model(name="offline"))
        pairs = list(fill_gaps(run, missed, client, client, wording, votes=1))
    assert {pair["fact"] for pair in pairs} >= {FACTS["mill.txt"][0]}
    for pair in pairs:
        assert pair["question"].endswith("?")
        assert pair["answer"] == pair["fact"]
        assert pair["calls"]

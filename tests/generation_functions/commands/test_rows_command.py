"""`rows`: every dataset that a run has written, with where its rows come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from generation_functions import Run
from generation_functions.records import Record, record_id
from tests.support.command_line import Atk


def to_row(record: Record) -> Record:
    return {"id": record["id"], "text": record["text"]}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A run that writes into three folders, as compositions do."""
    folder = tmp_path / "made"
    with Run(folder) as run:
        lamps = [{"id": record_id(text), "text": text} for text in ("one lamp", "two lamps")]
        done = run.map(lamps, name="lamps")
        run.write("pairs", done, to_row, output_format="text")
        run.write("sft_run/chat", done, to_row, output_format="text", folder="")
        run.write("pairs", done, to_row, output_format="text", folder="more")
    return folder


def test_every_dataset_is_found_wherever_it_lies(atk: Atk, made: Path) -> None:
    found = atk("rows", str(made), "--json").json["rows"]
    names = [row["dataset"] for row in found]
    assert names == ["pairs", "pairs", "sft_run/chat", "sft_run/chat", "more/pairs.jsonl", "more/pairs.jsonl"]
    assert all(row["provenance"]["id"] == row["row"]["id"] for row in found)


@pytest.mark.parametrize("name", ["sft_run/chat", "chat"])
def test_one_dataset_is_shown_by_its_name_or_the_end_of_it(atk: Atk, made: Path, name: str) -> None:
    found = atk("rows", str(made), "--dataset", name, "-n", "1", "--json").json["rows"]
    assert [(row["dataset"], row["row"]["text"]) for row in found] == [("sft_run/chat", "one lamp")]


def test_a_dataset_of_a_run_that_has_no_summary_yet_is_found_too(atk: Atk, made: Path) -> None:
    (made / "summary.json").unlink()
    done = atk("rows", str(made))
    assert done.code == 0
    assert done.out.count("lamp") == 2


def test_a_dataset_that_is_not_there_is_answered_with_those_that_are(atk: Atk, made: Path, tmp_path: Path) -> None:
    done = atk("rows", str(made), "--dataset", "chats")
    assert (done.code, done.out) == (2, "")
    assert "has no dataset chats; it has: pairs, sft_run/chat, more/pairs.jsonl" in done.err
    assert "has no datasets; has the run completed?" in atk("rows", str(tmp_path)).err

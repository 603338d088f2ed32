"""What a run leaves behind: every record offered to a dataset is a row, counted, or in failed.jsonl."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from generation_functions import Record, Run, record_id
from generation_functions.datasets.holdout import is_held_out
from generation_functions.datasets.jsonl import read_json_lines
from generation_functions.datasets.summary import complete_summary, contradictions
from generation_functions.errors import EmptyStageError, PausedError, RecordFailedError, UsageError

HALF = 0.5


def records(count: int = 40) -> list[Record]:
    return [record(f"fact {number}") for number in range(count)]


def record(text: str, **more: Any) -> Record:
    chunk = record_id(text)
    return {"id": chunk, "text": text, "source": {"file": "facts.txt", "chunk": chunk}, **more}


def asked(text: str) -> Record:
    return record(text, question=f"What about {text}?", answer=f"It is {text}.")


def row(record: Record) -> dict[str, Any]:
    return {"text": record["text"]}


def write(folder: Path, to_row: Any = row, offered: list[Record] | None = None, **options: Any) -> dict[str, Any]:
    """The summary of a run that writes one dataset."""
    with Run(folder, fingerprint="x", reuse_calls=False) as run:
        run.write("facts", offered or records(), to_row, output_format="text", **options)
    return run.summary


def rows(folder: Path, name: str = "datasets/facts.jsonl") -> list[dict[str, Any]]:
    return list(read_json_lines(folder / name))


def report(folder: Path) -> str:
    return " ".join(re.sub("<[^>]+>", " ", (folder / "report.html").read_text("utf-8")).split())


def verdict(folder: Path) -> str:
    """The sentence on top of the report."""
    found = re.search('<p class="verdict .*?</p>', (folder / "report.html").read_text("utf-8"), re.DOTALL)
    assert found is not None
    return " ".join(re.sub("<[^>]+>", " ", found.group()).split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


def test_a_record_that_gives_no_row_is_counted(folder: Path) -> None:
    summary = write(folder, lambda record: None if record["text"].endswith("3") else row(record))
    assert summary["datasets"][0]["without_row"] == 4
    assert summary["datasets"][0]["rows"] == len(rows(folder)) == 36
    assert "4 records gave no row." in (folder / "README.md").read_text("utf-8")


def test_a_blank_row_goes_to_failed_jsonl_and_the_run_goes_on(folder: Path) -> None:
    summary = write(folder, lambda record: {"text": " " if record["text"] == "fact 7" else record["text"]})
    failed = rows(folder, "failed.jsonl")
    lost = record("fact 7")
    assert failed == [
        {
            "id": lost["id"],
            "stage": "write facts",
            "step": "row",
            "reason": f"dataset facts, row {lost['id']}: the text is blank.",
            "answers": [],
            "record": lost,
        }
    ]
    assert len(rows(folder)) == 39
    assert summary["datasets"][0]["failed"] == {"the text is blank": 1}
    assert summary["failed"] == 1
    assert contradictions(complete_summary(summary)) == []
    card = (folder / "README.md").read_text("utf-8")
    assert "1 row failed." in card
    assert "- 1: the text is blank" in card


def test_the_reasons_of_failed_rows_are_counted_together(folder: Path) -> None:
    summary = write(folder, lambda record: {"text": record["text"] * (record["text"] < "fact 2")})
    assert list(summary["datasets"][0]["failed"]) == ["the text is blank"]
    assert (
        summary["failed"] == summary["datasets"][0]["failed"]["the text is blank"] == len(rows(folder, "failed.jsonl"))
    )


def test_a_row_that_json_cannot_hold_fails_alone(folder: Path) -> None:
    summary = write(folder, lambda record: {**row(record), **({"tags": {1}} if record["text"] == "fact 7" else {})})
    assert len(rows(folder)) == 39
    [reason] = summary["datasets"][0]["failed"]
    assert "it holds what JSON cannot" in reason


def test_of_several_rows_only_the_broken_one_fails(folder: Path) -> None:
    write(folder, lambda record: [{"text": record["text"]}, {"text": ""}, {"text": f"again: {record['text']}"}])
    assert len(rows(folder)) == 80
    assert len(rows(folder, "failed.jsonl")) == 40
    assert len({line["id"] for line in rows(folder, "provenance.jsonl")}) == 80


def test_a_record_may_fail_while_it_becomes_a_row(folder: Path) -> None:
    def to_row(record: Record) -> dict[str, Any]:
        if record["text"] == "fact 7":
            raise RecordFailedError("the answer names no number")
        return row(record)

    summary = write(folder, to_row)
    assert summary["datasets"][0]["failed"] == {"the answer names no number": 1}
    assert len(rows(folder)) == 39


def test_a_dataset_whose_rows_all_failed_ends_the_run_and_says_why(folder: Path) -> None:
    with pytest.raises(
        EmptyStageError, match=r"40 records came, and no row was made\.\n  40 failed: the text is blank"
    ):
        write(folder, lambda record: {"text": ""})
    assert not (folder / "datasets/facts.jsonl").exists()
    assert len(rows(folder, "failed.jsonl")) == 40
    assert verdict(folder).startswith("Failed dataset facts would be empty")
    assert "Put that right, then run the same command again" in verdict(folder)
    assert "No row was made. 40 rows failed." in report(folder)


def test_a_dataset_that_gets_no_records_ends_the_run(folder: Path) -> None:
    with (
        pytest.raises(EmptyStageError, match="no record came to it"),
        Run(folder, fingerprint="x", reuse_calls=False) as run,
    ):
        run.write("facts", iter(()), row, output_format="text")


def test_held_out_records_are_counted_and_their_questions_written_once_for_all_datasets(folder: Path) -> None:
    offered = [asked(f"fact {number}") for number in range(40)]
    held_out = [record["id"] for record in offered if is_held_out(record["id"], HALF)]
    with Run(folder, fingerprint="x", reuse_calls=False) as run:
        for name in ("facts", "again"):
            run.write(name, offered, row, output_format="text", holdout=HALF)
    for dataset in run.summary["datasets"]:
        assert (dataset["held_out"], dataset["rows"]) == (len(held_out), 40 - len(held_out))
    assert [line["id"] for line in rows(folder, "eval_questions.jsonl")] == held_out
    assert not {line["id"] for line in rows(folder)} & set(held_out)
    assert f"{len(held_out)} records held out for the evaluation." in (folder / "README.md").read_text("utf-8")


def test_a_held_out_record_without_a_question_is_counted(folder: Path) -> None:
    summary = write(folder, holdout=HALF)
    dataset = summary["datasets"][0]
    assert 0 < dataset["without_question"] == dataset["held_out"] < 40
    assert not (folder / "eval_questions.jsonl").exists()
    assert "of them without a question to ask." in (folder / "README.md").read_text("utf-8")


def test_a_held_out_question_that_is_blank_fails_and_the_run_goes_on(folder: Path) -> None:
    offered = [{**asked(f"fact {number}"), "answer": " "} for number in range(40)]
    summary = write(folder, offered=offered, holdout=HALF)
    failed = rows(folder, "failed.jsonl")
    assert {line["step"] for line in failed} == {"evaluation question"}
    assert len(failed) == summary["datasets"][0]["held_out"] == summary["failed"]


def test_held_out_questions_of_an_earlier_run_do_not_stay_beside_data_that_holds_them(folder: Path) -> None:
    offered = [asked(f"fact {number}") for number in range(40)]
    write(folder, offered=offered, holdout=HALF)
    assert (folder / "eval_questions.jsonl").exists()
    with Run(folder, fingerprint="y", reuse_calls=False) as run:
        run.write("facts", offered, row, output_format="text")
    assert not (folder / "eval_questions.jsonl").exists()


def test_failures_of_stages_and_of_rows_are_in_one_file(folder: Path) -> None:
    def refuse(record: Record) -> Record:
        if record["text"] == "fact 3":
            raise RecordFailedError("not a fact")
        return record

    with Run(folder, fingerprint="x", reuse_calls=False) as run:
        checked = run.map(records(), refuse, name="checked")
        run.write("facts", checked, lambda record: {"text": record["text"].replace("fact 7", "")}, output_format="text")
    failed = rows(folder, "failed.jsonl")
    assert [(line["stage"], line["step"]) for line in failed] == [("checked", "refuse"), ("write facts", "row")]
    assert set(failed[1]) <= set(failed[0]), "lines of two shapes"
    assert run.summary["failed"] == 2
    assert contradictions(complete_summary(run.summary)) == []


def test_without_failures_the_file_of_an_earlier_run_is_emptied(folder: Path) -> None:
    folder.mkdir()
    (folder / "failed.jsonl").write_text("{}\n")
    write(folder)
    assert (folder / "failed.jsonl").read_bytes() == b""


def test_a_paused_run_says_so_on_top_of_its_report_with_the_next_step(folder: Path) -> None:
    def pause(record: Record) -> Record:
        raise PausedError("The provider asks to wait until tomorrow.")

    with pytest.raises(PausedError), Run(folder, fingerprint="x", reuse_calls=False) as run:
        run.map(records(), pause, name="paused")
    assert verdict(folder) == (
        "Paused The provider asks to wait until tomorrow. "
        "Run the same command again to go on; nothing is paid for twice."
    )
    assert not (folder / "README.md").exists()


def test_a_run_that_failed_before_its_first_stage_has_a_report_too(folder: Path) -> None:
    with pytest.raises(UsageError), Run(folder, fingerprint="x", reuse_calls=False):
        raise UsageError("there is no such folder: inputs/nowhere")
    assert verdict(folder).startswith("Failed there is no such folder: inputs/nowhere. Put that right")


def test_a_dataset_that_was_not_finished_is_not_listed(folder: Path) -> None:
    def stopping() -> Iterator[Record]:
        yield from records(5)
        raise PausedError("Everything is kept; run again.")

    with pytest.raises(PausedError), Run(folder, fingerprint="x", reuse_calls=False) as run:
        run.write("facts", stopping(), row, output_format="text")
    assert run.summary["datasets"] == []
    assert not (folder / "datasets/facts.jsonl").exists()
    assert orjson.loads((folder / "summary.json").read_bytes())["status"] == "paused"

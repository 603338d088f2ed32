"""The dataset writer: whole files or none, honest counts, no blank or double rows."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from generation_functions.datasets.id_set import IdSet
from generation_functions.datasets.jsonl import read_json_lines
from generation_functions.datasets.writer import BUCKETS, DatasetWriter
from generation_functions.errors import AugmentoolkitError, RecordFailedError, StorageError, UsageError
from generation_functions.tokens import count_tokens


def chat(number: int, words: int = 3) -> dict[str, Any]:
    return {
        "id": f"row-{number}",
        "messages": [
            {"role": "user", "content": f"Question {number}?"},
            {"role": "assistant", "content": " ".join(["word"] * words)},
        ],
    }


def write(folder: Path, rows: list[dict[str, Any]], **options: Any) -> DatasetWriter:
    with DatasetWriter(folder, "pairs", options.pop("output_format", "messages"), **options) as writer:
        for row in rows:
            writer.write(row)
    return writer


def test_rows_are_written_in_the_chosen_format_and_counted(tmp_path: Path) -> None:
    writer = write(tmp_path, [chat(1), chat(2, words=200)], output_format="sharegpt")
    rows = list(read_json_lines(tmp_path / "pairs.jsonl"))
    assert [turn["from"] for turn in rows[0]["conversations"]] == ["human", "gpt"]
    summary = writer.summary()
    assert (summary["name"], summary["file"], summary["format"]) == ("pairs", "pairs.jsonl", "sharegpt")
    assert summary["rows"] == 2
    texts = [turn["value"] for row in rows for turn in row["conversations"]]
    assert summary["tokens"] == sum(map(count_tokens, texts))


def test_every_row_is_in_the_bucket_of_its_length(tmp_path: Path) -> None:
    rows = [{"id": str(words), "text": "word " * words} for words in (1, 3, 50, 700)]
    lengths = write(tmp_path, rows, output_format="text").summary()["lengths"]
    tokens = [count_tokens(row["text"]) for row in rows]
    for lower, upper, rows_in_it in lengths:
        assert rows_in_it == sum(lower <= count < upper for count in tokens)
    assert sum(rows_in_it for _, _, rows_in_it in lengths) == 4
    assert [upper for _, upper, _ in lengths[:-1]] == [lower for lower, _, _ in lengths[1:]]
    assert list(BUCKETS) == sorted(set(BUCKETS))


def test_a_row_without_an_id_gets_one_from_what_it_says(tmp_path: Path) -> None:
    write(tmp_path, [{"text": "one"}, {"text": "two"}], output_format="text")
    ids = [row["id"] for row in read_json_lines(tmp_path / "pairs.jsonl")]
    write(tmp_path / "again", [{"text": "two"}], output_format="text")
    assert [row["id"] for row in read_json_lines(tmp_path / "again" / "pairs.jsonl")] == [ids[1]]
    assert len(set(ids)) == 2


def test_two_rows_with_one_id_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(AugmentoolkitError, match="two rows have the id row-1"):
        write(tmp_path, [chat(1), chat(2), chat(1, words=9)])


def test_a_blank_row_is_refused_and_named(tmp_path: Path) -> None:
    with pytest.raises(RecordFailedError, match=r"dataset pairs, row b: the text is blank"):
        write(tmp_path, [{"id": "b", "text": "  "}], output_format="text")


def test_the_run_can_go_on_after_a_refused_row(tmp_path: Path) -> None:
    with DatasetWriter(tmp_path, "pairs", "text") as writer:
        with pytest.raises(RecordFailedError):
            writer.write({"id": "a", "text": ""})
        writer.write({"id": "a", "text": "now it says something"})
    assert len(list(read_json_lines(tmp_path / "pairs.jsonl"))) == 1


def test_a_column_that_changes_its_type_is_refused(tmp_path: Path) -> None:
    rows = [{"text": "a", "score": 1}, {"text": "b", "score": None}, {"text": "c", "score": "high"}]
    with pytest.raises(AugmentoolkitError, match="column score holds text, and a number in an earlier row"):
        write(tmp_path, rows, output_format="text")


def test_a_nested_column_that_changes_its_type_is_found_after_many_equal_rows(tmp_path: Path) -> None:
    rows = [{"text": f"row {number}", "facts": {"tags": ["a", "b"], "score": {"sum": 1.5}}} for number in range(20)]
    odd = {"text": "odd", "facts": {"tags": ["a", 2], "score": {"sum": 2}}}
    with pytest.raises(AugmentoolkitError, match=r"column facts\.tags\[\] holds a number, and text in an earlier row"):
        write(tmp_path, [*rows, odd], output_format="text")
    whole = {"text": "whole", "facts": {"tags": [], "score": {"sum": 2}, "more": None}}
    assert (
        write(tmp_path, [*rows, whole, *[{**row, "id": row["text"]} for row in rows]], output_format="text").rows == 41
    )


def test_what_json_cannot_hold_is_refused_and_the_id_stays_free(tmp_path: Path) -> None:
    with DatasetWriter(tmp_path, "pairs", "text") as writer:
        with pytest.raises(RecordFailedError, match="dataset pairs, row a: it holds what JSON cannot"):
            writer.write({"id": "a", "text": "a lone surrogate: \ud800"})
        writer.write({"id": "a", "text": "none"})
    assert writer.rows == 1


def test_an_id_is_written_as_text_and_stands_first(tmp_path: Path) -> None:
    write(tmp_path, [{"text": "a", "id": 7}, {"text": "b", "id": ""}], output_format="text")
    first, second = read_json_lines(tmp_path / "pairs.jsonl")
    assert list(first.items()) == [("id", "7"), ("text", "a")]
    assert list(second) == ["id", "text"]
    assert second["id"]


def test_examples_are_the_first_rows_and_a_few_that_depend_on_the_rows_alone(tmp_path: Path) -> None:
    first = write(tmp_path / "a", [chat(number) for number in range(100)]).summary()["examples"]
    again = write(tmp_path / "b", [chat(number) for number in range(100)]).summary()["examples"]
    numbers = [int(row["id"].removeprefix("row-")) for row in first]
    assert first == again
    assert numbers[:3] == [0, 1, 2]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 6


def test_a_few_rows_are_all_examples(tmp_path: Path) -> None:
    assert write(tmp_path, [chat(1), chat(2)]).summary()["examples"] == [chat(1), chat(2)]


def test_two_writes_of_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    rows = [chat(number) for number in range(20)]
    write(tmp_path / "a", rows, parquet=True)
    write(tmp_path / "b", rows, parquet=True)
    for name in ("pairs.jsonl", "pairs.parquet"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_failed_write_leaves_the_earlier_dataset_as_it_was(tmp_path: Path) -> None:
    write(tmp_path, [chat(1)])
    before = (tmp_path / "pairs.jsonl").read_bytes()
    with pytest.raises(AugmentoolkitError):
        write(tmp_path, [chat(2), chat(2)])
    assert (tmp_path / "pairs.jsonl").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["pairs.jsonl"]


KILLED = """
import os, signal, sys
from pathlib import Path
from generation_functions.datasets.writer import DatasetWriter
with DatasetWriter(Path(sys.argv[1]), "pairs", "text") as writer:
    for number in range(20_000):
        writer.write({"id": str(number), "text": "some words"})
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_writer_leaves_no_half_dataset_and_the_next_one_starts_clean(tmp_path: Path) -> None:
    project = Path(__file__).parents[3]
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=project, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "pairs.jsonl").exists()
    assert (tmp_path / ".pairs.jsonl.part").stat().st_size > 0
    write(tmp_path, [chat(1)])
    assert [path.name for path in tmp_path.iterdir()] == ["pairs.jsonl"]


def test_parquet_holds_the_same_rows(tmp_path: Path) -> None:
    from arro3.io import read_parquet

    writer = write(tmp_path, [{**chat(number), "score": number} for number in range(2_500)], parquet=True)
    table = read_parquet(tmp_path / "pairs.parquet").read_all()
    assert writer.summary()["parquet"] is True
    assert table["id"].to_pylist() == [f"row-{number}" for number in range(2_500)]
    assert table["messages"].to_pylist()[7] == chat(7)["messages"]
    assert table["score"].to_pylist()[-1] == 2_499


def test_a_parquet_file_of_an_earlier_run_does_not_stay_beside_new_rows(tmp_path: Path) -> None:
    write(tmp_path, [chat(1)], parquet=True)
    write(tmp_path, [chat(2)])
    assert not (tmp_path / "pairs.parquet").exists()


def test_a_dataset_can_lie_in_a_subfolder(tmp_path: Path) -> None:
    with DatasetWriter(tmp_path, "sft_run/pairs", "messages") as writer:
        writer.write(chat(1))
    assert writer.summary()["file"] == "sft_run/pairs.jsonl"
    assert (tmp_path / "sft_run" / "pairs.jsonl").is_file()


@pytest.mark.parametrize("name", ["", "../up", "/root", "a b", "a//b", ".hidden"])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="Dataset name"):
        DatasetWriter(tmp_path, name, "messages")


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match=r"Cannot write .*pairs.jsonl"):
        DatasetWriter(tmp_path / "file", "pairs", "messages")


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(orjson.dumps({"id": 1}) + b"\n{oops\n")
    with pytest.raises(StorageError, match=r"rows\.jsonl:2: not JSON"):
        list(read_json_lines(path))


def test_the_set_of_ids_finds_each_double_and_invents_none() -> None:
    ids = IdSet()
    assert all(ids.add(f"id {number}") for number in range(5_000))
    assert not any(ids.add(f"id {number}") for number in range(5_000))

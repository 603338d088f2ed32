"""Provenance: each row's sources and calls, found again by the row's id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generation_functions.datasets.provenance import ProvenanceWriter, find_provenance, read_provenance

CALLS: dict[str, dict[str, Any]] = {"k1": {"step": "ask", "model": "m", "cost": 0.01, "attempts": 2}}


def write(folder: Path, *rows: tuple[str, str, dict[str, Any]]) -> ProvenanceWriter:
    with ProvenanceWriter(folder, CALLS.get) as writer:
        for dataset, row_id, record in rows:
            writer.write(dataset, row_id, record)
    return writer


def source(file: str, page: int | None = None) -> dict[str, Any]:
    return {"file": file, "sha256": "ab", "page": page, "start": 0, "end": 9, "licence": "MIT", "chunk": "c"}


def test_a_row_is_traced_to_its_source_and_its_calls(tmp_path: Path) -> None:
    write(tmp_path, ("pairs", "r1", {"id": "x", "source": source("a.pdf", 3), "calls": ["k1"]}))
    assert find_provenance(tmp_path, "r1") == [
        {
            "id": "r1",
            "dataset": "pairs",
            "sources": [source("a.pdf", 3)],
            "calls": [{"step": "ask", "model": "m", "cost": 0.01, "attempts": 2, "key": "k1"}],
        }
    ]


def test_several_sources_win_over_one(tmp_path: Path) -> None:
    record = {"id": "x", "source": source("a"), "sources": [source("a"), source("b")]}
    write(tmp_path, ("pairs", "r1", record))
    assert [entry["file"] for entry in find_provenance(tmp_path, "r1")[0]["sources"]] == ["a", "b"]


def test_a_call_that_the_log_does_not_know_is_shown_as_missing(tmp_path: Path) -> None:
    write(tmp_path, ("pairs", "r1", {"id": "x", "source": source("a"), "calls": ["gone"]}))
    assert find_provenance(tmp_path, "r1")[0]["calls"] == [{"key": "gone", "missing": True}]


def test_each_dataset_that_holds_a_row_is_found_and_no_other_row(tmp_path: Path) -> None:
    record = {"id": "x", "source": source("a")}
    write(
        tmp_path,
        ("pairs", "r1", record),
        ("pairs", "r11", record),
        ("pairs", 'r"2', record),
        ("chats", "r1", record),
        ("chats", "r3", record),
    )
    assert [line["dataset"] for line in find_provenance(tmp_path, "r1")] == ["pairs", "chats"]
    assert [line["id"] for line in find_provenance(tmp_path, 'r"2')] == ['r"2']
    assert [line["id"] for line in find_provenance(tmp_path, "r3")] == ["r3"]
    assert find_provenance(tmp_path, "r") == []


def test_several_rows_are_found_at_once(tmp_path: Path) -> None:
    record = {"id": "x", "source": source("a")}
    ids = ["r1", "r11", 'r"2', ',"dataset":', "ü"]
    write(tmp_path, *(("pairs", row_id, record) for row_id in ids), ("chats", "r1", record))
    found = read_provenance(tmp_path, [*ids, "gone"])
    assert found == {row_id: find_provenance(tmp_path, row_id) for row_id in [*ids, "gone"]}
    assert [line["dataset"] for line in found["r1"]] == ["pairs", "chats"]
    assert read_provenance(tmp_path / "empty", ["r1"]) == {"r1": []}


def test_a_call_that_made_many_rows_is_looked_up_once(tmp_path: Path) -> None:
    asked: list[str] = []

    def look_up(key: str) -> dict[str, Any]:
        asked.append(key)
        return {"step": "ask"}

    with ProvenanceWriter(tmp_path, look_up) as writer:
        for number in range(5):
            writer.write(
                "pairs", f"r{number}", {"id": "x", "source": source("a"), "calls": ["shared", f"own {number}"]}
            )
    assert asked.count("shared") == 1
    assert len(asked) == 6


def test_without_a_file_or_lines_nothing_is_found(tmp_path: Path) -> None:
    assert find_provenance(tmp_path, "r1") == []
    write(tmp_path)
    assert find_provenance(tmp_path, "r1") == []


def test_rows_are_counted_once_for_each_file_they_rest_on(tmp_path: Path) -> None:
    both = {"id": "x", "sources": [source("a", 1), source("a", 2), source("b")]}
    writer = write(tmp_path, ("pairs", "r1", both), ("pairs", "r2", {"id": "y", "source": source("a")}))
    assert dict(writer.rows_by_file) == {"a": 2, "b": 1}

"""Records of stages, while the run goes on."""

from __future__ import annotations

import orjson
import pytest

from tests.web.reading.conftest import RunReader


def test_the_records_of_a_stage_are_shown_with_what_was_dropped_and_why(run: RunReader) -> None:
    lines = run.lines("stages/02-questions.jsonl")
    found = run.all("/records", stage="02-questions", limit=5)
    assert [item["id"] for item in found] == [line["id"] for line in lines]
    for item, line in zip(found, lines, strict=True):
        assert [record["id"] for record in item["records"]] == [record["id"] for record in line["out"]]
        assert [one["reason"] for one in item["dropped"]] == [one["reason"] for one in line.get("dropped", ())]
    assert {"not suitable to learn from"} <= {one["reason"] for item in found for one in item["dropped"]}
    assert found[0]["passage"].startswith("# Working the fog organ")
    assert found[0]["records"][0]["question"] == "How many decibels does the fog organ reach?"


def test_failed_records_are_shown_with_their_reason(failed: RunReader) -> None:
    found = failed.all("/records", stage="01-records")
    reasons = [one["reason"] for item in found for one in item["failed"]]
    assert reasons == ["the wind stood still; try again\nlater"] * 4


def test_records_can_be_watched_as_they_come(bare: RunReader) -> None:
    path = bare.folder / "stages" / "01-poems.jsonl"
    path.parent.mkdir()
    line = orjson.dumps({"id": "a", "out": [{"id": "a", "text": "one"}]})
    path.write_bytes(line + b"\n" + line[:20])
    page = bare.get("/records", stage="01-poems")
    assert [item["id"] for item in page["items"]] == ["a"]
    assert page["next"] is None  # the second one is still being written
    path.write_bytes(line + b"\n" + line + b"\n")
    page = bare.get("/records", stage="01-poems", cursor=page["after"])
    assert [item["passage"] for item in page["items"]] == ["one"]
    assert bare.get("/records", stage="01-poems", cursor=page["after"])["items"] == []


@pytest.mark.parametrize(("limit", "padding"), [(1, 10), (7, 10), (200, 10), (7, 100_000)])
def test_watching_begins_with_the_last_ones(bare: RunReader, limit: int, padding: int) -> None:
    path = bare.folder / "stages" / "part" / "01-poems.jsonl"
    path.parent.mkdir(parents=True)
    lines = [orjson.dumps({"id": f"r{number}", "out": [], "x": "x" * padding}) + b"\n" for number in range(50)]
    path.write_bytes(b"".join(lines) + b'{"id":"torn')
    page = bare.get("/records", stage="part/01-poems", latest=True, limit=limit)
    assert [item["id"] for item in page["items"]] == [f"r{number}" for number in range(50)][-limit:]


def test_a_stage_that_began_anew_is_said_to_have(bare: RunReader) -> None:
    path = bare.folder / "stages" / "01-poems.jsonl"
    path.parent.mkdir()
    path.write_bytes(b'{"id":"a","out":[]}\n' * 3)
    page = bare.get("/records", stage="01-poems", limit=2)
    path.write_bytes(b'{"id":"other","out":[]}\n')
    problem = bare.get("/records", status=412, stage="01-poems", cursor=page["next"])
    assert problem["detail"] == "the stage has begun anew since that page: begin with the first page"


def test_damaged_lines_are_counted(bare: RunReader) -> None:
    path = bare.folder / "stages" / "01-poems.jsonl"
    path.parent.mkdir()
    path.write_bytes(b'\x00\x00\n[]\n{"id":"a","out":"text","dropped":[3,{}],"failed":{}}\n')
    page = bare.get("/records", stage="01-poems")
    assert page["unreadable"] == 2
    assert [(item["id"], item["records"]) for item in page["items"]] == [("a", [])]


def test_an_unknown_stage_is_an_error_that_says_which_there_are(run: RunReader, bare: RunReader) -> None:
    assert "it has: 01-chunks, 02-questions" in run.get("/records", status=404, stage="../events")["detail"]
    assert bare.get("/records", status=404, stage="x")["detail"] == "the run has no stage 'x'; none has begun yet"
    assert run.get("/records", status=422, stage="01-chunks", cursor="soon")["code"] == "invalid-request"

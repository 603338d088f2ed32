"""The inbox of failed records."""

from __future__ import annotations

import orjson

from tests.web.reading.conftest import RunReader


def test_failed_records_are_shown_with_reason_and_record(failed: RunReader) -> None:
    items = failed.all("/failed", limit=3)
    assert len(items) == 4
    assert items[0]["reason"] == "the wind stood still; try again\nlater"
    assert items[0]["headline"] == "the wind stood still"
    assert (items[0]["stage"], items[0]["step"]) == ("records", "stumble")
    assert items[0]["record"]["text"].startswith("This is record ")
    assert items[0]["can_retry"]


def test_they_are_counted_as_the_funnel_counts_them(failed: RunReader) -> None:
    summary = orjson.loads((failed.folder / "summary.json").read_bytes())
    told = {
        (stage["name"], step["name"], reason): count
        for stage in summary["stages"]
        for step in stage["steps"]
        for reason, count in step["failed"].items()
    }
    found = failed.get("/failed/summary")
    assert {(one["stage"], one["step"], one["headline"]): one["count"] for one in found["items"]} == told
    assert found["total"] == 4


def test_a_long_reason_has_the_headline_of_the_funnel(bare: RunReader) -> None:
    (bare.folder / "failed.jsonl").write_bytes(orjson.dumps({"id": "a", "reason": "x" * 200}) + b"\n")
    (one,) = bare.get("/failed/summary")["items"]
    assert one["headline"] == "x" * 119 + "…"
    assert len(bare.all("/failed", reason=one["headline"])) == 1


def test_the_inbox_is_filtered(bare: RunReader) -> None:
    lines = [
        {
            "id": str(number),
            "stage": ("questions", "write pairs")[number % 2],
            "step": "s",
            "reason": f"r{number % 3}; x",
        }
        for number in range(30)
    ]
    (bare.folder / "failed.jsonl").write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    found = bare.all("/failed", stage="write pairs", reason="r2", limit=2)
    assert [one["id"] for one in found] == [
        line["id"] for line in lines if line["stage"][0] == "w" and "r2" in line["reason"]
    ]
    assert not found[0]["can_retry"]
    assert bare.all("/failed", step="other") == []


def test_a_run_that_is_not_over_has_an_empty_inbox(bare: RunReader) -> None:
    assert bare.get("/failed") == {"items": [], "next": None, "scanned": 1.0}
    assert bare.get("/failed/summary") == {"total": 0, "items": []}


def test_damaged_entries_break_nothing(bare: RunReader) -> None:
    (bare.folder / "failed.jsonl").write_bytes(
        b'{"id":3,"answers":[null,{"answer":4,"attempt":"x"}],"record":[],"step":{}}\n\xff\n{"torn'
    )
    (item,) = bare.all("/failed")
    assert (item["id"], item["record"], item["step"]) == ("3", {}, "{}")
    assert item["answers"] == [{"attempt": 0, "reason": "", "answer": "4"}]


def test_the_counts_follow_the_file(bare: RunReader) -> None:
    path = bare.folder / "failed.jsonl"
    path.write_bytes(b'{"id":"a"}\n')
    page = bare.get("/failed", limit=1)
    assert bare.get("/failed/summary")["total"] == 1
    assert page["next"] is None
    path.write_bytes(b'{"id":"a"}\n{"id":"b"}\n')
    assert bare.get("/failed/summary")["total"] == 2
    page = bare.get("/failed", limit=1)
    path.write_bytes(b'{"id":"a"}\n')
    assert bare.get("/failed", status=412, cursor=page["next"])["code"] == "cursor-outdated"
    assert bare.get("/failed", status=422, cursor="x")["code"] == "invalid-request"

"""Reviewing rows, and exporting what was accepted."""

from __future__ import annotations

import os
import threading
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.reading.conftest import RunReader


def decide(run: RunReader, row: str, decision: str, status: int = 201, **more: Any) -> Any:
    body = {"dataset": "pairs", "decisions": [{"row": row, "decision": decision, **more}]}
    return run.post("/reviews", body, status)


def rows(run: RunReader) -> list[Any]:
    return run.lines("datasets/pairs.jsonl")


def standing(run: RunReader) -> dict[str, str]:
    return {
        item["id"]: item["decision"] for item in run.all("/samples", dataset="pairs", limit=200) if item["decision"]
    }


def rewritten(row: Any, answer: str = "It carries for eleven miles.") -> Any:
    return {**row, "messages": [*row["messages"][:-1], {"role": "assistant", "content": answer}]}


def test_what_was_decided_is_shown_with_the_row_and_can_be_asked_for(run: RunReader) -> None:
    first, second, third = (row["id"] for row in rows(run)[:3])
    assert decide(run, first, "accept") == {"decided": 1}
    decide(run, second, "reject", note="says more than the text")
    decide(run, third, "accept")
    decide(run, third, "undo")
    assert standing(run) == {first: "accept", second: "reject"}
    assert [item["id"] for item in run.all("/samples", dataset="pairs", decision="reject")] == [second]
    assert len(run.all("/samples", dataset="pairs", decision="none")) == len(rows(run)) - 2
    assert run.get("/datasets")["items"][0]["reviewed"] == {"accept": 1, "reject": 1, "edit": 0}
    assert run.all("/samples", dataset="conversations", decision="accept") == []


def test_a_row_has_a_history(run: RunReader) -> None:
    row = rows(run)[0]
    decide(run, row["id"], "edit", edited=rewritten(row), note="clearer")
    decide(run, row["id"], "reject")
    found = run.get("/reviews", row=row["id"], dataset="pairs")["items"]
    assert [(entry["decision"], entry["note"]) for entry in found] == [("edit", "clearer"), ("reject", "")]
    assert found[0]["edited"] == rewritten(row)
    assert found[0]["t"] <= found[1]["t"]
    assert run.get("/reviews", row=rows(run)[1]["id"], dataset="pairs") == {"items": []}
    assert run.get("/reviews", status=404, row=row["id"], dataset="others")["code"] == "no-such-dataset"


def test_an_edited_row_stays_edited_when_it_is_accepted_until_that_is_undone(run: RunReader) -> None:
    row = rows(run)[0]
    decide(run, row["id"], "edit", edited=rewritten(row))
    decide(run, row["id"], "accept")
    (item,) = run.get("/samples", dataset="pairs", limit=1)["items"]
    assert (item["decision"], item["edited"]) == ("accept", rewritten(row))
    decide(run, row["id"], "undo")
    (item,) = run.get("/samples", dataset="pairs", limit=1)["items"]
    assert (item["decision"], item["edited"]) == (None, None)


def test_decisions_survive_the_service_and_a_torn_line(run: RunReader) -> None:
    first, second = (row["id"] for row in rows(run)[:2])
    decide(run, first, "accept")
    with (run.folder / "reviews.jsonl").open("ab") as file:
        file.write(b'{"t":1,"dataset":"pairs","row":"')  # the machine died here
    decide(run, second, "reject")
    assert standing(run) == {first: "accept", second: "reject"}
    (run.folder / "reviews.jsonl").unlink()
    assert standing(run) == {}


def test_decisions_that_were_edited_by_hand_hold_though_the_file_is_as_long_as_before(run: RunReader) -> None:
    first, second = (row["id"] for row in rows(run)[:2])
    decide(run, first, "accept")
    decide(run, second, "accept")
    assert standing(run) == {first: "accept", second: "accept"}
    path = run.folder / "reviews.jsonl"
    known = path.stat()
    with path.open("r+b") as file:  # as editors do that write in place
        text = file.read().replace(b'"accept"', b'"reject"', 1)
        file.seek(0)
        file.write(text)
    assert (path.stat().st_ino, path.stat().st_size) == (known.st_ino, known.st_size)
    assert standing(run) == {first: "reject", second: "accept"}


def test_rows_that_do_not_exist_cannot_be_decided_about_and_nothing_is_kept(run: RunReader) -> None:
    known = rows(run)[0]["id"]
    decisions = [{"row": known, "decision": "accept"}, {"row": "nobody", "decision": "accept"}]
    problem = run.post("/reviews", {"dataset": "pairs", "decisions": decisions}, 404)
    assert problem["detail"] == "dataset pairs has no row 'nobody'; nothing was decided"
    assert not (run.folder / "reviews.jsonl").exists()
    other = run.lines("datasets/conversations.jsonl")[0]["id"]
    assert decide(run, other, "accept", 404)["code"] == "no-such-row"


def test_a_row_is_found_again_after_its_dataset_was_written_anew(run: RunReader) -> None:
    run.get("/samples", dataset="pairs", limit=200)  # where rows lie is remembered
    path = run.folder / "datasets" / "pairs.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(reversed(lines)))
    last = orjson.loads(lines[-1])["id"]
    assert decide(run, last, "accept") == {"decided": 1}
    assert standing(run) == {last: "accept"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": "other"}, "the edited row has another id; leave the id as it is"),
        ({"messages": []}, "the edited row cannot be used: it has no messages"),
        ({"messages": [{"role": "user", "content": "?"}]}, "it ends with a message of user"),
        ({"text": "two layouts"}, "in 2 formats at once"),
        ({"more": 1}, "the edited row must have the columns of the row: id, messages"),
        ({"messages": "no list"}, "messages is a str, not a list"),
    ],
)
def test_an_edit_must_keep_the_layout_of_the_row(run: RunReader, change: dict[str, Any], why: str) -> None:
    row = rows(run)[0]
    problem = decide(run, row["id"], "edit", 409, edited={**row, **change})
    assert problem["code"] == "edit-invalid"
    assert why in problem["detail"]
    assert problem["mistakes"][0]["key"] == "decisions.0.edited"
    assert standing(run) == {}


def test_an_edit_that_no_file_can_hold_is_refused(run: RunReader) -> None:
    row = rows(run)[0]
    deep: Any = 1
    for _ in range(60):
        deep = [deep]
    turns = [*row["messages"][:-1], {"role": "assistant", "content": "x", "deep": deep}]
    assert (
        "nested in more than 40 levels"
        in decide(run, row["id"], "edit", 409, edited={**row, "messages": turns})["detail"]
    )
    body = orjson.dumps({"dataset": "pairs", "decisions": [{"row": row["id"], "decision": "edit", "edited": row}]})
    body = body.replace(b"How many", b"\\ud800 How many")
    answer = run.client.post(f"{run.url}/reviews", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 409
    assert "the edited row holds what a file cannot" in answer.json()["detail"]


@pytest.mark.parametrize(
    "decision",
    [{"decision": "edit"}, {"decision": "accept", "edited": {}}, {"decision": "like"}, {"decision": "accept", "x": 1}],
)
def test_requests_that_make_no_sense_are_refused(run: RunReader, decision: dict[str, Any]) -> None:
    body = {"dataset": "pairs", "decisions": [{"row": rows(run)[0]["id"], **decision}]}
    assert run.post("/reviews", body, 422)["code"] == "invalid-request"


def test_all_rows_that_match_are_decided_at_once_but_not_those_somebody_has_decided(run: RunReader) -> None:
    matching = [item["id"] for item in run.all("/samples", dataset="pairs", text="fog", limit=200)]
    decide(run, matching[1], "reject")
    made = run.post("/reviews/bulk", {"dataset": "pairs", "text": "fog", "decision": "accept"})
    assert made == {"decided": len(matching) - 1}
    assert standing(run) == dict.fromkeys(matching, "accept") | {matching[1]: "reject"}
    by_file = [item["id"] for item in run.all("/samples", dataset="pairs", file="keepers.txt", limit=200)]
    body = {"dataset": "pairs", "file": "keepers.txt", "decision": "undo", "only_undecided": False}
    assert run.post("/reviews/bulk", body) == {"decided": len(by_file)}
    assert not set(by_file) & set(standing(run))
    everything = run.post("/reviews/bulk", {"dataset": "pairs", "decision": "reject", "only_undecided": False})
    assert everything == {"decided": len(rows(run))}
    assert set(standing(run).values()) == {"reject"}
    assert run.post("/reviews/bulk", {"dataset": "pairs", "decision": "edit"}, 422)["code"] == "invalid-request"


def test_a_file_filter_never_decides_about_rows_of_another_run(run: RunReader) -> None:
    lines = (run.folder / "provenance.jsonl").read_bytes().splitlines(keepends=True)
    (run.folder / "provenance.jsonl").write_bytes(b"".join(lines[1:]))  # as if a row had come in since
    body = {"dataset": "pairs", "file": "keepers.txt", "decision": "reject"}
    assert run.post("/reviews/bulk", body) == {"decided": 0}


def test_what_was_accepted_is_exported_in_its_edited_form(run: RunReader) -> None:
    all_rows = rows(run)
    decide(run, all_rows[0]["id"], "accept")
    decide(run, all_rows[1]["id"], "edit", edited=rewritten(all_rows[1]))
    decide(run, all_rows[2]["id"], "edit", edited=rewritten(all_rows[2]))
    decide(run, all_rows[2]["id"], "reject")
    made = run.post("/reviews/export", {"dataset": "pairs", "include": "accepted"})
    assert made == {"file": "reviewed/pairs.jsonl", "rows": 2, "edited": 1, "left_out": len(all_rows) - 2}
    assert run.lines("reviewed/pairs.jsonl") == [all_rows[0], rewritten(all_rows[1])]
    made = run.post("/reviews/export", {"dataset": "pairs", "include": "not-rejected"})
    assert made == {"file": "reviewed/pairs.jsonl", "rows": len(all_rows) - 1, "edited": 1, "left_out": 1}
    assert run.lines("reviewed/pairs.jsonl") == [all_rows[0], rewritten(all_rows[1]), *all_rows[3:]]
    assert [one["name"] for one in run.get("/datasets")["items"]] == ["pairs", "conversations", "retrieval"]


def test_an_edit_without_the_id_keeps_it_where_it_was(run: RunReader) -> None:
    row = rows(run)[0]
    without = {"messages": rewritten(row)["messages"]}
    decide(run, row["id"], "edit", edited=without)
    run.post("/reviews/export", {"dataset": "pairs", "include": "accepted"})
    assert list(run.lines("reviewed/pairs.jsonl")[0]) == ["id", "messages"]
    assert run.lines("reviewed/pairs.jsonl") == [rewritten(row)]


def test_an_export_never_leads_out_of_the_run(run: RunReader) -> None:
    (run.folder / "reviewed").symlink_to(run.folder.parent)
    problem = run.post("/reviews/export", {"dataset": "pairs", "include": "accepted"}, 403)
    assert problem["code"] == "path-outside"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_cannot_be_written_is_said_to_be_so(run: RunReader) -> None:
    run.folder.chmod(0o500)
    try:
        assert decide(run, rows(run)[0]["id"], "accept", 503)["code"] == "storage"
    finally:
        run.folder.chmod(0o700)


def test_a_reviews_file_that_is_a_folder_is_said_to_be_unusable(run: RunReader) -> None:
    (run.folder / "reviews.jsonl").mkdir()
    problem = decide(run, rows(run)[0]["id"], "accept", 503)
    assert problem["code"] == "storage"
    assert problem["detail"].endswith("nothing was decided")
    (run.folder / "reviewed").write_bytes(b"")
    assert run.post("/reviews/export", {"dataset": "pairs", "include": "accepted"}, 503)["code"] == "storage"


def test_many_decide_at_once_and_no_line_is_torn(run: RunReader) -> None:
    names = [row["id"] for row in rows(run)]
    threads = [threading.Thread(target=decide, args=(run, name, "accept")) for name in names[:24]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert standing(run) == dict.fromkeys(names[:24], "accept")
    assert len(run.lines("reviews.jsonl")) == 24


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["accept", "reject", "edit", "undo"])), max_size=12))
def test_the_last_decision_counts_whether_it_is_read_anew_or_as_it_grows(
    run: RunReader, decisions: list[tuple[int, str]]
) -> None:
    (run.folder / "reviews.jsonl").unlink(missing_ok=True)
    all_rows, expected = rows(run), {}
    for number, decision in decisions:
        row = all_rows[number]
        decide(run, row["id"], decision, **({"edited": rewritten(row)} if decision == "edit" else {}))
        expected[row["id"]] = decision
        expected = {row: one for row, one in expected.items() if one != "undo"}
        assert standing(run) == expected
    content = (run.folder / "reviews.jsonl").read_bytes() if decisions else b""
    (run.folder / "copy").write_bytes(content)
    (run.folder / "copy").replace(run.folder / "reviews.jsonl")
    assert standing(run) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
TURN = st.fixed_dictionaries(
    {}, optional={"role": JSON | st.sampled_from(["user", "assistant", "system"]), "content": JSON, "label": JSON}
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edited=st.fixed_dictionaries({"messages": JSON | st.lists(TURN, max_size=3)}, optional={"id": JSON, "text": JSON})
)
def test_any_edit_is_either_kept_whole_or_refused_with_a_reason(run: RunReader, edited: dict[str, Any]) -> None:
    row = rows(run)[0]
    body = {"dataset": "pairs", "decisions": [{"row": row["id"], "decision": "edit", "edited": edited}]}
    answer = run.client.post(f"{run.url}/reviews", json=body)
    if answer.status_code == 201:
        (item,) = run.get("/samples", dataset="pairs", limit=1)["items"]
        assert item["edited"] == {**row, **edited}
    else:
        assert answer.status_code == 409
        assert answer.json()["detail"].endswith("; nothing was decided")

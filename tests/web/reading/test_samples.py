"""Rows with their lineage: paged, filtered, and never with the lineage of another row."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation_functions.datasets.provenance import find_provenance
from tests.web.reading.conftest import RunReader

DATASETS = ("pairs", "conversations", "retrieval")


def ids(items: list[Any]) -> list[str]:
    return [item["id"] for item in items]


def test_the_datasets_of_a_run_are_listed_with_its_stages(run: RunReader) -> None:
    found = run.get("/datasets")
    pairs = found["items"][0]
    assert [one["name"] for one in found["items"]] == list(DATASETS)
    assert (pairs["file"], pairs["format"]) == ("datasets/pairs.jsonl", "messages")
    assert pairs["rows"] == len(run.lines("datasets/pairs.jsonl"))
    assert pairs["size"] == (run.folder / "datasets/pairs.jsonl").stat().st_size
    stages = {stage["name"]: stage["finished"] for stage in found["stages"]}
    assert list(stages) == ["01-chunks", "02-questions", "03-unique-questions", "04-conversations"]
    assert stages["02-questions"] == len(run.lines("stages/02-questions.jsonl"))


def test_a_dataset_is_counted_and_named_while_there_is_no_summary_yet(run: RunReader) -> None:
    (run.folder / "summary.json").unlink()
    found = {one["name"]: one for one in run.get("/datasets")["items"]}
    assert set(found) == set(DATASETS)
    assert found["pairs"]["rows"] == len(run.lines("datasets/pairs.jsonl"))
    assert found["pairs"]["format"] == "messages"


def test_a_summary_cannot_name_files_outside_of_the_run(run: RunReader) -> None:
    (run.folder.parent / "secret.jsonl").write_text('{"id":"x","text":"the secret"}\n')
    listed = [{"name": "secret", "file": "../secret.jsonl"}, {"name": 3, "file": None}, "no object"]
    (run.folder / "summary.json").write_bytes(orjson.dumps({"datasets": listed}))
    assert "secret" not in [one["name"] for one in run.get("/datasets")["items"]]


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("limit", [1, 7, 200])
def test_pages_give_every_row_once_with_its_own_lineage(run: RunReader, dataset: str, limit: int) -> None:
    found = run.all("/samples", dataset=dataset, limit=limit)
    assert [item["row"] for item in found] == run.lines(f"datasets/{dataset}.jsonl")
    assert [item["number"] for item in found] == list(range(len(found)))
    for item in found:
        (line,) = (line for line in find_provenance(run.folder, item["id"]) if line["dataset"] == dataset)
        assert item["traced"]
        assert [source["chunk"] for source in item["sources"]] == [source["chunk"] for source in line["sources"]]
        assert [call["key"] for call in item["calls"]] == [call["key"] for call in line["calls"]]


def test_a_row_stands_beside_the_text_and_the_calls_that_made_it(run: RunReader) -> None:
    (item,) = run.get("/samples", dataset="pairs", limit=1)["items"]
    chunks = {record["id"]: record for line in run.lines("stages/01-chunks.jsonl") for record in line["out"]}
    source = item["sources"][0]
    assert source["file"] == "fog-organ-manual.docx"
    assert source["text"].strip() == chunks[source["chunk"]]["text"].strip()
    assert item["calls"][1]["step"] == item["calls"][1]["prompt"] == "write_questions"
    assert (item["calls"][1]["model"], item["calls"][1]["attempts"]) == ("offline", 1)
    assert item["decision"] is item["edited"] is None


def test_the_text_is_null_when_the_document_is_gone(run: RunReader) -> None:
    for path in (run.folder / "documents").rglob("*.json"):
        path.unlink()
    (item,) = run.get("/samples", dataset="pairs", limit=1)["items"]
    assert item["sources"][0]["text"] is None
    assert item["sources"][0]["file"] == "fog-organ-manual.docx"


def test_rows_are_not_traced_while_there_is_no_provenance_yet(run: RunReader) -> None:
    (run.folder / "provenance.jsonl").unlink()
    found = run.all("/samples", dataset="pairs", limit=50)
    assert [item["row"] for item in found] == run.lines("datasets/pairs.jsonl")
    assert not any(item["traced"] or item["sources"] for item in found)
    assert run.all("/samples", dataset="pairs", file="keepers.txt") == []


def test_provenance_in_another_order_is_looked_for_and_never_mixed_up(run: RunReader) -> None:
    lines = (run.folder / "provenance.jsonl").read_bytes().splitlines(keepends=True)
    (run.folder / "provenance.jsonl").write_bytes(b"".join(reversed(lines)))
    for item in run.all("/samples", dataset="pairs", limit=9):
        (line,) = (line for line in find_provenance(run.folder, item["id"]) if line["dataset"] == "pairs")
        assert item["traced"]
        assert [call["key"] for call in item["calls"]] == [call["key"] for call in line["calls"]]


def test_rows_are_found_by_a_text_anywhere_in_them(run: RunReader) -> None:
    rows = run.lines("datasets/pairs.jsonl")
    expected = [row["id"] for row in rows if "fog organ" in orjson.dumps(row).decode()]
    assert 0 < len(expected) < len(rows)
    assert ids(run.all("/samples", dataset="pairs", text="fog organ", limit=3)) == expected
    assert ids(run.all("/samples", dataset="pairs", text="FOG Organ")) == []
    folded = ids(run.all("/samples", dataset="pairs", text="FOG Organ", ignore_case=True))
    assert folded == [row["id"] for row in rows if "fog organ" in orjson.dumps(row).decode().lower()]


def test_a_text_is_looked_for_as_people_write_it_not_as_json_does(run: RunReader) -> None:
    row = {"id": "quoted", "messages": [{"role": "user", "content": 'say "aye"\nand é'}, {"role": "assistant"}]}
    with (run.folder / "datasets/pairs.jsonl").open("ab") as file:
        file.write(orjson.dumps(row) + b"\n")
    assert ids(run.all("/samples", dataset="pairs", text='"aye"\nand é')) == ["quoted"]


@pytest.mark.parametrize("dataset", DATASETS)
def test_rows_are_found_by_their_document(run: RunReader, dataset: str) -> None:
    rests_on = {
        line["id"]: {source["file"] for source in line["sources"]}
        for line in run.lines("provenance.jsonl")
        if line["dataset"] == dataset
    }
    expected = [row["id"] for row in run.lines(f"datasets/{dataset}.jsonl") if "keepers.txt" in rests_on[row["id"]]]
    assert expected
    found = run.all("/samples", dataset=dataset, file="keepers.txt", limit=2)
    assert ids(found) == expected
    assert all("keepers.txt" in [source["file"] for source in item["sources"]] for item in found)
    assert run.all("/samples", dataset=dataset, file="eepers.txt") == []
    assert run.all("/samples", dataset=dataset, file="other/keepers.txt") == []


def test_a_document_of_one_of_several_folders_is_found_by_folder_and_file(run: RunReader) -> None:
    provenance = (run.folder / "provenance.jsonl").read_bytes()
    provenance = provenance.replace(b'"file":"keepers.txt"', b'"corpus":"island","file":"keepers.txt"')
    (run.folder / "provenance.jsonl").write_bytes(provenance)
    assert run.all("/samples", dataset="pairs", file="island/keepers.txt")
    assert run.all("/samples", dataset="pairs", file="coast/keepers.txt") == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.sampled_from(["", "the", "Keeper", "fog", "Which", "zzz"]),
    file=st.sampled_from(["", "keepers.txt", "tide-engine.html", "history-of-the-light.md"]),
    decision=st.sampled_from(["", "accept", "reject", "none"]),
    limit=st.integers(1, 30),
)
def test_conditions_hold_together(run: RunReader, text: str, file: str, decision: str, limit: int) -> None:
    rows = run.lines("datasets/retrieval.jsonl")
    decisions = {row["id"]: ("accept", "reject", "none")[number % 3] for number, row in enumerate(rows)}
    if not (run.folder / "reviews.jsonl").exists():
        decided = [{"row": row, "decision": one} for row, one in decisions.items() if one != "none"]
        run.post("/reviews", {"dataset": "retrieval", "decisions": decided})
    files = {
        line["id"]: {source["file"] for source in line["sources"]}
        for line in run.lines("provenance.jsonl")
        if line["dataset"] == "retrieval"
    }
    expected = [
        row["id"]
        for row in rows
        if text in orjson.dumps(row).decode()
        and (not file or file in files[row["id"]])
        and (not decision or decisions[row["id"]] == decision)
    ]
    asked = {"text": text, "file": file, **({"decision": decision} if decision else {})}
    assert ids(run.all("/samples", dataset="retrieval", limit=limit, **asked)) == expected


def sought(run: RunReader, row: str, dataset: str = "pairs") -> Any:
    """A row by its id, however many answers it takes."""
    page = run.get(f"/samples/{quote(row, safe='')}", dataset=dataset)
    while page["next"]:
        page = run.get(f"/samples/{quote(row, safe='')}", dataset=dataset, cursor=page["next"])
    return page["sample"]


def test_a_row_is_found_by_its_id_as_the_pages_show_it(run: RunReader) -> None:
    shown = run.client.get(run.url + "/samples", params={"dataset": "conversations", "limit": 200}).json()["items"]
    caches = run.client.app.state.reading  # type: ignore[attr-defined]
    assert [sought(run, item["id"], "conversations") for item in shown] == shown
    caches.places = type(caches.places)()  # as if none of them had been shown
    assert [sought(run, item["id"], "conversations") for item in shown] == shown


@pytest.mark.parametrize("row", ["a/b", "é ☃", 'q"uote', "a..b", "50%", "7"])
def test_a_row_of_any_id_is_found_and_no_other(run: RunReader, row: str) -> None:
    others = [
        {"id": f"{row}{row}", "text": row},
        {"text": f'"id":"{row}"', "id": "other"},
        {"id": "o", "x": {"id": row}},
    ]
    lines = [orjson.dumps(one) for one in (*others, {"text": "behind", "id": row}, {"id": row, "text": "second"})]
    (run.folder / "datasets/pairs.jsonl").write_bytes(b"\n".join(lines))
    assert sought(run, row)["row"] == {"text": "behind", "id": row}
    assert sought(run, row)["number"] == 3, "where it was seen before"


def test_a_row_that_moved_or_went_is_looked_for_anew(run: RunReader) -> None:
    path = run.folder / "datasets/pairs.jsonl"
    path.write_bytes(b'{"id":"first"}\n{"id":"second"}\n')
    assert sought(run, "second")["number"] == 1
    path.write_bytes(b'{"id":"torn",\n{"id":"second"}\n{"id":"first"}\n')
    assert (sought(run, "second")["number"], sought(run, "first")["number"]) == (1, 2)
    path.write_bytes(b'{"id":"first"}\n')
    for row in ("second", "torn"):
        problem = run.get(f"/samples/{row}", status=404, dataset="pairs")
        assert (problem["code"], problem["detail"]) == ("no-such-row", f"dataset pairs has no row '{row}'")


def test_a_search_for_a_row_goes_on_where_its_time_ended(run: RunReader, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"id": f"r{number}", "text": "x" * 2000} for number in range(3000)]
    (run.folder / "datasets/pairs.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    monkeypatch.setattr(
        "web.reading.samples.SECONDS", -1.0
    )  # each answer is out of time at its first look at the clock
    page = run.get("/samples/r2999", dataset="pairs")
    shares = [page["scanned"]]
    while page["next"]:
        page = run.get("/samples/r2999", dataset="pairs", cursor=page["next"])
        shares.append(page["scanned"])
    assert (page["sample"]["number"], page["sample"]["row"]) == (2999, rows[2999])
    assert len(shares) > 5
    assert shares == sorted(shares)


def test_torn_and_damaged_rows_are_counted_and_the_others_keep_their_lineage(run: RunReader) -> None:
    path = run.folder / "datasets/pairs.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = b"\xff\xfe no json\n"
    lines[4] = b"[" * 5000 + b"]" * 5000 + b"\n"
    lines[5] = b'{"a":' * 150 + b"1" + b"}" * 150 + b"\n"
    path.write_bytes(b"".join(lines)[:-20])
    pages = list(run.pages("/samples", dataset="pairs", limit=3))
    items = [item for page in pages for item in page["items"]]
    assert sum(page["unreadable"] for page in pages) == 4
    assert len(items) == len(lines) - 4
    assert all(item["traced"] for item in items)


def test_a_row_that_is_no_proper_utf8_is_shown_with_marks(run: RunReader) -> None:
    (run.folder / "datasets/pairs.jsonl").write_bytes(b'{"id":"odd","text":"caf\xe9"}\n')
    (item,) = run.all("/samples", dataset="pairs")
    assert item["row"]["text"] == "caf\ufffd"


def test_a_cursor_of_an_earlier_state_of_the_dataset_is_refused(run: RunReader) -> None:
    page = run.get("/samples", dataset="pairs", limit=1)
    path = run.folder / "datasets/pairs.jsonl"
    path.write_bytes(path.read_bytes() * 2)
    problem = run.get("/samples", status=412, dataset="pairs", cursor=page["next"])
    assert problem["code"] == "cursor-outdated"
    assert problem["detail"] == "dataset pairs has been written again since that page: begin with the first page"


@pytest.mark.parametrize("cursor", ["x", "0-1-0-", "1-2-3", "9999999999999-0-0-00000000", "0-0-0-ffffffff' or 1"])
def test_a_cursor_that_was_never_given_out_is_refused(run: RunReader, cursor: str) -> None:
    assert run.get("/samples", status=422, dataset="pairs", cursor=cursor)["code"] == "invalid-request"


def test_an_unknown_dataset_is_an_error_that_says_which_there_are(run: RunReader, bare: RunReader) -> None:
    problem = run.get("/samples", status=404, dataset="../pairs")
    assert problem["detail"] == "the run has no dataset '../pairs'; it has: pairs, conversations, retrieval"
    assert "see the records of its stages" in bare.get("/samples", status=404, dataset="pairs")["detail"]

"""What finished runs have made to train on: found, described, given out in other layouts."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import orjson
import pytest
from arro3.io import read_parquet
from starlette.testclient import TestClient

from tests.support.finished_run import FinishedRun, conversation


def pages(client: TestClient, **query: Any) -> list[Any]:
    """All entries, page by page."""
    found, cursor = [], ""
    while True:
        page = client.get("/api/datasets", params={**query, "cursor": cursor}).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


def refused(answer: Any, status: int, code: str) -> str:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return str(answer.json()["detail"])


@pytest.fixture
def facts(project: Path) -> FinishedRun:
    """A run with all kinds of things in it."""
    run = FinishedRun(project)
    run.text_folder()
    run.chat_folder()
    run.rows("datasets/pairs.jsonl", [{"id": "p", "messages": conversation("Why?", "Fog.")}], "messages", 7)
    run.questions()
    return run


def test_a_run_shows_its_training_folders_then_its_files_then_its_questions(
    client: TestClient, facts: FinishedRun
) -> None:
    found = pages(client)
    assert [(one["kind"], one["file"]) for one in found] == [
        ("training", "pretraining_run"),
        ("training", "sft_run"),
        ("dataset", "datasets/pairs.jsonl"),
        ("questions", "eval_questions.jsonl"),
    ]
    texts, chat, pairs, questions = found
    assert (texts["stage"], texts["tokens"], texts["expected_steps"]) == ("pretraining", 5000, 150)
    assert (texts["note"], pairs["note"]) == ("", "")
    assert "give only 30 optimiser steps, too few to learn much from" in chat["note"]
    assert (chat["stage"], chat["rows"], chat["base_model"]) == ("supervised", 2, "Some/Base-0.6B")
    assert (pairs["path"], pairs["format"], pairs["rows"]) == ("outputs/facts/datasets/pairs.jsonl", "messages", 1)
    assert (questions["rows"], questions["run"]) == (1, facts.id)


def test_pages_of_any_size_hold_each_entry_once(client: TestClient, facts: FinishedRun, project: Path) -> None:
    other = FinishedRun(project, "other")
    other.chat_folder()
    everything = pages(client)
    assert len(everything) == 5
    for limit in (1, 2, 3):
        assert pages(client, limit=limit) == everything
    assert {one["run"] for one in pages(client, run=other.id)} == {other.id}
    assert [one["kind"] for one in pages(client, kind="questions", limit=1)] == ["questions"]


def test_what_a_run_has_not_finished_is_not_offered(client: TestClient, facts: FinishedRun) -> None:
    facts.write("run.json", {"status": "failed", "pipeline": "x", "config": {}})
    assert pages(client) == []


def test_parquet_beside_the_lines_is_said_and_parquet_alone_is_found(client: TestClient, facts: FinishedRun) -> None:
    facts.write("datasets/pairs.parquet", "PAR1")
    facts.write("datasets/alone.parquet", "PAR1")
    found = {one["file"]: one for one in pages(client, kind="dataset")}
    assert found["datasets/pairs.jsonl"]["parquet"]
    assert found["datasets/alone.parquet"]["size"] == 4


def test_a_training_folder_shows_its_files_settings_and_first_rows(client: TestClient, facts: FinishedRun) -> None:
    details = client.get(f"/api/datasets/{facts.id}", params={"file": "sft_run"}).json()
    assert [(one["file"], one["rows"], one["tokens"]) for one in details["files"]] == [("sft_run/chat.jsonl", 2, 1000)]
    assert details["settings"]["epochs"] == 3
    assert [row["value"]["id"] for row in details["examples"]] == ["c1", "c2"]
    assert "sharegpt" in details["formats"]


def test_a_file_in_a_training_folder_can_be_looked_at_by_itself(client: TestClient, facts: FinishedRun) -> None:
    details = client.get(f"/api/datasets/{facts.id}", params={"file": "sft_run/chat.jsonl"}).json()
    assert (details["kind"], details["rows"]) == ("dataset", 2)
    assert details["lengths"] == [{"least": 0, "most": 16, "rows": 2}]


@pytest.mark.parametrize(
    "file", ["nothing.jsonl", "../facts/run.json", "run.json", "/etc/passwd", "sft_run/../run.json"]
)
def test_only_datasets_are_shown(client: TestClient, facts: FinishedRun, file: str) -> None:
    for address in (f"/api/datasets/{facts.id}", f"/api/datasets/{facts.id}/export"):
        answer = client.get(address, params={"file": file, "format": "text"})
        assert "GET /api/datasets lists them" in refused(answer, 404, "no-such-dataset")


def test_rows_are_given_out_in_another_layout(client: TestClient, facts: FinishedRun) -> None:
    query = {"file": "datasets/pairs.jsonl", "format": "sharegpt"}
    answer = client.get(f"/api/datasets/{facts.id}/export", params=query)
    assert 'filename="pairs-sharegpt.jsonl"' in answer.headers["content-disposition"]
    (row,) = map(orjson.loads, answer.content.splitlines())
    assert row["conversations"] == [{"from": "human", "value": "Why?"}, {"from": "gpt", "value": "Fog."}]


def test_rows_that_the_layout_cannot_hold_are_left_out(client: TestClient, facts: FinishedRun) -> None:
    long = [*conversation("Why?", "Fog."), *conversation("And now?", "Sun.")]
    rows = [{"id": "long", "messages": long}, {"id": "short", "messages": conversation("Why?", "Fog.")}]
    facts.rows("datasets/mixed.jsonl", rows, "messages")
    with facts.folder.joinpath("datasets/mixed.jsonl").open("ab") as file:
        file.write(b"{torn\n[1]\n")
    answer = client.get(f"/api/datasets/{facts.id}/export", params={"file": "datasets/mixed.jsonl", "format": "alpaca"})
    assert [orjson.loads(line)["id"] for line in answer.content.splitlines()] == ["short"]


def test_a_layout_that_holds_none_of_the_rows_is_refused(client: TestClient, facts: FinishedRun) -> None:
    query = {"file": "pretraining_run/text.jsonl", "format": "messages"}
    answer = client.get(f"/api/datasets/{facts.id}/export", params=query)
    assert "cannot be written as messages" in refused(answer, 422, "no-such-layout")


def exported(client: TestClient, run: FinishedRun, file: str = "datasets/pairs.jsonl") -> Any:
    return client.get(f"/api/datasets/{run.id}/export", params={"file": file, "format": "parquet"})


def rows_in(data: bytes) -> list[Any]:
    return [row for batch in read_parquet(io.BytesIO(data)) for row in batch.to_struct_array().to_pylist()]


def test_rows_are_given_out_as_parquet(client: TestClient, facts: FinishedRun, own_state: Path) -> None:
    facts.rows("datasets/größe.jsonl", rows := [{"id": f"r{n}", "text": "Sea. " * n} for n in range(2500)], "text")
    before = {*own_state.iterdir()}
    answer = exported(client, facts, "datasets/größe.jsonl")
    assert answer.headers["content-disposition"].endswith("filename*=UTF-8''gr%C3%B6%C3%9Fe.parquet")
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert rows_in(answer.content) == rows
    assert {*own_state.iterdir()} == before
    details = client.get(f"/api/datasets/{facts.id}", params={"file": "datasets/größe.jsonl"}).json()
    assert details["formats"] == ["text", "segments", "parquet"]


def test_rows_that_a_parquet_file_cannot_hold_are_left_out(client: TestClient, facts: FinishedRun) -> None:
    lines = ['{"id": "a", "n": 1, "text": "x"}', "", "{torn", "[1]", '{"id": "b", "n": 0.5, "text": ["y"]}']
    facts.write("datasets/mixed.jsonl", "\n".join([*lines, '{"id": "c", "n": 0.5, "text": "z"}', '{"id": "d"']))
    found = rows_in(exported(client, facts, "datasets/mixed.jsonl").content)
    assert found == [{"id": "a", "n": 1.0, "text": "x"}, {"id": "c", "n": 0.5, "text": "z"}]


def test_the_parquet_file_beside_the_rows_is_given_out_unless_it_is_older(
    client: TestClient, facts: FinishedRun
) -> None:
    beside = facts.write("datasets/pairs.parquet", "PAR1 of the run")
    assert exported(client, facts).content == b"PAR1 of the run"
    os.utime(beside, (1, 1))
    assert [row["id"] for row in rows_in(exported(client, facts).content)] == ["p"]


@pytest.mark.parametrize(
    ("text", "why"),
    [("[1]\n{torn\n", "none of them is a JSON object"), ('{"id": "a", "more": {}}\n', "empty structs")],
)
def test_what_cannot_become_parquet_is_refused_with_the_reason(
    client: TestClient, facts: FinishedRun, text: str, why: str
) -> None:
    facts.write("datasets/odd.jsonl", text)
    assert why in refused(exported(client, facts, "datasets/odd.jsonl"), 422, "no-such-layout")
    assert "download it from its folder" in refused(exported(client, facts, "sft_run"), 422, "no-such-layout")


def test_a_file_that_was_changed_after_the_run_is_counted_anew(client: TestClient, facts: FinishedRun) -> None:
    later = facts.folder.joinpath("summary.json").stat().st_mtime + 10
    path = facts.folder / "sft_run/chat.jsonl"
    os.utime(path, (later, later))  # the same rows: what the run knew of them holds
    assert {one["file"]: (one["rows"], one["tokens"]) for one in pages(client)}["sft_run"] == (2, 1000)
    path.write_bytes(path.read_bytes() * 2)
    os.utime(path, (later, later))
    found = {one["file"]: one for one in pages(client)}["sft_run"]
    assert (found["rows"], found["tokens"], found["expected_steps"]) == (4, 0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "stages: [1, [2], {data: 4}]\n",
        "stages:\n- data: [{file: ../../x, format: [1]}, {file: 3}, 7]\n  epochs: .nan\n  batch_tokens: many\n",
        "stages:\n- kind: {a: 1}\n  data: [{file: chat.jsonl}]\n  epochs: 1e300\n  batch_tokens: 1\n",
        "a: &a [x, x]\nb: &b [*a, *a]\ndata: [{file: chat.jsonl, format: *b}]\nchat_template: *b\n",
        "[\n",
        "\x00\x01",
        "",
    ],
)
def test_a_damaged_finetune_file_hides_nothing_else(client: TestClient, facts: FinishedRun, text: str) -> None:
    facts.write("odd/finetune.yaml", text)
    facts.write("odd/chat.jsonl", "")
    assert {"sft_run", "pretraining_run"} <= {one["file"] for one in pages(client)}
    assert client.get(f"/api/datasets/{facts.id}", params={"file": "odd"}).status_code in (200, 404)
    wish = {"sources": [{"run": facts.id, "file": "odd"}]}
    assert client.post("/api/training-configs", json=wish).status_code in (201, 404, 422)


def test_links_that_lead_out_and_names_that_are_no_text_are_left_out(
    client: TestClient, facts: FinishedRun, tmp_path: Path
) -> None:
    secret = tmp_path / "elsewhere"
    secret.mkdir()
    (secret / "chat.jsonl").write_text('{"id": "secret", "text": "secret"}\n')
    (secret / "finetune.yaml").write_text("data: [{file: chat.jsonl, format: text}]\n")
    (facts.folder / "datasets/out.jsonl").symlink_to(secret / "chat.jsonl")
    (facts.folder / "linked").symlink_to(secret)
    odd = facts.folder / os.fsdecode(b"\xff\xfe")
    odd.mkdir()
    (odd / "finetune.yaml").write_text("data: [{file: x}]\n")
    assert len(pages(client)) == 4

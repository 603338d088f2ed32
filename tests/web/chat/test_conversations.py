"""Conversations that are kept, and what becomes of answers that were rated down."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

CHAT = "0" * 31 + "a"
OFFLINE = {"kind": "offline"}


def refused(answer: Any, status: int, code: str) -> str:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return str(answer.json()["detail"])


def say(client: TestClient, number: int, role: str, content: str, **more: Any) -> Any:
    answer = client.put(f"/api/chats/{CHAT}/messages/{number}", json={"role": role, "content": content, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def chat(client: TestClient) -> str:
    """A question and an answer."""
    assert client.put(f"/api/chats/{CHAT}", json={"targets": [OFFLINE]}).status_code == 201
    say(client, 0, "user", "Who keeps\n the lamp?")
    say(client, 1, "assistant", "Nobody.", model="keeper", seconds=1.5, output_tokens=2, sources=[{"file": "a"}])
    return CHAT


def rate(client: TestClient, number: int, rating: str | None, note: str = "") -> Any:
    return client.post(f"/api/chats/{CHAT}/messages/{number}/rating", json={"rating": rating, "note": note})


def test_a_conversation_is_kept_as_it_was(client: TestClient, chat: str, own_state: Path) -> None:
    found = client.get(f"/api/chats/{chat}").json()
    assert [one["content"] for one in found["messages"]] == ["Who keeps\n the lamp?", "Nobody."]
    answer = found["messages"][1]
    assert (answer["model"], answer["seconds"], answer["output_tokens"]) == ("keeper", 1.5, 2)
    assert answer["sources"] == [{"file": "a"}]
    assert answer["created"] > 1e9
    (head,) = client.get("/api/chats").json()["items"]
    assert (head["title"], head["messages"]) == ("Who keeps the lamp?", 2)
    file = own_state / "chats" / f"{chat}.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_asking_again_keeps_what_was_there_as_a_version(client: TestClient, chat: str) -> None:
    say(client, 2, "user", "Really?")
    changed = say(client, 1, "assistant", "The keeper.")
    assert [one["content"] for one in changed["messages"]] == ["Who keeps\n the lamp?", "The keeper."]
    (version,) = changed["messages"][1]["versions"]
    assert [one["content"] for one in version["messages"]] == ["Nobody.", "Really?"]
    for number in range(20):
        changed = say(client, 1, "assistant", f"Keeper {number}.")
    versions = changed["messages"][1]["versions"]
    assert [one["messages"][0]["content"] for one in versions] == [f"Keeper {number}." for number in range(9, 19)]


def test_a_message_cannot_leave_a_gap(client: TestClient, chat: str) -> None:
    answer = client.put(f"/api/chats/{chat}/messages/3", json={"role": "user", "content": "?"})
    assert "the next has the number 2" in refused(answer, 404, "no-such-message")


def test_a_title_and_other_targets_leave_the_messages_alone(client: TestClient, chat: str) -> None:
    targets = [OFFLINE, {"kind": "provider", "model": "ollama:qwen3:8b"}]
    answer = client.put(f"/api/chats/{chat}", json={"title": "Lamp", "targets": targets})
    assert (answer.status_code, answer.json()["title"], len(answer.json()["messages"])) == (200, "Lamp", 2)
    emptied = client.put(f"/api/chats/{chat}", json={"targets": targets, "messages": []}).json()
    assert (emptied["messages"], emptied["created"]) == ([], answer.json()["created"])


def test_conversations_are_listed_page_by_page_and_forgotten(client: TestClient) -> None:
    ids = [f"{number:032x}" for number in range(5)]
    for identity in ids:
        client.put(f"/api/chats/{identity}", json={"title": identity, "targets": [OFFLINE]})
    first = client.get("/api/chats", params={"limit": 3}).json()
    second = client.get("/api/chats", params={"limit": 3, "cursor": first["next"]}).json()
    assert [one["id"] for one in first["items"] + second["items"]] == ids[::-1]
    assert (first["total"], second["next"]) == (5, None)
    assert client.delete(f"/api/chats/{ids[0]}").status_code == 204
    refused(client.delete(f"/api/chats/{ids[0]}"), 404, "no-such-chat")
    refused(client.get(f"/api/chats/{ids[0]}"), 404, "no-such-chat")


def test_two_who_write_at_once_lose_nothing(client: TestClient) -> None:
    client.put(f"/api/chats/{CHAT}", json={"targets": [OFFLINE]})
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda number: client.put(
                    f"/api/chats/{CHAT}/messages/0", json={"role": "user", "content": str(number)}
                ),
                range(8),
            )
        )
    first = client.get(f"/api/chats/{CHAT}").json()["messages"][0]
    said = [first["content"], *(one["messages"][0]["content"] for one in first["versions"])]
    assert sorted(said) == [str(number) for number in range(8)]


def test_what_is_too_much_is_refused_and_nothing_is_lost(client: TestClient, chat: str) -> None:
    long = [{"role": "user", "content": "x" * 199_000}] * 60
    answer = client.put(f"/api/chats/{chat}", json={"targets": [OFFLINE], "messages": long})
    assert "begin a new one" in refused(answer, 413, "too-large")
    assert len(client.get(f"/api/chats/{chat}").json()["messages"]) == 2


def test_what_a_model_says_is_kept_to_the_character(client: TestClient, chat: str) -> None:
    said = "\0 a model that has hardly learned\x7f\ufffd\u2028\x1b[31m says anything\r\n"
    say(client, 2, "user", "And now?")
    say(client, 3, "assistant", said)
    assert client.get(f"/api/chats/{chat}").json()["messages"][3]["content"] == said
    assert rate(client, 3, "down").status_code == 200
    (one,) = client.get("/api/corrections").json()["items"]
    assert one["answer"] == said


def nested(levels: int) -> Any:
    return {"a": nested(levels - 1)} if levels else 1


def test_sources_that_cannot_be_kept_are_refused(client: TestClient, chat: str) -> None:
    for source in (nested(30), nested(300), {"a": 1 << 70}, {"a": "\ud800"}):
        body = json.dumps({"role": "assistant", "content": "x", "sources": [source]})
        answer = client.put(f"/api/chats/{chat}/messages/2", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, answer.text


def test_a_damaged_file_hides_only_itself(client: TestClient, chat: str, own_state: Path) -> None:
    (own_state / "chats" / f"{'f' * 32}.json").write_text("{torn")
    (own_state / "chats" / f"{'e' * 32}.json").write_text('{"id": 4}')
    assert [one["id"] for one in client.get("/api/chats").json()["items"]] == [chat]
    refused(client.get(f"/api/chats/{'f' * 32}"), 404, "no-such-chat")


# Ratings and corrections


def test_thumbs_down_makes_a_row_to_correct(client: TestClient, chat: str) -> None:
    assert rate(client, 1, "down", "The keeper does.").status_code == 200
    (one,) = client.get("/api/corrections").json()["items"]
    assert (one["state"], one["answer"], one["model"], one["note"]) == ("open", "Nobody.", "keeper", "The keeper does.")
    assert one["messages"] == [{"role": "user", "content": "Who keeps\n the lamp?"}]
    assert client.get(f"/api/chats/{chat}").json()["messages"][1]["rating"] == "down"
    rate(client, 1, "down")
    assert client.get("/api/corrections").json()["counts"] == {"open": 1, "accepted": 0, "dismissed": 0}


@pytest.mark.parametrize("rating", ["up", None])
def test_a_rating_taken_back_takes_the_open_row_back(client: TestClient, chat: str, rating: str | None) -> None:
    rate(client, 1, "down")
    rate(client, 1, rating)
    assert client.get("/api/corrections").json()["items"] == []
    rate(client, 1, "down")
    (one,) = client.get("/api/corrections").json()["items"]
    client.put(f"/api/corrections/{one['id']}", json={"state": "accepted", "corrected": "The keeper."})
    rate(client, 1, rating)
    assert len(client.get("/api/corrections").json()["items"]) == 1  # somebody has worked on it


def test_only_answers_are_rated(client: TestClient, chat: str) -> None:
    refused(rate(client, 0, "down"), 422, "not-an-answer")
    refused(rate(client, 2, "down"), 404, "no-such-message")


def test_accepted_corrections_become_rows_to_train_on(client: TestClient, chat: str, project: Path) -> None:
    refused(client.post("/api/corrections/export", json={"name": "lamp"}), 409, "no-rows")
    rate(client, 1, "down")
    (one,) = client.get("/api/corrections").json()["items"]
    address = f"/api/corrections/{one['id']}"
    refused(client.put(address, json={"state": "accepted"}), 422, "nothing-corrected")
    accepted = client.put(address, json={"state": "accepted", "corrected": "The keeper."}).json()
    assert (accepted["state"], accepted["corrected"]) == ("accepted", "The keeper.")
    exported = client.post("/api/corrections/export", json={"name": "lamp"})
    assert exported.status_code == 201, exported.text
    assert (exported.json()["path"], exported.json()["rows"]) == ("inputs/corrections/lamp.jsonl", 1)
    (row,) = map(orjson.loads, (project / "inputs/corrections/lamp.jsonl").read_bytes().splitlines())
    assert row["messages"] == [
        {"role": "user", "content": "Who keeps\n the lamp?"},
        {"role": "assistant", "content": "The keeper."},
    ]
    refused(client.post("/api/corrections/export", json={"name": "lamp"}), 409, "exists")
    assert client.post("/api/corrections/export", json={"name": "lamp", "overwrite": True}).status_code == 201


def test_a_correction_that_makes_no_row_is_named_and_left_out(client: TestClient, chat: str, project: Path) -> None:
    say(client, 2, "assistant", "And nobody else.")  # two answers in a row are nothing to train on
    for number in (1, 2):
        rate(client, number, "down")
    for one in client.get("/api/corrections").json()["items"]:
        client.put(f"/api/corrections/{one['id']}", json={"state": "accepted", "corrected": "The keeper."})
    exported = client.post("/api/corrections/export", json={"name": "lamp"}).json()
    assert (exported["rows"], len(exported["left_out"])) == (1, 1)
    assert "follows one of assistant" in exported["left_out"][0]


def test_a_dismissed_correction_is_in_no_export_and_can_be_forgotten(client: TestClient, chat: str) -> None:
    rate(client, 1, "down")
    (one,) = client.get("/api/corrections").json()["items"]
    client.put(f"/api/corrections/{one['id']}", json={"state": "dismissed"})
    assert client.get("/api/corrections", params={"state": "open"}).json()["items"] == []
    refused(client.post("/api/corrections/export", json={"name": "lamp"}), 409, "no-rows")
    assert client.delete(f"/api/corrections/{one['id']}").status_code == 204
    refused(client.put(f"/api/corrections/{one['id']}", json={"state": "open"}), 404, "no-such-correction")


def test_corrections_go_nowhere_else(client: TestClient) -> None:
    for name in ("../x", "a/b", ".hidden", "", "x\0", "x" * 101):
        refused(client.post("/api/corrections/export", json={"name": name}), 422, "invalid-request")


def test_a_link_out_of_inputs_takes_no_corrections(
    client: TestClient, chat: str, project: Path, tmp_path: Path
) -> None:
    rate(client, 1, "down")
    (one,) = client.get("/api/corrections").json()["items"]
    client.put(f"/api/corrections/{one['id']}", json={"state": "accepted", "corrected": "The keeper."})
    (tmp_path / "away").mkdir()
    (project / "inputs/corrections").symlink_to(tmp_path / "away")
    refused(client.post("/api/corrections/export", json={"name": "lamp"}), 403, "path-outside")
    assert list((tmp_path / "away").iterdir()) == []

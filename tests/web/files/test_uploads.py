from __future__ import annotations

import os
import time
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from api import create_app
from tests.web.files.sending import begin, send, upload
from web.settings import Settings

BASE = "http://127.0.0.1:8000"


def cut_off(client: TestClient, upload_id: str, arrived: bytes) -> None:
    """A request whose connection breaks after some of its body."""
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": arrived, "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "PATCH",
        "scheme": "http",
        "path": f"/api/uploads/{upload_id}",
        "raw_path": b"",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"upload-offset", b"0")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }

    async def receive() -> MutableMapping[str, Any]:
        return messages.pop(0)

    async def answer(message: MutableMapping[str, Any]) -> None:
        pass

    async def talk() -> None:
        await client.app(scope, receive, answer)

    assert client.portal is not None
    client.portal.call(talk)


def test_a_file_arrives_whole_in_its_folder_when_the_last_byte_does(client: TestClient, project: Path) -> None:
    target = project / "inputs" / "books" / "austen" / "emma.txt"
    announced = begin(client, "books/austen/emma.txt", 10)
    assert (announced["offset"], announced["complete"]) == (0, False)
    first = send(client, announced["id"], b"01234")
    assert (first.status_code, first.json()["offset"], first.headers["Upload-Offset"]) == (200, 5, "5")
    assert not target.exists()
    last = send(client, announced["id"], b"56789", 5)
    assert last.json() | {"id": ""} == {
        "id": "",
        "root": "inputs",
        "path": "books/austen/emma.txt",
        "size": 10,
        "offset": 10,
        "overwrite": False,
        "unpack": False,
        "complete": True,
        "files": 0,
    }
    assert target.read_bytes() == b"0123456789"


def test_a_complete_upload_is_remembered_for_who_missed_the_answer(client: TestClient) -> None:
    done = upload(client, "a.txt", b"text").json()
    asked = client.get(f"/api/uploads/{done['id']}")
    assert asked.json() == done
    head = client.head(f"/api/uploads/{done['id']}")
    assert (head.status_code, head.headers["Upload-Offset"], head.headers["Upload-Length"]) == (200, "4", "4")
    assert send(client, done["id"], b"", 4).json()["code"] == "no-upload"


def test_an_upload_cut_off_goes_on_where_it_was_after_a_restart(settings: Settings, project: Path) -> None:
    data = os.urandom(3_000_000)
    with TestClient(create_app(settings), base_url=BASE) as client:
        upload_id = begin(client, "big.bin", len(data))["id"]
        cut_off(client, upload_id, data[:1_234_567])
    with TestClient(create_app(settings), base_url=BASE) as client:
        head = client.head(f"/api/uploads/{upload_id}")
        assert head.headers["Upload-Offset"] == "1234567"
        assert send(client, upload_id, data[1_234_567:], 1_234_567).json()["complete"]
    assert (project / "inputs" / "big.bin").read_bytes() == data
    assert not list((settings.state / "uploads").glob("*.*"))


def test_bytes_for_another_place_than_the_end_are_refused_and_the_end_is_told(client: TestClient) -> None:
    upload_id = begin(client, "a.txt", 10)["id"]
    send(client, upload_id, b"0123")
    for offset in (0, 3, 5, 10, 1 << 50):
        answer = send(client, upload_id, b"xx", offset)
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong-offset")
        assert answer.json()["detail"] == f"4 bytes have arrived: send from there, not from {offset}"
    assert client.get(f"/api/uploads/{upload_id}").json()["offset"] == 4


def test_the_offset_must_be_said(client: TestClient) -> None:
    upload_id = begin(client, "a.txt", 10)["id"]
    for headers in ({}, {"Upload-Offset": "-1"}, {"Upload-Offset": "x"}, {"Upload-Offset": "9" * 30}):
        assert client.patch(f"/api/uploads/{upload_id}", content=b"x", headers=headers).status_code == 422


def test_more_bytes_than_announced_are_refused_and_none_of_them_kept(client: TestClient, project: Path) -> None:
    upload_id = begin(client, "a.txt", 4)["id"]
    send(client, upload_id, b"ab")
    told = send(client, upload_id, b"cdef", 2)
    untold = client.patch(f"/api/uploads/{upload_id}", content=iter([b"c", b"d", b"e"]), headers={"Upload-Offset": "2"})
    for answer in (told, untold):
        assert (answer.status_code, answer.json()["code"]) == (413, "too-long")
    assert send(client, upload_id, b"cd", 2).json()["complete"]
    assert (project / "inputs" / "a.txt").read_bytes() == b"abcd"


def test_an_empty_file_is_there_at_once(client: TestClient, project: Path) -> None:
    assert begin(client, "package/__init__.py", 0)["complete"]
    assert (project / "inputs" / "package" / "__init__.py").read_bytes() == b""


def test_a_file_that_exists_is_replaced_only_when_asked(client: TestClient, project: Path) -> None:
    upload(client, "a.txt", b"old")
    asked = {"root": "inputs", "path": "a.txt", "size": 3}
    refused = client.post("/api/uploads", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "exists")
    assert upload(client, "a.txt", b"new", overwrite=True).json()["complete"]
    assert (project / "inputs" / "a.txt").read_bytes() == b"new"


def test_of_two_uploads_to_one_place_the_first_to_end_wins_and_the_other_can_still_be_ended(
    client: TestClient, project: Path
) -> None:
    one, two = begin(client, "a.txt", 3)["id"], begin(client, "a.txt", 3)["id"]
    assert send(client, two, b"two").json()["complete"]
    late = send(client, one, b"one")
    assert (late.status_code, late.json()["code"]) == (409, "exists")
    assert (project / "inputs" / "a.txt").read_bytes() == b"two"
    (project / "inputs" / "a.txt").unlink()
    assert send(client, one, b"", 3).json()["complete"]
    assert (project / "inputs" / "a.txt").read_bytes() == b"one"


def test_a_file_does_not_take_the_place_of_a_folder(client: TestClient) -> None:
    for path in ("sample", ""):
        answer = client.post("/api/uploads", json={"root": "inputs", "path": path, "size": 1, "overwrite": True})
        assert answer.status_code in (409, 422)
        assert answer.json()["code"] in ("exists", "is-root")


def test_nothing_is_left_of_a_cancelled_upload(client: TestClient, settings: Settings) -> None:
    upload_id = begin(client, "a.txt", 4)["id"]
    send(client, upload_id, b"ab")
    assert client.delete(f"/api/uploads/{upload_id}").status_code == 204
    assert client.get(f"/api/uploads/{upload_id}").status_code == 404
    assert not list((settings.state / "uploads").glob("*.*"))
    again = client.delete(f"/api/uploads/{upload_id}")
    assert (again.status_code, again.json()["code"]) == (404, "no-upload")


def test_cancelling_a_complete_upload_leaves_its_file(client: TestClient, project: Path) -> None:
    done = upload(client, "a.txt", b"text").json()
    assert client.delete(f"/api/uploads/{done['id']}").status_code == 204
    assert client.get(f"/api/uploads/{done['id']}").status_code == 404
    assert (project / "inputs" / "a.txt").read_bytes() == b"text"


def test_abandoned_uploads_go_when_the_next_one_comes(client: TestClient, settings: Settings) -> None:
    old, new = begin(client, "old.txt", 4)["id"], begin(client, "new.txt", 4)["id"]
    long_ago = time.time() - 8 * 86_400
    os.utime(settings.state / "uploads" / f"{old}.part", (long_ago, long_ago))
    os.utime(settings.state / "uploads" / f"{new}.json", (long_ago, long_ago))  # began then, and goes on still
    begin(client, "next.txt", 4)
    assert client.get(f"/api/uploads/{old}").status_code == 404
    assert client.get(f"/api/uploads/{new}").status_code == 200


def test_the_limits_of_the_settings_hold(project: Path, own_state: Path) -> None:
    settings = Settings(root=project, state=own_state, upload_bytes=100, upload_files=2)
    with TestClient(create_app(settings), base_url=BASE) as client:
        asked = {"root": "inputs", "path": "a", "size": 101}
        answer = client.post("/api/uploads", json=asked)
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
        assert "100 bytes that ATK_UPLOAD_BYTES allows" in answer.json()["detail"]
        for name in "bc":
            begin(client, name, 100)
        answer = client.post("/api/uploads", json=asked | {"size": 1})
        assert (answer.status_code, answer.json()["code"]) == (413, "too-many-uploads")


def test_more_than_the_disk_can_hold_is_refused_before_it_is_sent(project: Path, own_state: Path) -> None:
    settings = Settings(root=project, state=own_state, upload_bytes=1 << 50)
    with TestClient(create_app(settings), base_url=BASE) as client:
        answer = client.post("/api/uploads", json={"root": "inputs", "path": "a", "size": 1 << 50})
    assert (answer.status_code, answer.json()["code"]) == (413, "disk-full")


def test_two_requests_cannot_send_the_same_upload_at_once(client: TestClient, settings: Settings) -> None:
    import fcntl

    upload_id = begin(client, "a.txt", 4)["id"]
    with (settings.state / "uploads" / f"{upload_id}.part").open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        answer = send(client, upload_id, b"text")
        assert (answer.status_code, answer.json()["code"]) == (409, "busy")
        assert client.delete(f"/api/uploads/{upload_id}").json()["code"] == "busy"
    assert send(client, upload_id, b"text").json()["complete"]


def test_an_id_that_is_none_is_refused(client: TestClient) -> None:
    for upload_id in ("x", "..%2f..%2fa", "0" * 31, "0" * 33, "G" * 32):
        assert client.get(f"/api/uploads/{upload_id}").status_code in (404, 422)
    assert client.get(f"/api/uploads/{'0' * 32}").json()["code"] == "no-upload"

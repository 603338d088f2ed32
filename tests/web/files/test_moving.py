from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from generation_functions.run_folder import RunFolder


def moved(client: TestClient, path: str, to: str, **more: Any) -> Any:
    return client.post("/api/files/outputs/move", json={"path": path, "to": to, **more})


def deleted(client: TestClient, path: str) -> Any:
    return client.delete("/api/files/outputs", params={"path": path})


@pytest.fixture
def at_work(project: Path) -> Iterator[Path]:
    """The folder of a run that this process holds."""
    folder = RunFolder(project / "outputs" / "group" / "poems")
    folder.acquire()
    (folder.path / "calls").mkdir()
    (folder.path / "calls" / "calls.jsonl").touch()
    yield folder.path
    folder.release()


def test_a_folder_is_made_with_those_above_it(client: TestClient, project: Path) -> None:
    answer = client.post("/api/files/outputs/folder", json={"path": "a/b/c"})
    assert answer.status_code == 201
    assert answer.json() | {"modified": 0} == {"name": "c", "path": "a/b/c", "kind": "folder", "size": 0, "modified": 0}
    assert (project / "outputs" / "a" / "b" / "c").is_dir()
    again = client.post("/api/files/outputs/folder", json={"path": "a/b/c"})
    assert (again.status_code, again.json()["detail"]) == (409, "a/b/c exists already")


def test_a_folder_in_a_file_is_refused(client: TestClient, project: Path) -> None:
    (project / "outputs" / "file").touch()
    answer = client.post("/api/files/outputs/folder", json={"path": "file/inner"})
    assert (answer.status_code, answer.json()["code"]) == (409, "in-the-way")


def test_folders_nested_beyond_reason_are_refused(client: TestClient) -> None:
    answer = client.post("/api/files/outputs/folder", json={"path": "a/" * 1900})
    assert (answer.status_code, answer.json()["detail"]) == (422, "the path has more than 64 folders in folders")


def test_an_entry_gets_another_name_and_place(client: TestClient, project: Path) -> None:
    (project / "outputs" / "a.txt").write_text("text")
    answer = moved(client, "a.txt", "new/place/b.txt")
    assert answer.status_code == 200
    assert answer.json()["path"] == "new/place/b.txt"
    assert not (project / "outputs" / "a.txt").exists()
    assert moved(client, "new/place", "here").status_code == 200
    assert (project / "outputs" / "here" / "b.txt").read_text() == "text"


def test_a_file_is_overwritten_only_when_asked(client: TestClient, project: Path) -> None:
    for name in ("old", "new"):
        (project / "outputs" / name).write_text(name)
    refused = moved(client, "new", "old")
    assert (refused.status_code, refused.json()["code"]) == (409, "exists")
    assert (project / "outputs" / "old").read_text() == "old"
    assert moved(client, "new", "old", overwrite=True).status_code == 200
    assert (project / "outputs" / "old").read_text() == "new"


def test_a_folder_is_never_overwritten(client: TestClient, project: Path) -> None:
    (project / "outputs" / "folder").mkdir()
    (project / "outputs" / "other").mkdir()
    (project / "outputs" / "file").touch()
    for source in ("file", "other"):
        answer = moved(client, source, "folder", overwrite=True)
        assert (answer.status_code, answer.json()["code"]) == (409, "exists")
        assert (project / "outputs" / source).exists()


def test_a_folder_cannot_be_moved_into_itself(client: TestClient, project: Path) -> None:
    (project / "outputs" / "a").mkdir()
    answer = moved(client, "a", "a/b")
    assert (answer.status_code, answer.json()["code"]) == (422, "into-itself")


def test_what_is_not_there_cannot_be_moved_or_deleted(client: TestClient) -> None:
    assert moved(client, "nothing", "something").status_code == 404
    assert deleted(client, "nothing").json()["detail"] == "there is no nothing"


def test_files_and_whole_folders_are_deleted(client: TestClient, project: Path) -> None:
    (project / "outputs" / "a" / "b").mkdir(parents=True)
    (project / "outputs" / "a" / "b" / "c").touch()
    assert deleted(client, "a/b/c").status_code == 204
    assert deleted(client, "a").status_code == 204
    assert list((project / "outputs").iterdir()) == []


@pytest.mark.parametrize("path", ["", ".", "/", "./."])
def test_the_root_itself_cannot_be_deleted_or_moved(client: TestClient, project: Path, path: str) -> None:
    (project / "outputs" / "kept").touch()
    assert deleted(client, path).status_code == 422
    assert client.post("/api/files/outputs/move", json={"path": path, "to": "b"}).status_code == 422
    assert (project / "outputs" / "kept").exists()


def test_a_link_is_deleted_or_moved_and_not_what_it_leads_to(client: TestClient, project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").touch()
    (project / "outputs" / "link").symlink_to(outside)
    assert moved(client, "link", "other").json()["kind"] == "link"
    assert deleted(client, "other").status_code == 204
    assert (outside / "precious").exists()


@pytest.mark.parametrize("path", ["group/poems", "group", "group/poems/calls", "group/poems/calls/calls.jsonl"])
def test_what_a_run_works_with_stays_where_it_is(client: TestClient, at_work: Path, path: str) -> None:
    for answer in (deleted(client, path), moved(client, path, "elsewhere")):
        assert (answer.status_code, answer.json()["code"]) == (409, "run-at-work")
        assert answer.json()["detail"] == "a run is at work in group/poems: pause or cancel it first"
    assert (at_work / "calls" / "calls.jsonl").exists()


def test_nothing_is_moved_or_uploaded_into_the_folder_of_a_run_at_work(
    client: TestClient, at_work: Path, project: Path
) -> None:
    (project / "outputs" / "mine").touch()
    assert moved(client, "mine", "group/poems/mine").json()["code"] == "run-at-work"
    asked = {"root": "outputs", "path": "group/poems/.lock", "size": 1, "overwrite": True}
    assert client.post("/api/uploads", json=asked).json()["code"] == "run-at-work"


def test_the_folder_of_an_ended_run_can_be_deleted(client: TestClient, project: Path) -> None:
    folder = RunFolder(project / "outputs" / "poems")
    folder.acquire()
    folder.release()
    assert (folder.path / ".lock").exists()
    assert deleted(client, "poems").status_code == 204
    assert not folder.path.exists()


def test_configs_are_none_of_these_roots(client: TestClient) -> None:
    for answer in (
        client.get("/api/files/configs"),
        client.delete("/api/files/configs", params={"path": "poems.yaml"}),
        client.post("/api/uploads", json={"root": "configs", "path": "a.yaml", "size": 1}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from web.files.listing import list_folder
from web.problems import InvalidError


def listed(client: TestClient, root: str = "outputs", **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/files/{root}", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def names(page: dict[str, Any]) -> list[str]:
    return [item["name"] for item in page["items"]]


def test_folders_come_first_and_numbers_in_names_count_as_numbers(client: TestClient, project: Path) -> None:
    for name in ("file10.txt", "file2.txt", "File1.txt", "file007.txt", "alpha"):
        (project / "outputs" / name).write_text(name)
    (project / "outputs" / "zoo").mkdir()
    page = listed(client)
    assert names(page) == ["zoo", "alpha", "File1.txt", "file2.txt", "file007.txt", "file10.txt"]
    assert page["total"] == 6
    assert page["next"] is None
    assert page["items"][0]["kind"] == "folder"
    assert page["items"][1] | {"modified": 0} == {
        "name": "alpha",
        "path": "alpha",
        "kind": "file",
        "size": 5,
        "modified": 0,
    }


def test_pages_join_to_the_whole_even_when_files_come_and_go_between_them(client: TestClient, project: Path) -> None:
    for number in range(25):
        (project / "outputs" / f"{number}.txt").touch()
    first = listed(client, limit=10)
    (project / "outputs" / "9.txt").unlink()  # the one that the cursor is about
    (project / "outputs" / "0a.txt").touch()
    second = listed(client, limit=10, cursor=first["next"])
    third = listed(client, limit=10, cursor=second["next"])
    assert names(first) + names(second) + names(third) == [f"{number}.txt" for number in range(25)]
    assert third["next"] is None


def test_paths_of_entries_can_be_used_to_go_deeper(client: TestClient, project: Path) -> None:
    (project / "outputs" / "a" / "b").mkdir(parents=True)
    (project / "outputs" / "a" / "b" / "c.txt").write_text("text")
    inner = listed(client)["items"][0]["path"]
    inner = listed(client, path=inner)["items"][0]["path"]
    assert listed(client, path=inner)["items"][0]["path"] == "a/b/c.txt"


def test_hidden_entries_are_shown_only_on_demand(client: TestClient, project: Path) -> None:
    (project / "outputs" / ".lock").touch()
    (project / "outputs" / "seen").touch()
    assert names(listed(client)) == ["seen"]
    assert names(listed(client, hidden=True)) == [".lock", "seen"]


def test_a_root_that_was_never_made_is_an_empty_folder(client: TestClient, project: Path) -> None:
    (project / "models").rmdir()
    assert listed(client, "models") == {"items": [], "next": None, "total": 0}


def test_links_within_the_root_are_followed_and_those_out_of_it_are_only_named(
    client: TestClient, project: Path, tmp_path: Path
) -> None:
    outputs = project / "outputs"
    (outputs / "real").mkdir()
    (outputs / "near").symlink_to(outputs / "real")
    (outputs / "away").symlink_to(tmp_path)
    (outputs / "broken").symlink_to(outputs / "nothing")
    (outputs / "circle").symlink_to(outputs / "circle")
    kinds = {item["name"]: item["kind"] for item in listed(client)["items"]}
    assert kinds == {"near": "folder", "real": "folder", "away": "link", "broken": "link", "circle": "link"}


def test_names_that_cannot_be_sent_are_shown_but_cannot_be_opened(client: TestClient, project: Path) -> None:
    (project / "outputs" / os.fsdecode(b"caf\xe9.txt")).touch()
    (project / "outputs" / "two\nlines").touch()
    os.mkfifo(project / "outputs" / "pipe")
    kinds = {item["name"]: item["kind"] for item in listed(client)["items"]}
    assert kinds == {"caf\ufffd.txt": "other", "two\nlines": "other", "pipe": "other"}


def test_what_is_no_folder_cannot_be_listed(client: TestClient, project: Path) -> None:
    (project / "outputs" / "file").touch()
    assert client.get("/api/files/outputs", params={"path": "file"}).json()["code"] == "not-a-folder"
    missing = client.get("/api/files/outputs", params={"path": "nothing"})
    assert (missing.status_code, missing.json()["code"]) == (404, "no-such-file")


@pytest.mark.parametrize("cursor", ["???", "Zg", "eHl6", "ZmEvYg", "ZgA", "%00", "A"])
def test_a_made_up_cursor_is_refused(client: TestClient, cursor: str) -> None:
    answer = client.get("/api/files/outputs", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor-invalid")


@given(st.text(max_size=60))
def test_any_text_as_cursor_gives_a_page_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, cursor: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    with suppress(InvalidError):
        assert len(list_folder(folder, "", cursor=cursor, limit=5, hidden=True).items) <= 5


_NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=8)


@given(st.sets(_NAMES.filter(lambda name: name not in (".", "..") and len(name.encode()) < 200), max_size=12))
def test_pages_of_any_names_hold_each_name_once(
    tmp_path_factory: pytest.TempPathFactory, given_names: set[str]
) -> None:
    folder = tmp_path_factory.mktemp("names")
    for number, name in enumerate(sorted(given_names)):
        (folder / name).touch() if number % 2 else (folder / name).mkdir()
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = list_folder(folder, "", cursor=cursor, limit=3, hidden=True)
        found += [item.name for item in page.items]
        cursor = page.next
    assert sorted(found) == sorted(given_names)
    assert found == [item.name for item in list_folder(folder, "", cursor="", limit=100, hidden=True).items]

"""Nothing outside the shown folders can be read, written, moved or deleted, whichever parameter is tried."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.web.files.sending import begin

SECRET = "the secret"
TRICKS = [
    "../secret.txt",
    "../../secret.txt",
    "poems/../../secret.txt",
    "./../secret.txt",
    "..\\secret.txt",
    "poems\\..\\..\\secret.txt",
    "/etc/passwd",
    "//etc/passwd",
    "C:\\secret.txt",
    "C:/secret.txt",
    "../outputs-private/secret.txt",
    "%2e%2e/secret.txt",
    "%2e%2e%2fsecret.txt",
    "..%2fsecret.txt",
    "%252e%252e%252fsecret.txt",
    "..%c0%afsecret.txt",
    "....//secret.txt",
    "..;/secret.txt",
    "\uff0e\uff0e/secret.txt",
    "a\0../secret.txt",
    "secret.txt\0.png",
    "..\n/secret.txt",
    "file-link",
    "folder-link/secret.txt",
    "folder-link",
    "near/../file-link",
]


@pytest.fixture
def guarded(project: Path) -> Path:
    """A project with secrets around its outputs, and with links in these that lead to them."""
    (project / "secret.txt").write_text(SECRET)
    private = project / "outputs-private"
    private.mkdir()
    (private / "secret.txt").write_text(SECRET)
    outputs = project / "outputs"
    (outputs / "poems").mkdir()
    (outputs / "file-link").symlink_to(private / "secret.txt")
    (outputs / "folder-link").symlink_to(private)
    (outputs / "near").symlink_to(outputs / "poems")
    return project


def assert_untouched(project: Path) -> None:
    assert (project / "secret.txt").read_text() == SECRET
    assert (project / "outputs-private" / "secret.txt").read_text() == SECRET
    assert sorted(path.name for path in (project / "outputs-private").iterdir()) == ["secret.txt"]
    shown = {"configs", "inputs", "models", "outputs", "outputs-private", "secret.txt"}
    assert {path.name for path in project.iterdir()} == shown


def queries(client: TestClient, path: str) -> list[Any]:
    """Every way to give a path in the address, as it is and percent-encoded once more."""
    answers = []
    for what in ("", "/content", "/archive", "/preview"):
        answers.append(client.get(f"/api/files/outputs{what}", params={"path": path}))
        answers.append(client.get(f"/api/files/outputs{what}?path={quote(quote(path, safe=''), safe='')}"))
    return answers


@pytest.mark.parametrize("path", TRICKS)
def test_nothing_outside_is_shown(client: TestClient, guarded: Path, path: str) -> None:
    for answer in queries(client, path):
        assert answer.status_code in (403, 404, 422), (answer.request.url, answer.status_code)
        assert SECRET not in answer.text
        assert "secret.txt" not in answer.headers.get("Content-Disposition", "")


@pytest.mark.parametrize("path", [trick for trick in TRICKS if "link" not in trick])
def test_nothing_outside_is_deleted_or_moved(client: TestClient, guarded: Path, path: str) -> None:
    (guarded / "outputs" / "mine.txt").write_text("mine")
    delete = client.delete("/api/files/outputs", params={"path": path})
    away = client.post("/api/files/outputs/move", json={"path": path, "to": "stolen.txt"})
    assert {delete.status_code, away.status_code} <= {403, 404, 422}
    client.post("/api/files/outputs/move", json={"path": "mine.txt", "to": path, "overwrite": True})
    client.post("/api/files/outputs/folder", json={"path": path})
    assert_untouched(guarded)
    assert not (guarded / "outputs" / "stolen.txt").exists()


@pytest.mark.parametrize("path", TRICKS)
def test_nothing_outside_is_overwritten(client: TestClient, guarded: Path, path: str) -> None:
    for unpack in (False, True):
        asked = {"root": "outputs", "path": path, "size": 1, "overwrite": True, "unpack": unpack}
        answer = client.post("/api/uploads", json=asked)
        if answer.status_code == 201:  # a strange name, but one inside
            client.patch(f"/api/uploads/{answer.json()['id']}", content=b"x", headers={"Upload-Offset": "0"})
    assert_untouched(guarded)


def test_links_out_are_not_written_through(client: TestClient, guarded: Path) -> None:
    outputs = {"root": "outputs", "size": 1, "overwrite": True}
    for path in ("file-link", "folder-link/new.txt", "folder-link/secret.txt"):
        answer = client.post("/api/uploads", json={**outputs, "path": path})
        assert (answer.status_code, answer.json()["code"]) == (403, "path-outside")
    for to in ("folder-link/new.txt", "folder-link/secret.txt"):
        (guarded / "outputs" / "mine.txt").touch()
        answer = client.post("/api/files/outputs/move", json={"path": "mine.txt", "to": to, "overwrite": True})
        assert (answer.status_code, answer.json()["code"]) == (403, "path-outside")
    assert client.post("/api/files/outputs/folder", json={"path": "folder-link/new"}).status_code == 403
    assert client.delete("/api/files/outputs", params={"path": "folder-link/secret.txt"}).status_code == 403
    assert_untouched(guarded)


def test_a_link_that_comes_between_announcement_and_end_is_no_way_out(client: TestClient, guarded: Path) -> None:
    inputs = guarded / "inputs"
    announced = begin(client, "new/secret.txt", 4, overwrite=True)
    (inputs / "new").symlink_to(guarded / "outputs-private")
    answer = client.patch(f"/api/uploads/{announced['id']}", content=b"evil", headers={"Upload-Offset": "0"})
    assert (answer.status_code, answer.json()["code"]) == (403, "path-outside")
    assert_untouched(guarded)


def test_links_inside_are_followed(client: TestClient, guarded: Path) -> None:
    (guarded / "outputs" / "poems" / "a.txt").write_text("a")
    assert client.get("/api/files/outputs/content", params={"path": "near/a.txt"}).text == "a"


@pytest.mark.parametrize("root", ["outputs-private", "..", "%2e%2e", "", "outputs%00", "state", "OUTPUTS"])
def test_there_are_no_other_roots(client: TestClient, guarded: Path, root: str) -> None:
    for answer in (
        client.get(f"/api/files/{root}"),
        client.get(f"/api/files/{root}/content", params={"path": "secret.txt"}),
        client.post("/api/uploads", json={"root": root, "path": "a", "size": 0}),
    ):
        assert answer.status_code in (404, 405, 422)
        assert SECRET not in answer.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(path=st.lists(st.sampled_from(["..", ".", "/", "\\", "\0", "poems", "folder-link", "secret.txt", "%2e", "é"])))
def test_no_composition_of_tricks_leads_out(client: TestClient, guarded: Path, path: list[str]) -> None:
    for joint in ("", "/"):
        for answer in queries(client, joint.join(path)):
            assert answer.status_code in (200, 403, 404, 422)
            assert SECRET not in answer.text

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from starlette.testclient import TestClient

CONTENT = "/api/files/outputs/content"


@pytest.fixture
def letters(project: Path) -> Path:
    path = project / "outputs" / "letters.bin"
    path.write_bytes(b"abcdefghij")
    return path


def test_a_file_is_sent_as_an_attachment_under_its_own_name(client: TestClient, project: Path) -> None:
    (project / "outputs" / 'Füße "1".html').write_text("<script>alert(1)</script>")
    answer = client.get(CONTENT, params={"path": 'Füße "1".html', "inline": True})
    assert answer.text == "<script>alert(1)</script>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"F__e _1_.html\"; filename*=UTF-8''F%C3%BC%C3%9Fe%20%221%22.html"
    )


@pytest.mark.parametrize(
    ("wanted", "part", "said"),
    [
        ("bytes=2-4", b"cde", "bytes 2-4/10"),
        ("bytes=7-", b"hij", "bytes 7-9/10"),
        ("bytes=7-999", b"hij", "bytes 7-9/10"),
        ("bytes=-3", b"hij", "bytes 7-9/10"),
        ("bytes=-999", b"abcdefghij", "bytes 0-9/10"),
        ("Bytes=0-0", b"a", "bytes 0-0/10"),
    ],
)
def test_a_range_of_a_file(client: TestClient, letters: Path, wanted: str, part: bytes, said: str) -> None:
    answer = client.get(CONTENT, params={"path": letters.name}, headers={"Range": wanted})
    assert (answer.status_code, answer.content, answer.headers["Content-Range"]) == (206, part, said)
    assert answer.headers["Content-Length"] == str(len(part))


@pytest.mark.parametrize(
    "wanted", ["bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "bytes=a-b", "x" * 99]
)
def test_what_is_no_single_range_gets_the_whole_file(client: TestClient, letters: Path, wanted: str) -> None:
    answer = client.get(CONTENT, params={"path": letters.name}, headers={"Range": wanted})
    assert (answer.status_code, answer.content) == (200, b"abcdefghij")


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=99999-100000", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_with_the_size(client: TestClient, letters: Path, wanted: str) -> None:
    answer = client.get(CONTENT, params={"path": letters.name}, headers={"Range": wanted})
    assert (answer.status_code, answer.json()["code"]) == (416, "range-beyond-end")
    assert answer.headers["Content-Range"] == "bytes */10"


def test_a_download_goes_on_only_when_the_file_is_the_same(client: TestClient, letters: Path) -> None:
    tag = client.get(CONTENT, params={"path": letters.name}).headers["ETag"]
    headers = {"Range": "bytes=5-", "If-Range": tag}
    assert client.get(CONTENT, params={"path": letters.name}, headers=headers).status_code == 206
    letters.write_bytes(b"something else")
    changed = client.get(CONTENT, params={"path": letters.name}, headers=headers)
    assert (changed.status_code, changed.content) == (200, b"something else")


def test_an_empty_file_can_be_sent(client: TestClient, project: Path) -> None:
    (project / "outputs" / "empty").touch()
    answer = client.get(CONTENT, params={"path": "empty"})
    assert (answer.status_code, answer.content, answer.headers["Content-Length"]) == (200, b"", "0")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("notes.txt", "text/plain; charset=utf-8"),
        ("rows.jsonl", "text/plain; charset=utf-8"),
        ("picture.png", "image/png"),
        ("report.html", "text/html; charset=utf-8"),
    ],
)
def test_what_is_shown_in_the_browser_runs_in_a_sandbox(
    client: TestClient, project: Path, name: str, kind: str
) -> None:
    (project / "outputs" / name).write_bytes(b"content")
    answer = client.get(CONTENT, params={"path": name, "inline": True})
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Disposition"] == "inline"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script" not in policy
    assert client.get(CONTENT, params={"path": name}).headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "report.htm", "page.xhtml", "program.js", "data.xml"])
def test_what_could_run_scripts_is_never_shown(client: TestClient, project: Path, name: str) -> None:
    (project / "outputs" / name).write_bytes(b"<svg onload='alert(1)'/>")
    answer = client.get(CONTENT, params={"path": name, "inline": True})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_a_folder_has_no_content_and_a_file_is_no_archive(client: TestClient, letters: Path) -> None:
    assert client.get(CONTENT, params={"path": ""}).json()["code"] == "not-a-file"
    answer = client.get("/api/files/outputs/archive", params={"path": letters.name})
    assert (answer.status_code, answer.json()["code"]) == (422, "not-a-folder")


def test_a_folder_comes_as_an_archive_with_everything_but_links(
    client: TestClient, project: Path, tmp_path: Path
) -> None:
    run = project / "outputs" / "poems"
    (run / "inner" / "empty").mkdir(parents=True)
    (run / "inner" / "größe.txt").write_text("text")
    (run / ".lock").write_text("1")
    (run / "large.jsonl").write_bytes(b"row\n" * 300_000)
    (tmp_path / "secret.txt").write_text("secret")
    (run / "link.txt").symlink_to(tmp_path / "secret.txt")
    (run / "folder").symlink_to(tmp_path)
    answer = client.get("/api/files/outputs/archive", params={"path": "poems"})
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].endswith("filename*=UTF-8''poems.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        note = "_not in this archive.txt"
        assert archive.namelist() == [".lock", "inner/empty/", "inner/größe.txt", "large.jsonl", note]
        assert archive.read("large.jsonl") == b"row\n" * 300_000
        assert archive.read(note).decode().splitlines() == [
            "folder: a link, or no file",
            "link.txt: a link, or no file",
        ]
    assert b"secret" not in answer.content
    assert len(answer.content) < 50_000


def test_a_whole_root_is_named_after_itself(client: TestClient, letters: Path) -> None:
    answer = client.get("/api/files/outputs/archive")
    assert "outputs.zip" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == [letters.name]

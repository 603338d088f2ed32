"""Reading, writing, moving and deleting configs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

URL = "/api/configs/content"


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_text_is_stored_as_it_is(client: TestClient, project: Path) -> None:
    text = "# Kept: ümläut\r\npipeline:   example-pipeline   # and this\n\n\ttab\n"
    answer = client.put(URL, json={"path": "mine/deep/a.yaml", "text": text, "version": None})
    assert answer.status_code == 201
    assert (project / "configs" / "mine" / "deep" / "a.yaml").read_bytes() == text.encode()
    assert client.get(URL, params={"path": "mine/deep/a.yaml"}).json() == answer.json()


def test_a_text_is_replaced_only_where_it_was_read_before(client: TestClient, project: Path) -> None:
    first = client.get(URL, params={"path": "poems.yaml"}).json()
    second = client.put(URL, json={"path": "poems.yaml", "text": "limit: 1\n", "version": first["version"]})
    assert second.status_code == 200
    assert second.json()["version"] != first["version"]
    third = client.put(URL, json={"path": "poems.yaml", "text": "limit: 2\n", "version": first["version"]})
    assert code(third) == (412, "changed")
    assert third.json()["detail"] == (
        "poems.yaml was changed meanwhile, here or in an editor; read it again and compare"
    )
    unread = client.put(URL, json={"path": "poems.yaml", "text": "limit: 3\n", "version": None})
    assert code(unread) == (412, "changed")
    assert "exists already; read it first" in unread.json()["detail"]
    gone = client.put(URL, json={"path": "gone.yaml", "text": "limit: 3\n", "version": first["version"]})
    assert code(gone) == (412, "changed")
    assert "was deleted or moved meanwhile" in gone.json()["detail"]
    assert (project / "configs" / "poems.yaml").read_text() == "limit: 1\n"


def test_of_many_writers_one_wins(client: TestClient) -> None:
    from concurrent.futures import ThreadPoolExecutor

    version = client.get(URL, params={"path": "poems.yaml"}).json()["version"]

    def write(number: int) -> int:
        wish = {"path": "poems.yaml", "text": f"limit: {number}\n", "version": version}
        return int(client.put(URL, json=wish).status_code)

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(write, range(24)))
    assert codes == [200] + [412] * 23


def test_a_private_file_stays_private(client: TestClient, project: Path) -> None:
    file = project / "configs" / "poems.yaml"
    file.chmod(0o600)
    version = client.get(URL, params={"path": "poems.yaml"}).json()["version"]
    client.put(URL, json={"path": "poems.yaml", "text": "limit: 1\n", "version": version})
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "path",
    ["../a.yaml", "/a.yaml", "a.txt", "a", "", ".hidden.yaml", "b/.git/a.yaml", "a\\b.yaml", "C:/a.yaml", "a\0.yaml"],
)
def test_only_configs_below_configs_can_be_named(client: TestClient, path: str) -> None:
    assert client.put(URL, json={"path": path, "text": "", "version": None}).status_code == 422
    assert client.get(URL, params={"path": path}).status_code == 422
    assert client.delete(URL, params={"path": path}).status_code == 422
    assert client.post("/api/configs/move", json={"path": "poems.yaml", "to": path}).status_code == 422


def test_links_out_are_refused_and_not_listed(client: TestClient, project: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.yaml").write_text("limit: 1\n")
    (project / "configs" / "link").symlink_to(tmp_path / "outside")
    (project / "configs" / "circle").symlink_to(project / "configs" / "circle")
    assert code(client.get(URL, params={"path": "link/a.yaml"})) == (403, "path-outside")
    assert code(client.put(URL, json={"path": "link/b.yaml", "text": "", "version": None})) == (403, "path-outside")
    assert client.get(URL, params={"path": "circle/a.yaml"}).status_code == 403
    assert [item["name"] for item in client.get("/api/configs").json()["items"]] == ["poems.yaml"]


def test_of_a_link_the_link_is_deleted(client: TestClient, project: Path) -> None:
    (project / "configs" / "link.yaml").symlink_to("poems.yaml")
    assert client.delete(URL, params={"path": "link.yaml"}).status_code == 204
    assert [file.name for file in (project / "configs").iterdir()] == ["poems.yaml"]


def test_what_is_no_text_or_too_large_is_not_read(client: TestClient, project: Path) -> None:
    (project / "configs" / "latin.yaml").write_bytes("müde: 1".encode("latin-1"))
    assert code(client.get(URL, params={"path": "latin.yaml"})) == (422, "not-text")
    (project / "configs" / "large.yaml").write_bytes(b"#" * 1_100_000)
    assert code(client.get(URL, params={"path": "large.yaml"})) == (413, "too-large")
    too_long = {"path": "new.yaml", "text": "ü" * 900_000, "version": None}
    assert code(client.put(URL, json=too_long)) == (413, "too-large")
    (project / "configs" / "folder.yaml").mkdir()
    assert code(client.get(URL, params={"path": "folder.yaml"})) == (404, "no-such-file")
    assert code(client.put(URL, json={"path": "folder.yaml", "text": "", "version": None})) == (409, "exists")
    below = {"path": "poems.yaml/a.yaml", "text": "", "version": None}
    assert code(client.put(URL, json=below)) == (409, "not-a-folder")
    os.mkfifo(project / "configs" / "pipe.yaml")
    assert code(client.get(URL, params={"path": "pipe.yaml"})) == (404, "no-such-file")


def test_halves_of_surrogate_pairs_are_refused(client: TestClient) -> None:
    body = b'{"path": "a.yaml", "text": "\\ud800", "version": null}'
    answer = client.put(URL, content=body, headers={"content-type": "application/json"})
    assert code(answer) == (422, "invalid-request")


def test_a_config_is_moved_but_never_over_another(client: TestClient, project: Path) -> None:
    answer = client.post("/api/configs/move", json={"path": "poems.yaml", "to": "old/verse.yaml"})
    assert answer.status_code == 200
    assert answer.json()["path"] == "old/verse.yaml"
    assert code(client.get(URL, params={"path": "poems.yaml"})) == (404, "no-such-file")
    client.put(URL, json={"path": "poems.yaml", "text": "new: 1\n", "version": None})
    taken = client.post("/api/configs/move", json={"path": "poems.yaml", "to": "old/verse.yaml"})
    assert code(taken) == (409, "exists")
    client.post("/api/configs/move", json={"path": "old/verse.yaml", "to": "verse.yaml"})
    assert not (project / "configs" / "old").exists()
    missing = client.post("/api/configs/move", json={"path": "none.yaml", "to": "b.yaml"})
    assert code(missing) == (404, "no-such-file")


def test_a_config_is_deleted_only_as_it_was_read(client: TestClient, project: Path) -> None:
    version = client.get(URL, params={"path": "poems.yaml"}).json()["version"]
    other = client.delete(URL, params={"path": "poems.yaml", "version": "0" * 32})
    assert code(other) == (412, "changed")
    assert client.delete(URL, params={"path": "poems.yaml", "version": version}).status_code == 204
    assert code(client.delete(URL, params={"path": "poems.yaml"})) == (404, "no-such-file")
    assert (project / "configs").is_dir()


def test_a_new_config_is_made_from_a_pipeline(client: TestClient) -> None:
    wish = {"path": "new.yaml", "pipeline": "example-pipeline"}
    answer = client.post("/api/configs/new", json=wish)
    assert answer.status_code == 201
    assert "# Longest chunk, in tokens. (a whole number)\nchunk_size: 400\n" in answer.json()["text"]
    assert code(client.post("/api/configs/new", json=wish)) == (409, "exists")
    unknown = client.post("/api/configs/new", json={"path": "b.yaml", "pipeline": "os:system"})
    assert code(unknown) == (404, "pipeline-not-registered")


def test_a_new_config_is_made_from_a_template(client: TestClient) -> None:
    answer = client.post("/api/configs/new", json={"path": "copy.yaml", "template": "poems.yaml"})
    assert answer.status_code == 201
    assert answer.json()["text"] == client.get(URL, params={"path": "poems.yaml"}).json()["text"]
    missing = client.post("/api/configs/new", json={"path": "b.yaml", "template": "none.yaml"})
    assert code(missing) == (404, "no-such-file")
    both = {"path": "b.yaml", "template": "poems.yaml", "pipeline": "example-pipeline"}
    assert code(client.post("/api/configs/new", json=both)) == (422, "invalid-request")


def test_a_folder_is_listed_page_by_page(client: TestClient, project: Path) -> None:
    configs = project / "configs"
    for name in ("Zeta", "alpha"):
        (configs / name).mkdir()
    for number in range(5):
        (configs / f"c{number}.yml").write_text(f'# head\npipeline: "p-{number}"  # words\n')
    for name in ("notes.txt", ".hidden.yaml", "a:b.yaml"):
        (configs / name).write_text("x")
    (configs / os.fsdecode(b"bad\xff.yaml")).write_text("x")
    items: list[dict[str, Any]] = []
    cursor, pages = "", 0
    while cursor is not None:
        page = client.get("/api/configs", params={"limit": 3, "cursor": cursor}).json()
        items, cursor, pages = items + page["items"], page["next"], pages + 1
    assert pages == 3
    assert [item["name"] for item in items] == ["alpha", "Zeta", *(f"c{n}.yml" for n in range(5)), "poems.yaml"]
    assert [item["kind"] for item in items] == ["folder"] * 2 + ["config"] * 6
    assert items[3]["pipeline"] == "p-1"
    assert items[-1]["pipeline"] == "example-pipeline"
    (configs / "alpha" / "x.yaml").write_text("")
    assert client.get("/api/configs", params={"folder": "alpha"}).json()["items"][0]["path"] == "alpha/x.yaml"


def test_a_folder_that_is_none_is_not_found(client: TestClient, project: Path) -> None:
    assert code(client.get("/api/configs", params={"folder": "none"})) == (404, "no-such-file")
    assert code(client.get("/api/configs", params={"folder": "poems.yaml"})) == (404, "no-such-folder")
    (project / "configs" / "poems.yaml").unlink()
    (project / "configs").rmdir()
    assert client.get("/api/configs").json() == {"items": [], "next": None}

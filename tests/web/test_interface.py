"""The interface comes from the same origin as the API, and never answers in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from web import interface, problems


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("<p>interface</p>")
    (tmp_path / "dist" / "assets" / "app-1a2b.js").write_text("run()")
    (tmp_path / "secret.txt").write_text("not for you")
    return tmp_path / "dist"


def client_of(built: Path) -> TestClient:
    app = FastAPI()
    problems.install(app)
    interface.mount(app, built)
    return TestClient(app)


def test_every_route_of_the_interface_is_its_one_page_which_is_never_kept(built: Path) -> None:
    for path in ("/", "/runs/0123", "/configs/a.yaml"):
        answer = client_of(built).get(path)
        assert (answer.text, answer.headers["cache-control"]) == ("<p>interface</p>", "no-cache")


def test_what_is_named_by_its_content_is_kept_for_ever(built: Path) -> None:
    answer = client_of(built).get("/assets/app-1a2b.js")
    assert answer.text == "run()"
    assert "immutable" in answer.headers["cache-control"]
    assert "javascript" in answer.headers["content-type"]


@pytest.mark.parametrize("path", ["/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/..%5csecret.txt"])
def test_nothing_outside_of_it_is_served(built: Path, path: str) -> None:
    assert "not for you" not in client_of(built).get(path).text


def test_an_unknown_path_of_the_api_is_no_page(built: Path, client: TestClient) -> None:
    answer = client_of(built).get("/api/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert client.get("/api/nothing").json()["code"] == "not-found"


def test_without_a_build_a_page_says_what_there_is(tmp_path: Path) -> None:
    answer = client_of(tmp_path / "nowhere").get("/")
    assert "Augmentoolkit is running" in answer.text
    assert client_of(tmp_path / "nowhere").get("/runs").status_code == 404

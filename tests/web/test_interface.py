"""The interface comes from the same origin as the API, and never answers in its place."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from web import interface, problems

APP = "run()" * 200


@pytest.fixture
def built(tmp_path: Path) -> Path:
    dist = tmp_path / "assets" / "dist"  # a parent called assets makes nothing last for ever
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<p>interface</p>")
    (dist / "icon.svg").write_text("<svg/>")
    (dist / "assets" / "app-1a2b.js").write_text(APP)
    (dist / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(APP.encode()))
    (dist / "assets" / "app-1a2b.js.br").write_bytes(b"as good as brotli")
    (tmp_path / "secret.txt").write_text("not for you")
    return dist


def client_of(built: Path) -> TestClient:
    app = FastAPI()
    problems.install(app)
    interface.mount(app, built)
    return TestClient(app)


def test_every_route_of_the_interface_is_its_one_page_which_is_never_kept(built: Path) -> None:
    for path in ("/", "/runs/0123", "/configs/a.yaml", "/outputs/runs/report.html"):
        answer = client_of(built).get(path)
        assert (answer.text, answer.headers["cache-control"]) == ("<p>interface</p>", "no-cache")


def test_what_is_named_by_its_content_is_kept_for_ever(built: Path) -> None:
    answer = client_of(built).get("/assets/app-1a2b.js")
    assert answer.text == APP
    assert "immutable" in answer.headers["cache-control"]
    assert client_of(built).get("/icon.svg").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/assets/app-of-yesterday.js", "/assets", "/assets/", "/favicon.ico", "/robots.txt"])
def test_a_file_that_is_gone_is_not_answered_with_the_page(built: Path, path: str) -> None:
    answer = client_of(built).get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("path", ["/%2e%2e/secret.txt", "/assets/..%2f..%2f..%2fsecret.txt", "/..%5csecret.txt"])
def test_nothing_outside_of_it_is_served(built: Path, path: str) -> None:
    assert "not for you" not in client_of(built).get(path).text


def test_a_compressed_file_that_leads_outside_is_not_served(built: Path) -> None:
    (built / "icon.svg.br").symlink_to(built.parent.parent / "secret.txt")
    answer = client_of(built).get("/icon.svg", headers={"Accept-Encoding": "br"})
    assert (answer.text, "content-encoding" in answer.headers) == ("<svg/>", False)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.svg", "image/svg+xml"),
        ("a.woff2", "font/woff2"),
        ("a.webmanifest", "application/manifest+json"),
        ("a.unheard-of", "application/octet-stream"),
    ],
)
def test_types_do_not_depend_on_the_machine(built: Path, name: str, media_type: str) -> None:
    (built / "assets" / name).write_text("")
    assert client_of(built).get(f"/assets/{name}").headers["content-type"] == media_type


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br; q=0.000", ""),
        ("identity", ""),
        ("", ""),
    ],
)
def test_the_smallest_that_the_browser_takes_is_sent(built: Path, accepted: str, encoding: str) -> None:
    client = client_of(built)
    with client.stream("GET", "/assets/app-1a2b.js", headers={"Accept-Encoding": accepted}) as answer:
        sent = b"".join(answer.iter_raw())
    suffix = {"br": ".br", "gzip": ".gz", "": ""}[encoding]
    assert sent == (built / "assets" / f"app-1a2b.js{suffix}").read_bytes()
    assert answer.headers.get("content-encoding", "") == encoding
    assert answer.headers["content-length"] == str(len(sent))
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"


def test_what_was_not_compressed_is_sent_as_it_is(built: Path) -> None:
    answer = client_of(built).get("/", headers={"Accept-Encoding": "br, gzip"})
    assert (answer.text, "content-encoding" in answer.headers) == ("<p>interface</p>", False)


def test_what_the_browser_has_is_not_sent_again_until_it_changes(built: Path) -> None:
    client = client_of(built)
    tag = client.get("/").headers["etag"]
    again = client.get("/", headers={"If-None-Match": f'"another", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    (built / "index.html").write_text("<p>INTERFACE</p>")
    os.utime(built / "index.html", (1, 1))
    assert client.get("/", headers={"If-None-Match": tag}).text == "<p>INTERFACE</p>"


def test_each_encoding_has_a_tag_of_its_own(built: Path) -> None:
    tags = set()
    for accepted in ("br", "gzip", "identity"):
        with client_of(built).stream("GET", "/assets/app-1a2b.js", headers={"Accept-Encoding": accepted}) as answer:
            tags.add(answer.headers["etag"])
    assert len(tags) == 3


def test_a_head_is_the_same_without_the_page(built: Path, client: TestClient) -> None:
    answer = client_of(built).head("/")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "16")
    assert client.head("/api/runs").status_code == 405
    assert client.head("/api/nothing").status_code == 404


def test_pages_run_nothing_but_their_own_scripts(built: Path) -> None:
    for path in ("/", "/assets/app-1a2b.js"):
        policy = client_of(built).get(path, headers={"Accept-Encoding": "identity"}).headers["content-security-policy"]
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert (rules["default-src"], rules["script-src"]) == ("'none'", "'self'")
        assert (rules["connect-src"], rules["font-src"]) == ("'self'", "'self'")
        assert {rules[name] for name in ("object-src", "base-uri", "frame-ancestors")} == {"'none'"}


def test_pages_of_the_service_say_what_browsers_must_not_guess(client: TestClient) -> None:
    headers = client.get("/").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "script-src 'self'" in headers["content-security-policy"]


def test_an_unknown_path_of_the_api_is_no_page(built: Path, client: TestClient) -> None:
    answer = client_of(built).get("/api/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert client.get("/api/nothing").json()["code"] == "not-found"


def test_without_a_build_a_page_says_what_there_is(tmp_path: Path) -> None:
    answer = client_of(tmp_path / "nowhere").get("/")
    assert "Augmentoolkit is running" in answer.text
    assert client_of(tmp_path / "nowhere").get("/runs").status_code == 404

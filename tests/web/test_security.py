"""Who is let in: Host, Origin and token; and what every answer carries."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import create_app
from generation_functions.errors import UsageError
from tests.conftest import PROJECT
from web import VERSION, security
from web.security import cookie_of
from web.settings import Settings

TOKEN = "correct-horse-battery-staple"


def open_to_all(project: Path, own_state: Path, **more: Any) -> Settings:
    return Settings(root=project, state=own_state, host="0.0.0.0", token=TOKEN, **more)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil", "", "[::2]"]
)
def test_a_foreign_name_for_this_machine_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/api/health", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign-host")


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:9000", "LOCALHOST"])
def test_the_names_of_this_machine_are_fine(client: TestClient, host: str) -> None:
    assert client.get("/api/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "https://127.0.0.1.evil.example:8000"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_page_is_refused(client: TestClient, origin: str, method: str) -> None:
    answer = client.request(method, "/api/runs", headers={"Origin": origin}, json={"config": "poems.yaml"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign-origin")


def test_a_form_on_a_foreign_page_is_refused_also_without_an_origin(client: TestClient) -> None:
    answer = client.post("/api/runs", headers={"Sec-Fetch-Site": "cross-site"}, json={"config": "poems.yaml"})
    assert answer.json()["code"] == "foreign-origin"


def test_our_own_page_may_ask(client: TestClient) -> None:
    headers = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/api/runs", headers=headers, json={"config": "poems.yaml"}).status_code == 202


def test_an_address_for_others_needs_a_token_and_refuses_to_start_without(project: Path, own_state: Path) -> None:
    with pytest.raises(UsageError, match="set ATK_TOKEN to a secret of at least 16 characters"):
        Settings(host="0.0.0.0").check()
    with pytest.raises(UsageError, match="at least 16"):
        Settings(host="192.168.1.5", token="short").check()
    with pytest.raises(UsageError, match=r"open to others at data\.example"):
        Settings(allowed_hosts=("data.example",)).check()  # a proxy on this machine lets others in
    for program in ("api.py", "-m web.launch"):
        done = subprocess.run(
            [sys.executable, *(program.split() if program.startswith("-") else [str(PROJECT / program)])],
            env={**os.environ, "ATK_HOST": "0.0.0.0", "ATK_STATE_DIR": str(own_state), "PYTHONPATH": str(PROJECT)},
            cwd=project,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 2
        assert "set ATK_TOKEN" in done.stderr


@pytest.mark.parametrize(
    "headers",
    [
        {},
        *({"Authorization": value} for value in ("Bearer wrong", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x")),
        *({"Cookie": f"atk_token={value}"} for value in ("wrong", TOKEN, cookie_of("another"))),
    ],
)
def test_without_the_token_nothing_is_told(project: Path, own_state: Path, headers: dict[str, str]) -> None:
    with TestClient(create_app(open_to_all(project, own_state)), base_url="http://machine") as client:
        for path in ("/api/runs", "/api/openapi.json", "/api/settings/secrets"):
            answer = client.get(path, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert client.get("/api/health", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Authorization": f"Bearer {TOKEN}"}, {"Cookie": f"a=b; atk_token={cookie_of(TOKEN)}"}]
)
def test_with_the_token_it_answers(project: Path, own_state: Path, headers: dict[str, str]) -> None:
    with TestClient(create_app(open_to_all(project, own_state)), base_url="http://machine") as client:
        assert client.get("/api/runs", headers=headers).status_code == 200


def test_an_open_service_answers_to_the_names_it_was_given(project: Path, own_state: Path) -> None:
    settings = open_to_all(project, own_state, allowed_hosts=("data.example",))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(create_app(settings), base_url="http://data.example", headers=headers) as client:
        assert client.get("/api/runs").status_code == 200
        assert client.get("/api/runs", headers={"Host": "other.example"}).json()["code"] == "foreign-host"


def test_the_token_is_compared_in_constant_time() -> None:
    source = inspect.getsource(security.brings_token)
    assert "compare_digest" in source
    assert "==" not in source


def test_every_answer_forbids_sniffing_and_framing(client: TestClient) -> None:
    for path in ("/api/health", "/api/nothing", "/api/runs/nonsense"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_an_error_has_one_shape_and_no_stack_trace(client: TestClient) -> None:
    for answer, status in (
        (client.get("/api/nothing"), 404),
        (client.delete("/api/health"), 405),
        (client.post("/api/nothing"), 404),
        (client.post("/api/runs", content=b"{", headers={"Content-Type": "application/json"}), 422),
        (client.post("/api/runs", content=b"\xff\xfe", headers={"Content-Type": "application/json"}), 422),
    ):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
        assert "Traceback" not in answer.text
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("ATK_PORT", "many", "ATK_PORT='many' is not a value of type int"),
        ("ATK_RESUME_LOST", "perhaps", "ATK_RESUME_LOST"),
    ],
)
def test_a_variable_that_makes_no_sense_is_named(variable: str, value: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Settings.from_environment({variable: value})


def test_settings_do_not_show_their_token() -> None:
    assert TOKEN not in repr(
        Settings(token=TOKEN, database_url=f"postgresql://a:{TOKEN}@h/d", redis_url=f"redis://:{TOKEN}@h")
    )


@pytest.mark.parametrize("token", [TOKEN, "base64/with+signs/0123==", 'quotes" and; blanks 0123', "pässwörter-0123456"])
def test_a_browser_shows_the_token_once(project: Path, own_state: Path, token: str) -> None:
    settings = Settings(root=project, state=own_state, host="0.0.0.0", token=token)
    with TestClient(create_app(settings), base_url="http://machine") as client:
        answer = client.post("/api/session", json={"token": "wrong"})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert client.get("/api/runs").status_code == 401
        answer = client.post("/api/session", json={"token": token})
        assert answer.json() == {"needs_token": True, "signed_in": True, "version": VERSION}
        assert token not in answer.headers["set-cookie"]
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert "SameSite=strict" in answer.headers["set-cookie"]
        assert client.get("/api/runs").status_code == 200
        assert client.delete("/api/session").status_code == 204
        assert client.get("/api/runs").status_code == 401


def test_on_ones_own_machine_no_token_is_asked_for(client: TestClient) -> None:
    expected = {"needs_token": False, "signed_in": True, "version": VERSION}
    assert client.post("/api/session", json={"token": "any"}).json() == expected
    assert client.get("/api/session").json() == expected


def test_a_page_can_be_loaded_and_can_ask_whether_to_show_a_login(project: Path, own_state: Path) -> None:
    with TestClient(create_app(open_to_all(project, own_state)), base_url="http://machine") as client:

        def signed_in(**headers: str) -> bool:
            answer = client.get("/api/session", headers=headers)
            assert (answer.status_code, answer.json()["needs_token"]) == (200, True)
            return bool(answer.json()["signed_in"])

        assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200  # from a bookmark or a mail
        assert client.get("/api/runs").status_code == 401
        assert not signed_in()
        assert not signed_in(Authorization=f"Bearer {TOKEN}x")
        assert signed_in(Authorization=f"Bearer {TOKEN}")
        client.post("/api/session", json={"token": TOKEN})
        assert signed_in()
        client.delete("/api/session")
        assert not signed_in()


def test_the_version_is_that_of_the_project() -> None:
    assert tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_a_body_that_would_fill_the_memory_is_refused_before_it_is_read(client: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for number in range(10_000):
            assert number < 100, "it was read to the end"
            yield b" " * (1 << 20)

    answer = client.post("/api/runs", content=b"{", headers={"Content-Length": str(1 << 40)})
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    answer = client.post("/api/session", content=b" " * 5000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    answer = client.post("/api/runs", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 413)

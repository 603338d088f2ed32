"""Providers over HTTP, and *Test connection*."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from generation_functions.model import PROVIDERS, Model
from generation_functions.vault import Vault
from tests.support.scripted_pages import Asked, Page, ScriptedPages, an_answer, an_error, model_list

PROVIDERS_PATH = "/api/settings/providers"
KEY = "sk-canary-0123456789"


def works(asked: Asked) -> Page:
    if asked.key != KEY:
        return an_error(401, f"Incorrect API key provided: {asked.key}")
    return model_list("small") if asked.method == "GET" else an_answer()


@pytest.fixture
def provider() -> Iterator[ScriptedPages]:
    with ScriptedPages(works) as pages:
        yield pages


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in PROVIDERS.values():
        if one.key_variable:
            monkeypatch.delenv(one.key_variable, raising=False)


def listed(client: TestClient) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in client.get(PROVIDERS_PATH).json()["items"]}


def ask(client: TestClient, **wish: str) -> dict[str, Any]:
    answer = client.post("/api/settings/connection-test", json=wish)
    assert answer.status_code == 200, answer.text
    assert KEY not in answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_those_built_in_are_listed_with_what_they_need(client: TestClient) -> None:
    entries = listed(client)
    assert list(entries) == list(PROVIDERS)
    assert entries["openai"] == {
        "name": "openai",
        "base_url": "https://api.openai.com/v1",
        "secret": "openai",
        "variable": "OPENAI_API_KEY",
        "built_in": True,
        "local": False,
        "has_key": False,
    }
    assert (entries["ollama"]["secret"], entries["ollama"]["local"]) == ("", True)


def test_whether_a_key_is_there_shows(client: TestClient, own_state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Vault(own_state).put("openai", KEY)
    monkeypatch.setenv("GROQ_API_KEY", KEY)
    monkeypatch.setenv("ATK_SECRET_MISTRAL", KEY)
    with_key = {name for name, entry in listed(client).items() if entry["has_key"]}
    assert with_key == {"openai", "groq", "mistral"}


def test_an_own_provider_is_kept_used_in_configs_and_forgotten(client: TestClient, own_state: Path) -> None:
    wish = {"base_url": "http://cluster:8000/v1/", "secret": "cluster-key"}
    assert client.put(f"{PROVIDERS_PATH}/mine", json=wish).status_code == 204
    entry = listed(client)["mine"]
    assert (entry["base_url"], entry["secret"]) == ("http://cluster:8000/v1", "cluster-key")
    assert (entry["built_in"], entry["has_key"]) == (False, False)
    client.put("/api/settings/secrets/cluster-key", json={"value": KEY})
    assert listed(client)["mine"]["has_key"]
    assert Model.model_validate("mine:m").endpoints() == [("http://cluster:8000/v1", KEY)]
    assert client.delete(f"{PROVIDERS_PATH}/mine").status_code == 204
    assert "mine" not in listed(client)
    again = client.delete(f"{PROVIDERS_PATH}/mine")
    assert (again.status_code, again.json()["code"]) == (404, "no-such-provider")


def test_what_is_built_in_stays_as_it_is(client: TestClient) -> None:
    changed = client.put(f"{PROVIDERS_PATH}/openai", json={"base_url": "http://elsewhere/v1"})
    assert (changed.status_code, changed.json()["code"]) == (409, "built-in")
    assert "save its key as the secret openai" in changed.json()["detail"]
    assert client.delete(f"{PROVIDERS_PATH}/openai").status_code == 409


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"base_url": ""},
        {"base_url": "cluster:8000"},
        {"base_url": "ftp://cluster/v1"},
        {"base_url": "http://user:word@cluster/v1"},
        {"base_url": "http://cluster/a b"},
        {"base_url": "http://cluster\n/v1"},
        {"base_url": "http://" + "x" * 500},
        {"base_url": "http://cluster/v1", "secret": "no/name"},
        {"base_url": "http://cluster/v1", "api_key": KEY},
    ],
)
def test_what_is_no_provider_is_refused(client: TestClient, wish: dict[str, str]) -> None:
    answer = client.put(f"{PROVIDERS_PATH}/mine", json=wish)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert KEY not in answer.text


@pytest.mark.parametrize("name", ["Mine", "-x", "a:b", "a%2Fb", "a" * 41])
def test_what_is_no_name_is_refused(client: TestClient, name: str) -> None:
    answer = client.put(f"{PROVIDERS_PATH}/{name}", json={"base_url": "http://cluster/v1"})
    assert answer.status_code in (404, 422)


# --- test connection


def test_an_address_is_tested_with_a_secret(client: TestClient, own_state: Path, provider: ScriptedPages) -> None:
    Vault(own_state).put("mine", KEY)
    found = ask(client, base_url=f"{provider.root}/v1", secret="mine", model="small")
    assert (found["ok"], found["models"], found["problem"]) == (True, ["small"], "")
    assert found["seconds"] > 0
    assert {asked.key for asked in provider.asked} == {KEY}


def test_a_provider_is_tested_with_its_own_secret(client: TestClient, own_state: Path, provider: ScriptedPages) -> None:
    client.put(f"{PROVIDERS_PATH}/mine", json={"base_url": f"{provider.root}/v1", "secret": "mine"})
    missing = ask(client, provider="mine")
    assert not missing["ok"]
    assert "there is no secret called mine" in missing["problem"]
    Vault(own_state).put("mine", KEY)
    assert ask(client, provider="mine")["ok"]


def test_a_wrong_key_is_told_and_shown_nowhere(client: TestClient, own_state: Path, provider: ScriptedPages) -> None:
    Vault(own_state).put("mine", "sk-wrong-0123456789")
    found = ask(client, base_url=f"{provider.root}/v1", secret="mine")
    assert found["problem"].startswith("the key was refused")
    assert "sk-wrong" not in str(found)


def test_a_secret_that_cannot_be_read_is_told(client: TestClient, own_state: Path) -> None:
    Vault(own_state).put("mine", KEY)
    (own_state / "secrets.key").unlink()
    found = ask(client, base_url="http://127.0.0.1:9/v1", secret="mine")
    assert "saved with another key" in found["problem"]


def test_nobody_there_is_told(client: TestClient) -> None:
    found = ask(client, base_url="http://127.0.0.1:9/v1")
    assert "the connection was refused" in found["problem"]
    assert found["advice"]


def test_an_unknown_provider_is_not_found(client: TestClient) -> None:
    answer = client.post("/api/settings/connection-test", json={"provider": "nobody"})
    assert (answer.status_code, answer.json()["detail"]) == (404, "no provider is called nobody")


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"provider": "openai", "base_url": "http://h/v1"},
        {"base_url": "http://h/v1", "api_key": KEY},
        {"base_url": "http://h/v1", "model": "a\nb"},
        {"provider": "openai", "model": 7},
        [],
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(client: TestClient, wish: object) -> None:
    answer = client.post("/api/settings/connection-test", json=wish)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert KEY not in answer.text

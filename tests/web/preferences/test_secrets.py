"""Secrets over HTTP: written, listed by name, used, and never read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from generation_functions.references import ReferenceFiller
from generation_functions.vault import Vault

VALUE = "sk-very-secret-0123456789"
SECRETS = "/api/settings/secrets"


def test_a_secret_is_saved_listed_by_name_and_never_shown(client: TestClient, own_state: Path) -> None:
    assert client.get(SECRETS).json() == {"items": []}
    done = client.put(f"{SECRETS}/openai", json={"value": VALUE})
    assert (done.status_code, done.content) == (204, b"")
    listed = client.get(SECRETS)
    [entry] = listed.json()["items"]
    assert sorted(entry) == ["changed", "created", "name", "overridden_by", "reference"]
    assert (entry["name"], entry["reference"], entry["overridden_by"]) == ("openai", "secret://openai", "")
    assert VALUE not in listed.text
    assert client.get(f"{SECRETS}/openai").status_code == 405
    assert VALUE.encode() not in (own_state / "secrets.json").read_bytes()


def test_a_secret_saved_here_is_there_for_a_run_of_the_command_line(client: TestClient) -> None:
    client.put(f"{SECRETS}/openai", json={"value": f" {VALUE} "})
    assert ReferenceFiller({}).fill("secret://openai") == VALUE


def test_a_variable_that_goes_before_it_is_named(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATK_SECRET_OPENAI", "of the environment")
    client.put(f"{SECRETS}/openai", json={"value": VALUE})
    [entry] = client.get(SECRETS).json()["items"]
    assert entry["overridden_by"] == "ATK_SECRET_OPENAI"


def test_a_secret_is_deleted_once(client: TestClient) -> None:
    client.put(f"{SECRETS}/openai", json={"value": VALUE})
    assert client.delete(f"{SECRETS}/openai").status_code == 204
    again = client.delete(f"{SECRETS}/openai")
    assert (again.status_code, again.json()["code"]) == (404, "no-such-secret")
    assert again.json()["detail"] == "there is no secret called openai"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"value": ""},
        {"value": " "},
        {"value": "two\nlines"},
        {"value": "nul\x00"},
        {"value": 7},
        {"value": None},
        {"value": "x" * 10_001},
        {"value": VALUE, "more": 1},
        [VALUE],
    ],
)
def test_what_is_no_value_is_refused_without_repeating_it(client: TestClient, own_state: Path, body: object) -> None:
    answer = client.put(f"{SECRETS}/openai", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert VALUE not in answer.text
    assert not (own_state / "secrets.json").exists()


def test_half_a_surrogate_pair_is_no_value(client: TestClient) -> None:
    answer = client.put(
        f"{SECRETS}/openai", content=b'{"value": "\\ud800"}', headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("name", [".hidden", "-x", "a b", "%C3%A4", "a%00", "a%0A", "a" * 101, "a%2Fb", "..%2Fx"])
def test_what_is_no_name_is_refused(client: TestClient, name: str) -> None:
    for answer in (client.put(f"{SECRETS}/{name}", json={"value": VALUE}), client.delete(f"{SECRETS}/{name}")):
        assert answer.status_code in (404, 422)
        assert answer.json()["code"] in ("not-found", "invalid-request")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.text(max_size=30), st.text(max_size=40))
def test_any_name_and_value_is_taken_or_refused(client: TestClient, name: str, value: str) -> None:
    from urllib.parse import quote

    answer = client.put(f"{SECRETS}/{quote(name, safe='')}", json={"value": value})
    assert answer.status_code in (204, 404, 405, 422)


def test_a_key_that_cannot_be_used_is_told_with_what_to_do(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATK_SECRETS_KEY", "nonsense")
    answer = client.put(f"{SECRETS}/openai", json={"value": VALUE})
    assert (answer.status_code, answer.json()["code"]) == (503, "storage")
    assert "openssl rand -base64 32" in answer.json()["detail"]


@pytest.mark.parametrize("file", ["secrets.json", "providers.json"])
def test_a_damaged_file_is_named(client: TestClient, own_state: Path, file: str) -> None:
    Vault(own_state).put("openai", VALUE)
    (own_state / file).write_bytes(b"{")
    answer = client.get("/api/settings/providers")
    assert (answer.status_code, answer.json()["code"]) == (503, "storage")
    assert f"{file} cannot be read" in answer.json()["detail"]

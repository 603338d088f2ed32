"""Providers of a person's own, and where a provider's key comes from."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from generation_functions.errors import StorageError
from generation_functions.model import Model, Provider
from generation_functions.own_providers import delete_provider, find_provider, own_providers, put_provider
from generation_functions.vault import Vault

MINE = Provider("http://cluster:8000/v1", secret="cluster-key")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def test_a_provider_is_kept_until_it_is_deleted(tmp_path: Path) -> None:
    assert own_providers(tmp_path) == {}
    put_provider(tmp_path, "mine", MINE)
    assert own_providers(tmp_path) == {"mine": MINE}
    assert stat.S_IMODE((tmp_path / "providers.json").stat().st_mode) == 0o600
    assert delete_provider(tmp_path, "mine") is True
    assert delete_provider(tmp_path, "mine") is False
    assert own_providers(tmp_path) == {}


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"a": 1}', b'{"a": {"base_url": "x"}}'])
def test_a_damaged_list_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "providers.json").write_bytes(content)
    with pytest.raises(StorageError, match=r"providers\.json cannot be read"):
        own_providers(tmp_path)


def test_a_config_may_name_it_before_a_model(own_state: Path) -> None:
    put_provider(own_state, "mine", MINE)
    Vault(own_state).put("cluster-key", "sk-of-the-cluster")
    model = Model.model_validate("mine:qwen3:8b")
    assert (model.name, model.endpoints()) == ("qwen3:8b", [("http://cluster:8000/v1", "sk-of-the-cluster")])
    given = Model.model_validate({"name": "mine:m", "api_key": "another"})
    assert given.endpoints() == [("http://cluster:8000/v1", "another")]


def test_a_missing_secret_of_it_says_how_to_save_it(own_state: Path) -> None:
    put_provider(own_state, "mine", MINE)
    with pytest.raises(ValidationError, match=r"there is no secret called cluster-key: run .* secret set cluster-key"):
        Model.model_validate("mine:m")


def test_one_without_a_secret_sends_no_key(own_state: Path) -> None:
    put_provider(own_state, "mine", Provider("http://cluster:8000/v1"))
    assert Model.model_validate("mine:m").endpoints() == [("http://cluster:8000/v1", "")]


def test_what_is_built_in_goes_before_it(own_state: Path) -> None:
    put_provider(own_state, "openai", MINE)
    found = find_provider("openai")
    assert found is not None
    assert found.base_url == "https://api.openai.com/v1"
    assert find_provider("nobody") is None


def test_a_built_in_provider_takes_its_variable_or_the_secret_of_its_name(
    own_state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def key() -> str:
        [(_, found)] = Model.model_validate("openai:gpt-5-mini").endpoints()
        return found

    assert key() == ""
    Vault(own_state).put("openai", "of the vault")
    assert key() == "of the vault"
    monkeypatch.setenv("ATK_SECRET_OPENAI", "of the environment")
    assert key() == "of the environment"
    monkeypatch.setenv("OPENAI_API_KEY", "of its own variable")
    assert key() == "of its own variable"


def test_a_secret_that_cannot_be_read_is_a_mistake_of_the_config_and_no_crash(own_state: Path) -> None:
    Vault(own_state).put("openai", "of the vault")
    (own_state / "secrets.key").unlink()
    with pytest.raises(ValidationError, match="saved with another key"):
        Model.model_validate("openai:gpt-5-mini")

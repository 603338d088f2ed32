"""The `Model` parameter: shorthand, several keys and endpoints, and keys that never show."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from generation_functions.connections import choose_automatically
from generation_functions.model import LOCAL_PROVIDERS, PROVIDERS, Model

SECRET = "sk-very-secret"


def model(**facts: object) -> Model:
    return Model.model_validate({"name": "m", "base_url": "http://one/v1", **facts})


def test_a_provider_before_the_name_gives_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    local = Model.model_validate("ollama:qwen3:8b")
    assert (local.name, local.base_url) == ("qwen3:8b", "http://127.0.0.1:11434/v1")
    hosted = Model.model_validate("openai:gpt-5-mini")
    assert hosted.endpoints() == [("https://api.openai.com/v1", "")]


def test_a_provider_takes_its_key_from_its_own_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    assert Model.model_validate("openai:gpt-5-mini").endpoints() == [("https://api.openai.com/v1", SECRET)]
    given = Model.model_validate({"name": "openai:gpt-5-mini", "api_key": "mine"})
    assert given.endpoints() == [("https://api.openai.com/v1", "mine")]


def test_a_colon_in_a_name_is_no_provider_when_the_address_is_given() -> None:
    assert Model.model_validate({"name": "ollama:qwen3:8b", "base_url": "http://x/v1"}).name == "ollama:qwen3:8b"
    assert model(name="qwen3:8b").name == "qwen3:8b"


@pytest.mark.parametrize("name", ["gpt-5-mini", "nobody:gpt-5-mini", "ollama:", "openai"])
def test_a_model_without_an_address_is_refused_with_what_to_write(name: str) -> None:
    with pytest.raises(ValidationError, match="needs a base_url, or a provider in front of its name") as caught:
        Model.model_validate(name)
    assert "ollama:qwen3:8b" in str(caught.value)


def test_a_slash_at_the_end_of_an_address_makes_no_difference() -> None:
    assert model(base_url="http://one/v1/") == model()
    assert model(base_url=["http://one/v1//", "http://two"]).base_url == ["http://one/v1", "http://two"]


def test_keys_and_endpoints_are_paired_when_there_are_as_many_of_each() -> None:
    two = model(base_url=["http://one", "http://two"], api_key=["a", "b"])
    assert two.endpoints() == [("http://one", "a"), ("http://two", "b")]


def test_every_key_is_used_at_every_endpoint_otherwise() -> None:
    assert model(api_key=["a", "b"]).endpoints() == [("http://one/v1", "a"), ("http://one/v1", "b")]
    shared = model(base_url=["http://one", "http://two"], api_key="a")
    assert shared.endpoints() == [("http://one", "a"), ("http://two", "a")]
    assert len(model(base_url=["http://1", "http://2", "http://3"], api_key=["a", "b"]).endpoints()) == 6


@pytest.mark.parametrize("nothing", [None, "", [], [""]])
def test_no_key_is_an_empty_one(nothing: object) -> None:
    assert model(api_key=nothing).endpoints() == [("http://one/v1", "")]


@pytest.mark.parametrize("keys", [SECRET, [SECRET, "sk-other"]])
def test_no_key_ever_shows(keys: object) -> None:
    shown = model(api_key=keys, headers={"X-Key": SECRET})
    for text in (repr(shown), str(shown), json.dumps(shown.public()), f"{shown.api_key}"):
        assert SECRET not in text


@pytest.mark.parametrize("wrong", [{"timeout": -1}, {"base_url": ""}, {"no_such": 1}])
def test_a_mistake_beside_a_key_does_not_show_the_key(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        model(api_key=SECRET, **wrong)
    assert SECRET not in str(caught.value)


def test_what_may_be_shown_is_enough_to_make_the_model_again() -> None:
    original = model(sampling={"temperature": 0.5, "min_p": 0.1}, prices={"input": 1, "output": 2}, mode="completion")
    assert Model.model_validate(original.public()) == original


def test_sampling_passes_on_what_it_does_not_know() -> None:
    assert model(sampling={"min_p": 0.1}).sampling.model_dump(exclude_none=True) == {"min_p": 0.1}


@pytest.mark.parametrize("wrong", [{"timeout": 0}, {"concurrency_limit": 0}, {"tempreature": 1}, {"mode": "talk"}])
def test_settings_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        model(**wrong)


def test_offline_and_auto_need_no_address() -> None:
    assert Model.model_validate("offline").is_offline
    assert not Model.model_validate("auto").is_offline
    assert Model().name == "auto"


def test_auto_looks_only_where_nothing_is_billed() -> None:
    assert all(PROVIDERS[name].base_url.startswith("http://127.0.0.1:") for name in LOCAL_PROVIDERS)


def test_auto_is_the_offline_model_or_a_local_server_and_keeps_the_other_settings() -> None:
    chosen = choose_automatically(Model.model_validate({"name": "auto", "sampling": {"temperature": 0.7}}))
    assert chosen.is_offline or str(chosen.base_url).startswith("http://127.0.0.1:")
    assert chosen.sampling.temperature == 0.7
    named = model()
    assert choose_automatically(named) is named

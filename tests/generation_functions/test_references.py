"""References in configs: variables, and secrets of the environment or the vault."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation_functions.errors import UsageError
from generation_functions.references import ReferenceFiller, fill_here, secret_value, secret_variable
from generation_functions.vault import KEY_VARIABLE, Vault


def test_references_are_filled_anywhere_in_a_text_and_in_lists() -> None:
    filler = ReferenceFiller({"HOST": "h", "PORT": "1"})
    assert filler.fill({"urls": ["http://${HOST}:${PORT}/v1"], "n": 3}) == {"urls": ["http://h:1/v1"], "n": 3}
    assert filler.missing == []


def test_a_doubled_dollar_is_plain_text() -> None:
    assert ReferenceFiller({}).fill("$${HOME} costs $5") == "${HOME} costs $5"


def test_an_empty_variable_counts_as_missing() -> None:
    filler = ReferenceFiller({"KEY": ""})
    filler.fill({"a": ["${KEY}"]})
    [(path, message)] = filler.missing
    assert path == ("a", 0)
    assert message.startswith("the variable KEY is empty")


def test_what_is_no_variable_name_is_reported() -> None:
    filler = ReferenceFiller({})
    filler.fill("${not a name}")
    assert "is not a variable name" in filler.missing[0][1]


@pytest.mark.parametrize("name", ["ATK_SECRETS_KEY", "ATK_TOKEN"])
def test_the_keys_of_this_program_itself_are_not_for_configs(name: str) -> None:
    filler = ReferenceFiller({name: "a value"})
    assert "a value" not in str(filler.fill({"title": f"${{{name}}}"}))
    assert filler.missing == [(("title",), f"the variable {name} is not for configs")]


def test_here_is_the_folder_of_the_config_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.touch()
    values = {"stages": [{"folder": "${HERE}", "file": "${HERE}/../a.jsonl"}], "plain": "$${HERE}", "n": 3}
    assert fill_here(values, str(file)) == {
        "stages": [{"folder": str(tmp_path), "file": f"{tmp_path}/../a.jsonl"}],
        "plain": "$${HERE}",
        "n": 3,
    }


def test_without_a_file_there_is_no_here() -> None:
    assert fill_here("${HERE}", "a text from a form") == "${HERE}"
    filler = ReferenceFiller({"HERE": "a variable of that name"})
    assert filler.fill("${HERE}") == "${HERE}"
    assert "is the folder of a config file" in filler.missing[0][1]


# --- secrets


def test_a_secret_comes_from_the_vault(own_state: Path) -> None:
    Vault(own_state, {}).put("my-key.v2", "sk-1")
    filler = ReferenceFiller({})
    assert filler.fill(["secret://my-key.v2", "Bearer secret://my-key.v2"]) == ["sk-1", "Bearer sk-1"]
    assert filler.missing == []


def test_its_variable_goes_before_the_vault(own_state: Path) -> None:
    Vault(own_state, {}).put("my-key.v2", "of the vault")
    assert secret_variable("my-key.v2") == "ATK_SECRET_MY_KEY_V2"
    assert ReferenceFiller({"ATK_SECRET_MY_KEY_V2": "of the environment"}).fill("secret://my-key.v2") == (
        "of the environment"
    )
    assert ReferenceFiller({"ATK_SECRET_MY_KEY_V2": ""}).fill("secret://my-key.v2") == "of the vault"


def test_a_missing_secret_says_how_to_save_it_and_stays_as_it_is_written(own_state: Path) -> None:
    Vault(own_state, {}).put("openai", "sk-1")
    filler = ReferenceFiller({})
    assert filler.fill({"api_key": "secret://opnai"}) == {"api_key": "secret://opnai"}
    [(path, message)] = filler.missing
    assert path == ("api_key",)
    assert message.startswith("there is no secret called opnai (did you mean openai?): run python run_augmentoolkit.py")
    for step in ("secret set opnai", "Settings of the web interface", "ATK_SECRET_OPNAI"):
        assert step in message


def test_a_secret_that_cannot_be_read_says_why(own_state: Path) -> None:
    Vault(own_state, {}).put("openai", "sk-1")
    (own_state / "secrets.key").unlink()
    filler = ReferenceFiller({})
    filler.fill("secret://openai")
    assert "saved with another key" in filler.missing[0][1]
    filler = ReferenceFiller({KEY_VARIABLE: "nonsense"})
    filler.fill("secret://openai")
    assert "holds no usable key" in filler.missing[0][1]


@pytest.mark.parametrize("name", ["", "a/b", "../up", "a b", ".hidden", "a\n"])
def test_what_is_no_name_of_a_secret_is_reported(name: str) -> None:
    filler = ReferenceFiller({})
    filler.fill(f"secret://{name}")
    assert "is not a name for a secret" in filler.missing[0][1]
    with pytest.raises(UsageError, match="is not a name"):
        secret_value(name, {})


def test_words_about_secrets_are_no_reference() -> None:
    filler = ReferenceFiller({})
    assert filler.fill("write secret://openai there") == "write secret://openai there"
    assert filler.missing == []


@given(st.text())
def test_any_text_is_filled_or_reported_and_never_raises(text: str) -> None:
    filler = ReferenceFiller({"A": "1"})
    assert isinstance(filler.fill(text), str)

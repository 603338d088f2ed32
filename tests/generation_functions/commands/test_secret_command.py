"""`secret`: set from a prompt or standard input, list, delete; a value is never an argument and never shown."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from generation_functions.references import secret_value
from generation_functions.vault import Vault
from tests.conftest import PROJECT
from tests.support.command_line import Atk

VALUE = "sk-very-secret-0123456789"
PROGRAM = [sys.executable, str(PROJECT / "run_augmentoolkit.py"), "secret"]


def command(folder: Path, *words: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ATK_STATE_DIR": str(folder / "state"), **more}
    return subprocess.run(
        [*PROGRAM, *words], input=typed, capture_output=True, text=True, cwd=folder, env=environment, check=False
    )


def test_a_value_comes_from_standard_input_and_goes_into_the_vault(tmp_path: Path) -> None:
    done = command(tmp_path, "set", "openai", typed=f"{VALUE}\n")
    assert done.returncode == 0, done.stderr
    assert "secret://openai" in done.stdout
    assert VALUE not in done.stdout + done.stderr
    assert Vault(tmp_path / "state").reveal("openai") == VALUE


def test_a_value_that_is_typed_is_not_shown(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "set", "openai"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=tmp_path,
        env={**os.environ, "ATK_STATE_DIR": str(tmp_path / "state")},
        start_new_session=True,
    )
    os.close(theirs)
    seen = b""
    while b"is not shown): " not in seen:
        seen += os.read(ours, 1024)
    os.write(ours, f"{VALUE}\n".encode())
    while True:
        try:
            seen += os.read(ours, 1024)
        except OSError:  # the other end is closed
            break
    os.close(ours)
    assert process.wait(30) == 0, seen
    assert VALUE.encode() not in seen
    assert Vault(tmp_path / "state").reveal("openai") == VALUE


def test_the_list_shows_names_only(atk: Atk, tmp_path: Path) -> None:
    assert "secret set NAME" in atk("secret", "list").out
    Vault(tmp_path / "state").put("openai", VALUE)
    done = atk("secret", "list")
    assert (done.code, "openai" in done.out) == (0, True)
    [listed] = atk("secret", "list", "--json").json["secrets"]
    assert sorted(listed) == ["changed", "created", "name"]
    assert VALUE not in done.out + done.err + str(listed)


def test_a_secret_is_deleted_once(atk: Atk, tmp_path: Path) -> None:
    Vault(tmp_path / "state").put("openai", VALUE)
    Vault(tmp_path / "state").put("groq", VALUE)
    assert atk("secret", "delete", "openai").code == 0
    again = atk("secret", "delete", "openai")
    assert again.code == 2
    assert "there is no secret called openai; there are: groq" in again.err


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("set", "no/name"), VALUE, "is not a name for a secret"),
        (("set", "openai"), "", "must be one line"),
        (("set", "openai"), "two\nlines", "must be one line"),
        (("set", "openai", VALUE), "", "unrecognized arguments"),
        ((), "", "required"),
    ],
)
def test_what_cannot_be_saved_is_refused(tmp_path: Path, words: tuple[str, ...], typed: str, said: str) -> None:
    done = command(tmp_path, *words, typed=typed)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "state" / "secrets.json").exists()


def test_a_variable_that_goes_before_it_is_named(tmp_path: Path) -> None:
    done = command(tmp_path, "set", "openai", typed=VALUE, ATK_SECRET_OPENAI="another value")
    assert "warning: the variable ATK_SECRET_OPENAI is set" in done.stderr
    assert "another value" not in done.stdout + done.stderr


@pytest.mark.parametrize("words", [("--help",), ("set", "--help")])
def test_help_teaches_how_configs_use_it(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = command(tmp_path, *words)
    assert done.returncode == 0
    assert "api_key: secret://openai" in done.stdout
    assert "< key.txt" in done.stdout


def test_the_key_of_the_vault_may_stand_in_the_env_file(tmp_path: Path) -> None:
    key = "b25lIGtleSBvZiB0aGlydHktdHdvIGJ5dGVzLCBvbmU="
    (tmp_path / ".env").write_text(f"ATK_SECRETS_KEY={key}\n")
    assert command(tmp_path, "set", "openai", typed=VALUE).returncode == 0
    assert not (tmp_path / "state" / "secrets.key").exists()
    vault = Vault(tmp_path / "state", {"ATK_SECRETS_KEY": key})
    assert secret_value("openai", {}, vault) == VALUE

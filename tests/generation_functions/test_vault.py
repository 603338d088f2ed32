"""Secrets at rest: encrypted, private, safe under several processes, and clear about a wrong key."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation_functions.errors import StorageError, UsageError
from generation_functions.vault import KEY_VARIABLE, Vault
from tests.conftest import PROJECT

VALUE = "sk-very-secret-0123456789"
ONE_KEY, OTHER_KEY = "b25lIGtleSBvZiB0aGlydHktdHdvIGJ5dGVzLCBvbmU=", "b3RoZXIga2V5IG9mIHRoaXJ0eS10d28gYnl0ZXMgICA="


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def vault(folder: Path, **environment: str) -> Vault:
    return Vault(folder, environment)


def test_a_secret_is_given_back_by_another_process_of_the_same_machine(tmp_path: Path) -> None:
    vault(tmp_path / "state").put("openai", VALUE)
    assert vault(tmp_path / "state").reveal("openai") == VALUE
    assert vault(tmp_path / "state").reveal("other") is None


def test_no_file_holds_the_value_and_only_the_owner_can_read_them(tmp_path: Path) -> None:
    vault(tmp_path).put("openai", VALUE)
    assert {path.name for path in tmp_path.iterdir()} == {"secrets.json", "secrets.key", "secrets.lock"}
    for path in tmp_path.iterdir():
        assert mode(path) == 0o600, path
        assert VALUE.encode() not in path.read_bytes()


def test_a_file_that_was_opened_to_others_is_private_again_after_the_next_write(tmp_path: Path) -> None:
    vault(tmp_path).put("one", VALUE)
    (tmp_path / "secrets.json").chmod(0o644)
    vault(tmp_path).put("two", VALUE)
    assert mode(tmp_path / "secrets.json") == 0o600


def test_the_list_shows_names_and_times_and_needs_no_key(tmp_path: Path) -> None:
    kept = vault(tmp_path)
    for name in ("b", "a"):
        kept.put(name, VALUE)
    (tmp_path / "secrets.key").unlink()
    first, second = kept.list()
    assert (first.name, second.name) == ("a", "b")
    assert 0 < second.created == second.changed <= first.created
    assert VALUE not in repr(kept.list())


def test_an_empty_folder_holds_no_secrets_and_looking_makes_no_files(tmp_path: Path) -> None:
    assert list(vault(tmp_path).list()) == []
    assert vault(tmp_path).reveal("openai") is None
    assert list(tmp_path.iterdir()) == []


def test_a_new_value_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    kept = vault(tmp_path)
    kept.put("openai", "old value")
    [before] = kept.list()
    kept.put("openai", "new value")
    [after] = kept.list()
    assert kept.reveal("openai") == "new value"
    assert after.created == before.created
    assert after.changed > before.changed


def test_a_deleted_secret_is_gone(tmp_path: Path) -> None:
    kept = vault(tmp_path)
    kept.put("openai", VALUE)
    assert kept.delete("openai") is True
    assert kept.delete("openai") is False
    assert kept.reveal("openai") is None
    assert list(kept.list()) == []


def test_blanks_that_were_copied_along_are_left_out(tmp_path: Path) -> None:
    vault(tmp_path).put("openai", f"  {VALUE}\n")
    assert vault(tmp_path).reveal("openai") == VALUE


@pytest.mark.parametrize("name", ["", ".hidden", "-x", "a/b", "../up", "a b", "ä", "a\n", "a" * 101, "a\x00"])
def test_what_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is not a name for a secret: letters, digits"):
        vault(tmp_path).put(name, VALUE)


@pytest.mark.parametrize("value", ["", "  ", "\n", "two\nlines", "nul\x00", "half \ud800", "x" * 10_001])
def test_what_is_no_value_is_refused_without_repeating_it(tmp_path: Path, value: str) -> None:
    with pytest.raises(UsageError, match="the value of openai must be one line of 1 to 10000 characters"):
        vault(tmp_path).put("openai", value)
    assert not (tmp_path / "secrets.json").exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(
    st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1).filter(lambda text: text.strip(" \t\r\n")),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", fullmatch=True),
)
def test_any_line_comes_back_as_it_was(tmp_path: Path, value: str, name: str) -> None:
    kept = vault(tmp_path, **{KEY_VARIABLE: ONE_KEY})
    kept.put(name, value)
    assert kept.reveal(name) == value.strip(" \t\r\n")


# --- keys


def test_the_key_of_the_environment_goes_before_a_file(tmp_path: Path) -> None:
    vault(tmp_path, **{KEY_VARIABLE: ONE_KEY}).put("openai", VALUE)
    assert not (tmp_path / "secrets.key").exists()
    assert vault(tmp_path, **{KEY_VARIABLE: ONE_KEY}).reveal("openai") == VALUE


def test_the_output_of_openssl_is_a_key(tmp_path: Path) -> None:
    key = "+/" + "a" * 41 + "="
    vault(tmp_path, **{KEY_VARIABLE: key}).put("openai", VALUE)
    assert vault(tmp_path, **{KEY_VARIABLE: f" {key}\n"}).reveal("openai") == VALUE


@pytest.mark.parametrize("environment", [{}, {KEY_VARIABLE: OTHER_KEY}])
def test_a_wrong_key_says_what_to_do(tmp_path: Path, environment: dict[str, str]) -> None:
    vault(tmp_path, **{KEY_VARIABLE: ONE_KEY}).put("openai", VALUE)
    with pytest.raises(UsageError, match="saved with another key") as caught:
        vault(tmp_path, **environment).reveal("openai")
    assert KEY_VARIABLE in str(caught.value)
    assert str(tmp_path / "secrets.key") in str(caught.value)
    assert "secret set openai" in str(caught.value)


def test_a_secret_saved_again_with_the_new_key_can_be_read(tmp_path: Path) -> None:
    vault(tmp_path, **{KEY_VARIABLE: ONE_KEY}).put("openai", VALUE)
    renewed = vault(tmp_path, **{KEY_VARIABLE: OTHER_KEY})
    renewed.put("openai", VALUE)
    assert renewed.reveal("openai") == VALUE


def test_secrets_of_the_key_file_stay_readable_after_a_change_to_the_environment(tmp_path: Path) -> None:
    vault(tmp_path).put("old", VALUE)
    changed = vault(tmp_path, **{KEY_VARIABLE: ONE_KEY})
    changed.put("new", VALUE)
    assert (changed.reveal("old"), changed.reveal("new")) == (VALUE, VALUE)
    with pytest.raises(UsageError, match="saved with another key"):
        vault(tmp_path).reveal("new")


@pytest.mark.parametrize("key", ["short", "ä" * 44, "a" * 44])
def test_what_cannot_be_a_key_says_how_to_make_one(tmp_path: Path, key: str) -> None:
    with pytest.raises(UsageError, match=r"ATK_SECRETS_KEY holds no usable key.*openssl rand -base64 32"):
        vault(tmp_path, **{KEY_VARIABLE: key}).put("openai", VALUE)


def test_a_keyring_that_does_not_work_is_passed_over(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from generation_functions.vault import Vault\n"
        f"kept = Vault(Path({str(tmp_path)!r})); kept.put('openai', 'a value'); print(kept.reveal('openai'))"
    )
    environment = {"ATK_KEYRING": "1", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "a value\n"), done.stderr
    assert (tmp_path / "secrets.key").is_file()


def test_a_keyring_that_works_keeps_the_key_when_it_is_asked_to(tmp_path: Path) -> None:
    pytest.importorskip("keyring")
    (tmp_path / "rings.py").write_text(
        "import keyring.backend\n\n\nclass Ring(keyring.backend.KeyringBackend):\n    priority = 5\n    kept = {}\n\n"
        "    def get_password(self, service, name):\n        return self.kept.get((service, name))\n\n"
        "    def set_password(self, service, name, value):\n        self.kept[service, name] = value\n"
    )
    state = tmp_path / "state"
    script = (
        "import sys; from pathlib import Path; from generation_functions.vault import Vault\n"
        f"kept = Vault(Path({str(state)!r})); kept.put('openai', 'a value'); print(kept.reveal('openai'))"
    )
    environment = {
        "ATK_KEYRING": "1",
        "PYTHON_KEYRING_BACKEND": "rings.Ring",
        "PYTHONPATH": f"{tmp_path}:{PROJECT}",
    }
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "a value\n"), done.stderr
    assert not (state / "secrets.key").exists()


# --- damage


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"secrets": []}', b'{"secrets": {"a": 1}}', b"\xff"])
def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secrets.json").write_bytes(content)
    for use in (lambda v: v.list(), lambda v: v.reveal("a"), lambda v: v.put("a", VALUE), lambda v: v.delete("a")):
        with pytest.raises(StorageError, match=r"secrets\.json cannot be read"):
            use(vault(tmp_path))
    assert (tmp_path / "secrets.json").read_bytes() == content


def test_a_value_that_was_moved_to_another_name_is_not_given_out(tmp_path: Path) -> None:
    kept = vault(tmp_path)
    kept.put("mine", VALUE)
    kept.put("theirs", "another value")
    file = tmp_path / "secrets.json"
    content = json.loads(file.read_text())
    content["secrets"]["theirs"]["value"] = content["secrets"]["mine"]["value"]
    file.write_text(json.dumps(content))
    with pytest.raises(StorageError, match="tampered with"):
        kept.reveal("theirs")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        vault(tmp_path / "file" / "state").put("openai", VALUE)


# --- several at once


def test_threads_and_processes_lose_none_of_each_others_secrets(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from generation_functions.vault import Vault\n"
        "for n in range(10): Vault(Path(sys.argv[1]), {}).put(f'{sys.argv[2]}-{n}', f'value {n}')"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), f"process-{n}"], cwd=PROJECT) for n in range(3)
    ]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: vault(tmp_path).put(f"thread-{n}", f"value {n}"), range(20)))
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    kept = vault(tmp_path)
    assert len(kept.list()) == 50
    assert all(kept.reveal(secret.name) == f"value {secret.name.rpartition('-')[2]}" for secret in kept.list())

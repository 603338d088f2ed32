"""Secrets at rest: `secrets.json` in the state folder, each value encrypted (Fernet: AES-128-CBC with HMAC-SHA256).

The key is the variable ATK_SECRETS_KEY; or, with ATK_KEYRING=1 and a system keyring that works, in there; or in
`secrets.key` beside the file. See docs/decisions/0011.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any

import orjson

from generation_functions.errors import StorageError, UsageError
from generation_functions.private_files import locked, write_private

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}"
NAME_RULE = "letters, digits, '_', '.' and '-', at most 100, the first a letter or digit"
KEY_VARIABLE = "ATK_SECRETS_KEY"
LONGEST = 10_000
_KEYRING = ("augmentoolkit", "secrets key")
_A_REAL_KEYRING = 1  # priority from which `keyring` itself recommends a backend; below: none, or a file of its own
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Secret:
    """What may be shown of a secret. Times are seconds since 1970."""

    name: str
    created: float
    changed: float


class Vault:
    """The secrets of a state folder; any number of processes may use it at once.

    Args:
        folder: Where `secrets.json` and, if need be, `secrets.key` are.
        environment: Where ATK_SECRETS_KEY and ATK_KEYRING are looked up; the process's own by default.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._file = folder / "secrets.json"
        self._key_file = folder / "secrets.key"
        self._lock = folder / "secrets.lock"

    def list(self) -> Sequence[Secret]:
        """Every secret by name; nothing of its value. Needs no key.

        Raises:
            StorageError: The file is damaged.
        """
        found = self._read()
        return [Secret(name, found[name]["created"], found[name]["changed"]) for name in sorted(found)]

    def put(self, name: str, value: str) -> None:
        """Keep a secret, instead of an earlier one of that name. Makes a key when there is none.

        Raises:
            UsageError: It is no name, the value is empty, or the key cannot be used.
            StorageError: The disk does not take it.
        """
        value = value.strip(" \t\r\n")  # copied along, and never meant
        if not re.fullmatch(NAME, name):
            raise UsageError(f"{name!r} is not a name for a secret: {NAME_RULE}")
        if not value or len(value) > LONGEST or _CONTROL.search(value):
            raise UsageError(f"the value of {name} must be one line of 1 to {LONGEST} characters")
        with locked(self._lock):
            found, now = self._read(), time()
            # The name is encrypted too: an entry moved to another name cannot be read.
            token = self._cipher(make=True).encrypt(orjson.dumps([name, value])).decode()
            created = found[name]["created"] if name in found else now
            self._write({**found, name: {"value": token, "created": created, "changed": now}})

    def delete(self, name: str) -> bool:
        """Forget a secret; says whether there was one. Needs no key."""
        with locked(self._lock):
            found = self._read()
            if found.pop(name, None) is None:
                return False
            self._write(found)
        return True

    def reveal(self, name: str) -> str | None:
        """The value of a secret; None without one.

        Raises:
            UsageError: It was saved with another key.
            StorageError: The file is damaged.
        """
        entry = self._read().get(name)
        if entry is None:
            return None
        from cryptography.fernet import InvalidToken

        try:
            saved_name, value = orjson.loads(self._cipher(make=False).decrypt(entry["value"]))
        except (InvalidToken, IndexError) as error:  # IndexError: there is no key at all
            raise UsageError(
                f"the secret {name} cannot be read: it was saved with another key than the one in use now. Bring that "
                f"key back (the variable {KEY_VARIABLE}, or the file {self._key_file}), or save the secret again: "
                f"python run_augmentoolkit.py secret set {name}"
            ) from error
        if saved_name != name:
            raise StorageError(f"{self._file} was tampered with: what it keeps as {name} was saved as {saved_name}")
        return str(value)

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            secrets = orjson.loads(self._file.read_bytes())["secrets"]
            return {
                name: {"value": str(entry["value"]), **{when: float(entry[when]) for when in ("created", "changed")}}
                for name, entry in secrets.items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise StorageError(
                f"{self._file} cannot be read ({error}). Bring back a copy of it, or move it away and save the secrets "
                "again: python run_augmentoolkit.py secret set NAME"
            ) from error

    def _write(self, secrets: Mapping[str, Mapping[str, Any]]) -> None:
        write_private(self._file, orjson.dumps({"version": 1, "secrets": secrets}, option=orjson.OPT_INDENT_2))

    def _cipher(self, *, make: bool) -> MultiFernet:
        """Writes with the first key there is, reads with any: after a change of keys, old secrets are still read."""
        from cryptography.fernet import Fernet, MultiFernet

        keys: dict[str, str] = {}
        given = self._environment.get(KEY_VARIABLE, "").strip()
        if given:
            keys[KEY_VARIABLE] = given
        if self._environment.get("ATK_KEYRING") == "1" and (kept := _keyring_key(make=make and not keys)):
            keys["the system keyring"] = kept
        if filed := self._filed_key(make=make and not keys):
            keys[str(self._key_file)] = filed
        ciphers = []
        for place, key in keys.items():
            try:
                ciphers.append(Fernet(key.replace("+", "-").replace("/", "_")))
            except ValueError as error:
                raise UsageError(
                    f"{place} holds no usable key: it must be 32 random bytes in base64, for example the output of: "
                    "openssl rand -base64 32"
                ) from error
        if not ciphers:
            raise IndexError("no key")
        return MultiFernet(ciphers)

    def _filed_key(self, *, make: bool) -> str:
        try:
            return self._key_file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            if not make:
                return ""
        except (OSError, UnicodeDecodeError) as error:
            raise StorageError(f"{self._key_file} cannot be read: {error}") from error
        key = _new_key()
        write_private(self._key_file, key.encode() + b"\n")
        return key


def _new_key() -> str:
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()


def _keyring_key(*, make: bool) -> str:
    """The key in the system's keyring; empty where there is none that works without asking anybody."""
    try:
        keyring: Any = import_module("keyring")
        broken = import_module("keyring.errors").KeyringError
    except ModuleNotFoundError:
        return ""
    try:
        if keyring.get_keyring().priority < _A_REAL_KEYRING:
            return ""
        key = keyring.get_password(*_KEYRING) or ""
        if make and not key:
            key = _new_key()
            keyring.set_password(*_KEYRING, key)
        return str(key)
    except (broken, RuntimeError, OSError):
        return ""

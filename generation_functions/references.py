"""References in config values: `${NAME}` is filled from the environment or .env, `secret://name` from the vault.

A reference stays as it is written in everything that is saved or shown; only the running pipeline sees the
value. Not so `${HERE}`, the folder of the config file: a saved config lies elsewhere, so it keeps the folder itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generation_functions.errors import AugmentoolkitError, UsageError

if TYPE_CHECKING:
    from generation_functions.vault import Vault

KeyPath = tuple[str | int, ...]

_REFERENCE = re.compile(r"\$(\$?)\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$")
_NOT_FOR_CONFIGS = ("ATK_SECRETS_KEY", "ATK_TOKEN", "ATK_DATABASE_URL", "ATK_REDIS_URL")
_HERE, HERE = re.compile(r"(?<!\$)\$\{HERE\}"), "HERE"
_SECRET = re.compile(r"(Bearer )?secret://(.*)", re.DOTALL)


def environment() -> dict[str, str]:
    """The environment, completed by the .env file of the current directory."""
    file = Path.cwd() / ".env"
    if not file.is_file():
        return dict(os.environ)
    from dotenv import dotenv_values

    values = {name: value for name, value in dotenv_values(file).items() if value is not None}
    return {**values, **os.environ}


def secret_variable(name: str) -> str:
    """The variable whose value goes before what the vault keeps as `name`."""
    return "ATK_SECRET_" + re.sub(r"\W", "_", name).upper()


def secret_value(name: str, variables: Mapping[str, str], vault: Vault | None = None) -> str:
    """The secret called `name`: from its variable, otherwise from the vault.

    Args:
        name: What follows `secret://`.
        variables: The environment.
        vault: By default that of this machine's state folder.

    Raises:
        UsageError: There is none; the message says how to set it.
    """
    from generation_functions.names import closest
    from generation_functions.run_folder import state_folder
    from generation_functions.vault import NAME, NAME_RULE, Vault

    if not re.fullmatch(NAME, name):
        raise UsageError(f"{name!r} is not a name for a secret: {NAME_RULE}")
    vault = vault or Vault(state_folder(), variables)
    value = variables.get(secret_variable(name)) or vault.reveal(name)
    if not value:
        near = closest(name, [secret.name for secret in vault.list()])
        hint = f" (did you mean {near}?)" if near else ""
        raise UsageError(
            f"there is no secret called {name}{hint}: run python run_augmentoolkit.py secret set {name}, or add it in "
            f"Settings of the web interface, or set the variable {secret_variable(name)}"
        )
    return value


def fill_here(value: Any, file: str) -> Any:
    """`value` with `${HERE}` filled, the folder of the config file `file`; as it is where there is no such file."""
    if isinstance(value, dict):
        return {key: fill_here(item, file) for key, item in value.items()}
    if isinstance(value, list):
        return [fill_here(item, file) for item in value]
    if not isinstance(value, str) or not _HERE.search(value) or not Path(file).is_file():
        return value
    folder = str(Path(file).resolve().parent)
    return _HERE.sub(lambda _: folder, value)


class ReferenceFiller:
    """Fills the references in values, and gathers what cannot be filled as (path, message)."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.missing: list[tuple[KeyPath, str]] = []

    def fill(self, value: Any, path: KeyPath = ()) -> Any:
        """`value` with its references filled; mappings and lists are gone through."""
        if isinstance(value, dict):
            return {key: self.fill(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        if secret := _SECRET.fullmatch(value):
            return self._secret(value, secret, path)
        return _REFERENCE.sub(lambda match: self._value(match, path), value)

    def _secret(self, written: str, match: re.Match[str], path: KeyPath) -> str:
        scheme, name = match[1] or "", match[2]
        try:
            return scheme + secret_value(name, self.variables)
        except AugmentoolkitError as error:
            self.missing.append((path, str(error)))
            return written

    def _value(self, match: re.Match[str], path: KeyPath) -> str:
        escaped, name = match[1], match[2]
        if escaped:  # $${NAME} is the text ${NAME}
            return f"${{{name}}}"
        if not _NAME.match(name):
            message = f"${{{name}}} is not a variable name; write $${{...}} for the plain text"
            self.missing.append((path, message))
            return match[0]
        if name == HERE:
            message = "${HERE} is the folder of a config file, and this config is in no file: write the folder itself"
            self.missing.append((path, message))
            return match[0]
        if name in _NOT_FOR_CONFIGS:
            self.missing.append((path, f"the variable {name} is not for configs"))
            return match[0]
        value = self.variables.get(name, "")
        if not value:
            state = "is empty" if name in self.variables else "is not set"
            advice = f"put {name}=... into .env in {Path.cwd()}, or run: export {name}=..."
            self.missing.append((path, f"the variable {name} {state}: {advice}"))
        return value


def load_environment() -> None:
    """Put the variables of .env into this process's environment, where they are not set already."""
    os.environ.update(environment())

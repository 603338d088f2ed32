"""`${NAME}` in config values: filled from the environment or the .env file of the current directory.

A reference stays as it is written in everything that is saved or shown; only the running pipeline sees the
value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

KeyPath = tuple[str | int, ...]

_REFERENCE = re.compile(r"\$(\$?)\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$")
_VAULT = re.compile(r"secret://[\w./-]+$")


def environment() -> dict[str, str]:
    """The environment, completed by the .env file of the current directory."""
    file = Path.cwd() / ".env"
    if not file.is_file():
        return dict(os.environ)
    from dotenv import dotenv_values

    values = {name: value for name, value in dotenv_values(file).items() if value is not None}
    return {**values, **os.environ}


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
        if _VAULT.match(value):
            variable = _as_variable(value.removeprefix("secret://"))
            message = f"{value} needs the vault of the web service; on the command line write ${{{variable}}}"
            self.missing.append((path, message))
            return value
        return _REFERENCE.sub(lambda match: self._value(match, path), value)

    def _value(self, match: re.Match[str], path: KeyPath) -> str:
        escaped, name = match[1], match[2]
        if escaped:  # $${NAME} is the text ${NAME}
            return f"${{{name}}}"
        if not _NAME.match(name):
            message = f"${{{name}}} is not a variable name; write $${{...}} for the plain text"
            self.missing.append((path, message))
            return match[0]
        value = self.variables.get(name, "")
        if not value:
            state = "is empty" if name in self.variables else "is not set"
            advice = f"put {name}=... into .env in {Path.cwd()}, or run: export {name}=..."
            self.missing.append((path, f"the variable {name} {state}: {advice}"))
        return value


def _as_variable(name: str) -> str:
    return re.sub(r"\W+", "_", name).upper()


def load_environment() -> None:
    """Put the variables of .env into this process's environment, where they are not set already."""
    os.environ.update(environment())

"""Checking a config's values against a pipeline's schema, with mistakes told in people's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generation_functions.names import did_you_mean
from generation_functions.schema_words import found, is_secret, keys_at, nodes_at, wanted

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from generation_functions.schema import PipelineSchema

KeyPath = tuple[str | int, ...]
# pydantic's messages for these say more than "wants X, found Y" would.
_LIMIT_ERRORS = (
    "greater_than",
    "less_than",
    "multiple_of",
    "too_short",
    "too_long",
    "string_too",
    "string_pattern",
    "finite",
)


@dataclass(frozen=True)
class Mistake:
    """What is wrong with the value at `path`."""

    path: KeyPath
    message: str


def validate(
    schema: PipelineSchema, values: dict[str, Any], written: dict[str, Any], to_come: Sequence[Path] = ()
) -> tuple[dict[str, Any], list[Mistake]]:
    """The arguments that `values` stand for, defaults included, or the mistakes in them.

    `written` is the same before references were filled; messages quote from it, so that no secret shows.
    Paths in one of the folders `to_come` need not exist yet.
    """
    from pydantic import ValidationError

    from generation_functions.schema_model import model_arguments

    loose = _too_loose(schema.json_schema, values)
    try:
        instance = schema.model.model_validate(values, context={"to_come": to_come})
    except ValidationError as error:
        return {}, [*_mistakes(schema, values, written, error.errors(include_url=False)), *loose]
    return ({}, loose) if loose else (model_arguments(instance), [])


def _too_loose(json_schema: dict[str, Any], value: Any, path: KeyPath = ()) -> list[Mistake]:
    """What pydantic would take and nobody means: `true` as the number 1, an empty path as the current folder."""
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = dict(enumerate(value)).items()
    else:
        nodes = nodes_at(json_schema, path) if isinstance(value, bool) or value == "" else []
        types = {node.get("type") for node in nodes}
        number = isinstance(value, bool) and types and types <= {"integer", "number", "null"}
        folder = value == "" and any(node.get("format") == "path" for node in nodes)
        if number or folder:
            return [Mistake(path, f"wants {wanted(nodes)}, found {found(value) if number else 'an empty text'}")]
        return []
    return [mistake for key, item in inner for mistake in _too_loose(json_schema, item, (*path, key))]


def _mistakes(
    schema: PipelineSchema, values: dict[str, Any], written: dict[str, Any], errors: Sequence[ErrorDetails]
) -> list[Mistake]:
    by_path: dict[KeyPath, list[ErrorDetails]] = {}
    for error in errors:
        by_path.setdefault(_data_path(values, error), []).append(error)
    # Of a union's branches, the one that got deepest into the value is the one that was meant.
    paths = [path for path in by_path if not any(_inside(other, path) for other in by_path)]
    teller = _Teller(schema, written)
    return [Mistake(path, teller.message(path, by_path[path])) for path in paths]


def _inside(path: KeyPath, outer: KeyPath) -> bool:
    return bool(outer) and len(path) > len(outer) and path[: len(outer)] == outer


def _data_path(values: Any, error: ErrorDetails) -> KeyPath:
    """Where in the config an error is: pydantic's location without the names of union branches."""
    from generation_functions.schema_model import FIELD_PREFIX

    path: list[str | int] = []
    location = error["loc"]
    for position, part in enumerate(location):
        if position == 0:  # mistakes in defaults carry the field's name, not its alias
            part = str(part).removeprefix(FIELD_PREFIX)
        last = position == len(location) - 1
        inside_mapping = isinstance(values, dict) and part in values
        inside_list = isinstance(values, list) and isinstance(part, int) and part < len(values)
        if inside_mapping or inside_list:
            path.append(part)
            values = values[part]
        elif not path or (last and error["type"] in ("missing", "extra_forbidden")):
            path.append(part)
            values = None
    return tuple(path)


class _Teller:
    """Puts pydantic's errors into words."""

    def __init__(self, schema: PipelineSchema, written: dict[str, Any]) -> None:
        self.schema = schema
        self.written = written
        self.json_schema = schema.json_schema

    def message(self, path: KeyPath, errors: list[ErrorDetails]) -> str:
        kinds = {error["type"] for error in errors}
        for error in errors:
            if error["type"] in ("value_error", "assertion_error", "path_missing"):
                return error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
        if "missing" in kinds:
            return self._missing(path)
        if "extra_forbidden" in kinds:
            keys = keys_at(self.json_schema, path[:-1])
            return unknown_key(str(path[-1]), keys)
        if any(error["type"].startswith(_LIMIT_ERRORS) for error in errors):
            error = next(error for error in errors if error["type"].startswith(_LIMIT_ERRORS))
            words = f"{error['msg'].replace('Input should', 'should', 1)}, found {self._found(path)}"
            return words + self._per_cent(path, error)
        return self._wrong_type(path, errors[0])

    def _missing(self, path: KeyPath) -> str:
        parameter = self.schema.all_parameters.get(str(path[0])) if len(path) == 1 else None
        meaning = f" ({parameter.description})" if parameter and parameter.description else ""
        wants = wanted(nodes_at(self.json_schema, path))
        return f"missing: add `{path[-1]}: ...`" + (f", {wants}" if wants else "") + meaning

    def _wrong_type(self, path: KeyPath, error: ErrorDetails) -> str:
        nodes = nodes_at(self.json_schema, path)
        wants = wanted(nodes)
        if not wants:
            return f"{error['msg']}, found {self._found(path)}"
        choices = [str(choice) for node in nodes for choice in node.get("enum", [])]
        value = self._value(path)
        hint = did_you_mean(value, choices) if isinstance(value, str) else ""
        if value is None:
            hint = "; give it a value or leave the key out"
        elif nodes and all(node.get("type") == "string" for node in nodes) and isinstance(value, int | float):
            hint = "; put it in quotes"
        return f"wants {wants}, found {self._found(path)}{hint}"

    def _per_cent(self, path: KeyPath, error: ErrorDetails) -> str:
        """A hint for who writes 5 where 0.05 is meant."""
        value = self._value(path)
        is_share = any(
            (node.get("minimum"), node.get("maximum")) == (0, 1) for node in nodes_at(self.json_schema, path)
        )
        if not is_share or error["type"] != "less_than_equal" or not isinstance(value, int | float) or value > 100:
            return ""
        return f"; a share is a part of 1, so {value:g} % are {value / 100:g}"

    def _value(self, path: KeyPath) -> Any:
        value: Any = self.written
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def _found(self, path: KeyPath) -> str:
        return "a value that is not shown" if is_secret(self.json_schema, path) else found(self._value(path))


def unknown_key(key: str, known: Sequence[str]) -> str:
    """What to say about a key that nothing reads."""
    hint = did_you_mean(key, known)
    return f"unknown key{hint}" if hint else f"unknown key; known here: {', '.join(known) or 'none'}"

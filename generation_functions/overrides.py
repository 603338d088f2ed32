"""`--set key=value`, reaching nested keys: `--set small_model.base_url=http://localhost:8000/v1`."""

from __future__ import annotations

import copy
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from generation_functions.config_yaml import dotted, parse_override
from generation_functions.schema import plain
from generation_functions.schema_words import nodes_at

if TYPE_CHECKING:
    from generation_functions.schema import PipelineSchema

KeyPath = tuple[str | int, ...]
SET = "--set"


def apply_overrides(
    written: dict[str, Any],
    overrides: Sequence[str],
    schema: PipelineSchema,
    headings: Collection[str],
    changed: set[KeyPath],
) -> list[tuple[KeyPath, str]]:
    """Change `written` as `overrides` say, and note which paths in `changed`.

    Returns what is wrong with the overrides as (path, message).
    """
    problems: list[tuple[KeyPath, str]] = []
    for text in overrides:
        name, equals, value = text.partition("=")
        parts = [part.strip() for part in name.split(".")]
        if not equals or not all(parts):
            problems.append(((), f"{text!r} is not KEY=VALUE (for example --set limit=10)"))
            continue
        while len(parts) > 1 and parts[0] in headings and parts[0] not in schema.all_parameters:
            del parts[0]
        path: KeyPath = tuple(parts)
        changed.add(path)
        problem = _set(written, path, parse_override(value), schema)
        if problem:
            problems.append((path, problem))
    return problems


def _set(written: dict[str, Any], path: KeyPath, value: Any, schema: PipelineSchema) -> str:
    """Set one value; the message when it cannot be set."""
    first, *inner = path
    if not inner:
        written[str(first)] = value
        return ""
    # A copy: through a YAML anchor the value may be shared with another parameter.
    start = copy.deepcopy(written[str(first)]) if first in written else _default(schema, str(first))
    container: Any = _as_container(start, schema, (first,))
    written[str(first)] = container
    for position, part in enumerate(inner):
        last = position == len(inner) - 1
        if isinstance(container, list):
            if not str(part).isdigit() or int(part) >= len(container):
                return f"{dotted(path[: position + 1])} is a list: use a number below {len(container)}"
            part = int(part)
        elif not isinstance(container, dict):
            return f"{dotted(path[: position + 1])} is not a mapping, so it has no {part}"
        if last:
            container[part] = value
        else:
            known = container.get(part) if isinstance(container, dict) else container[part]
            container[part] = _as_container(known, schema, path[: position + 2])
            container = container[part]
    return ""


def _default(schema: PipelineSchema, name: str) -> Any:
    parameter = schema.all_parameters.get(name)
    return None if parameter is None or parameter.required else plain(parameter.default)


def _as_container(value: Any, schema: PipelineSchema, path: KeyPath) -> Any:
    """`value` as something with keys: nothing becomes {}, a model's shorthand becomes {name: shorthand}."""
    if value is None:
        return {}
    if isinstance(value, str):
        fields = [node["properties"] for node in nodes_at(schema.json_schema, path) if "properties" in node]
        if any("name" in names for names in fields):
            return {"name": value}
    return value

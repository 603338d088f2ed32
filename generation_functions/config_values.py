"""What the values of a config reach and give away: paths, secrets in plain text, what references stand for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generation_functions.schema_words import JsonSchema, KeyPath, is_secret, masked_values, nodes_at

if TYPE_CHECKING:
    from generation_functions.registry import Bounds

_SHORTEST_HIDDEN = 4
_OUTSIDE = "leads to a place that the service may not read: use a folder of the project, or one in ATK_INPUT_FOLDERS"


def leaves(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Every value that holds no others, with where it stands."""
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*path, key))
    else:
        yield path, value


def literal_secrets(json_schema: JsonSchema, written: dict[str, Any]) -> list[KeyPath]:
    """Where a secret is written out instead of referred to."""
    return [
        path
        for path, value in leaves(written)
        if is_secret(json_schema, path) and masked_values(json_schema, value, path) != value
    ]


def unusable_paths(json_schema: JsonSchema, values: dict[str, Any], bounds: Bounds | None) -> list[tuple[KeyPath, str]]:
    """Where a path stands that no system call takes, or that `bounds` do not hold, and what to say about it."""
    found = []
    for path, value in leaves(values):
        if (
            isinstance(value, str)
            and value
            and any(node.get("format") == "path" for node in nodes_at(json_schema, path))
        ):
            message = _path_trouble(value, bounds)
            if message:
                found.append((path, message))
    return found


def _path_trouble(value: str, bounds: Bounds | None) -> str:
    try:
        place = Path(value).expanduser()
        if bounds is not None and not bounds.hold(place):
            return _OUTSIDE
        place.exists()
    except (OSError, RuntimeError, ValueError) as error:  # too long, a NUL in it, ~nobody, a circle of links
        return f"cannot be used as a path: {getattr(error, 'strerror', None) or error}"
    return ""


def hidden_texts(written: Any, filled: Any) -> dict[str, str]:
    """What references were filled with, each with the text that holds the reference."""
    texts = dict(leaves(filled))
    hidden: dict[str, str] = {}
    for path, reference in leaves(written):
        text = texts.get(path)
        if isinstance(text, str) and text != reference and len(text) >= _SHORTEST_HIDDEN:
            hidden |= {text: reference, str(Path(text)): reference}
    return hidden


def as_written(message: str, hidden: dict[str, str]) -> str:
    """A message with references instead of what they stand for, which may be secret."""
    for text, reference in hidden.items():
        message = message.replace(text, reference)
    return message

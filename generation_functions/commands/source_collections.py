"""What lists, mappings and Python's own plain functions make of values that a source says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generation_functions.commands.source_values import UNKNOWN, Items, Table, Unknown, as_text, known, wrapped

MOST_ROUNDS = 30
TABLE_METHODS = ("get", "items", "keys", "values", "setdefault", "update")
# Plain functions of Python that say the same whenever they are asked.
PURE = (list, tuple, dict, dict.fromkeys, enumerate, zip, reversed, range, len)


def collection_method(owner: Any, name: str, arguments: list[Any]) -> Any:
    """`append` and its kind on lists, `get` and its kind on mappings."""
    if isinstance(owner, Items) and arguments:
        if name == "append":
            owner.append(arguments[0])
        elif name == "insert" and len(arguments) == 2 and isinstance(arguments[0], int):
            owner.insert(arguments[0], arguments[1])
        elif name == "extend" and isinstance(arguments[0], Items):
            owner.extend(arguments[0])
            owner.open |= arguments[0].open
        else:
            owner.open = True
    elif isinstance(owner, Table):
        return _table_method(owner, name, arguments)
    return UNKNOWN


def _table_method(owner: Table, name: str, arguments: list[Any]) -> Any:
    if name in ("items", "keys", "values"):
        made = Items(Items(pair) for pair in owner.items()) if name == "items" else Items(getattr(owner, name)())
        made.open = owner.open
        return made
    if name == "get" and arguments and is_key(arguments[0]):
        missing = UNKNOWN if owner.open else (arguments[1] if len(arguments) > 1 else None)
        return owner.get(arguments[0], missing)
    if name != "get":
        owner.open = True
    return UNKNOWN


def is_key(value: Any) -> bool:
    """Whether it can be looked up."""
    return isinstance(value, str | int | float | bool | None) and known(value)


def put(table: Table, key: Any, value: Any) -> None:
    """Set a key of a mapping."""
    if is_key(key):
        table[key] = value
    else:
        table.open = True


def added(left: Any, right: Any) -> Any:
    """`left + right`."""
    if isinstance(left, Items) and isinstance(right, Items):
        both = Items([*left, *right])
        both.open = left.open or right.open
        return both
    if isinstance(left, str) or isinstance(right, str):
        return as_text(left) + as_text(right)
    return UNKNOWN


def pure(function: Any, arguments: list[Any]) -> Any:
    """What one of `PURE` gives."""
    if any(isinstance(value, Unknown) or not isinstance(value, Items | Table | int) for value in arguments):
        return UNKNOWN
    is_open = any(getattr(value, "open", False) for value in arguments)
    if function is len and is_open:
        return UNKNOWN
    try:
        made = wrapped(function(*arguments))
    except (TypeError, ValueError):
        return UNKNOWN
    if isinstance(made, Iterator | range):
        made = Items(wrapped(item) for item, _ in zip(made, range(MOST_ROUNDS), strict=False))
    if isinstance(made, Items | Table):
        made.open = is_open
    return made

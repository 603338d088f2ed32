"""One type per column: what readers of the dataset files need, checked while the rows are written."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from generation_functions.datasets.rows import Row

_MOST_SHAPES = 1024
_NESTED = frozenset((dict, list, tuple))
_KINDS = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    dict: "a mapping",
    list: "a list",
    tuple: "a list",
}


class ColumnTypes:
    """What kind of value each column holds, nested ones too: readers of the files take one kind only.

    Most rows look alike, so the shapes that fitted are remembered, and a row of a known shape is not walked again.
    """

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}
        self._shapes: set[Hashable] = set()

    def clash(self, row: Row) -> str | None:
        """Which column of `row` holds another kind than in the rows before; learns when none does."""
        shape = _shape(row)
        if shape in self._shapes:
            return None
        new: dict[str, str] = {}
        clash = self._visit("", row, new)
        if clash is None:
            self._kinds.update(new)
            if len(self._shapes) >= _MOST_SHAPES:
                self._shapes.clear()
            self._shapes.add(shape)
        return clash

    def _visit(self, path: str, value: Any, new: dict[str, str]) -> str | None:
        if value is None:
            return None
        kind = _KINDS.get(type(value)) or f"a {type(value).__name__}"
        known = self._kinds.get(path) or new.setdefault(path, kind)
        if known != kind:
            return f"column {path} holds {kind}, and {known} in an earlier row"
        if kind == "a mapping":
            children = [(f"{path}.{key}" if path else str(key), item) for key, item in value.items()]
        elif kind == "a list":
            children = [(f"{path}[]", item) for item in value]
        else:
            return None
        for name, item in children:
            clash = self._visit(name, item, new)
            if clash:
                return clash
        return None


def _shape(value: Any) -> Hashable:
    """Keys and types all the way down, equal for values that `_visit` cannot tell apart.

    Of a list only the different shapes in it count, so that a long conversation looks like a short one.
    """
    kind: type = type(value)
    if kind is dict:
        shape = (*value, *map(type, value.values()))
        if _NESTED.isdisjoint(shape):
            return shape
        return (*value, *[_shape(item) if type(item) in _NESTED else type(item) for item in value.values()])
    if kind is list or kind is tuple:
        return (list, frozenset(map(_shape, value)))
    return kind

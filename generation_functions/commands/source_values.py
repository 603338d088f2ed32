"""What expressions of a pipeline's source stand for, as far as the source alone says: nothing of it is run."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

# Where an f-string holds something unknown; taken out of names before anybody sees them.
HOLE = "\0"
_AT_HOLE = re.compile(rf"[\s/:,.'\"-]*{HOLE}[\s/:,.'\"-]*")


class Unknown:
    """What only a run can tell."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN = Unknown()


class Items(list[Any]):
    """A list or tuple; `open` when there may be more in it than is known."""

    open = False


class Table(dict[Any, Any]):
    """A mapping; `open` when there may be more in it than is known."""

    open = False


@dataclass(frozen=True)
class TheRun:
    """The run, or a part of it."""

    part: Any = ""
    corpus: Any = ""


@dataclass(frozen=True)
class Loaded:
    """The prompts of a folder."""


@dataclass(frozen=True)
class LoadedPrompt:
    """One of them."""

    name: Any


@dataclass
class Instance:
    """An object that the source makes."""

    kind: type
    fields: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:  # objects may hold each other
        return self.kind.__name__


@dataclass
class Local:
    """A function or lambda that the source defines, with what surrounds it."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    fields: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return getattr(self.node, "name", "lambda")


@dataclass
class Applied:
    """A function with its first arguments: a method of an object, a `partial`."""

    function: Any
    arguments: list[Any] = field(default_factory=list)
    keywords: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Method:
    """A method of the run, or of a list or mapping."""

    owner: Any
    name: str


class Scope:
    """The names that a piece of source sees."""

    def __init__(self, names: dict[str, Any], outer: Scope | Mapping[str, Any]) -> None:
        self.names = names
        self.outer = outer

    def find(self, name: str) -> Any:
        """What a name stands for."""
        if name in self.names:
            return self.names[name]
        if isinstance(self.outer, Scope):
            return self.outer.find(name)
        if name in self.outer:
            return wrapped(self.outer[name])
        return vars(builtins).get(name, UNKNOWN)


def known(value: Any) -> bool:
    """Whether comparing `value` makes sense."""
    if isinstance(value, str):
        return HOLE not in value
    return not isinstance(value, Unknown | TheRun | Loaded | LoadedPrompt | Instance | Applied | Method)


def truth(value: Any) -> bool | None:
    """Whether `value` counts as true; None when only a run can tell."""
    if isinstance(value, Items | Table) and not value:
        return None if value.open else False
    if isinstance(value, bool | int | float | str | None | list | dict | tuple) and known(value):
        return bool(value)
    return None if isinstance(value, Unknown | str | Instance) else True


def attribute(value: Any, name: str) -> Any:
    """An attribute of an object that exists already, read without running any code of it."""
    fields = getattr(type(value), "_fields", ())
    if isinstance(value, tuple) and name in fields:
        return wrapped(tuple.__getitem__(value, fields.index(name)))
    held = getattr(value, "__dict__", {})
    return wrapped(held[name]) if name in held else UNKNOWN


def wrapped(value: Any) -> Any:
    """Plain lists and mappings as this module's own."""
    if type(value) in (list, tuple, set, frozenset):
        return Items(map(wrapped, value))
    if type(value) is dict:
        return Table({key: wrapped(item) for key, item in value.items()})
    return value


def as_text(value: Any) -> str:
    """`value` inside an f-string."""
    return str(value) if isinstance(value, str | int | float) else HOLE


def shown(value: Any) -> str:
    """A text as a name, without what is unknown in it; empty when nothing is known."""
    return _AT_HOLE.sub(" ", value).strip() if isinstance(value, str) else ""


_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Is: lambda left, right: left is right,
    ast.IsNot: lambda left, right: left is not right,
    ast.Eq: lambda left, right: left == right,
    ast.NotEq: lambda left, right: left != right,
    ast.Lt: lambda left, right: left < right,
    ast.LtE: lambda left, right: left <= right,
    ast.Gt: lambda left, right: left > right,
    ast.GtE: lambda left, right: left >= right,
}


def compared(operator: ast.cmpop, left: Any, right: Any) -> Any:
    """`left == right` and its kind."""
    if isinstance(operator, ast.Is | ast.IsNot) and right is None:
        return UNKNOWN if isinstance(left, Unknown) else _COMPARISONS[type(operator)](left, right)
    if not known(left) or not known(right):
        return UNKNOWN
    try:
        if isinstance(operator, ast.In | ast.NotIn):
            if not isinstance(left, str | int | float | None) or not isinstance(right, str | Items | Table):
                return UNKNOWN
            inside = left in right
            if not inside and getattr(right, "open", False):
                return UNKNOWN
            return inside == isinstance(operator, ast.In)
        if isinstance(left, bool | int | float | str | None) and isinstance(right, bool | int | float | str | None):
            return _COMPARISONS[type(operator)](left, right)
    except (TypeError, ValueError):
        pass
    return UNKNOWN

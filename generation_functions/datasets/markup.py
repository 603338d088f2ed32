"""HTML built from values: what is not Markup is escaped, so data can never become page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

# What neither HTML nor XML may hold, not even escaped: control characters and lone surrogates.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_VOID = frozenset({"br", "hr", "meta", "rect", "path", "line", "circle"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | int | None | Iterable["Child"]


def escape(text: str) -> Markup:
    """`text` as it may stand between tags and in attributes."""
    return text if isinstance(text, Markup) else Markup(html.escape(_FORBIDDEN.sub("\ufffd", text)))


def join(*children: Child) -> Markup:
    """The children one after the other; None is nothing."""
    return Markup("".join(_pieces(children)))


def element(name: str, /, *children: Child, **attributes: str | int | float | None) -> Markup:
    """`<name attributes>children</name>`, well-formed as XML too.

    `class_` stands for class and `stroke_width` for stroke-width; an attribute that is None is left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def _pieces(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            yield escape(child)
        elif isinstance(child, int):
            yield str(child)
        else:
            yield from _pieces(child)

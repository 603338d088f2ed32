"""Markers of list items in Word files: bullets, and numbers counted as Word counts them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_UNNUMBERED = {"bullet", "none"}


class Numbering:
    """Knows the list formats of one file (its numbering part) and counts its numbered items."""

    def __init__(self, numbering: _Element | None) -> None:
        self._formats: dict[tuple[str, int], str] = {}
        self._counters: dict[str, dict[int, int]] = defaultdict(dict)
        if numbering is not None:
            self._read_formats(numbering)

    def _read_formats(self, numbering: _Element) -> None:
        abstract = {
            definition.get(f"{_W}abstractNumId"): {
                int(level.get(f"{_W}ilvl", "0")): _value(level, "numFmt") for level in definition.iter(f"{_W}lvl")
            }
            for definition in numbering.iter(f"{_W}abstractNum")
        }
        for number in numbering.iter(f"{_W}num"):
            levels = abstract.get(_value(number, "abstractNumId"), {})
            for level, form in levels.items():
                self._formats[number.get(f"{_W}numId", ""), level] = form

    def marker(self, paragraph: _Element, style: _Element | None, style_name: str) -> str:
        """What stands before the text of a list item, indentation included; empty for other paragraphs."""
        number, level = _list_of(paragraph, style)
        named = style_name.lower().startswith("list ")
        if number == "0" or not (number or named):
            return ""
        form = self._formats.get((number, level), "decimal" if "number" in style_name.lower() else "bullet")
        if form in _UNNUMBERED:
            return "  " * level + "- "
        counters = self._counters[number]
        for deeper in [known for known in counters if known > level]:
            del counters[deeper]
        counters[level] = counters.get(level, 0) + 1
        return "  " * level + f"{counters[level]}. "


def _list_of(paragraph: _Element, style: _Element | None) -> tuple[str, int]:
    """The list and level of a paragraph: its own, else its style's; ("", 0) when it is in none."""
    for element in (paragraph, style):
        properties = element.find(f"{_W}pPr/{_W}numPr") if element is not None else None
        if properties is not None:
            level = _value(properties, "ilvl")
            return _value(properties, "numId"), int(level) if level.isdigit() else 0
    return "", 0


def _value(element: _Element, name: str) -> str:
    found = element.find(f"{_W}{name}")
    return str(found.get(f"{_W}val", "")) if found is not None else ""

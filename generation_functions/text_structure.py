"""Finds the structure of plain text and Markdown: headings, paragraphs and fenced code blocks.

One pass of a regular expression that starts at line breaks; the work is linear on any text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_LONGEST_TITLE = 200

_LINE_PATTERN = (
    r"[ \t]{0,3}(?:(?P<marks>\#{1,6})[ \t]+(?P<title>[^\n]*)"
    r"|(?P<fence>`{3,}|~{3,})(?P<language>[^`\n]*)(?=\n|\Z)"
    r"|(?P<line>[=\-~^\"'*+])(?P=line){2,}[ \t]*\r?(?=\n|\Z))"  # under a Markdown or reStructuredText heading
)
_LINE = re.compile(_LINE_PATTERN)
# Begins with a fixed character, so that the search runs at the speed of memchr.
_PLACE = re.compile(r"\n(?:(?P<blank>(?:[^\S\n]*+\n)+)|" + _LINE_PATTERN + ")")


class Block(NamedTuple):
    """A place where text may be cut: the beginning of a heading, paragraph or code block."""

    start: int
    end: int
    """Where a block that had better stay whole ends: a code block, with the heading right above it. Otherwise 0."""
    is_heading: bool


@dataclass(slots=True)
class Structure:
    """Blocks in order, and the headings with where they begin."""

    blocks: list[Block] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    heading_starts: list[int] = field(default_factory=list)

    def heading_at(self, position: int) -> str | None:
        """The nearest heading at or above `position`."""
        index = bisect_right(self.heading_starts, position)
        return self.headings[index - 1] if index else None

    def add(self, start: int, *, is_heading: bool = False) -> None:
        """Note a block; a heading replaces the paragraph that was taken to begin at the same place."""
        if self.starts and start == self.starts[-1]:
            self.blocks[-1] = self.blocks[-1]._replace(is_heading=is_heading)
        else:
            self.blocks.append(Block(start, 0, is_heading))
            self.starts.append(start)

    def add_heading(self, start: int, title: str) -> None:
        """Note a heading, which holds for what comes after it."""
        self.headings.append(title[:_LONGEST_TITLE])
        self.heading_starts.append(start)


def _places(text: str) -> Iterator[re.Match[str]]:
    """Every blank line, heading, underline and fence, in order."""
    position = 0
    if first := _LINE.match(text):
        yield first
        position = first.end()
    while place := _PLACE.search(text, position):
        yield place
        position = place.end()
        if place["blank"] and (line := _LINE.match(text, position)):
            yield line
            position = line.end()


def _title_above(text: str, underline: int) -> tuple[int, str] | None:
    """Start and text of a one-line title that ends right before the line break at `underline`."""
    start = text.rfind("\n", max(0, underline - _LONGEST_TITLE), underline) + 1
    if start == 0 and underline > _LONGEST_TITLE:
        return None
    title = text[start:underline].strip()
    above = text[text.rfind("\n", max(0, start - _LONGEST_TITLE), max(0, start - 1)) + 1 : start]
    return (start, title) if title and (start == 0 or not above.strip()) and title[0].isalnum() else None


class _Reader:
    """Reads the places in order and remembers what is open: a fence, or a heading with nothing below it yet."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found = Structure()
        self.end = len(text.rstrip())
        self.fence = ""
        self.after_heading = -_LONGEST_TITLE  # where the text right below the last heading begins

    def read(self) -> Structure:
        for place in _places(self.text):
            kind = place.lastgroup if not place["fence"] else "fence"
            if self.fence:
                if kind == "fence":
                    self._close(place)
            elif kind == "blank":
                self._paragraph(place.end())
            elif kind == "fence":
                self._open(place)
            elif kind == "title":
                self._marked_heading(place)
            elif place.start() and (title := _title_above(self.text, place.start())):
                self._heading(title[0], title[1], place.end() + 1)
        if self.fence:
            self._keep(len(self.text))
        return self.found

    def _line_start(self, place: re.Match[str]) -> int:
        return place.start() + (self.text[place.start()] == "\n")

    def _is_comment(self, place: re.Match[str], start: int) -> bool:
        """Whether what looks like a heading is one of several comment lines in source code."""
        sign = f"{place['marks']} "
        above = self.text.rfind("\n", max(0, start - _LONGEST_TITLE), max(0, start - 1)) + 1
        return self.text.startswith(sign, place.end() + 1) or (start > 0 and self.text.startswith(sign, above))

    def _below_heading(self, start: int) -> bool:
        """Whether nothing but blanks lies between the last heading and `start`."""
        gap = start - self.after_heading
        return 0 <= gap < _LONGEST_TITLE and not self.text[self.after_heading : start].strip()

    def _paragraph(self, start: int) -> None:
        if self._below_heading(start):
            self.after_heading = start
        elif start < self.end:
            self.found.add(start)

    def _marked_heading(self, place: re.Match[str]) -> None:
        start = self._line_start(place)
        if not self._is_comment(place, start):
            self._heading(start, place["title"].strip().rstrip("#").rstrip(), place.end() + 1)

    def _heading(self, start: int, title: str, below: int) -> None:
        if title:
            self.found.add_heading(start, title)
            if not self._below_heading(start):
                self.found.add(start, is_heading=True)
            self.after_heading = below

    def _open(self, place: re.Match[str]) -> None:
        self.fence = place["fence"]
        start = self._line_start(place)
        if not self._below_heading(start):
            self.found.add(start)

    def _close(self, place: re.Match[str]) -> None:
        fence = place["fence"]
        if fence[0] == self.fence[0] and len(fence) >= len(self.fence) and not place["language"].strip():
            end = place.end() + 1
            self._keep(end)
            self.fence = ""
            if end < self.end and not self.text[end].isspace():
                self.found.add(end)

    def _keep(self, end: int) -> None:
        self.found.blocks[-1] = self.found.blocks[-1]._replace(end=end)


def read_structure(text: str) -> Structure:
    """Headings (Markdown and reStructuredText), paragraphs after blank lines, and fenced code blocks."""
    return _Reader(text).read()

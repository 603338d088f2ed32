"""Which rows of a dataset match a filter: each condition runs through its own file, and skips where others lead.

The conditions are joined like sorted lists (leapfrog join, Veldhuizen 2014): the one that is furthest ahead says where
the others look next, so the rarest one sets the pace, whichever it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import orjson

from generation_functions.sources import in_corpus
from web.reading.decisions import DecidedRows, Decision
from web.reading.files import parse_object, row_id_of
from web.reading.line_index import Lines
from web.reading.walking import Walk
from web.tolerant import objects_of, text_of


@dataclass(frozen=True)
class Filter:
    """What rows must have; empty for what does not matter."""

    text: str = ""
    """Somewhere in the row, its id and keys included."""
    ignore_case: bool = False
    file: str = ""
    """The document that the row rests on, or one of them."""
    decision: Decision | None = None
    """`undo`: nothing has been decided."""

    @property
    def is_empty(self) -> bool:
        """Whether every row matches."""
        return not (self.text or self.file or self.decision)


class Condition(Protocol):
    """Says where the next row is that fulfils it."""

    reached: int
    """No row that was asked for before this one fulfils it."""

    def at_or_after(self, number: int) -> int | None:
        """The first row from `number` on that fulfils it. Numbers only grow."""

    @property
    def share(self) -> float:
        """How much of its file it has seen."""


class HoldsText:
    """The row's line holds a text."""

    def __init__(self, rows: Lines, text: str, *, ignore_case: bool) -> None:
        needle = in_json(text)
        self.reached = 0
        self._needle = needle.lower() if ignore_case else needle
        self._walk = Walk(rows, fold=ignore_case)
        self._rows = rows

    def at_or_after(self, number: int) -> int | None:
        if number > self.reached or not self.reached:
            self._walk.go_to(number)
            try:
                if not self._walk.find(self._needle):
                    return None
            finally:
                self.reached = max(number, self._walk.number)
        return self.reached

    @property
    def share(self) -> float:
        return self._rows.share(self._walk.offset)


class HasId:
    """The row is that of an id; the first one, should there be several."""

    def __init__(self, rows: Lines, identity: str, walk: Walk) -> None:
        self.reached = 0
        self._identity = identity
        self._needle = b'"' + in_json(identity) + b'"'
        self._walk = walk
        self._rows = rows

    def at_place(self, offset: int) -> int | None:
        """The row's number, if it lies at `offset`."""
        if not self._rows.start <= offset < self._rows.end:
            return None
        walk = Walk(self._rows, self._rows.number_at(offset), offset)
        if not self._is_at(walk):
            return None
        self._walk = walk
        return walk.number

    def at_or_after(self, number: int) -> int | None:
        walk = self._walk
        try:
            walk.go_to(number)
            while walk.find(self._needle):
                if self._is_at(walk):
                    return walk.number
                walk.next()
                self._rows.deadline.check()
        finally:
            self.reached = max(number, walk.number)
        return None

    def _is_at(self, walk: Walk) -> bool:
        line = walk.line()
        return row_id_of(line) == self._identity and parse_object(line) is not None

    @property
    def offset(self) -> int:
        """Where the row that was found begins."""
        return self._walk.offset

    def line(self) -> bytes:
        """The row that was found."""
        return self._walk.line()

    @property
    def share(self) -> float:
        return self._rows.share(self._walk.offset)


class RestsOn:
    """The row's provenance names a document."""

    def __init__(self, provenance: Lines, file: str) -> None:
        self.reached = 0
        self._file = file
        # Documents of several input folders are called FOLDER/FILE, and provenance names the two apart.
        self._needle = in_json(file.partition("/")[2] or file) + b'"'
        self._walk = Walk(provenance)
        self._lines = provenance

    def at_or_after(self, number: int) -> int | None:
        walk = self._walk
        if number > self.reached or not self.reached:
            walk.go_to(number)
            try:
                while walk.find(self._needle):
                    if self._is_named(walk.line()):
                        break
                    walk.next()
                    self._lines.deadline.check()
                else:
                    return None
            finally:
                self.reached = max(number, walk.number)
        return self.reached

    def _is_named(self, line: bytes) -> bool:
        for source in objects_of((parse_object(line) or {}).get("sources")):
            file = text_of(source.get("file"))
            if self._file in (file, in_corpus(file, text_of(source.get("corpus")))):
                return True
        return False

    @property
    def share(self) -> float:
        return self._lines.share(self._walk.offset)


class IsDecided:
    """A decision stands about the row; `undo`: none does."""

    def __init__(self, rows: Lines, decided: DecidedRows, decision: Decision) -> None:
        self.reached = 0
        self._wanted = None if decision == Decision.UNDO else decision
        self._decided = decided
        self._walk = Walk(rows)
        self._rows = rows
        self._buffered: list[bytes] = []  # from where the walk stands

    def at_or_after(self, number: int) -> int | None:
        walk = self._walk
        if self._wanted is not None and not len(self._decided):
            return None
        try:
            if number - walk.number >= len(self._buffered):
                walk.go_to(number)
                self._buffered = [] if walk.ended else walk.buffered()
            first = number - walk.number
            while self._buffered:
                found = self._decided.first(self._buffered, first, self._wanted)
                if found is not None:
                    number = walk.number + found
                    return number
                walk.skip(self._buffered)
                number, first = walk.number, 0
                self._buffered = []
                self._rows.deadline.check()
                self._buffered = [] if walk.ended else walk.buffered()
        finally:
            self.reached = max(self.reached, number)
        return None

    @property
    def share(self) -> float:
        return self._rows.share(self._walk.offset)


class Matches:
    """The rows of a dataset that match a filter, from one on; at least one condition must be given."""

    def __init__(self, conditions: list[Condition], start: int) -> None:
        self._conditions = conditions
        self._start = start

    def __iter__(self) -> Iterator[int]:
        """Numbers of rows. Raises OutOfTimeError; then `reached` says where to go on."""
        following = self._next(self._start)
        while following is not None:
            yield following
            following = self._next(following + 1)

    def _next(self, number: int) -> int | None:
        while True:
            wanted = number
            for condition in self._conditions:
                found = condition.at_or_after(number)
                if found is None:
                    return None
                number = found
            if number == wanted:
                return number

    @property
    def reached(self) -> int:
        """No row from the start up to this one matches, except those that were given."""
        return max(self._start, *(condition.reached for condition in self._conditions))

    @property
    def share(self) -> float:
        """How far into the dataset that is, from 0 to 1."""
        return max(condition.share for condition in self._conditions)


def conditions_of(asked: Filter, rows: Lines, provenance: Lines | None, decided: DecidedRows) -> list[Condition] | None:
    """The filter's conditions, the quickest first; None when no row can fulfil them."""
    conditions: list[Condition] = []
    if asked.file:
        if provenance is None:
            return None
        conditions.append(RestsOn(provenance, asked.file))
    if asked.text:
        conditions.append(HoldsText(rows, asked.text, ignore_case=asked.ignore_case))
    if asked.decision:
        conditions.append(IsDecided(rows, decided, asked.decision))
    return conditions


def in_json(text: str) -> bytes:
    """How `text` looks inside a JSON string."""
    return orjson.dumps(text.encode("utf-8", "replace").decode())[1:-1]

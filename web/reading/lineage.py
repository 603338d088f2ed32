"""Finding the line of provenance.jsonl that belongs to a row, without reading the others.

The lines of a dataset stand together, in the order of its rows: line n of the one belongs to line n of the other.
Nothing is taken on trust: a line counts only when it names the row; else it is looked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from generation_functions.datasets.provenance import PROVENANCE_FILE
from web.reading.caches import Caches
from web.reading.files import file_in, parse_object, row_id_of
from web.reading.line_index import Deadline, Lines, OutOfTimeError
from web.reading.walking import Walk
from web.tolerant import text_of

_HEAD, _AFTER_ID = b'{"id":', b',"dataset":'
_BLOCK = 1 << 13
_MOST_SPANS = 1000  # datasets of one run; more than that is a file that somebody has shuffled
_SEARCH_SECONDS = 0.15

Line = dict[str, Any]


@dataclass(frozen=True)
class Span:
    """From where to where the lines of a dataset lie."""

    start: int
    end: int


@contextmanager
def provenance_of(folder: Path, caches: Caches, name: str, deadline: Deadline) -> Iterator[Lines | None]:
    """The provenance lines of the dataset that they call `name`; None when there are none."""
    path = file_in(folder, PROVENANCE_FILE)
    with ExitStack() as opened:
        lines = None
        with suppress(OSError):
            span = span_of(path, name) if path else None
            if path and span:
                lines = opened.enter_context(caches.index(path, span.start).open(path, deadline, span.end))
        yield lines


def span_of(path: Path, name: str) -> Span | None:
    """Where the lines of a dataset are; found by halving, as datasets stand one after the other."""
    file = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(file).st_size
        return next((span for dataset, span in islice(_spans(file, size), _MOST_SPANS) if dataset == name), None)
    finally:
        os.close(file)


def _spans(file: int, size: int) -> Iterator[tuple[str, Span]]:
    start = 0
    while start < size:
        dataset = _dataset_at(file, start)
        # The first line that begins after `low` is still one of this dataset, the first after `high` is not.
        low, high = start, size
        while high - low > 1:
            middle = (low + high) // 2
            begin = _line_after(file, middle, size)
            if begin < size and _dataset_at(file, begin) == dataset:
                low = max(begin, middle)
            else:
                high = middle
        end = _line_after(file, low, size)
        yield dataset, Span(start, end)
        start = end


def _line_after(file: int, offset: int, size: int) -> int:
    """Where the first line begins that begins after `offset`."""
    while offset < size:
        data = os.pread(file, _BLOCK, offset)
        found = data.find(b"\n")
        if found >= 0:
            return offset + found + 1
        if not data:
            break
        offset += len(data)
    return size


def _dataset_at(file: int, offset: int) -> str:
    head = os.pread(file, _BLOCK, offset).partition(b"\n")[0]
    begin = head.find(_AFTER_ID) + len(_AFTER_ID)
    end = head.find(b'",', begin) + 1
    with suppress(orjson.JSONDecodeError):
        return text_of(orjson.loads(head[begin:end]))
    return ""


class Lineage:
    """Goes along with the rows of a dataset."""

    def __init__(self, lines: Lines | None, number: int = 0, offset: int | None = None) -> None:
        self._lines = lines
        self._walk = Walk(lines, number, offset) if lines else None

    def offset_of(self, number: int) -> int:
        """Where the line of row `number` begins, if that is where it stands; else 0."""
        return self._walk.offset if self._walk and self._walk.number == number else 0

    def of(self, number: int, row: str) -> Line | None:
        """The line of row `number`, if it is indeed that of `row`; numbers only grow."""
        line = self._line_of(number, row)
        return parse_object(line) if line else None

    def is_of(self, number: int, row: str) -> bool:
        """Whether the line of row `number` is indeed that of `row`."""
        return bool(self._line_of(number, row))

    def _line_of(self, number: int, row: str) -> bytes:
        walk = self._walk
        if walk is None:
            return b""
        walk.go_to(number)
        if walk.ended:
            return b""
        line = walk.line()
        walk.next()
        return line if row_id_of(line) == row else b""

    def search(self, rows: set[str]) -> dict[str, Line]:
        """The lines of rows that do not stand where they should, as far as time allows."""
        found: dict[str, Line] = {}
        if self._lines is None:
            return found
        lines = self._lines.within(Deadline(_SEARCH_SECONDS))
        walk = Walk(lines)
        with suppress(OutOfTimeError):
            for count, line in enumerate(walk.rest()):
                row = row_id_of(line)
                if row in rows and (parsed := parse_object(line)) is not None:
                    found[row] = parsed
                    if len(found) == len(rows):
                        break
                if count % 256 == 0:
                    lines.deadline.check()
        return found

"""Going forward through the lines of a file, with a number for each and a bounded part of it in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator

from web.reading.line_index import Lines

_BLOCK = 1 << 18
_NEAR = 64  # lines that are stepped over rather than looked up
LONGEST_LINE = 16 << 20
"""Of longer lines only the beginning is read."""


class Walk:
    """A place in a file's lines: `number` and `offset` of the line it stands on.

    Args:
        lines: What to go through.
        number, offset: Where to begin; both must fit together.
        fold: Look for text in small letters (of ASCII) only.
    """

    def __init__(self, lines: Lines, number: int = 0, offset: int | None = None, *, fold: bool = False) -> None:
        self.number = number
        self.offset = lines.start if offset is None else offset
        self._lines = lines
        self._fold = fold
        self._data = b""  # what lies at _begin
        self._begin = self.offset

    @property
    def ended(self) -> bool:
        """Whether it has left the last line behind."""
        return self.offset >= self._lines.end

    def line(self) -> bytes:
        """The line it stands on, with its line end where it has one. Not for walks that fold."""
        place = self._place()
        stop = self._data.find(b"\n", place)
        if stop >= 0:
            return self._data[place : stop + 1]
        self._begin, self._data = self.offset, self._data[place:]
        while stop < 0 and (length := len(self._data)) < LONGEST_LINE and self._grow():
            stop = self._data.find(b"\n", length)
        return self._data[: stop + 1] if stop >= 0 else self._data

    def next(self) -> None:
        """Go to the next line."""
        while True:
            place = self._place()  # reads the data
            stop = self._data.find(b"\n", place)
            if stop >= 0:
                self.offset = self._begin + stop + 1
                break
            self.offset = self._begin + len(self._data)
            if self.ended or not self._place_is_readable():
                self.offset = self._lines.end
                break
        self.number += 1

    def buffered(self) -> list[bytes]:
        """The lines from here on that are in memory, at least one, without their line ends."""
        place = self._place()
        stop = self._data.rfind(b"\n", place)
        return self._data[place:stop].split(b"\n") if stop >= 0 else [self.line().removesuffix(b"\n")]

    def skip(self, lines: list[bytes]) -> None:
        """Go past lines that `buffered` has given."""
        if len(lines) == 1:
            self.next()
            return
        self.offset += sum(map(len, lines)) + len(lines)
        self.number += len(lines)

    def go_to(self, number: int) -> None:
        """Go to the line `number`, forward only."""
        if number - self.number > _NEAR:
            self.offset, self.number = self._lines.offset_of(number), number
            return
        while self.number < number and not self.ended:
            self.next()

    def rest(self) -> Iterator[bytes]:
        """Each line from here on; the walk stands on the one that was given last."""
        while not self.ended:
            yield self.line()
            self.next()

    def find(self, needle: bytes) -> bool:
        """Go to the next line that holds `needle`, this one included; False when none does."""
        lines = self._lines
        first = self._place()  # of the line it stands on
        while True:
            place = self._place()
            found = self._data.find(needle, place)
            if found >= 0:
                self._stand_on_line_of(found, first)
                return True
            kept = min(len(needle) - 1, len(self._data))
            if self._begin + len(self._data) >= lines.end:
                self.offset = lines.end
                return False
            self.offset = self._begin + len(self._data) - kept
            # The clock is looked at here: the number is brought along, so that a search that is out of time
            # can say where it has got to.
            self.number = lines.number_at(self.offset)
            first = -1
            lines.deadline.check()
            if not self._place_is_readable(more_than=kept):
                self.offset = lines.end
                return False

    def _stand_on_line_of(self, found: int, first: int) -> None:
        begin = self._data.rfind(b"\n", max(first, 0), found) + 1
        if first >= 0:
            self.number += self._data.count(b"\n", first, found)
            self.offset = self._begin + (begin or first)
            return
        self.number = self._lines.number_at(self._begin + found)
        self.offset = self._begin + begin if begin else self._lines.offset_of(self.number)

    def _place(self) -> int:
        """Where in the data it stands; the data is read when it does not lie there."""
        place = self.offset - self._begin
        if not 0 <= place < len(self._data):
            self._begin, self._data = self.offset, b""
            self._grow()
            return 0
        return place

    def _place_is_readable(self, more_than: int = 0) -> bool:
        self._begin, self._data = self.offset, b""
        return self._grow() and len(self._data) > more_than

    def _grow(self) -> bool:
        at = self._begin + len(self._data)
        data = os.pread(self._lines.file, min(_BLOCK, self._lines.end - at), at) if at < self._lines.end else b""
        self._data += data.lower() if self._fold else data
        return bool(data)

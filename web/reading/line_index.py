"""Where the lines of a large file are: line ends counted per block, kept in memory, extended as the file grows.

The index of a file with a million lines takes tens of kilobytes, however long its lines are. Nothing is mapped into
memory: a mapped file that somebody cuts short kills the process that looks at it.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic

BLOCK = 1 << 16
_SAMPLE = 64
_LOOK_AT_CLOCK = 16  # blocks between two looks


class OutOfTimeError(Exception):
    """The time for one answer is used up; what was learnt so far stays learnt."""


class Deadline:
    """How long one answer may take."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def check(self) -> None:
        """Raise OutOfTimeError when the time is up."""
        if monotonic() > self._end:
            raise OutOfTimeError


NEVER = Deadline(float("inf"))


@dataclass(frozen=True)
class _Identity:
    device: int
    inode: int


class _Counts:
    """Line ends up to the end of each whole block; a whole block of a file that only grows never changes."""

    def __init__(self, identity: _Identity) -> None:
        self.identity = identity
        self.ends: array[int] = array("Q")
        self.sample = b""
        self._lock = Lock()

    def holds_for(self, file: int, start: int, size: int) -> bool:
        """Whether the file is still the one that was counted: not replaced, cut, or written again in place."""
        with self._lock:
            indexed, sample = start + len(self.ends) * BLOCK, self.sample
        return size >= indexed and os.pread(file, len(sample), indexed - len(sample)) == sample

    def extend(self, file: int, start: int, until: int, deadline: Deadline) -> None:
        """Count the whole blocks before the offset `until`."""
        while start + (len(self.ends) + 1) * BLOCK <= until:
            with self._lock:
                for _ in range(_LOOK_AT_CLOCK):
                    begin = start + len(self.ends) * BLOCK
                    if begin + BLOCK > until:
                        return
                    block = os.pread(file, BLOCK, begin)
                    if len(block) < BLOCK:
                        return  # cut short while it is read
                    before = self.ends[-1] if self.ends else 0
                    self.sample = block[-_SAMPLE:]
                    self.ends.append(before + block.count(b"\n"))
            deadline.check()


class LineIndex:
    """Of the lines of one file, from the offset `start` on."""

    def __init__(self, start: int = 0) -> None:
        self._start = start
        self._counts = _Counts(_Identity(0, 0))

    def counts_for(self, file: int) -> tuple[_Counts, int]:
        """Counts that hold for an open file, and its size."""
        status = os.fstat(file)
        identity, counts = _Identity(status.st_dev, status.st_ino), self._counts
        if counts.identity != identity or not counts.holds_for(file, self._start, status.st_size):
            counts = self._counts = _Counts(identity)  # those who still read the old one keep theirs
        return counts, status.st_size

    @contextmanager
    def open(self, path: Path, deadline: Deadline = NEVER, end: int | None = None) -> Iterator[Lines]:
        """The file's lines as they are now. OSError when it cannot be opened."""
        file = os.open(path, os.O_RDONLY)
        try:
            counts, size = self.counts_for(file)
            yield Lines(file, counts, self._start, size if end is None else min(end, size), deadline)
        finally:
            os.close(file)


class Lines:
    """The lines of an open file between two offsets, numbered from 0. What comes later is not seen."""

    def __init__(self, file: int, counts: _Counts, start: int, end: int, deadline: Deadline) -> None:
        self.file = file
        self.start = start
        self.end = end
        self.deadline = deadline
        self._counts = counts

    def within(self, deadline: Deadline) -> Lines:
        """The same lines, to be looked at within a time."""
        return Lines(self.file, self._counts, self.start, self.end, deadline)

    def count(self) -> int:
        """How many there are; one without a line end at the end of the file is one too."""
        if self.end <= self.start:
            return 0
        return self.number_at(self.end) + (os.pread(self.file, 1, self.end - 1) != b"\n")

    def number_at(self, offset: int) -> int:
        """The number of the line that the byte at `offset` belongs to."""
        self._counts.extend(self.file, self.start, offset, self.deadline)
        block = min((offset - self.start) // BLOCK, len(self._counts.ends))
        before = self._counts.ends[block - 1] if block else 0
        begin = self.start + block * BLOCK
        return before + os.pread(self.file, offset - begin, begin).count(b"\n")

    def offset_of(self, number: int) -> int:
        """Where line `number` begins; `end` when there are not so many."""
        if number <= 0:
            return self.start
        ends = self._counts.ends
        while not ends or ends[-1] < number:
            until = min(self.end, self.start + (len(ends) + 4 * _LOOK_AT_CLOCK) * BLOCK)
            known = len(ends)
            self._counts.extend(self.file, self.start, until, self.deadline)
            if len(ends) == known:
                break
        block = bisect_left(ends, number)
        missing = number - (ends[block - 1] if block else 0)
        begin = self.start + block * BLOCK
        data = os.pread(self.file, BLOCK, begin)
        place = -1
        for _ in range(missing):
            place = data.find(b"\n", place + 1)
            if place < 0:
                return self.end
        return min(begin + place + 1, self.end)

    def share(self, offset: int) -> float:
        """How far into the lines `offset` is, from 0 to 1."""
        return min(1.0, max(0.0, (offset - self.start) / max(1, self.end - self.start)))

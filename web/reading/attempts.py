"""Where the tries of a run begin in its events: searched for once, in a file that only grows."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from web.reading.files import parse_object
from web.reading.line_index import Deadline
from web.tolerant import number_of

_MARK = b'"event":"run-started"'
_BLOCK = 1 << 20
_SAMPLE = 64
_REMEMBERED = 1000


@dataclass(frozen=True)
class Attempt:
    """One try: from a start or resume of the run to its end."""

    number: int
    """Counted from 1."""
    offset: int
    """Of its first event."""
    started: float


class Attempts:
    """Those of one run; the newest thousand."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._forget((0, 0))

    def _forget(self, identity: tuple[int, int]) -> None:
        self._identity = identity
        self._found: deque[Attempt] = deque(maxlen=_REMEMBERED)
        self._count, self._scanned, self._sample = 0, 0, b""

    def now(self) -> list[Attempt]:
        """What has been found so far."""
        with self._lock:
            return [*self._found]

    def catch_up(self, file: int, deadline: Deadline) -> None:
        """Read on to the end of the open file.

        Raises:
            OutOfTimeError: The time was not enough; the next look goes on from here.
        """
        status = os.fstat(file)
        while True:
            with self._lock:
                if not self._holds_for(file, status):
                    self._forget((status.st_dev, status.st_ino))
                if not self._read_block(file, status.st_size):
                    return
            deadline.check()

    def _holds_for(self, file: int, status: os.stat_result) -> bool:
        """Whether the file is still the one that was read: not replaced, cut, or written again in place."""
        if self._identity != (status.st_dev, status.st_ino) or status.st_size < self._scanned:
            return False
        return os.pread(file, len(self._sample), self._scanned - len(self._sample)) == self._sample

    def _read_block(self, file: int, size: int) -> bool:
        data = os.pread(file, min(_BLOCK, size - self._scanned), self._scanned)
        whole = data.rfind(b"\n") + 1
        if not whole:
            if len(data) < _BLOCK:
                return False  # its end has not been written yet
            whole = len(data)  # an event of that length begins no try
        place = data.find(_MARK, 0, whole)
        while place >= 0:
            start, stop = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place)
            event = parse_object(data[start:stop]) or {}
            if event.get("event") == "run-started":
                self._count += 1
                self._found.append(Attempt(self._count, self._scanned + start, number_of(event.get("t"))))
            place = data.find(_MARK, max(stop, place + 1), whole)
        self._scanned += whole
        self._sample = data[max(0, whole - _SAMPLE) : whole]
        return self._scanned < size


def number_at(attempts: Sequence[Attempt], offset: int) -> int:
    """The number of the try that an event at `offset` belongs to."""
    place = bisect_right(attempts, offset, key=lambda attempt: attempt.offset)
    if place:
        return attempts[place - 1].number
    return max(1, attempts[0].number - 1) if attempts else 1

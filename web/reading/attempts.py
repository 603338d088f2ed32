"""Where the tries of a run begin in its events: searched for once, in a file that only grows."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from web.reading.files import parse_object
from web.reading.growing import Growing
from web.tolerant import number_of

_MARK = b'"event":"run-started"'
_REMEMBERED = 1000


@dataclass(frozen=True)
class Attempt:
    """One try: from a start or resume of the run to its end."""

    number: int
    """Counted from 1."""
    offset: int
    """Of its first event."""
    started: float


class Attempts(Growing):
    """Those of one run; the newest thousand."""

    def _forget(self) -> None:
        self._found: deque[Attempt] = deque(maxlen=_REMEMBERED)
        self._count = 0

    def now(self) -> list[Attempt]:
        """What has been found so far."""
        with self._lock:
            return [*self._found]

    def _take(self, data: bytes, offset: int) -> None:
        place = data.find(_MARK)
        while place >= 0:
            start, stop = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place)
            event = parse_object(data[start:stop]) or {}
            if event.get("event") == "run-started":
                self._count += 1
                self._found.append(Attempt(self._count, offset + start, number_of(event.get("t"))))
            place = data.find(_MARK, max(stop, place + 1))


def number_at(attempts: Sequence[Attempt], offset: int) -> int:
    """The number of the try that an event at `offset` belongs to."""
    place = bisect_right(attempts, offset, key=lambda attempt: attempt.offset)
    if place:
        return attempts[place - 1].number
    return max(1, attempts[0].number - 1) if attempts else 1

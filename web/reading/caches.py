"""What is remembered between requests: all of it can be read again, and all of it is bounded."""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Annotated

from fastapi import Depends, Request

from web.reading.attempts import Attempts
from web.reading.decisions import Decisions
from web.reading.failure_counts import FailureCounts
from web.reading.line_index import LineIndex
from web.reading.texts import Texts

_INDEXES = 64
_RUNS = 4
_PLACES = 20_000


class Places:
    """Where rows that were shown lie in their files; to be checked before use."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._offsets: OrderedDict[tuple[Path, str], int] = OrderedDict()

    def put(self, path: Path, row: str, offset: int) -> None:
        """Remember one."""
        with self._lock:
            self._offsets[path, row] = offset
            self._offsets.move_to_end((path, row))
            while len(self._offsets) > _PLACES:
                self._offsets.popitem(last=False)

    def get(self, path: Path, row: str) -> int | None:
        """Where the row was seen last."""
        with self._lock:
            return self._offsets.get((path, row))


class Caches:
    """One for each application."""

    def __init__(self) -> None:
        self.places = Places()
        self.texts = Texts()
        self._index = lru_cache(_INDEXES)(lambda path, start: LineIndex(start))
        self._attempts = lru_cache(_INDEXES)(lambda path: Attempts())
        self._decisions = lru_cache(_RUNS)(Decisions)
        self._failures = lru_cache(_RUNS)(FailureCounts)

    def index(self, path: Path, start: int = 0) -> LineIndex:
        """Where the lines of a file are, from an offset on."""
        return self._index(path, start)

    def attempts(self, path: Path) -> Attempts:
        """Where the tries of a run begin in its events."""
        return self._attempts(path)

    def decisions(self, folder: Path) -> Decisions:
        """What was decided about the rows of a run."""
        return self._decisions(folder)

    def failures(self, folder: Path) -> FailureCounts:
        """How the records of a run failed."""
        return self._failures(folder)


async def caches_of(request: Request) -> Caches:
    """Those of the application that answers; not a plain function, so that two requests do not make two."""
    state = request.app.state
    if not hasattr(state, "reading"):
        state.reading = Caches()
    found: Caches = state.reading
    return found


Cached = Annotated[Caches, Depends(caches_of)]

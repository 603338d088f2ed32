"""Keeps previews from taking all processors: only a few files are read in processes of their own at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from web.problems import UnavailableError

_PATIENCE_SECONDS = 3.0
_turns = threading.BoundedSemaphore(2)


@contextmanager
def reading_turn() -> Iterator[None]:
    """Wait for a turn; not for long, because a request that waits holds up others.

    Raises:
        UnavailableError: Others took too long.
    """
    if not _turns.acquire(timeout=_PATIENCE_SECONDS):
        raise UnavailableError("other files are being read for previews: try again", code="previews-busy")
    try:
        yield
    finally:
        _turns.release()

"""A file that only grows, read once: each look takes in the whole lines that have come since the look before."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from threading import Lock

from web.reading.line_index import NEVER, Deadline
from web.reading.walking import LONGEST_LINE

_BLOCK = 1 << 20
_SAMPLE = 64


class Growing(ABC):
    """What is kept of such a file. Begins anew when the file was replaced, cut, or written again in place."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._begin_with((0, 0))

    @abstractmethod
    def _forget(self) -> None:
        """Keep nothing: the file is another one now."""

    @abstractmethod
    def _take(self, data: bytes, offset: int) -> None:
        """Take in whole lines that begin at `offset`."""

    def _begin_with(self, identity: tuple[int, int]) -> None:
        self._identity = identity
        self._scanned, self._sample = 0, b""
        self._size, self._changed = 0, 0
        self._forget()

    def catch_up(self, file: int, deadline: Deadline = NEVER) -> None:
        """Read on to the end of the open file.

        Raises:
            OutOfTimeError: The time was not enough; the next look goes on from here.
        """
        while True:
            with self._lock:
                status = os.fstat(file)  # not before: another look may have seen it grow meanwhile
                if not self._holds_for(file, status):
                    self._begin_with((status.st_dev, status.st_ino))
                self._size, self._changed = status.st_size, status.st_mtime_ns
                if not self._read_block(file, status.st_size):
                    return
            deadline.check()

    def _holds_for(self, file: int, status: os.stat_result) -> bool:
        """Whether the file is still the one that was read."""
        if self._identity != (status.st_dev, status.st_ino) or status.st_size < self._size:
            return False
        if status.st_size == self._size and status.st_mtime_ns != self._changed:
            return False  # written, and not appended to
        return os.pread(file, len(self._sample), self._scanned - len(self._sample)) == self._sample

    def _read_block(self, file: int, size: int) -> bool:
        """Returns whether there is more to read."""
        left = size - self._scanned
        data = os.pread(file, min(_BLOCK, left), self._scanned)
        whole = data.rfind(b"\n") + 1
        if not whole and len(data) == _BLOCK:
            data = os.pread(file, min(LONGEST_LINE, left), self._scanned)
            whole = data.rfind(b"\n") + 1 or (len(data) if len(data) == LONGEST_LINE else 0)
        if not whole:
            return False  # its end has not been written yet
        self._take(data if whole == len(data) else data[:whole], self._scanned)
        self._scanned += whole
        self._sample = data[max(0, whole - _SAMPLE) : whole]
        return self._scanned < size

"""Rows collected on disk before they are mixed into training files: what a part of a composition hands on.

One JSON line a row: `{"id", "row", "tokens", "sources", "calls"}`. In memory a row takes 16 bytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from generation_functions.errors import StorageError

Line = dict[str, Any]
_BUFFER = 256 * 1024


class CollectedRows:
    """Collected rows on disk: iterate as often as you like, or read one by its number."""

    def __init__(self, path: Path, offsets: array[int], tokens: array[int]) -> None:
        self.path = path
        self.tokens = tokens
        self.total_tokens = sum(tokens)
        self._offsets = offsets  # of each line, and the end of the last one

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[Line]:
        with self.path.open("rb", buffering=_BUFFER) as file:
            for line in file:
                yield orjson.loads(line)

    def read(self, number: int) -> Line:
        """The row at `number`, counted from 0."""
        return next(self.pick([number]))

    def pick(self, numbers: Iterable[int]) -> Iterator[Line]:
        """The rows at `numbers`, in that order."""
        with self.path.open("rb") as file:
            for number in numbers:
                file.seek(self._offsets[number])
                line: Line = orjson.loads(file.read(self._offsets[number + 1] - self._offsets[number]))
                yield line


class RowCollector:
    """Writes collected rows to `path`; use as a context manager, and `finish` inside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offsets = array("Q", [0])
        self._tokens = array("Q")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb", buffering=_BUFFER)
        except OSError as error:
            raise StorageError(f"{path} cannot be written: {error.strerror}") from error

    def add(
        self,
        row: Mapping[str, Any],
        *,
        identity: str,
        tokens: int,
        sources: Sequence[Mapping[str, Any]] = (),
        calls: Sequence[str] = (),
        **more: Any,
    ) -> None:
        """Append a row with where it comes from; `more` are further keys of its line."""
        line = {"id": identity, "row": row, "tokens": tokens, "sources": sources, "calls": calls, **more}
        data = orjson.dumps(line) + b"\n"
        try:
            self._file.write(data)
        except OSError as error:
            raise StorageError(f"{self._path} cannot be written: {error.strerror}. Make space, then rerun.") from error
        self._offsets.append(self._offsets[-1] + len(data))
        self._tokens.append(tokens)

    def finish(self) -> CollectedRows:
        """Close the file, and give what is in it."""
        self._close()
        return CollectedRows(self._path, self._offsets, self._tokens)

    def _close(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            raise StorageError(f"{self._path} cannot be written: {error.strerror}. Make space, then rerun.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()


@dataclass(frozen=True)
class Collected:
    """What one dataset of a part came to: rows to train on, and records kept for the evaluation.

    The rows of `held_out` are `{"question", "answer"}`.
    """

    rows: CollectedRows
    held_out: CollectedRows

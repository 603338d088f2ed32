"""Rows collected on disk before they are mixed into training files: what a part of a composition hands on.

One JSON line a row: `{"id", "row", "tokens", "sources", "calls"}`. In memory a row takes 24 bytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from generation_functions.errors import StorageError
from generation_functions.records import stable_hash

Line = dict[str, Any]
_BUFFER = 256 * 1024
_SMALL_BUFFER = 4 * 1024  # reading here and there


class CollectedRows:
    """Collected rows on disk: iterate as often as you like, or pick some by their numbers.

    Attributes:
        tokens: Of each row.
        keys: Of each row, a 64-bit hash of its id.
        total_tokens: Of all rows.
    """

    def __init__(
        self, path: Path, starts: array[int], lengths: array[int], tokens: array[int], keys: array[int]
    ) -> None:
        self.path = path
        self.tokens = tokens
        self.keys = keys
        self.total_tokens = sum(tokens)
        self._starts = starts
        self._lengths = lengths

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[Line]:
        return self.pick(range(len(self)))

    def read(self, number: int) -> Line:
        """The row at `number`, counted from 0."""
        return next(self.pick([number]))

    def pick(self, numbers: Iterable[int]) -> Iterator[Line]:
        """The rows at `numbers`, in that order."""
        with self.path.open("rb", buffering=_BUFFER if isinstance(numbers, range) else _SMALL_BUFFER) as file:
            position = 0
            for number in numbers:
                start, length = self._starts[number], self._lengths[number]
                if start != position:
                    file.seek(start)
                position = start + length
                yield orjson.loads(file.read(length))

    @contextmanager
    def reader(self) -> Iterator[Callable[[int], Line]]:
        """A function that gives the row at a number, while the file is open."""
        with self.path.open("rb", buffering=_SMALL_BUFFER) as file:

            def read(number: int) -> Line:
                file.seek(self._starts[number])
                line: Line = orjson.loads(file.read(self._lengths[number]))
                return line

            yield read

    def only(self, numbers: Iterable[int]) -> CollectedRows:
        """The rows at `numbers` as a set of their own; nothing is copied on disk."""
        kept = array("Q", numbers)
        return CollectedRows(
            self.path,
            array("Q", (self._starts[number] for number in kept)),
            array("I", (self._lengths[number] for number in kept)),
            array("I", (self.tokens[number] for number in kept)),
            array("Q", (self.keys[number] for number in kept)),
        )


class RowCollector:
    """Writes collected rows to `path`; use as a context manager, and `finish` inside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._starts, self._lengths, self._tokens, self._keys = array("Q"), array("I"), array("I"), array("Q")
        self._end = 0
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
        self._starts.append(self._end)
        self._lengths.append(len(data))
        self._tokens.append(tokens)
        self._keys.append(int(stable_hash(identity)[:16], 16))
        self._end += len(data)

    def finish(self) -> CollectedRows:
        """Close the file, and give what is in it."""
        self._close()
        return CollectedRows(self._path, self._starts, self._lengths, self._tokens, self._keys)

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

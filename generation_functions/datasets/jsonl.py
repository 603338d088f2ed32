"""JSON lines files that are either whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import orjson

from generation_functions.errors import StorageError

_BUFFER_BYTES = 1 << 18


class AtomicJsonLines:
    """Writes `path` line by line under a temporary name and gives it its own name at close.

    Whoever opens `path` sees the old file or the new one, whole. A writer that was killed leaves only the
    temporary file, which the next one overwrites; a block that raises leaves nothing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part = path.with_name(f".{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = self.part.open("wb", buffering=_BUFFER_BYTES)
        except OSError as error:
            raise _cannot_write(path, error) from error

    def write(self, value: Mapping[str, Any]) -> None:
        """Appends one line. Keys keep their order."""
        self.write_line(encode_line(value))

    def write_line(self, line: bytes) -> None:
        """Appends what `encode_line` made."""
        try:
            self._file.write(line)
        except OSError as error:
            raise _cannot_write(self.path, error) from error

    def finish(self) -> None:
        """Brings what was written to the disk, still under the temporary name."""
        try:
            with self._file as file:
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _cannot_write(self.path, error) from error

    def close(self) -> None:
        """Puts the file in its place."""
        if not self._file.closed:
            self.finish()
        publish(self.part, self.path)

    def discard(self) -> None:
        """Throws away what was written; a file that was there before stays."""
        with suppress(OSError):  # closing writes what is buffered, and a full disk is why we are here
            self._file.close()
        self.part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()


def encode_line(value: Mapping[str, Any]) -> bytes:
    """One line of JSON with its line break; raises TypeError for what JSON cannot hold."""
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)


def publish(part: Path, path: Path) -> None:
    """Renames a finished file into place, and makes the renaming itself survive a power cut."""
    try:
        part.replace(path)
        if os.name == "posix":
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        raise _cannot_write(path, error) from error


def write_text(path: Path, text: str) -> None:
    """Writes a whole small file at once, or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _cannot_write(path, error) from error
    publish(part, path)


def read_json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON lines file, one at a time; raises StorageError naming the line that is none."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                value = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise StorageError(f"{path}:{number}: not JSON ({error}). Remove the line.") from error
            if not isinstance(value, dict):
                raise StorageError(f"{path}:{number}: a {type(value).__name__}, not an object.")
            yield value


def _cannot_write(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"Cannot write {path}: {error.strerror or error}. Free some space or check the folder's rights, "
        "then run the same command again."
    )

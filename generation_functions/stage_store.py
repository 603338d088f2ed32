"""Where one `run.map` keeps what it made: JSON lines in order of completion, and where each input's line is.

`NAME.jsonl` has one line per input record: {"id", "out": [records], "trail"?, "failed"?}. `NAME.index` has 32 bytes per
line: position of the input, hash of the input, offset and length. The index begins with the stage's fingerprint:
when it still holds, finished inputs need not go through the steps again after a kill; when it does not, they do,
and the call log answers, so nothing is paid twice either way.
"""

from __future__ import annotations

import os
import struct
from array import array
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from generation_functions.errors import StorageError
from generation_functions.records import Record

_ROW = struct.Struct("<QQQQ")
_PLAIN = 1 << 63  # set in the length: one record in, one out, nothing to recount
_BUFFER = 256 * 1024
_UNSURE = 64 * 1024 * 1024  # so much at the end of the results may not have reached the disk at a power cut


def content_hash(record: Record) -> int:
    """64-bit hash of a record's whole content."""
    return int.from_bytes(blake2b(orjson.dumps(record), digest_size=8).digest(), "little")


class Records:
    """Records on disk, in input order: iterate as often as you like; only one line is in memory at a time."""

    def __init__(self, path: Path, offsets: array[int], lengths: array[int], count: int) -> None:
        self.path = path
        self._offsets = offsets
        self._lengths = lengths  # of the lines; 0 where there is none, _PLAIN set where nothing special happened
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Record]:
        for line in self.lines():
            yield from line["out"]

    def values(self, key: str) -> Values:
        """One key of every record, to iterate as often as you like."""
        return Values(self, key)

    def only(self, positions: set[int]) -> Records:
        """The same records without the inputs at other positions; each input must have made one record."""
        lengths = array("Q", (n if i in positions else 0 for i, n in enumerate(self._lengths)))
        return Records(self.path, self._offsets, lengths, len(positions))

    def lines(self, *, special: bool = False) -> Iterator[dict[str, Any]]:
        """The stored line of each input; with `special` only those with drops, failures or splits."""
        with self.path.open("rb", buffering=_BUFFER) as file:
            position = 0
            for offset, flagged in zip(self._offsets, self._lengths, strict=True):
                if not flagged or (special and flagged & _PLAIN):
                    continue
                length = flagged & ~_PLAIN
                if offset != position:
                    file.seek(offset)
                position = offset + length
                yield orjson.loads(file.read(length))


class Values:
    """One key of every record, read from disk anew at each iteration."""

    def __init__(self, records: Records, key: str) -> None:
        self._records = records
        self._key = key

    def __iter__(self) -> Iterator[Any]:
        return (record[self._key] for record in self._records)


class StageStore:
    """Results of one stage, appendable in any order.

    Args:
        path: The JSON lines file; the index stands beside it.
        fingerprint: 32 hex digits; results stored under another one are discarded.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self.path = path
        self._index_path = path.with_suffix(".index")
        self._hashes: array[int] = array("Q")
        self._offsets: array[int] = array("Q")
        self._lengths: array[int] = array("Q")
        self._lines: list[bytes] = []
        self._rows: list[bytes] = []
        self._buffered = 0
        self.path.parent.mkdir(parents=True, exist_ok=True)
        header = bytes.fromhex(fingerprint)
        kept = self._load(header)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | (0 if kept else os.O_TRUNC)
        self._file = os.open(self.path, flags, 0o644)
        self._index = os.open(self._index_path, flags, 0o644)
        if kept:
            os.ftruncate(self._file, self._end)
        else:
            os.write(self._index, header)

    def _load(self, header: bytes) -> bool:
        self._end = 0
        if not (self._index_path.exists() and self.path.exists()):
            return False
        size = self.path.stat().st_size
        with self._index_path.open("r+b") as file, self.path.open("rb") as results:
            if file.read(len(header)) != header:
                return False
            data = file.read()
            whole = len(data) - len(data) % _ROW.size
            for position, hashed, offset, length in _ROW.iter_unpack(data[:whole]):
                end = offset + (length & ~_PLAIN)
                # The line itself was lost, or a power cut left zeros in place of it or of its row.
                if not length or end > size or (end > size - _UNSURE and not self._is_line(results, offset, end)):
                    whole = 0
                    break
                self._put(position, hashed, offset, length)
                self._end = max(self._end, end)
            file.truncate(len(header) + whole)
        if not whole:
            self._hashes, self._offsets, self._lengths, self._end = array("Q"), array("Q"), array("Q"), 0
            return False
        return True

    @staticmethod
    def _is_line(results: BinaryIO, offset: int, end: int) -> bool:
        first, last = os.pread(results.fileno(), 1, offset), os.pread(results.fileno(), 1, end - 1)
        return first + last == b"{\n"

    def _put(self, position: int, hashed: int, offset: int, length: int) -> None:
        missing = position + 1 - len(self._lengths)
        if missing > 0:
            blank = array("Q", bytes(8 * missing))
            self._hashes.extend(blank)
            self._offsets.extend(blank)
            self._lengths.extend(blank)
        self._hashes[position], self._offsets[position], self._lengths[position] = hashed, offset, length

    def has(self, position: int, hashed: int) -> bool:
        """Whether the input at `position`, if its content hash is `hashed`, is finished."""
        if position >= len(self._lengths) or not self._lengths[position]:
            return False
        return self._hashes[position] == hashed

    def is_plain(self, position: int) -> bool:
        """Whether that input went through every step as one record."""
        return bool(self._lengths[position] & _PLAIN)

    def line(self, position: int) -> dict[str, Any]:
        """The stored line of a finished input."""
        length = self._lengths[position] & ~_PLAIN
        decoded: dict[str, Any] = orjson.loads(os.pread(self._file, length, self._offsets[position]))
        return decoded

    def add(self, position: int, hashed: int, line: dict[str, Any], *, plain: bool) -> None:
        """Store a finished input; written to disk by the next `flush`, or when enough has come together."""
        data = orjson.dumps(line) + b"\n"
        length = len(data) | (_PLAIN if plain else 0)
        self._put(position, hashed, self._end, length)
        self._rows.append(_ROW.pack(position, hashed, self._end, length))
        self._lines.append(data)
        self._end += len(data)
        self._buffered += len(data)
        if self._buffered > _BUFFER:
            self.flush()

    def flush(self) -> None:
        """Hand everything to the operating system.

        Raises:
            StorageError: The disk did not take it.
        """
        lines, rows = b"".join(self._lines), b"".join(self._rows)
        self._lines, self._rows, self._buffered = [], [], 0
        try:
            _write_all(self._file, lines)
            _write_all(self._index, rows)
        except OSError as error:
            raise StorageError(
                f"{self.path} cannot be written: {error.strerror}. Replies already received are kept in the call "
                "log. Make space, then run the same command again."
            ) from error

    def finish(self, inputs: int, outputs: int) -> Records:
        """Close, and give the results of the first `inputs` positions in input order."""
        self.flush()
        self.close()
        return Records(self.path, self._offsets[:inputs], self._lengths[:inputs], outputs)

    def close(self) -> None:
        """Close the files; what was not flushed is lost, which only costs time."""
        for descriptor in (self._file, self._index):
            if descriptor >= 0:
                os.close(descriptor)
        self._file = self._index = -1


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]

"""The durable call log: a reply that has arrived is on disk before anything else sees it.

`calls.jsonl` holds one JSON object per reply, each line ending in a CRC-32 of what stands before it. It is only
ever appended to. `index.sqlite` maps keys to offsets; it is a cache, can be deleted at any time, and lags at
most a second behind: on opening, the tail of the log that it has not seen is read again.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from generation_functions.errors import StorageError

Entry = dict[str, Any]
_SYNC_SECONDS = 1.0
_FILTER_BITS = 1 << 25
_INDEX_ROWS = """
insert or replace into calls select json_extract(value, '$[0]'), json_extract(value, '$[1]') from json_each(?)
"""
_SCHEMA = """
create table if not exists calls (key integer primary key, offset integer not null) without rowid;
create table if not exists state (name text primary key, value not null);
"""


@dataclass
class Totals:
    """What the calls of one log came to. Replies taken over from other runs count in `reused` alone."""

    calls: int = 0
    reused: int = 0
    rejected: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    # step -> [calls, input tokens, output tokens, cost]
    by_step: dict[str, list[float]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        if "rejected" in entry:
            self.rejected += 1
        elif entry.get("reused"):
            self.reused += 1
        else:
            self.calls += 1
            self.input_tokens += entry["input_tokens"]
            self.output_tokens += entry["output_tokens"]
            self.cost += entry["cost"]
            step = self.by_step.setdefault(entry["step"], [0, 0, 0, 0.0])
            step[0] += 1
            step[1] += entry["input_tokens"]
            step[2] += entry["output_tokens"]
            step[3] += entry["cost"]


def encode_line(entry: Entry) -> bytes:
    """One log line: JSON whose last member is the CRC-32 of everything before that member."""
    body = orjson.dumps(entry)[:-1]
    return b'%b,"crc":"%08x"}\n' % (body, zlib.crc32(body))


def decode_line(line: bytes) -> Entry | None:
    """The entry of a log line, or None when the line is torn or damaged."""
    body, mark, check = line.rpartition(b',"crc":"')
    if not mark or check != b'%08x"}\n' % zlib.crc32(body):
        return None
    entry: Entry = orjson.loads(body + b"}")
    return entry


def _short(key: str) -> int:
    """63 bits of a key, for the index; the full key is compared after reading."""
    return int(key[:16], 16) >> 1


class KeyFilter:
    """Says for certain that a key was never added, without asking the disk (Bloom 1970; two probes, 4 MB)."""

    def __init__(self) -> None:
        self._bytes = bytearray(_FILTER_BITS >> 3)

    def add(self, short: int) -> None:
        first, second = short % _FILTER_BITS, (short >> 32) % _FILTER_BITS
        self._bytes[first >> 3] |= 1 << (first & 7)
        self._bytes[second >> 3] |= 1 << (second & 7)

    def may_hold(self, short: int) -> bool:
        first, second = short % _FILTER_BITS, (short >> 32) % _FILTER_BITS
        return bool(self._bytes[first >> 3] & 1 << (first & 7) and self._bytes[second >> 3] & 1 << (second & 7))


# Where a name inside a damaged index is no text any more, neither is SQLite's message about it.
_DAMAGED = (sqlite3.DatabaseError, UnicodeDecodeError)


class CallLog:
    """One run's replies by key. One process writes; any number may read.

    Args:
        folder: Where `calls.jsonl` and its index are.
        writable: False opens somebody else's log: nothing is repaired, created or changed.
    """

    def __init__(self, folder: Path, *, writable: bool = True) -> None:
        self.path = folder / "calls.jsonl"
        self.writable = writable
        self.totals = Totals()
        self.damaged_lines = 0
        self._pending: dict[int, int] = {}
        self._committing: dict[int, int] = {}
        self._failure: OSError | None = None
        self._closing = threading.Event()
        self._lock = threading.Lock()  # end, totals and pending keys change together
        if writable:
            folder.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND if writable else os.O_RDONLY
        self._file = os.open(self.path, flags, 0o644)
        self._index = self._open_index(folder / "index.sqlite")
        indexed = self._restore()
        # A log that begins now answers nearly every question with no; one that is resumed, with yes. Another run's is
        # one of many, and may be as good as empty: 4 MB for each would be most of a small run's memory.
        self._filter = KeyFilter() if writable and not indexed else None
        self._read_tail(indexed)
        self._synced = self._end
        self._flusher: threading.Thread | None = None
        if writable:
            self._flusher = threading.Thread(target=self._flush_regularly, name="call-log", daemon=True)
            self._flusher.start()

    # -- reading -----------------------------------------------------------------------------------------

    def get(self, key: str) -> Entry | None:
        """The reply stored under `key`, or None."""
        short = _short(key)
        if self._filter is not None and not self._filter.may_hold(short):
            return None
        offset = self._pending.get(short)
        if offset is None:
            offset = self._committing.get(short)
        if offset is None:
            offset = self._indexed_offset(short)
        if offset is None:
            return None
        entry = decode_line(self._line_at(offset))
        return entry if entry is not None and entry.get("key") == key else None

    def _indexed_offset(self, short: int) -> int | None:
        if self._index is None:
            return None
        try:
            row = self._index.execute("select offset from calls where key = ?", (short,)).fetchone()
        except _DAMAGED:  # another run's index was damaged or taken away: as if it did not know
            return None
        return row[0] if row and isinstance(row[0], int) and row[0] >= 0 else None

    def __iter__(self) -> Iterator[Entry]:
        """Every readable entry in the order of arrival, rejections (`rejected`: key) among them."""
        with self.path.open("rb") as file:
            for line in file:
                entry = decode_line(line)
                if entry is not None:
                    yield entry

    def _line_at(self, offset: int) -> bytes:
        size = 4096
        while True:
            data = os.pread(self._file, size, offset)
            end = data.find(b"\n")
            if end >= 0:
                return data[: end + 1]
            if len(data) < size:
                return data
            size *= 4

    # -- writing -----------------------------------------------------------------------------------------

    def append(self, entry: Entry) -> None:
        """Store a reply. When this returns, SIGKILL cannot lose it any more.

        Raises:
            StorageError: The disk did not take it.
        """
        self._write(encode_line(entry), entry)

    def reject(self, key: str, reason: str) -> None:
        """Note that the reply under `key` could not be used."""
        entry = {"rejected": key, "reason": reason}
        self._write(encode_line(entry), entry)

    def check(self) -> None:
        """Raise `StorageError` if the disk took no more; asked before every call, so that none is paid in vain."""
        if self._failure is not None:
            raise self._storage_error(self._failure)

    def _write(self, line: bytes, entry: Entry) -> None:
        self.check()
        try:
            written = os.write(self._file, line)
            if written < len(line):  # a disk that is nearly full takes a part; the next write says why
                os.write(self._file, line[written:])
        except OSError as error:
            self._failure = error
            with suppress(OSError):
                os.ftruncate(self._file, self._end)
            raise self._storage_error(error) from error
        with self._lock:
            self._note(entry, self._end)
            self._end += len(line)

    def _note(self, entry: Entry, offset: int) -> None:
        if "key" in entry:
            short = _short(entry["key"])
            self._pending[short] = offset
            if self._filter is not None:
                self._filter.add(short)
        self.totals.add(entry)

    def _storage_error(self, error: OSError) -> StorageError:
        return StorageError(
            f"{self.path} cannot be written: {error.strerror}. Every reply before this one is kept. "
            "Make space, then run the same command again."
        )

    def close(self) -> None:
        """Write everything through to the disk."""
        if self._flusher is not None:
            self._closing.set()
            self._flusher.join()
            self._flusher = None
        if self._index is not None:
            self._index.close()
            self._index = None
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    # -- the index ---------------------------------------------------------------------------------------

    def _open_index(self, path: Path) -> sqlite3.Connection | None:
        self._index_path = path
        with suppress(*_DAMAGED):
            connection = self._connect(path)
            # A power cut may leave it damaged; the check takes 0.15 s for a million calls.
            if not self.writable or connection.execute("pragma quick_check(1)").fetchone() == ("ok",):
                return connection
            connection.close()
        if not self.writable:
            return None
        for leftover in path.parent.glob(f"{path.name}*"):
            leftover.unlink()
        return self._connect(path)

    def _connect(self, path: Path) -> sqlite3.Connection:
        if not self.writable:
            connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
            connection.execute("select count(*) from state")
            return connection
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = off")  # the log is the truth; a lost index is rebuilt
        connection.executescript(_SCHEMA)
        return connection

    def _restore(self) -> int:
        """Load the totals as of the last commit; the offset up to which the log is indexed."""
        if self._index is None:
            return 0
        try:
            state = dict(self._index.execute("select name, value from state"))
            indexed, totals = int(state.get("indexed", 0)), Totals(**orjson.loads(state.get("totals", b"{}")))
        except (sqlite3.DatabaseError, ValueError, TypeError):  # damaged
            indexed, totals = -1, Totals()
        if indexed < 0 or (indexed and os.pread(self._file, 1, indexed - 1) != b"\n"):  # or the log was replaced
            if self.writable:
                self._index.executescript("delete from calls; delete from state;")
            return 0
        self.totals = totals
        return indexed

    def _read_tail(self, offset: int) -> None:
        with self.path.open("rb") as file:
            file.seek(offset)
            for line in file:
                entry = decode_line(line)
                if entry is not None:
                    self._note(entry, offset)
                elif not line.endswith(b"\n"):  # torn by a kill or a power cut
                    self.damaged_lines += 1
                    if self.writable:
                        os.ftruncate(self._file, offset)
                    break
                else:
                    self.damaged_lines += 1
                offset += len(line)
        self._end = offset

    def _flush_regularly(self) -> None:
        connection = self._connect(self._index_path)
        try:
            while not self._closing.wait(_SYNC_SECONDS):
                self._flush(connection)
            self._flush(connection)
        finally:
            connection.close()

    def _flush(self, connection: sqlite3.Connection) -> None:
        if self._synced == self._end and not self._pending:
            return
        with self._lock:
            end, totals = self._end, orjson.dumps(self.totals)
            self._committing, self._pending = self._pending, {}
        try:
            os.fdatasync(self._file) if hasattr(os, "fdatasync") else os.fsync(self._file)
        except OSError as error:
            self._failure = self._failure or error
            return
        try:
            connection.execute("begin")
            # One statement: a statement per row would hand the interpreter lock over once per row.
            rows = orjson.dumps(list(self._committing.items())).decode()
            connection.execute(_INDEX_ROWS, (rows,))
            connection.execute("insert or replace into state values ('indexed', ?), ('totals', ?)", (end, totals))
            connection.execute("commit")
        except sqlite3.Error as error:  # most likely a full disk: the log says it better, the index can wait
            self._failure = self._failure or OSError(28, str(error))
            return
        self._synced = end
        self._committing = {}

"""What people decided about rows: `reviews.jsonl` in the run's folder, one line per decision, only ever appended to."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson

from web.problems import UnavailableError
from web.reading.files import ROW_HEAD, file_in, parse_object, row_id_of
from web.reading.growing import Growing
from web.tolerant import text_of

REVIEWS_FILE = "reviews.jsonl"
_BLOCK = 1 << 20


class Decision(StrEnum):
    """What somebody says of a row. `undo` forgets everything said of it before, its edited form too."""

    ACCEPT = "accept"
    REJECT = "reject"
    EDIT = "edit"
    UNDO = "undo"


_CODES = {Decision.UNDO: 0, Decision.ACCEPT: 1, Decision.REJECT: 2, Decision.EDIT: 3}
_DECISIONS = {code: decision for decision, code in _CODES.items()}


class Decisions(Growing):
    """The decisions of one run as they stand; brought up to date from the file when it has changed.

    An edited row stays edited when it is accepted or rejected afterwards, until `undo`.
    A decided row takes about 120 bytes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        super().__init__()

    def of(self, dataset: str) -> DecidedRows:
        """Those about one dataset, as of now."""
        path = file_in(self._folder, REVIEWS_FILE)
        if path is None:
            return DecidedRows(None, {})
        with suppress(FileNotFoundError), path.open("rb") as file:
            self.catch_up(file.fileno())
        with self._lock:
            return DecidedRows(path, self._rows.setdefault(dataset, {}))

    def _forget(self) -> None:
        # dataset -> row -> code, and above the two lowest bits where in the file its edited form is, plus one
        self._rows: dict[str, dict[str, int]] = {}

    def _take(self, data: bytes, offset: int) -> None:
        for line in data.splitlines(keepends=True):
            self._decide(offset, line)
            offset += len(line)

    def _decide(self, offset: int, line: bytes) -> None:
        entry = parse_object(line)
        if entry is None or text_of(entry.get("decision")) not in _CODES:
            return  # torn by a power cut
        rows, row = self._rows.setdefault(text_of(entry.get("dataset")), {}), text_of(entry.get("row"))
        code = _CODES[entry["decision"]]
        if code == _CODES[Decision.UNDO]:
            rows.pop(row, None)
        elif code == _CODES[Decision.EDIT]:
            rows[row] = code | (offset + 1) << 2
        else:
            rows[row] = code | (rows.get(row, 0) >> 2) << 2


class DecidedRows:
    """The decisions about one dataset."""

    def __init__(self, path: Path | None, rows: dict[str, int]) -> None:
        self._path = path
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def decision(self, row: str) -> Decision | None:
        """What was decided last; None for nothing."""
        code = self._rows.get(row, 0) & 3
        return _DECISIONS[code] if code else None

    def first(self, lines: list[bytes], start: int, wanted: Decision | None) -> int | None:
        """The first of some rows' lines, from place `start` on, about which `wanted` stands; made for many."""
        code_of, code, length = self._rows.get, 0 if wanted is None else _CODES[wanted], len(ROW_HEAD)
        for place in range(start, len(lines)):
            line = lines[place]
            # What `row_id_of` does, without a call for each of a million rows.
            raw = line[length : line.find(b'"', length)]
            row = raw.decode() if raw.isalnum() and line.startswith(ROW_HEAD) else row_id_of(line)
            if code_of(row, 0) & 3 == code:
                return place
        return None

    def edited(self, row: str) -> dict[str, Any] | None:
        """The row's edited form, if it has one."""
        offset = (self._rows.get(row, 0) >> 2) - 1
        if offset < 0 or self._path is None:
            return None
        with suppress(OSError), self._path.open("rb") as file:
            file.seek(offset)
            entry = parse_object(file.readline()) or {}
            edited = entry.get("edited")
            return edited if isinstance(edited, dict) and entry.get("row") == row else None
        return None

    def counts(self) -> Counter[Decision]:
        """How many rows stand at each decision."""
        codes = Counter(code & 3 for code in list(self._rows.values()))
        return Counter({_DECISIONS[code]: count for code, count in codes.items()})


def history(folder: Path, dataset: str, row: str) -> list[dict[str, Any]]:
    """Everything decided about a row, oldest first."""
    path = file_in(folder, REVIEWS_FILE)
    if path is None:
        return []
    needle = b'"row":' + orjson.dumps(row)
    found = []
    with suppress(FileNotFoundError), path.open("rb") as file:
        for line in file:
            if needle in line and (entry := parse_object(line)) is not None:
                is_known = text_of(entry.get("decision")) in _CODES
                if is_known and entry.get("row") == row and entry.get("dataset") == dataset:
                    found.append(entry)
    return found


def append(folder: Path, entries: Iterable[dict[str, Any]]) -> int:
    """Add decisions; when this returns they are on the disk. Returns how many there were.

    Raises:
        UnavailableError: The disk does not take them; none of this call is kept.
    """
    try:
        with _alone(folder / REVIEWS_FILE) as file:
            size = os.fstat(file).st_size
            try:
                if size and os.pread(file, 1, size - 1) != b"\n":  # torn: the next one gets a line of its own
                    os.write(file, b"\n")
                count = _write(file, entries)
                os.fsync(file)
            except BaseException:
                os.ftruncate(file, size)
                raise
    except OSError as error:
        raise UnavailableError(
            f"{folder / REVIEWS_FILE} cannot be written: {error.strerror}; nothing was decided", code="storage"
        ) from error
    return count


@contextmanager
def _alone(path: Path) -> Iterator[int]:
    """The file, opened for appending, while nobody else appends to it; whoever reads is not held up."""
    import fcntl

    is_new = not path.exists()
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o644)
    try:
        if is_new:
            _sync_folder(path.parent)
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(file: int, entries: Iterable[dict[str, Any]]) -> int:
    count, waiting, size = 0, [], 0
    for entry in entries:
        waiting.append(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))
        size += len(waiting[-1])
        count += 1
        if size > _BLOCK:
            _write_all(file, b"".join(waiting))
            waiting, size = [], 0
    _write_all(file, b"".join(waiting))
    return count


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]

"""Previews of rows, of JSON lines and Parquet files, without reading more than a page needs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from web.children import child_command
from web.files.preview_models import Row, RowsPreview
from web.files.reading_turns import reading_turn

_MOST_ROW_BYTES = 1 << 20
_MOST_PAGE_BYTES = 4 << 20
_MOST_SKIPPED_BYTES = 64 << 20
_MOST_LEVELS = 60
"""What can be sent as JSON for certain; the limits of the parsers on the way lie above 200."""
_SECONDS = 20.0


def preview_lines(path: Path, *, cursor: int, limit: int) -> RowsPreview:
    """The rows of a JSON lines file that start at the byte `cursor`."""
    rows: list[Row] = []
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        cursor = min(cursor, size)
        file.seek(cursor)
        while len(rows) < limit and file.tell() - cursor < _MOST_PAGE_BYTES:
            line = file.readline(_MOST_ROW_BYTES)
            if not line:
                break
            if not line.endswith(b"\n") and len(line) == _MOST_ROW_BYTES:
                length = len(line) + _skip_line(file)
                rows.append(Row(value=None, problem=f"it is {length >> 20} MB long: too long to show"))
            elif line.strip():
                rows.append(read_row(line.removeprefix(b"\xef\xbb\xbf")))
        behind = file.tell()
    return RowsPreview(size=size, rows=rows, next=str(behind) if behind < size and behind > cursor else None)


def _skip_line(file: BinaryIO) -> int:
    skipped = 0
    while skipped < _MOST_SKIPPED_BYTES and (block := file.readline(1 << 20)):
        skipped += len(block)
        if block.endswith(b"\n"):
            break
    return skipped


def read_row(line: bytes) -> Row:
    """A row of JSON, or what is wrong with it."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Row(value=None, problem=f"it is not JSON: {error}")
    if _is_deep(value):
        return Row(value=None, problem=f"it is nested deeper than {_MOST_LEVELS} levels")
    return Row(value=value)


def _is_deep(value: Any) -> bool:
    level: list[Any] = [value]
    for _ in range(_MOST_LEVELS):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def preview_parquet(path: Path, *, cursor: int, limit: int) -> RowsPreview:
    """The rows of a Parquet file from number `cursor` on, read in a process that a hostile file may crash."""
    size, limits = path.stat().st_size, (cursor, limit, _MOST_PAGE_BYTES, _MOST_ROW_BYTES)
    try:
        with reading_turn():
            done = subprocess.run(
                child_command("web.files.parquet_child", os.fspath(path), *map(str, limits)),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired:
        return RowsPreview(size=size, rows=[], next=None, problem=f"reading it took longer than {_SECONDS:.0f} s")
    if done.returncode:
        return RowsPreview(size=size, rows=[], next=None, problem="reading it crashed the reader: it is damaged")
    *lines, end = done.stdout.splitlines()
    told: dict[str, Any] = orjson.loads(end)
    rows = [read_row(line) if line.startswith(b"{") else Row(value=None, problem=line.decode()) for line in lines]
    behind = str(cursor + len(rows)) if told["more"] else None
    return RowsPreview(size=size, rows=rows, next=behind, problem=told["problem"])

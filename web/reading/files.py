"""Files of a run's folder, opened without ever leaving it, and values read from them taken for what they are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from generation_functions.nesting import is_deeper
from web.problems import ProblemError
from web.roots import inside
from web.tolerant import text_of

ROW_HEAD = b'{"id":"'
_DEEPEST = 100  # levels of lists and objects; the writer of the answer knows no more than 254


@dataclass(frozen=True)
class Stamp:
    """What changes when a file is written again."""

    inode: int
    size: int
    changed: int

    @property
    def short(self) -> str:
        """For cursors."""
        return f"{hash((self.inode, self.size, self.changed)) & 0xFFFFFFFF:08x}"


def stamp_of(file: int) -> Stamp:
    """Of an open file."""
    status = os.fstat(file)
    return Stamp(status.st_ino, status.st_size, status.st_mtime_ns)


def stamp_at(path: Path) -> Stamp | None:
    """Of a file by its path; None when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return Stamp(status.st_ino, status.st_size, status.st_mtime_ns)


def file_in(folder: Path, name: str) -> Path | None:
    """A file of the run's folder; None when it is not there, or is a link that leads out of the folder."""
    try:
        path = inside(folder, name)
        return path if path.is_file() else None
    except (ProblemError, OSError):
        return None


def parse_object(line: bytes) -> dict[str, Any] | None:
    """The JSON object in a line; None for what is torn, damaged, nested beyond reason, or something else."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            value = orjson.loads(line.decode("utf-8", "replace"))
        except orjson.JSONDecodeError:
            return None
    return value if isinstance(value, dict) and not is_deeper(value, _DEEPEST) else None


def row_id_of(line: bytes) -> str:
    """The id of the row in a line, by its place where it has the usual one."""
    if line.startswith(ROW_HEAD):
        raw = line[len(ROW_HEAD) : line.find(b'"', len(ROW_HEAD))]
        if b"\\" not in raw:
            return raw.decode("utf-8", "replace")
    return text_of((parse_object(line) or {}).get("id"))


def is_json(line: bytes) -> bool:
    """Whether a line is JSON."""
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True

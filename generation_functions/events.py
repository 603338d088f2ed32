"""A run's events: `events.jsonl`, one JSON object a line, numbered, for whoever follows the run."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from time import time
from typing import Any

import orjson

from generation_functions.masking import Mask


class EventLog:
    """Appends to `events.jsonl`; goes on numbering where an earlier process stopped."""

    def __init__(self, folder: Path, mask: Mask | None = None) -> None:
        self._mask = mask or Mask()
        path = folder / "events.jsonl"
        self._number = _last_number(path)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":  # torn by a kill: the next event gets its own line
            with suppress(OSError):
                os.write(self._file, b"\n")

    def add(self, kind: str, **facts: Any) -> None:
        """Append one event. An event that the disk does not take is let go: events are never worth a run."""
        self._number += 1
        line = orjson.dumps(
            {"n": self._number, "t": round(time(), 2), "event": kind, **self._mask.inside(facts)}, default=str
        )
        try:
            os.write(self._file, line + b"\n")
        except OSError:
            return

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _last_number(path: Path) -> int:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 65_536))
            lines = file.read().splitlines()
    except OSError:
        return 0
    for line in reversed(lines):
        try:
            return int(orjson.loads(line)["n"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            continue
    return 0

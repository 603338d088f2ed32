"""How many records of a run failed, by step and reason: read once, until failed.jsonl is written again."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from generation_functions.run_output import FAILED_FILE
from web.reading.files import Stamp, file_in, parse_object, stamp_at
from web.tolerant import text_of

_LONGEST_HEADLINE = 120
Key = tuple[str, str, str]
"""Stage, step, headline of the reason."""


class FailureCounts:
    """Of one run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._read: Stamp | None = None
        self._counts: Counter[Key] = Counter()

    def now(self) -> Counter[Key]:
        """The counts as of now."""
        path = file_in(self._folder, FAILED_FILE)
        with self._lock:
            stamp = stamp_at(path) if path else None
            if stamp != self._read or stamp is None:
                self._counts, self._read = self._count(path), stamp
            return self._counts

    @staticmethod
    def _count(path: Path | None) -> Counter[Key]:
        counts: Counter[Key] = Counter()
        if path is not None:
            with suppress(OSError), path.open("rb") as file:
                for line in file:
                    if (entry := parse_object(line)) is not None:
                        counts[key_of(entry)] += 1
        return counts


def key_of(entry: dict[str, Any]) -> Key:
    """What an entry of failed.jsonl is counted under."""
    return text_of(entry.get("stage")), text_of(entry.get("step")), headline(text_of(entry.get("reason")))


def headline(reason: str) -> str:
    """A reason as the funnel of the run counts it: without what is particular to one record."""
    head = reason.split("\n", 1)[0].split("; ", 1)[0]
    return head if len(head) <= _LONGEST_HEADLINE else head[: _LONGEST_HEADLINE - 1] + "…"

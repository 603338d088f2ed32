"""The stages that a run has finished, kept up with its events: a page that asks every second reads only what is new."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from web.reading.files import parse_object
from web.reading.growing import Growing
from web.tolerant import plain_text_of

_MARKS = (b'"event":"run-started"', b'"event":"stage-finished"', b'"event":"note"')
_REMEMBERED = 256
_MOST = 10_000


class StageLog(Growing):
    """Of one run: what its latest try has told."""

    def _forget(self) -> None:
        self._stages: list[dict[str, Any]] = []
        self._notes: dict[str, None] = {}  # in order, each once

    def now(self, path: Path) -> tuple[list[dict[str, Any]], list[str]]:
        """Stages and notes as of now; none when there are no events."""
        try:
            file = os.open(path, os.O_RDONLY)
        except OSError:
            return [], []
        try:
            self.catch_up(file)
        finally:
            os.close(file)
        with self._lock:
            return [*self._stages], [*self._notes]

    def _take(self, data: bytes, offset: int) -> None:
        stop = 0
        for place in sorted(place for mark in _MARKS for place in _places(data, mark)):
            if place < stop:
                continue  # further marks in a line that has been read
            stop = data.find(b"\n", place)
            event = parse_object(data[data.rfind(b"\n", 0, place) + 1 : stop]) or {}
            match event.get("event"):
                case "run-started":
                    self._forget()
                case "stage-finished" if len(self._stages) < _MOST:
                    self._stages.append(event)
                case "note" if event.get("text") and len(self._notes) < _MOST:
                    self._notes[plain_text_of(event["text"])] = None


def _places(data: bytes, mark: bytes) -> list[int]:
    found = []
    place = data.find(mark)
    while place >= 0:
        found.append(place)
        place = data.find(mark, place + 1)
    return found


@lru_cache(_REMEMBERED)
def stage_log(path: Path) -> StageLog:
    """That of the run with these events; remembered for the runs that were asked for last."""
    return StageLog()

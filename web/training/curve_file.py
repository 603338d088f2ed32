"""The curves of a training run, kept up with its curves.jsonl: who asks again reads only what is new."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from math import nan
from pathlib import Path
from typing import Any, NamedTuple

from web.reading.files import parse_object
from web.reading.growing import Growing
from web.reading.line_index import Deadline, OutOfTimeError
from web.tolerant import plain_text_of, whole_of
from web.training.thinning import largest_triangles

CURVES_FILE = "curves.jsonl"
FIGURES = (
    *("t", "epoch", "loss", "learning_rate", "gradient_norm", "tokens", "tokens_per_second"),
    *("memory_bytes", "eta_seconds"),
)
_MOST_STAGES = 100
_MOST_POINTS = 1_000_000
_REMEMBERED = 32
_SECONDS = 5.0


class Point(NamedTuple):
    """One step as it was noted; figures that were not are None."""

    n: int
    step: int
    figures: dict[str, float | None]


@dataclass(frozen=True)
class Curves:
    """What is shown of a file of curves."""

    stages: list[tuple[str, int, list[Point], Point]] = field(default_factory=list)
    """Of each stage: name, steps there will be, points, newest point."""
    mark: str = ""
    """Where to go on."""
    complete: bool = True
    whole: bool = True
    """Whether these are all points there are, and not what has come since a mark."""


class StageCurve:
    """One stage: columns of the same length, by step."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.steps_total = 0
        self.n: array[int] = array("Q")
        self.step: array[int] = array("Q")
        self.columns = {figure: array("d") for figure in FIGURES}

    def add(self, n: int, event: dict[str, Any]) -> None:
        """Append a point. One of an earlier step says that training went on from before: what came after is void."""
        step = max(0, whole_of(event.get("step")))
        self.steps_total = max(0, whole_of(event.get("steps"))) or self.steps_total
        again = bisect_left(self.step, step)
        for numbers in (self.n, self.step):
            del numbers[again:]
        for column in self.columns.values():
            del column[again:]
        self.n.append(n)
        self.step.append(step)
        for figure, column in self.columns.items():
            value = event.get(figure)
            column.append(float(value) if isinstance(value, int | float) and abs(value) < 1e300 else nan)

    def thinned(self, after: int, most: int) -> list[Point]:
        """At most so many points, of those noted after the line `after`; the loss decides which."""
        start = bisect_right(self.n, after)
        kept = largest_triangles(self.step[start:], self.columns["loss"][start:], most)
        return [self._point(start + index) for index in kept]

    def last(self) -> Point:
        """The newest point."""
        return self._point(len(self.n) - 1)

    def _point(self, index: int) -> Point:
        values = {figure: column[index] for figure, column in self.columns.items()}
        return Point(
            self.n[index],
            self.step[index],
            {figure: value if value == value else None for figure, value in values.items()},
        )


class CurveFile(Growing):
    """All stages of one run."""

    def _forget(self) -> None:
        self._stages: dict[str, StageCurve] = {}
        self._number = 0
        self._version = os.urandom(4).hex()

    def now(self, path: Path, after: str, most: int) -> Curves:
        """The curves, or what has come since the mark `after`."""
        complete = True
        try:
            file = os.open(path, os.O_RDONLY)
        except OSError:
            return Curves()
        try:
            self.catch_up(file, Deadline(_SECONDS))
        except OutOfTimeError:
            complete = False
        finally:
            os.close(file)
        with self._lock:
            version, _, number = after.partition(".")
            goes_on = version == self._version
            known = int(number) if goes_on else 0
            stages = [
                (stage.name, stage.steps_total, stage.thinned(known, most), stage.last())
                for stage in self._stages.values()
            ]
            return Curves(stages, f"{self._version}.{self._number}", complete, not goes_on)

    def _take(self, data: bytes, offset: int) -> None:
        for line in data.splitlines():
            self._number += 1
            event = parse_object(line)
            if event is None or "step" not in event:
                continue
            name = plain_text_of(event.get("stage"))[:200]
            stage = self._stages.get(name)
            if stage is None:
                if len(self._stages) >= _MOST_STAGES:
                    continue
                stage = self._stages[name] = StageCurve(name)
            if len(stage.n) < _MOST_POINTS:
                stage.add(self._number, event)


@lru_cache(_REMEMBERED)
def curve_file(path: Path) -> CurveFile:
    """That of the run with this file; remembered for the runs that were asked for last."""
    return CurveFile()

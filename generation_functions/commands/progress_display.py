"""Progress of a run: a bar per stage on a terminal, now and then a plain line in a pipe."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Any, Self, TextIO

from generation_functions.commands.funnel import dollars, duration

Snapshot = dict[str, Any]
_SECONDS_BETWEEN_LINES = 5.0
_USUAL_SIZE = {"ncols": 100, "nrows": 24}


class ProgressDisplay:
    """Shows the snapshots that a run reports, and what it notes on the way. Use as a context manager.

    Args:
        stream: Where to write.
        clock: Seconds; for tests.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._is_terminal = stream.isatty()
        self._bar: Any = None
        self._stage = ""
        self._next_line = 0.0
        self._last: Snapshot | None = None
        self._shown_done: float | None = None
        self._notes = _NoteHandler(self)

    def __enter__(self) -> Self:
        logger = logging.getLogger("augmentoolkit")
        logger.addHandler(self._notes)
        logger.setLevel(logging.INFO)
        logger.propagate = False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish_stage()
        logger = logging.getLogger("augmentoolkit")
        logger.removeHandler(self._notes)
        logger.propagate = True

    def update(self, snapshot: Snapshot) -> None:
        """Show how far a stage is."""
        if snapshot["stage"] != self._stage:
            self._finish_stage()
            self._stage = snapshot["stage"]
            self._next_line = 0.0
        self._last = snapshot
        if self._is_terminal:
            self._draw(snapshot)
        elif self._clock() >= self._next_line:
            self._write_line(snapshot)

    def note(self, text: str) -> None:
        """Show a line without tearing the bar."""
        if self._bar is not None:
            self._bar.clear()
        self._stream.write(text + "\n")
        self._stream.flush()
        if self._bar is not None:
            self._bar.refresh()

    def _draw(self, snapshot: Snapshot) -> None:
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(
                total=snapshot.get("total"),
                desc=self._stage,
                file=self._stream,
                **_size(self._stream),
                mininterval=0.2,
                bar_format="{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt}{postfix}"
                if snapshot.get("total")
                else "{desc}: {n_fmt}{postfix}",
            )
        self._bar.n = snapshot.get("done") or 0
        self._bar.set_postfix_str(_details(snapshot), refresh=True)

    def _write_line(self, snapshot: Snapshot) -> None:
        self._next_line = self._clock() + _SECONDS_BETWEEN_LINES
        self._shown_done = snapshot.get("done")
        done, total = snapshot.get("done") or 0, snapshot.get("total")
        share = f"{done}/{total} ({100 * done / total:.0f}%)" if total else str(done)
        details = _details(snapshot)
        self._stream.write(f"{self._stage}: {share}{', ' + details if details else ''}\n")
        self._stream.flush()

    def _finish_stage(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        elif self._last is not None and not self._is_terminal and self._last.get("done") != self._shown_done:
            self._write_line(self._last)
        self._last = self._shown_done = None


def _size(stream: TextIO) -> dict[str, Any]:
    """tqdm's options for the size; some terminals (in containers, in CI) say 0 columns, and no bar would show."""
    try:
        known = os.get_terminal_size(stream.fileno()).columns > 0
    except (OSError, ValueError):
        known = False
    return {"dynamic_ncols": True} if known else _USUAL_SIZE


def _details(snapshot: Snapshot) -> str:
    """Rate, ETA, calls, cost: what there is of it."""
    parts = []
    if snapshot.get("records_per_second"):
        parts.append(f"{snapshot['records_per_second']:.1f}/s")
    if snapshot.get("eta_seconds") is not None and snapshot.get("done") != snapshot.get("total"):
        parts.append(f"{duration(snapshot['eta_seconds'])} left")
    if snapshot.get("calls"):
        parts.append(f"{snapshot['calls']} calls")
    if snapshot.get("reused"):
        parts.append(f"{snapshot['reused']} from the log")
    if snapshot.get("cost"):
        parts.append(dollars(snapshot["cost"]))
    failed = sum(sum(step["failed"].values()) for step in snapshot.get("steps", []))
    if failed:
        parts.append(f"{failed} failed")
    if snapshot.get("troubles"):
        troubles = ", ".join(f"{count} x {kind}" for kind, count in snapshot["troubles"].items())
        parts.append(f"waited out: {troubles}")
    if snapshot.get("message"):
        parts.append(str(snapshot["message"]))
    return ", ".join(parts)


class _NoteHandler(logging.Handler):
    """Brings a run's notes to the screen."""

    def __init__(self, display: ProgressDisplay) -> None:
        super().__init__(logging.INFO)
        self._display = display

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info is None:  # tracebacks go to the run's log and, once, to the end of the output
            self._display.note(record.getMessage())

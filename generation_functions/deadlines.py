"""Timeouts for thousands of calls at once: one sweep a second instead of a timer per call.

A timer per call costs a tenth of the call's whole CPU time, and nobody needs a timeout of minutes to the
millisecond.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import monotonic
from typing import Any

_SWEEP_SECONDS = 0.25


class Deadlines:
    """Cancels the tasks that are past their time; `expired` tells such a cancellation from any other."""

    def __init__(self) -> None:
        self._due: dict[asyncio.Task[Any], float] = {}
        self._expired: set[asyncio.Task[Any]] = set()
        self._sweeper: asyncio.Task[None] | None = None

    def set(self, task: asyncio.Task[Any], seconds: float) -> None:
        """Cancel `task` if it has not called `clear` in `seconds`."""
        self._due[task] = monotonic() + seconds
        if self._sweeper is None or self._sweeper.done():
            self._sweeper = asyncio.create_task(self._sweep())

    def clear(self, task: asyncio.Task[Any]) -> None:
        """The task was in time."""
        self._due.pop(task, None)

    def expired(self, task: asyncio.Task[Any]) -> bool:
        """Whether the cancellation that `task` has just caught was a deadline's; takes it back if so."""
        if task not in self._expired:
            return False
        self._expired.remove(task)
        # Someone else may have cancelled the task too; then the cancellation stands.
        return task.uncancel() == 0

    async def _sweep(self) -> None:
        while self._due:
            await asyncio.sleep(_SWEEP_SECONDS)
            now = monotonic()
            for task in [task for task, due in self._due.items() if due < now]:
                del self._due[task]
                self._expired.add(task)
                task.cancel()

    async def close(self) -> None:
        """Stop sweeping."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeper

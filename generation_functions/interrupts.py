"""SIGINT and SIGTERM: the first asks a run to stop cleanly, the second leaves at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from generation_functions.errors import InterruptedRunError


class Interrupts:
    """Catches the signals while a run is open.

    Args:
        stop_stage: Asks the stage under way to stop for a reason; False when there is none.
    """

    def __init__(self, stop_stage: Callable[[InterruptedRunError], bool]) -> None:
        self._stop_stage = stop_stage
        self._caught: InterruptedRunError | None = None
        self._held = False
        self._handlers: dict[int, Any] = {}

    def catch(self) -> None:
        """Begin; does nothing outside the main thread, where Python gives nobody signals."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._handlers[number] = signal.signal(number, self._on_signal)

    def release(self) -> None:
        """Give the signals back to whoever had them."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers = {}

    @property
    def came(self) -> bool:
        """Whether a signal came."""
        return self._caught is not None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Inside, the first signal is only noted, for work that must not be cut just anywhere: look at `came`."""
        self._held = True
        try:
            yield
        finally:
            self._held = False

    def check(self) -> None:
        """Raise if a signal came."""
        if self._caught is not None:
            raise self._caught

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._caught is not None:
            os._exit(130)  # the second time: at once. The call log needs no farewell.
        self._caught = InterruptedRunError(
            f"stopped by {signal.Signals(number).name}. Everything is kept: run the same command again to go on."
        )
        if not self._stop_stage(self._caught) and not self._held:
            raise self._caught

"""An event loop in a thread of its own, so that pipelines are plain functions and run in notebooks too."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """Runs coroutines for a thread that waits; started by the first of them."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run to the end and return the result. A signal handler may run in the waiting thread meanwhile."""
        if self._thread is not None and threading.current_thread() is self._thread:
            coroutine.close()
            raise RuntimeError("run.map and run.client wait for the loop, so no step and no lazy input may call them")
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="event-loop", daemon=True)
            self._thread.start()
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def call_soon(self, function: Callable[..., object], *arguments: Any) -> None:
        """Have the loop call a function; does nothing before the first `run`."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(function, *arguments)

    def close(self) -> None:
        """Stop the loop and end the thread."""
        if self._loop is None or self._thread is None:
            return
        self.run(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = self._thread = None

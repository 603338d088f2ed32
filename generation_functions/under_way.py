"""What a run is doing at the moment, as its parts, its clients and the signal handlers see it."""

from __future__ import annotations

from generation_functions.errors import InterruptedRunError
from generation_functions.loop_thread import LoopThread
from generation_functions.stage import Stage


class UnderWay:
    """The stage under way, if any, and how it is stopped."""

    def __init__(self, loop: LoopThread) -> None:
        self.stage: Stage | None = None
        self.progress_at = 0.0  # when progress was shown last
        self._loop = loop

    def stop(self, reason: InterruptedRunError) -> bool:
        """Let the stage come to an end; False when there is none."""
        if self.stage is None:
            return False
        self._loop.call_soon(self.stage.stop, reason)
        return True

    def check(self) -> None:
        """Raise `StoppingError` when the stage is stopping."""
        if self.stage is not None:
            self.stage.check()

    def check_sending(self) -> None:
        """The same, except that calls which the budget has room for still go out."""
        if self.stage is not None:
            self.stage.check_sending()

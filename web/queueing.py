"""The queue: ids of what is to be done, from the service to a worker. What they mean stands in the index."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from web.settings import Settings
from web.tables import Kind

TASK = "carry_out"
RUNS, JOBS = "runs", "jobs"


def open_queue(settings: Settings, name: str) -> Any:
    """A Huey queue: in SQLite under `state/`, or in Redis.

    Runs and jobs (estimates, previews) have one each, so that no preview waits for a night's run.
    """
    if settings.redis_url:
        from huey import RedisHuey

        return RedisHuey(name, url=settings.redis_url, results=False)
    from huey import SqliteHuey

    settings.state.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(name, filename=str(settings.state / "queue.sqlite"), results=False, timeout=20)


class Queues:
    """Both queues as the service sees them; opened when the first thing is queued."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tasks: dict[str, Any] = {}
        self._lock = Lock()

    def add(self, kind: str, work_id: str, turn: int) -> None:
        """Let a worker know of queued work."""
        self._task(RUNS if kind == Kind.RUN else JOBS)(work_id, turn)

    def waiting(self) -> set[tuple[str, int]]:
        """What is in the queues: (id, turn)."""
        tasks = [task for name in (RUNS, JOBS) for task in self._task(name).huey.pending()]
        return {(task.args[0], task.args[1]) for task in tasks}

    def _task(self, name: str) -> Any:
        with self._lock:
            if name not in self._tasks:
                self._tasks[name] = declare_task(open_queue(self._settings, name))
            return self._tasks[name]


def declare_task(queue: Any, carry_out: Callable[[str, int], None] | None = None) -> Any:
    """The one task of a queue. The service only names it; the worker says what it does."""

    def task(work_id: str, turn: int) -> None:
        if carry_out is None:
            raise NotImplementedError("a worker carries this out")
        carry_out(work_id, turn)

    return queue.task(name=TASK)(task)

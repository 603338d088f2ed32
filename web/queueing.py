"""The queue: ids of what is to be done, from the service to a worker. What they mean stands in the index."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from threading import Lock
from typing import Any

from generation_functions.errors import StorageError
from web.settings import Settings
from web.tables import Kind

TASK = "carry_out"
RUNS, JOBS, SERVERS = "runs", "jobs", "servers"
SERVER_PIPELINES = frozenset({"basic-server", "rag-server", "discord-server"})
"""Runs that only end when they are stopped: they wait in no line, and no other run waits for them."""
logger = logging.getLogger("augmentoolkit.queue")


def open_queue(settings: Settings, name: str) -> Any:
    """A Huey queue: in SQLite under `state/`, or in Redis.

    Runs, jobs (estimates, previews) and servers have one each, so that no preview waits for a night's run, and no
    training for a model that is being served.
    """
    if settings.redis_url:
        from huey import RedisHuey

        return RedisHuey(name, url=settings.redis_url, results=False)
    from huey import SqliteHuey

    settings.state.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(name, filename=str(settings.state / "queue.sqlite"), results=False, timeout=20)


class Queues:
    """All queues as the service sees them; opened when they are needed first."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tasks: dict[str, Any] = {}
        self._lock = Lock()

    def add(self, kind: str, work_id: str, turn: int, pipeline: str = "") -> None:
        """Let a worker know of queued work. A queue that does not answer gets it later, from `workers.recover`."""
        runs = SERVERS if pipeline in SERVER_PIPELINES else RUNS
        try:
            self._task(runs if kind == Kind.RUN else JOBS)(work_id, turn)
        except self._troubles() as error:
            logger.warning("the queue does not answer, %s waits: %s", work_id, error)

    def waiting(self) -> set[tuple[str, int]]:
        """What is in the queues: (id, turn).

        Raises:
            StorageError: They do not answer.
        """
        try:
            tasks = [task for name in (RUNS, JOBS, SERVERS) for task in self._task(name).huey.pending()]
        except self._troubles() as error:
            raise StorageError(f"the queue does not answer: {error}") from error
        return {(task.args[0], task.args[1]) for task in tasks}

    def answers(self) -> bool:
        """Whether the queues can be asked something."""
        try:
            return int(self._task(RUNS).huey.pending_count()) >= 0
        except self._troubles():
            return False

    def _task(self, name: str) -> Any:
        with self._lock:
            if name not in self._tasks:
                self._tasks[name] = declare_task(open_queue(self._settings, name))
            return self._tasks[name]

    def _troubles(self) -> tuple[type[Exception], ...]:
        if not self._settings.redis_url:
            return (sqlite3.Error, OSError)
        from redis import RedisError

        return (RedisError, OSError)


def declare_task(queue: Any, carry_out: Callable[[str, int], None] | None = None) -> Any:
    """The one task of a queue. The service only names it; the worker says what it does."""

    def task(work_id: str, turn: int) -> None:
        if carry_out is None:
            raise NotImplementedError("a worker carries this out")
        carry_out(work_id, turn)

    return queue.task(name=TASK)(task)

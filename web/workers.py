"""Which workers are alive, and what becomes of the work of those that are not."""

from __future__ import annotations

import fcntl
import logging
import os
import socket
from contextlib import suppress
from pathlib import Path
from time import time
from typing import IO

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from generation_functions.errors import AugmentoolkitError, StorageError
from generation_functions.records import stable_hash
from web.database import Database
from web.queueing import Queues
from web.runs import life
from web.settings import Settings
from web.tables import Kind, State, Work, Worker

logger = logging.getLogger("augmentoolkit.queue")
_LEFT_OUT_SECONDS = 3.0
"""How long queued work may be missing from the queue before it is put there again."""


class Presence:
    """A worker's sign of life: a row that it keeps fresh, and a locked file that dies with the process."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.id = f"{os.getpid()}-{os.urandom(6).hex()}"
        self._settings, self._database = settings, database
        self._file: IO[bytes] = _lock_file(settings, self.id).open("wb")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def beat(self) -> None:
        """Say that it is still there."""
        now = time()
        with self._database.session() as session:
            row = session.get(Worker, self.id)
            if row is None:
                machine = socket.gethostname()
                session.add(Worker(id=self.id, machine=machine, process=os.getpid(), started=now, seen=now))
            else:
                row.seen = now

    def end(self) -> None:
        """Say that it has gone."""
        with self._database.session() as session:
            row = session.get(Worker, self.id)
            if row is not None:
                session.delete(row)
        _lock_file(self._settings, self.id).unlink(missing_ok=True)
        self._file.close()


def keep_true(settings: Settings, database: Database, queues: Queues, presence: Presence | None = None) -> None:
    """A sign of life, for those that give one, and `recover`. What is away is said, and looked for next time."""
    try:
        if presence is not None:
            presence.beat()
        recover(settings, database, queues)
    except (SQLAlchemyError, OSError, AugmentoolkitError) as error:
        logger.error("what has died cannot be looked for now: %s", error)


def recover(settings: Settings, database: Database, queues: Queues) -> list[str]:
    """Bring the index back to the truth after a death: called at start and every few seconds. Returns who died.

    What a dead worker was doing is lost; what is queued and in no queue is put there again.
    """
    with database.session() as session:
        # Runs first: who has claimed one was in the list of workers before. Those without a worker are the
        # command line's; the index follows them.
        ours = select(Work).where(Work.state == State.RUNNING, Work.worker != "")
        running = list(session.scalars(ours))
        workers = list(session.scalars(select(Worker)))
    dead = [worker for worker in workers if not _is_alive(settings, worker)]
    alive = {worker.id for worker in workers} - {worker.id for worker in dead}
    for work in running:
        if work.worker and work.worker not in alive:  # those of the command line have none
            turn = life.lose(database, work, settings.resume_lost)
            if turn:
                queues.add(Kind.RUN, work.id, turn, work.pipeline)
    for worker in dead:
        with database.session() as session:
            row = session.get(Worker, worker.id)
            if row is not None:
                session.delete(row)
        _lock_file(settings, worker.id).unlink(missing_ok=True)
    _queue_again(database, queues)
    return [worker.id for worker in dead]


def _queue_again(database: Database, queues: Queues) -> None:
    left_out = select(Work).where(Work.state == State.QUEUED, Work.queued < time() - _LEFT_OUT_SECONDS)
    with database.session() as session:
        queued = list(session.scalars(left_out.order_by(Work.queued)))
    if not queued:
        return
    try:
        known = queues.waiting()
    except StorageError as error:
        logger.warning("%s", error)
        return
    for work in queued:
        if (work.id, work.turn) not in known:
            queues.add(Kind(work.kind), work.id, work.turn, work.pipeline)


def _is_alive(settings: Settings, worker: Worker) -> bool:
    """On this machine the lock tells, also after the machine has slept; on another one, the clock."""
    if worker.machine != socket.gethostname():
        return worker.seen > time() - settings.lost_seconds
    with suppress(OSError), _lock_file(settings, worker.id).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock_file(settings: Settings, worker_id: str) -> Path:
    folder = settings.state / "workers"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{stable_hash(worker_id)[:16]}.lock"

"""The worker: takes runs off the queue, starts each as a child process, and watches it. Started by start.sh."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from types import FrameType
from typing import Any

from sqlalchemy.exc import DataError, SQLAlchemyError

from generation_functions.errors import AugmentoolkitError, RunLockedError
from generation_functions.run_folder import RunFolder
from web import watching
from web.database import Database, open_database
from web.jobs.work import carry_out as carry_out_job
from web.queueing import JOBS, RUNS, SERVERS, Queues, declare_task, open_queue
from web.runs import life
from web.runs.figures import ending
from web.settings import Settings
from web.tables import Kind, State, Work
from web.workers import Presence, keep_true, recover

logger = logging.getLogger("augmentoolkit.worker")
_LOCK_LOOK_SECONDS = 0.2


class WorkerProcess:
    """A worker at work. `stopping` is set when it is to leave; its runs are queued again then."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stopping = threading.Event()
        self.database: Database = open_database(settings)
        self.queues = Queues(settings)
        self.presence = Presence(settings, self.database)
        self._consumers: list[Any] = []

    def run(self) -> None:
        """Work until `stopping` is set."""
        self.presence.beat()
        recover(self.settings, self.database, self.queues)
        lines = {RUNS: self.settings.runs_at_once, JOBS: self.settings.jobs_at_once}
        for name, at_once in {**lines, SERVERS: self.settings.servers_at_once}.items():
            queue = open_queue(self.settings, name)
            declare_task(queue, self.carry_out)
            consumer = queue.create_consumer(workers=at_once, max_delay=1.0, periodic=False, scheduler_interval=60)
            consumer.start()
            self._consumers.append(consumer)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):  # Huey has put its own there
            signal.signal(number, self._on_signal)
        while not self.stopping.wait(self.settings.heartbeat_seconds):
            keep_true(self.settings, self.database, self.queues, self.presence)
        for consumer in self._consumers:
            consumer.stop_flag.set()
        for consumer in self._consumers:
            for _, thread in consumer.worker_threads:
                thread.join()
        self.presence.end()
        self.database.close()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping.set()

    def carry_out(self, work_id: str, turn: int) -> None:
        """Do one piece of work to its end, whatever that is."""
        if self.stopping.is_set():
            return  # it stays queued in the index
        work = life.claim(self.database, work_id, turn, self.presence.id)
        if work is None:
            return
        try:
            if work.kind == Kind.RUN:
                self._run(work)
            else:
                carry_out_job(self.settings, self.database, work, self._asked(work), self.presence.id)
        except Exception as error:
            logger.exception("%s %s", work.kind, work.id)
            self._end(work, State.FAILED, f"the worker could not carry it out: {error}")

    def _run(self, work: Work) -> None:
        folder = Path(work.folder)
        self._wait_for(folder, self._asked(work))
        with watching.open_console(folder) as console:
            arguments = ["resume", watching.shown(self.settings, folder)]
            process = watching.start(self.settings, arguments, console, console)
            with suppress(SQLAlchemyError):  # only for people to see; the run goes on without it
                life.move(self.database, work.id, (State.RUNNING,), process=process.pid)
            watched = watching.watch(process, self._asked(work), console)
        state = watched.state()
        message, figures = ending(folder, state, watched)
        # With its end goes which run.json it was: else the index, looking just then, would take the file's word for it.
        again = {"folder_time": life.folder_time(folder)}
        if state == State.COMPLETED:
            again["lost_in_a_row"] = 0
        if state == State.QUEUED:
            again["turn"] = work.turn + 1
        self._end(work, state, message, exit_code=watched.code, result=figures, **again)

    def _end(self, work: Work, state: State, message: str, **values: Any) -> None:
        """Write the end down; a database that is away for a while must not lose it."""
        while True:
            try:
                if life.end(self.database, work.id, self.presence.id, state, message, **values):
                    life.remember(self.database, work.id)
                return
            except DataError as error:  # the database cannot hold what it should: then less of it
                if not values:
                    raise
                logger.error("the figures of %s cannot be kept: %s", work.id, error)
                message, values = "its figures cannot be kept; the worker's log says why", {}
            except SQLAlchemyError as error:
                logger.error("the end of %s cannot be written down yet: %s", work.id, error)
                if self.stopping.wait(self.settings.heartbeat_seconds):
                    return  # whoever starts next finds it lost, and its folder knows better

    def _asked(self, work: Work) -> Any:
        def asked() -> str:
            with suppress(SQLAlchemyError):
                now = life.get(self.database, work.id)
                if now.state != State.RUNNING or now.worker != self.presence.id:
                    return "killed"  # somebody has taken this worker for dead
                if now.wanted:
                    return now.wanted
            return "worker" if self.stopping.is_set() else ""

        return asked

    def _wait_for(self, folder: Path, asked: Callable[[], str]) -> None:
        """Let an earlier process of this run, which is just stopping, leave the folder."""
        until = monotonic() + self.settings.grace_seconds + 5
        while not asked():  # else its process is started only to be stopped, and says how it ended
            held = RunFolder(folder)
            try:
                held.acquire()
            except RunLockedError:
                if monotonic() > until:
                    return  # the run itself says who holds it
                sleep(_LOCK_LOOK_SECONDS)
            else:
                held.release()
                return


def main() -> int:
    """Work until a signal comes."""
    logging.basicConfig(format="%(asctime)s worker %(levelname)s %(message)s", level=logging.WARNING)
    try:
        WorkerProcess(Settings.from_environment()).run()
    except AugmentoolkitError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

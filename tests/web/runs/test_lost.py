"""Runs whose worker died: queued again if that is wanted, but not for ever; and who counts as dead."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import create_app
from generation_functions.run_folder import RunFolder, run_id
from tests.support.service import ServiceProcesses, until
from tests.web.test_kills import Processes
from web.database import Database, open_database
from web.queueing import Queues
from web.runs import life
from web.settings import Settings
from web.tables import Kind, State, Work, Worker
from web.workers import Presence, recover

ELSEWHERE = "another-machine"


class Unlucky:
    """A run whose worker dies, together with all that it has started, as when the power fails."""

    def __init__(self, service: ServiceProcesses, project: Path) -> None:
        self.service, self.processes = service, Processes(project)
        self.id = start(service, "unlucky", 60)

    def strike(self) -> str:
        """Kill. Returns what becomes of the run."""
        until(lambda: self.processes.of("outputs/unlucky", supervisor=False), 30, self.service.said)
        [supervisor] = self.processes.of("outputs/unlucky", supervisor=True)
        os.kill(supervisor, signal.SIGSTOP)  # else it would stop the run cleanly
        self.service.kill("worker.py")
        os.kill(supervisor, signal.SIGKILL)
        until(lambda: self.service.run(self.id)["state"] != "running", 15, self.service.said)
        return str(self.service.run(self.id)["state"])

    def resume(self, seconds: float) -> None:
        self.service.post(f"/api/runs/{self.id}/resume", {"overrides": {"seconds": str(seconds)}})


def start(service: ServiceProcesses, name: str, seconds: float) -> str:
    overrides = {"output_dir": f"outputs/{name}", "seconds": str(seconds)}
    return str(service.post("/api/runs", {"pipeline": "debug-pipeline", "overrides": overrides})["id"])


@pytest.mark.slow
def test_a_lost_run_is_queued_again_three_times_in_a_row_at_most(project: Path, own_state: Path) -> None:
    with ServiceProcesses(project, own_state, ATK_RESUME_LOST=1, ATK_HEARTBEAT_SECONDS=0.2) as service:
        run = Unlucky(service, project)
        for _ in range(3):
            assert run.strike() == "queued"
            service.start("worker.py")
        assert run.strike() == "lost"
        service.start("worker.py")
        assert "resume it" in service.run(run.id)["message"]

        # A person may take it up all the same; only when it has completed the count begins anew.
        run.resume(60)
        assert run.strike() == "lost"
        service.start("worker.py")
        run.resume(0.1)
        assert service.wait_for(run.id, "completed", "failed")["state"] == "completed"
        run.resume(60)
        assert run.strike() == "queued"


def test_without_the_setting_a_lost_run_stays_lost(project: Path, own_state: Path) -> None:
    with ServiceProcesses(project, own_state, ATK_HEARTBEAT_SECONDS=0.2) as service:
        run = Unlucky(service, project)
        assert run.strike() == "lost"
        service.start("worker.py")
        assert service.wait_for(start(service, "next", 0.1))["state"] == "completed"
        assert service.run(run.id)["state"] == "lost"
        run.resume(0.1)
        assert service.wait_for(run.id, "completed", "failed")["state"] == "completed"


# --- the index alone: no process is started


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    yield database
    database.close()


def add_worker(database: Database, *, seen: float, machine: str = ELSEWHERE, name: str = "worker") -> None:
    with database.session() as session:
        session.add(Worker(id=name, machine=machine, process=1, started=seen, seen=seen))


def add_running(database: Database, folder: Path, worker: str = "worker", **facts: Any) -> str:
    folder.mkdir(parents=True)
    kept = {"kind": Kind.RUN, "state": State.RUNNING, "folder": str(folder), "created": 1.0, "worker": worker, **facts}
    with database.session() as session:
        session.add(Work(id=run_id(folder), **kept))
    return run_id(folder)


@contextmanager
def at_work_in(folder: Path) -> Iterator[None]:
    """A process that is no worker's holds the folder."""
    held = RunFolder(folder)
    held.acquire()
    try:
        yield
    finally:
        held.release()


def is_job(facts: dict[str, Any]) -> bool:
    return bool(facts.get("kind", Kind.RUN) != Kind.RUN)


def workers(database: Database) -> list[str]:
    with database.session() as session:
        return [worker.id for worker in session.query(Worker)]


def test_a_worker_of_another_machine_that_is_silent_is_dead(
    settings: Settings, database: Database, project: Path
) -> None:
    add_worker(database, seen=time() - settings.lost_seconds - 1)
    identity = add_running(database, project / "outputs" / "far")
    assert recover(settings, database, Queues(settings)) == ["worker"]
    work = life.get(database, identity)
    assert (work.state, work.lost_in_a_row) == ("lost", 1)
    assert workers(database) == []


def test_a_worker_of_another_machine_that_was_heard_of_is_alive(
    settings: Settings, database: Database, project: Path
) -> None:
    add_worker(database, seen=time() - settings.lost_seconds / 2)
    identity = add_running(database, project / "outputs" / "far")
    assert recover(settings, database, Queues(settings)) == []
    assert life.get(database, identity).state == "running"
    assert workers(database) == ["worker"]


def test_on_this_machine_the_lock_tells_and_not_the_clock(
    settings: Settings, database: Database, project: Path
) -> None:
    alive = Presence(settings, database)
    alive.beat()
    with database.session() as session:
        session.get_one(Worker, alive.id).seen = time() - 3600  # the machine was asleep
    slept = add_running(database, project / "outputs" / "slept", alive.id)
    add_worker(database, seen=time(), machine=socket.gethostname(), name="just-died")
    died = add_running(database, project / "outputs" / "died", "just-died")
    assert recover(settings, database, Queues(settings)) == ["just-died"]
    assert (life.get(database, slept).state, life.get(database, died).state) == ("running", "lost")
    alive.end()


def test_a_run_of_a_worker_that_nobody_knows_is_lost(settings: Settings, database: Database, project: Path) -> None:
    identity = add_running(database, project / "outputs" / "orphan", "never-heard-of")
    assert recover(settings, database, Queues(settings)) == []
    assert life.get(database, identity).state == "lost"


@pytest.mark.parametrize(
    ("facts", "becomes"),
    [
        ({}, "queued"),
        ({"lost_in_a_row": 2}, "queued"),
        ({"lost_in_a_row": 3}, "lost"),
        ({"wanted": "paused"}, "paused"),
        ({"wanted": "cancelled"}, "cancelled"),
        ({"wanted": "killed"}, "cancelled"),
        ({"kind": Kind.PREVIEW}, "lost"),
    ],
)
def test_what_was_to_be_stopped_is_not_queued_again(
    project: Path, own_state: Path, facts: dict[str, Any], becomes: str
) -> None:
    settings = Settings(root=project, state=own_state, resume_lost=True)
    database, queues = open_database(settings), Queues(settings)
    add_worker(database, seen=time() - 3600)
    identity = add_running(database, project / "outputs" / "far", turn=4, **facts)
    recover(settings, database, queues)
    work = life.get(database, identity)
    is_queued = becomes == "queued"
    assert (work.state, work.turn) == (becomes, 5 if is_queued else 4)
    assert queues.waiting() == ({(identity, 5)} if is_queued else set()), "a worker would hear of it later"
    if not is_job(facts):
        told = life.label_of(project / "outputs" / "far")["state"]
        assert told == becomes, "it was shown as something else in between"
    recover(settings, database, queues)
    assert life.get(database, identity).state == becomes
    database.close()


@pytest.mark.parametrize(("silent", "status"), [(0.5, 200), (1.5, 503)])
def test_the_service_is_ready_while_a_worker_anywhere_is_alive(settings: Settings, silent: float, status: int) -> None:
    database = open_database(settings)
    add_worker(database, seen=time() - silent * settings.lost_seconds)
    database.close()
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
        assert client.get("/api/ready").status_code == status


def test_the_setting_is_off_unless_it_is_asked_for() -> None:
    assert not Settings.from_environment({}).resume_lost
    assert Settings.from_environment({"ATK_RESUME_LOST": "1"}).resume_lost
    assert Settings.from_environment({"ATK_RESUME_LOST": "yes"}).resume_lost
    assert not Settings.from_environment({"ATK_RESUME_LOST": "0"}).resume_lost


def test_a_run_that_its_dead_worker_leaves_to_stop_by_itself_is_lost_all_the_same(
    settings: Settings, database: Database, project: Path
) -> None:
    add_worker(database, seen=time() - 3600)
    folder = project / "outputs" / "far"
    identity = add_running(database, folder)
    recover(settings, database, Queues(settings))
    assert life.get(database, identity).state == "lost"
    # The supervisor has noticed as well, and has let the run stop: that may take seconds.
    (folder / "run.json").write_text('{"status": "interrupted", "message": "stopped by SIGTERM"}')
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
        assert client.get(f"/api/runs/{identity}").json()["state"] == "lost"


@pytest.mark.parametrize("resume_lost", [False, True])
def test_a_run_of_the_command_line_is_nobodys_to_lose(project: Path, own_state: Path, resume_lost: bool) -> None:
    settings = Settings(root=project, state=own_state, resume_lost=resume_lost)
    folder = project / "outputs" / "mine"
    folder.mkdir()
    (folder / "run.json").write_text('{"status": "running", "pipeline": "debug-pipeline"}')
    with at_work_in(folder), TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
        until(lambda: client.get("/api/runs").json()["items"])
        database = open_database(settings)
        recover(settings, database, Queues(settings))
        assert life.get(database, run_id(folder)).state == "running"
        database.close()


def test_a_lost_run_that_is_still_stopping_is_shown_as_lost(
    settings: Settings, database: Database, project: Path
) -> None:
    add_worker(database, seen=time() - 3600)
    folder = project / "outputs" / "far"
    identity = add_running(database, folder)
    (folder / "run.json").write_text('{"status": "running", "pipeline": "debug-pipeline"}')
    with at_work_in(folder):
        recover(settings, database, Queues(settings))
        with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
            assert client.get(f"/api/runs/{identity}").json()["state"] == "lost"

"""Runs whose worker died: queued again if that is wanted, but not for ever; and who counts as dead."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from time import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import create_app
from tests.support.service import ServiceProcesses, until
from web.database import Database, open_database
from web.queueing import Queues
from web.runs import life
from web.runs.finding import run_id
from web.settings import Settings
from web.tables import Kind, State, Work, Worker
from web.workers import Presence, recover

ELSEWHERE = "another-machine"


def start(service: ServiceProcesses, name: str, seconds: float) -> str:
    overrides = {"output_dir": f"outputs/{name}", "seconds": str(seconds)}
    return str(service.post("/api/runs", {"pipeline": "debug-pipeline", "overrides": overrides})["id"])


def kill_worker_of(service: ServiceProcesses, identity: str) -> str:
    """Kill the worker of a running run. Returns what becomes of the run."""
    service.wait_for(identity, "running")
    service.kill("worker.py")
    until(lambda: service.run(identity)["state"] != "running", 15, service.said)
    return str(service.run(identity)["state"])


@pytest.mark.slow
def test_a_lost_run_is_queued_again_three_times_in_a_row_at_most(project: Path, own_state: Path) -> None:
    with ServiceProcesses(project, own_state, ATK_RESUME_LOST=1, ATK_HEARTBEAT_SECONDS=0.2) as service:
        identity = start(service, "unlucky", 60)
        for _ in range(3):
            assert kill_worker_of(service, identity) == "queued"
            service.start("worker.py")
        assert kill_worker_of(service, identity) == "lost"
        service.start("worker.py")
        assert service.run(identity)["message"] == "its worker died; nothing that was paid for is lost: resume it"

        # A person may take it up all the same; only when it has completed the count begins anew.
        service.post(f"/api/runs/{identity}/resume")
        assert kill_worker_of(service, identity) == "lost"
        service.start("worker.py")
        service.post(f"/api/runs/{identity}/resume", {"overrides": {"seconds": "0.1"}})
        assert service.wait_for(identity)["state"] == "completed"
        service.post(f"/api/runs/{identity}/resume", {"overrides": {"seconds": "60"}})
        assert kill_worker_of(service, identity) == "queued"


def test_without_the_setting_a_lost_run_stays_lost(project: Path, own_state: Path) -> None:
    with ServiceProcesses(project, own_state, ATK_HEARTBEAT_SECONDS=0.2) as service:
        identity = start(service, "unlucky", 60)
        assert kill_worker_of(service, identity) == "lost"
        service.start("worker.py")
        assert service.wait_for(start(service, "next", 0.1))["state"] == "completed"
        assert service.run(identity)["state"] == "lost"
        service.post(f"/api/runs/{identity}/resume", {"overrides": {"seconds": "0.1"}})
        assert service.wait_for(identity, "completed", "failed")["state"] == "completed"


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
    assert (work.state, work.turn) == (becomes, 5 if becomes == "queued" else 4)
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


def test_both_ways_of_asking_for_it_are_understood() -> None:
    assert not Settings.from_environment({}).resume_lost
    assert Settings.from_environment({"ATK_RESUME_LOST": "1"}).resume_lost
    assert Settings.from_environment({"ATK_RESUME_LOST": "yes"}).resume_lost
    assert not Settings.from_environment({"ATK_RESUME_LOST": "0"}).resume_lost

"""Up, ready, and what is said when a part is away."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.support.servers import missing_servers, postgresql, redis
from tests.support.service import ServiceProcesses, free_port, until


def test_the_service_answers_but_is_not_ready_without_a_worker(client: TestClient) -> None:
    assert client.get("/api/health").json() == {"status": "ok"}
    answer = client.get("/api/ready")
    assert answer.status_code == 503
    assert answer.json()["code"] == "no-worker"
    assert "python worker.py" in answer.json()["detail"]


def test_a_queue_that_is_away_delays_a_run_and_loses_nothing(project: Path, own_state: Path) -> None:
    if "redis-server" in missing_servers():
        pytest.skip("NOT TESTED WITHOUT REDIS: apt-get install redis-server")
    port = free_port()
    variables = {"ATK_REDIS_URL": f"redis://127.0.0.1:{port}/0"}
    with ServiceProcesses(project, own_state, starts_itself=False, **variables) as service:
        with redis(port):
            service.start()
        until(lambda: service.http.get("/api/ready").status_code == 503)
        assert service.http.get("/api/ready").json()["code"] == "no-queue"
        run = service.post("/api/runs", {"config": "poems.yaml"})
        assert run["state"] == "queued"
        with redis(port):
            assert service.wait_for(run["id"])["state"] == "completed"


def test_a_database_that_is_away_is_said_to_be_away(project: Path, own_state: Path, cluster: dict[str, str]) -> None:
    with postgresql() as database_url:
        service = ServiceProcesses(project, own_state, ATK_DATABASE_URL=database_url)
        service.start()
    with service:
        for path in ("/api/ready", "/api/runs"):
            answer = service.http.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "no-database"), path
        assert all(process.poll() is None for process in service.processes.values())

"""What follows on runs that somebody else completes, in an index that is new, and in a service that is busy."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api import create_app
from generation_functions.run_folder import RunFolder
from tests.support.finished_run import FinishedRun
from tests.support.service import until
from web.runs.following import Chain, chained, read_chain, write_chain
from web.settings import Settings
from web.training.chains import go_on

NEXT = "poems.yaml"


@pytest.fixture
def settings(project: Path, own_state: Path) -> Settings:
    return Settings(root=project, state=own_state, heartbeat_seconds=0.05)


def service(settings: Settings) -> TestClient:
    return TestClient(create_app(settings), base_url="http://127.0.0.1:8000")


def test_a_run_that_the_command_line_completes_goes_on_though_nobody_looks(settings: Settings, project: Path) -> None:
    run = FinishedRun(project, "trained")
    run.write("run.json", {"status": "failed", "pipeline": "train-pipeline", "config": {}})
    write_chain(settings, run.id, Chain((NEXT, "later.yaml")))
    with service(settings) as client:
        assert client.get(f"/api/runs/{run.id}").json()["following"]["held_up_by"] == run.id
        run.write("run.json", {"status": "completed", "pipeline": "train-pipeline", "config": {}})
        until(lambda: read_chain(settings, run.id).started)
        started = read_chain(settings, run.id).started
        assert read_chain(settings, started) == Chain(("later.yaml",))
        assert client.get(f"/api/runs/{started}").json()["state"] == "queued"


def test_a_chain_survives_the_loss_of_the_index(settings: Settings, project: Path) -> None:
    run = FinishedRun(project, "trained")
    write_chain(settings, run.id, Chain((NEXT,)))
    with service(settings):  # which has never heard of the run
        until(lambda: read_chain(settings, run.id).started)


def test_a_folder_that_is_in_use_is_waited_for(settings: Settings, project: Path) -> None:
    run = FinishedRun(project, "trained")
    write_chain(settings, run.id, Chain((NEXT,)))
    held = RunFolder(project / "outputs" / "poems")
    held.acquire()
    with service(settings) as client:
        assert client.get(f"/api/runs/{run.id}").json()["state"] == "completed"
        go_on(client.app.state.services)  # type: ignore[attr-defined]
        assert read_chain(settings, run.id) == Chain((NEXT,))
        held.release()
        until(lambda: read_chain(settings, run.id).started)


def test_one_chain_that_cannot_go_on_keeps_no_other_waiting(settings: Settings, project: Path) -> None:
    runs = [FinishedRun(project, name) for name in ("a", "b", "c")]
    first, *others = sorted(runs, key=lambda run: run.id)
    write_chain(settings, first.id, Chain(("gone.yaml",)))
    for other, config in zip(others, (NEXT, "../poems.yaml"), strict=True):
        write_chain(settings, other.id, Chain((config,)))
    with service(settings) as client:
        until(lambda: read_chain(settings, others[0].id).started)
        until(lambda: all(read_chain(settings, run.id).problem for run in (first, others[1])))
        told = client.get(f"/api/runs/{first.id}").json()["following"]
        assert "gone.yaml" in told["problem"]
        assert told["held_up"].startswith("not started: gone.yaml. ")


def test_what_follows_goes_with_its_run(settings: Settings, project: Path) -> None:
    run = FinishedRun(project, "trained")
    run.write("run.json", {"status": "failed", "pipeline": "train-pipeline", "config": {}})
    write_chain(settings, run.id, Chain((NEXT,)))
    with service(settings) as client:
        assert client.delete(f"/api/runs/{run.id}", params={"files": True}).status_code == 204
    assert chained(settings) == []


@pytest.mark.parametrize("text", ["", "[]", '{"then": 5}', '{"then": [1, null], "started": [], "problem": {}}', "\xff"])
def test_a_damaged_chain_hides_no_run(settings: Settings, project: Path, text: str) -> None:
    run = FinishedRun(project, "trained")
    (settings.state / "chains").mkdir()
    (settings.state / "chains" / f"{run.id}.json").write_bytes(text.encode("latin-1"))
    with service(settings) as client:
        assert client.get(f"/api/runs/{run.id}").status_code == 200
        assert client.get("/api/runs").status_code == 200

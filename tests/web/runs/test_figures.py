"""What the list says of a run: above all what its steps let go, which is as visible as what they kept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from generation_functions.events import EventLog
from generation_functions.run_folder import run_id
from web.runs.figures import EVENTS_FILE, figures, stages
from web.runs.index import Index
from web.tables import Kind, State, Work
from web.workers import Presence


def tally(name: str, **dropped: int) -> dict[str, Any]:
    return {"name": name, "in": 9, "kept": 5, "made": 5, "dropped": dropped, "failed": {}}


def begin(folder: Path) -> EventLog:
    folder.mkdir(exist_ok=True)
    log = EventLog(folder)
    log.add("run-started", pipeline="p", finished=False)
    return log


def finish(log: EventLog, name: str, *steps: dict[str, Any]) -> None:
    log.add("stage-finished", name=name, records_in=9, records_out=5, seconds=1.0, steps=[*steps])


def write(folder: Path, file: str, **content: Any) -> None:
    folder.mkdir(exist_ok=True)
    (folder / file).write_bytes(orjson.dumps(content))


@pytest.fixture
def worker(client: TestClient) -> Iterator[str]:
    """A worker that lives: the service calls a run lost that is of none."""
    services = client.app.state.services  # type: ignore[attr-defined]
    presence = Presence(services.settings, services.database)
    presence.beat()
    yield presence.id
    presence.end()


def add(client: TestClient, folder: Path, state: State, result: dict[str, Any], worker: str) -> str:
    """Enter a run in the index."""
    folder.mkdir(exist_ok=True)
    services = client.app.state.services  # type: ignore[attr-defined]
    with services.database.session() as session:
        run = Work(id=run_id(folder), kind=Kind.RUN, state=state, folder=str(folder), created=1.0, worker=worker)
        run.result = result
        session.add(run)
    return run_id(folder)


def listed(client: TestClient, identity: str) -> dict[str, Any]:
    """Its figures in the list, which are those of its own page."""
    (run,) = (run for run in client.get("/api/runs").json()["items"] if run["id"] == identity)
    assert client.get(f"/api/runs/{identity}").json()["figures"] == run["figures"]
    found: dict[str, Any] = run["figures"]
    return found


def test_a_completed_run_tells_what_all_its_stages_dropped(client: TestClient, project: Path) -> None:
    folder = project / "outputs" / "done"
    write(folder, "run.json", status="completed", pipeline="p")
    told = [{"name": "a", "steps": [tally("x", short=2, long=1), tally("y", twice=4)]}, {"name": "b", "steps": []}]
    write(folder, "summary.json", status="completed", stages=[*told, {"name": "c", "steps": [tally("z", odd=10)]}])
    assert listed(client, run_id(folder))["dropped"] == 17


def test_an_active_run_tells_what_its_latest_try_has_dropped_so_far(
    client: TestClient, project: Path, worker: str
) -> None:
    folder = project / "outputs" / "mine"
    identity = add(client, folder, State.RUNNING, {"rows": 3, "dropped": 99}, worker)
    log = begin(folder)
    finish(log, "a", tally("x", short=50))
    log = begin(folder)
    assert listed(client, identity)["dropped"] == 0, "the try before does not count"
    finish(log, "a", tally("x", short=2))
    log.add("progress", stage="a", done=9, steps=[tally("x", short=2)])
    assert listed(client, identity)["dropped"] == 2, "its last snapshot is of a finished stage"
    log.add("progress", stage="b", done=1, steps=[tally("y", long=1), tally("z", odd=4)])
    assert listed(client, identity)["dropped"] == 7
    finish(log, "b", tally("y", long=3), tally("z", odd=4))
    assert listed(client, identity)["dropped"] == 9


def test_a_run_that_was_killed_tells_what_its_last_try_had_dropped(project: Path) -> None:
    folder = project / "outputs" / "killed"
    write(folder, "run.json", status="running")
    assert figures(folder) == {}
    log = begin(folder)
    finish(log, "a", tally("x", short=2))
    log.add("progress", stage="b", done=1, steps=[tally("y", long=1)])
    assert figures(folder) == {"dropped": 3}
    write(folder, "summary.json", status="paused", stages=[], failed=1)  # that of the try before
    assert (figures(folder)["dropped"], figures(folder)["failed"]) == (3, 1)


def test_runs_of_an_index_that_did_not_count_this_yet_are_counted_once(client: TestClient, project: Path) -> None:
    folder = project / "outputs" / "old"
    write(folder, "run.json", status="completed", pipeline="p")
    write(folder, "summary.json", status="completed", stages=[{"name": "a", "steps": [tally("x", short=6)]}])
    identity = run_id(folder)
    assert listed(client, identity)["dropped"] == 6
    services = client.app.state.services  # type: ignore[attr-defined]
    with services.database.session() as session:
        session.execute(update(Work).where(Work.id == identity).values(result={"rows": 4}))
    Index(services.settings, services.database).follow()
    found = listed(client, identity)
    assert (found["rows"], found["dropped"]) == (4, 6)


def test_stages_are_read_on_from_where_they_were_read_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = begin(tmp_path)
    for number in range(5000):
        log.add("progress", stage="a", done=number, message="x" * 500)
    log.add("note", text="mind the gap")
    assert stages(tmp_path) == ([], ["mind the gap"])
    read, pread = [], os.pread
    monkeypatch.setattr(os, "pread", lambda file, size, at: read.append(size) or pread(file, size, at))  # type: ignore[func-returns-value]
    finish(log, "a", tally("x"))
    log.add("note", text="mind the gap")
    assert [stage["name"] for stage in stages(tmp_path)[0]] == ["a"]
    assert sum(read) < 5000
    assert stages(tmp_path)[1] == ["mind the gap"]
    begin(tmp_path)
    assert stages(tmp_path) == ([], [])


def test_stages_are_what_the_file_says_however_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / EVENTS_FILE
    started, finished = b'{"event":"run-started"}\n', b'{"event":"stage-finished","name":"%s"}\n'
    path.write_bytes(started + finished % b"a" + finished % b"b")
    assert [stage["name"] for stage in stages(tmp_path)[0]] == ["a", "b"]
    path.write_bytes(started + finished % b"c" + (finished % b"d")[:-5])
    assert [stage["name"] for stage in stages(tmp_path)[0]] == ["c"], "written again; the last line is not whole yet"
    with path.open("ab") as file:
        file.write((finished % b"d")[-5:])
    assert [stage["name"] for stage in stages(tmp_path)[0]] == ["c", "d"]
    nested = b'{"event":"stage-finished","name":"e","steps":[{"event":"run-started"},{"event":"note"}]}\n'
    long = b'{"event":"stage-finished","name":"f","pad":"' + b"x" * (3 << 20) + b'"}\n'
    path.write_bytes(started + nested + long)
    assert [stage["name"] for stage in stages(tmp_path)[0]] == ["e", "f"]
    path.unlink()
    assert stages(tmp_path) == ([], [])

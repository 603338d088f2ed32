"""Events of a run: numbered, resumable, nothing missed, nothing twice."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation_functions.events import EventLog
from tests.support.service import ServiceProcesses, until
from web.runs.events import Place, last_place, new_events, place_after


@pytest.fixture
def service(project: Path, own_state: Path) -> Iterator[ServiceProcesses]:
    with ServiceProcesses(project, own_state) as service:
        yield service


class Watcher:
    """A client of the event stream that gives up when it has seen `most` numbered events, or the end."""

    def __init__(self, url: str, run_id: str, after: int | None = None, most: int = 10_000) -> None:
        self.events: list[tuple[int | None, str, Any]] = []
        headers = {"Last-Event-ID": str(after)} if after is not None else {}
        with (
            httpx.Client(timeout=30, trust_env=False) as http,
            http.stream("GET", f"{url}/api/runs/{run_id}/events", headers=headers) as answer,
        ):
            assert answer.headers["content-type"].startswith("text/event-stream")
            fields: dict[str, str] = {}
            for line in answer.iter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                    continue
                if "data" in fields:
                    number = int(fields["id"]) if "id" in fields else None
                    self.events.append((number, fields["event"], json.loads(fields["data"])))
                fields = {}
                if (self.numbers and len(self.numbers) >= most) or self._is_over():
                    return

    @property
    def numbers(self) -> list[int]:
        return [number for number, kind, _ in self.events if number is not None and kind != "snapshot"]

    @property
    def kinds(self) -> list[str]:
        return [kind for _, kind, _ in self.events]

    def _is_over(self) -> bool:
        ended = [data for _, kind, data in self.events if kind == "state"]
        return bool(ended) and ended[-1]["state"] in ("completed", "failed", "cancelled")


def start(service: ServiceProcesses, seconds: float) -> str:
    wish = {"pipeline": "debug-pipeline", "overrides": {"seconds": str(seconds), "output_dir": "outputs/watched"}}
    return str(service.post("/api/runs", wish)["id"])


def test_a_client_that_drops_and_returns_misses_nothing_and_sees_nothing_twice(
    service: ServiceProcesses, project: Path
) -> None:
    run_id = start(service, 2)
    until(lambda: (project / "outputs/watched/events.jsonl").exists())
    seen: list[int] = []
    first = Watcher(service.url, run_id, after=0, most=1)
    seen += first.numbers
    while not first._is_over():
        first = Watcher(service.url, run_id, after=seen[-1], most=2)
        assert "snapshot" not in first.kinds
        seen += first.numbers
    written = [json.loads(line)["n"] for line in (project / "outputs/watched/events.jsonl").read_text().splitlines()]
    assert seen == written


def test_a_new_client_gets_a_snapshot_first_and_then_what_follows(service: ServiceProcesses, project: Path) -> None:
    run_id = start(service, 3)
    until(lambda: service.run(run_id)["progress"])
    watcher = Watcher(service.url, run_id)
    number, kind, snapshot = watcher.events[0]
    assert kind == "snapshot"
    assert (snapshot["id"], snapshot["state"]) == (run_id, "running")
    assert watcher.numbers == list(range((number or 0) + 1, watcher.numbers[-1] + 1))
    assert watcher.events[-1][2]["state"] == "completed"


def test_the_state_of_a_run_that_waits_is_told_too(service: ServiceProcesses, project: Path) -> None:
    start(service, 60)
    wish = {"pipeline": "debug-pipeline", "overrides": {"output_dir": "outputs/waiting"}}
    waiting = str(service.post("/api/runs", wish)["id"])
    watchers: list[Watcher] = []
    thread = threading.Thread(target=lambda: watchers.append(Watcher(service.url, waiting)))
    thread.start()
    service.post(f"/api/runs/{waiting}/cancel")
    thread.join(20)
    assert watchers[0].events[-1][1:] == ("state", watchers[0].events[-1][2])
    assert watchers[0].events[-1][2]["state"] == "cancelled"


def write_events(folder: Path, count: int, lengths: list[int]) -> Path:
    log = EventLog(folder)
    for number in range(count):
        log.add("progress", filler="x" * lengths[number % len(lengths)])
    log.close()
    return folder / "events.jsonl"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_place_in_the_events_is_found_again(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, 60))
    lengths = data.draw(st.lists(st.integers(0, 3000), min_size=1, max_size=5))
    path = write_events(tmp_path_factory.mktemp("events"), count, lengths)
    if data.draw(st.booleans()):
        with path.open("ab") as file:
            file.write(b'{"n":9999,"torn')
    after = data.draw(st.integers(0, count + 3))
    place, numbers = place_after(path, after), []
    while lines := new_events(path, place):
        numbers += [json.loads(line)["n"] for line in lines]
    assert numbers == list(range(after + 1, count + 1))
    assert last_place(path).number == count


def test_an_event_longer_than_a_block_arrives_whole(tmp_path: Path) -> None:
    path = write_events(tmp_path, 3, [200_000])
    place = Place()
    lines: list[bytes] = []
    while more := new_events(path, place):
        lines += more
    assert [json.loads(line)["n"] for line in lines] == [1, 2, 3]
    assert last_place(path).number == 3


def test_a_run_without_events_yet_has_a_place_to_wait_at(tmp_path: Path) -> None:
    assert last_place(tmp_path / "events.jsonl") == Place(0, 0)
    assert new_events(tmp_path / "events.jsonl", Place()) == []


def test_the_service_stops_at_once_also_while_runs_are_watched(service: ServiceProcesses, project: Path) -> None:
    run_id = start(service, 60)
    with httpx.Client(timeout=30, trust_env=False) as http:
        with http.stream("GET", f"{service.url}/api/runs/{run_id}/events") as answer:
            lines = answer.iter_lines()
            assert next(lines).startswith("id: ")
            process = service.processes.pop("api.py")
            process.terminate()
            for _ in lines:
                pass
        process.wait(4)  # TimeoutExpired when it does not

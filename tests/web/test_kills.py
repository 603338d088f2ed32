"""Service, worker, supervisor and run killed at random: the index tells the truth, nothing is paid twice."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support.processes import logged_keys
from tests.support.service import ServiceProcesses, until
from tests.web.conftest import IN_THE_GATE, Pair

TARGETS = ("service", "worker", "run", "supervisor", "machine")
ROUNDS = {"sqlite": 2, "cluster": 1} if IN_THE_GATE else {"sqlite": 4, "cluster": 2}
"""How often each target is killed, by pair. The second pair is about what differs: database and queue."""
LONGEST_LIE = 15.0
"""Seconds that a run may be shown as running without a living process."""


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(reply="tagged", tag="poem", latency_ms=300) as endpoint:
        yield endpoint


def commands() -> dict[int, str]:
    """The command lines of all living processes."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                state = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
                if state != "Z":
                    found[int(entry.name)] = (entry / "cmdline").read_text(errors="replace").replace("\0", " ")
    return found


class Processes:
    """The processes at work in one project folder."""

    def __init__(self, project: Path) -> None:
        self._project = project

    def of(self, folder: str, supervisor: bool) -> list[int]:
        return [
            process
            for process, command in commands().items()
            if command.rstrip().endswith(f"resume {folder}")
            and ("supervisor.py" in command) == supervisor
            and self._is_here(process)
        ]

    def _is_here(self, process: int) -> bool:
        with suppress(OSError):
            return Path(f"/proc/{process}/cwd").resolve() == self._project
        return False

    def all(self) -> list[int]:
        return [one for one, command in commands().items() if "run_augmentoolkit.py" in command and self._is_here(one)]


class Watch:
    """Looks on and remembers since when a run has been shown as running without a process."""

    def __init__(self, service: ServiceProcesses, processes: Processes) -> None:
        self.service, self.processes = service, processes
        self._since: dict[str, float] = {}
        self.longest = 0.0

    def look(self) -> None:
        for run in self.service.get("/api/runs")["items"]:
            lies = run["state"] == "running" and not self.processes.of(run["folder"], supervisor=False)
            if not lies:
                self._since.pop(run["id"], None)
            else:
                since = self._since.setdefault(run["id"], monotonic())
                self.longest = max(self.longest, monotonic() - since)

    def until(self, condition: Callable[[], object], seconds: float = 60) -> None:
        def seen() -> object:
            self.look()
            return condition()

        until(seen, seconds, lambda: f"{self.service.get('/api/runs')['items']}\n{self.service.said()}")


def kill(number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


def strike(target: str, service: ServiceProcesses, processes: Processes, folder: str) -> None:
    run, supervisor = processes.of(folder, supervisor=False), processes.of(folder, supervisor=True)
    if target in ("service", "machine"):
        service.kill("api.py")
    if target in ("worker", "machine"):
        service.kill("worker.py")
    for process in (supervisor if target in ("supervisor", "machine") else []) + (
        run if target in ("run", "machine") else []
    ):
        kill(process)


def in_random_order(chance: random.Random, rounds: int) -> list[str]:
    """Each target so often, and any after any."""
    targets = [*TARGETS * rounds]
    chance.shuffle(targets)
    return targets


@pytest.mark.slow
def test_whatever_is_killed_the_index_tells_the_truth_and_nothing_is_paid_twice(
    project: Path, own_state: Path, endpoint: FakeEndpoint, pair: Pair
) -> None:
    chance = random.Random(20)
    (project / "configs" / "long.yaml").write_text(
        "pipeline: example-pipeline\ninput_dir: inputs/sample\noutput_dir: outputs/long\nchunk_size: 12\n"
        f"model: {{name: fake, base_url: {endpoint.url}, api_key: '${{FAKE_KEY}}', concurrency_limit: 3}}\n"
    )
    processes = Processes(project)
    variables = {"ATK_HEARTBEAT_SECONDS": 0.5, "ATK_GRACE_SECONDS": 5, "FAKE_KEY": "sk-fake", **pair.variables}
    with ServiceProcesses(project, own_state, **variables) as service:
        watch = Watch(service, processes)
        identity = service.post("/api/runs", {"config": "long.yaml"})["id"]
        waiting = service.post(
            "/api/runs", {"pipeline": "debug-pipeline", "overrides": {"output_dir": "outputs/waits"}}
        )["id"]
        struck = []
        for target in in_random_order(chance, ROUNDS[pair.name]):
            watch.until(lambda: processes.of("outputs/long", supervisor=False))
            sleep(chance.uniform(0.0, 1.2))
            before = service.run(identity)["state"]
            strike(target, service, processes, "outputs/long")
            struck.append(target)
            if missing := {"api.py", "worker.py"} - set(service.processes):
                service.start(*missing)
            if target == "service":
                assert service.run(identity)["state"] in (before, "completed"), "the run did not notice"
                continue
            watch.until(lambda: service.run(identity)["state"] in ("lost", "completed"), 30)
            if service.run(identity)["state"] == "completed":
                break
            until(lambda: not processes.of("outputs/long", supervisor=False), 15)
            assert set(logged_keys(project / "outputs" / "long").values()) <= {1}
            service.post(f"/api/runs/{identity}/resume")
        assert len(struck) == ROUNDS[pair.name] * len(TARGETS), "the run was over before it was killed often enough"
        endpoint.change(latency_ms=0)  # what is left is not killed
        watch.until(lambda: service.run(identity)["state"] == "completed", 120)
        watch.until(lambda: service.run(waiting)["state"] == "completed", 60)
        assert watch.longest <= LONGEST_LIE
        keys = logged_keys(project / "outputs" / "long")
        assert set(keys.values()) == {1}, "a reply that was on disk was asked for again"
        # What was in flight when a run was killed may have been answered unheard: three calls a kill.
        assert endpoint.stats()["answered"] <= len(keys) + 3 * len(struck)
        service.stop()
    assert processes.all() == [], "somebody was left behind"

"""Measures the service as people have it: start, idle memory and CPU, watchers of a run, the way through the queue.

python -m benchmarks.service                          # everything: about six minutes
python -m benchmarks.service --only watchers --repeats 9
ATK_CORE_PYTHON=/tmp/core/bin/python python -m benchmarks.service --only idle   # with requirements.txt alone installed

The runs that are watched are started as a worker starts them, `resume FOLDER`, but by this program: the kernel then
tells it what CPU time the run's own process has taken. They come in pairs, one with watchers and one without, in
changing order; what counts is the median of the pairs' ratios. Needs Linux (`/proc`).
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that `python benchmarks/NAME.py` works too

from benchmarks.composition import write_documents
from benchmarks.measure import ROOT
from benchmarks.table import Row
from generation_functions.testing.fake_endpoint import FakeEndpoint

_READY = re.compile(r"ready: (http://\S+)")
_TICKS = os.sysconf("SC_CLK_TCK")
_EARLIER_EVENTS = 60_000  # some 15 MB: what a watcher that begins at the beginning has to be sent first
_CONFIG = """pipeline: example-pipeline
input_dir: inputs
output_dir: outputs/run
chunk_size: 240
reuse_calls: false
model: {{name: fake, base_url: "{url}", concurrency_limit: 32}}
"""


# --- processes


@dataclass
class Process:
    """A process of somebody else, as /proc shows it."""

    id: int

    def cpu(self) -> float:
        """Seconds so far."""
        fields = Path(f"/proc/{self.id}/stat").read_text(errors="replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> tuple[float, float]:
        """RSS and PSS in MB."""
        rows = Path(f"/proc/{self.id}/smaps_rollup").read_text().splitlines()
        found = {row.split()[0]: int(row.split()[1]) / 1024 for row in rows if row.startswith(("Rss:", "Pss:"))}
        return found["Rss:"], found["Pss:"]

    def children(self) -> dict[str, Process]:
        """By the name of the program."""
        found = {}
        threads = Path(f"/proc/{self.id}/task").glob("*/children")  # whichever of them has started it
        for number in " ".join(children.read_text() for children in threads).split():
            words = Path(f"/proc/{number}/cmdline").read_bytes().decode(errors="replace").split("\0")
            name = next((Path(word).name for word in words if word.endswith(".py")), "pipelines")
            found[name] = Process(int(number))
        return found


@dataclass
class Launched:
    """`python -m web.launch` at work."""

    parent: Process
    url: str
    ready_s: float
    http: HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.http = HTTPConnection(urlsplit(self.url).netloc, timeout=60)

    @property
    def service(self) -> Process:
        return self.parent.children()["api.py"]

    @property
    def worker(self) -> Process:
        return self.parent.children()["worker.py"]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the answer's JSON says."""
        data = None if body is None else orjson.dumps(body)
        self.http.request(method, path, data, {"Content-Type": "application/json", "Connection": "close"})
        answer = self.http.getresponse()
        data = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {data[:500]!r}")
        return orjson.loads(data)

    def await_end(self, run: str) -> Any:
        """The run, once it has ended."""
        for _ in range(1200):
            found = self.ask("GET", f"/api/runs/{run}")
            if found["state"] not in ("queued", "running"):
                if found["state"] != "completed":
                    raise SystemExit(f"the run {found['state']}: {found['message']}")
                return found
            time.sleep(0.1)
        raise SystemExit("the run does not end")


@contextmanager
def launched(folder: Path, python: str = sys.executable) -> Iterator[Launched]:
    """The service over a project folder, started as start.sh starts it."""
    for name in ("configs", "inputs", "outputs"):
        (folder / name).mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ATK_")}
    own = {"ATK_ROOT": str(folder), "ATK_STATE_DIR": str(folder / "state"), "ATK_BROWSER": "0", "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    process = subprocess.Popen(
        [python, "-m", "web.launch"], cwd=folder, env={**environment, **own}, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        found, said = None, ""
        for line in process.stderr:
            said += line
            if found := _READY.search(line):
                break
        if found is None:
            raise SystemExit(f"the service did not start: {said}")
        yield Launched(Process(process.pid), found[1], time.perf_counter() - start)
    finally:
        process.terminate()
        process.communicate()


# --- starting, and doing nothing


def start_rows(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Seconds until it is ready. The first start, which makes the database, is not counted."""
    with launched(folder, options.python) as first:
        first_s = first.ready_s
    times = []
    for _ in range(options.repeats):
        with launched(folder, options.python) as again:
            times.append(again.ready_s)
    median = statistics.median(times)
    words = f"{median:.2f} s (slowest of {len(times)}: {max(times):.2f} s; the very first: {first_s:.2f} s)"
    yield Row("from `web.launch` to ready", "<= 2 s", words, median <= 2)


def idle_rows(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Memory and CPU after a run, when nobody asks for anything."""
    with launched(folder, options.python) as at_work:
        wish = {"pipeline": "debug-pipeline", "overrides": {"seconds": "0.5", "output_dir": "outputs/debug"}}
        run = at_work.ask("POST", "/api/runs", wish)["id"]
        at_work.await_end(run)
        at_work.ask("GET", "/api/runs")
        pair = {"service": at_work.service, "worker": at_work.worker}
        time.sleep(options.idle_seconds)
        memory = {name: process.memory() for name, process in pair.items()}
        others = {"parent": at_work.parent, **pair["service"].children()}
        beside = ", ".join(f"{name} {process.memory()[0]:.0f} MB" for name, process in others.items())
        rss, pss = (sum(values) for values in zip(*memory.values(), strict=True))
        each = ", ".join(f"{name} {values[0]:.0f}" for name, values in memory.items())
        words = f"RSS {rss:.0f} MB ({each}), PSS {pss:.0f} MB; beside them: {beside}"
        yield Row("idle memory of service and worker, after a run", "<= 150 MB", words, rss <= 150)
        before = {name: process.cpu() for name, process in pair.items()}
        time.sleep(options.idle_seconds)
        for name, process in pair.items():
            share = 100 * (process.cpu() - before[name]) / options.idle_seconds
            yield Row(f"idle CPU of the {name}", "<= 1 % of a core", f"{share:.2f} %", share <= 1)


def queue_rows(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """From asking for a run until a worker has it, and until the run itself has begun."""
    answered, running, begun = [], [], []
    with launched(folder) as at_work:
        for number in range(options.queued):
            time.sleep(options.pause_seconds)  # a worker that has waited for long looks less often
            overrides = {"seconds": "0", "records": "1", "output_dir": f"outputs/queued-{number}"}
            asked = time.time()
            run = at_work.ask("POST", "/api/runs", {"pipeline": "debug-pipeline", "overrides": overrides})["id"]
            answered.append(time.time() - asked)
            running.append(at_work.await_end(run)["started"] - asked)
            with (folder / "outputs" / f"queued-{number}" / "events.jsonl").open("rb") as events:
                begun.append(orjson.loads(events.readline())["t"] - asked)
    what = f"POST /api/runs, median of {options.queued}, each after {options.pause_seconds:g} s of silence"
    yield Row(f"{what}: answered", "-", _seconds(answered), True)
    yield Row("until it is RUNNING", "<= 1 s", _seconds(running), statistics.median(running) <= 1)
    yield Row("until its process has written the first event", "-", _seconds(begun), True)


def _seconds(times: list[float]) -> str:
    return f"{statistics.median(times):.2f} s (slowest: {max(times):.2f} s)"


# --- a run that is watched


@dataclass(frozen=True)
class Trial:
    """What one run cost, and the service meanwhile."""

    wall: float
    cpu: float
    service_cpu: float
    taken: float
    """MB of the service's memory (RSS) that its watchers have taken before the run began."""
    grown: float
    """And from there until its end."""
    seen: dict[str, Any]
    """What the watchers say."""


class Watching:
    """Runs one after the other, each in a folder of its own, with watchers or without."""

    def __init__(self, folder: Path, at_work: Launched, url: str, calls: int) -> None:
        self.folder, self.at_work, self.count = folder, at_work, 0
        (folder / "configs" / "watched.yaml").write_text(_CONFIG.format(url=url))
        write_documents(folder / "inputs" / "made-up", calls)
        self.first = at_work.ask("POST", "/api/runs", {"config": "watched.yaml"})["id"]
        at_work.await_end(self.first)  # so that all is warm

    def trial(self, how: str, watchers: int, earlier_events: int = 0) -> Trial:
        """One run. `how`: whether watchers `read`, or are `stuck`."""
        run, output_dir = self._prepare(earlier_events)
        service = self.at_work.service
        at_first = service.memory()[0]
        crowd = self._crowd(how, watchers, run) if watchers else None
        if crowd is not None and how == "stuck":
            self._await_full()
        time.sleep(1.0)
        service_cpu, at_start = service.cpu(), service.memory()[0]
        wall, cpu = self._run(output_dir)
        service_cpu, at_end = service.cpu() - service_cpu, service.memory()[0]
        seen: dict[str, Any] = {}
        if crowd is not None:
            stuck = self._stuck()
            seen = {**orjson.loads(crowd.communicate("\n")[0].splitlines()[-1]), "stuck": stuck}
        return Trial(wall, cpu, service_cpu, at_start - at_first, at_end - at_start, seen)

    def _prepare(self, earlier_events: int) -> tuple[str, str]:
        """A run that is known and waits, so that watchers are there before it begins."""
        self.count += 1
        output_dir = f"outputs/watched-{self.count}"
        wish = {"output_dir": f"watched-{self.count}", "start": False}
        made = self.at_work.ask("POST", f"/api/runs/{self.first}/clone", wish)
        if earlier_events:
            with (self.folder / output_dir / "events.jsonl").open("wb") as events:
                for number in range(1, earlier_events + 1):
                    said = {"stage": "poems", "done": number, "message": "an event of usual length, " * 7}
                    events.write(orjson.dumps({"n": number, "t": 0.0, "event": "progress", **said}) + b"\n")
        return str(made["id"]), output_dir

    def _crowd(self, how: str, watchers: int, run: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "benchmarks.watchers", how, self.at_work.url, run, str(watchers)]
        crowd = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert crowd.stdout is not None
        if crowd.stdout.readline().strip() != "ready":
            raise SystemExit("the watchers did not start")
        return crowd

    def _stuck(self) -> list[int]:
        """Bytes that wait in the kernel for clients that do not read, for each connection."""
        rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        port = urlsplit(self.at_work.url).port
        ours = [row for row in rows if int(row[1].rpartition(":")[2], 16) == port]
        return sorted(waiting for row in ours if (waiting := int(row[4].partition(":")[0], 16)))

    def _await_full(self) -> None:
        """Until the kernel takes no more for them, so that the service has to wait."""
        before: list[int] = []
        while not before or before != self._stuck():
            before = self._stuck()
            time.sleep(2.0)

    def _run(self, output_dir: str) -> tuple[float, float]:
        command = [sys.executable, str(ROOT / "run_augmentoolkit.py"), "resume", output_dir]
        environment = {**os.environ, "ATK_STATE_DIR": str(self.folder / "state")}
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"the watched run ended with exit code {process.returncode}")
        return wall, used.ru_utime + used.ru_stime


def _pairs(watching: Watching, options: argparse.Namespace, how: str, events: int) -> list[tuple[Trial, Trial]]:
    """(without, with) so many times, in changing order."""
    pairs = []
    for number in range(options.repeats):
        order = (0, options.watchers) if number % 2 == 0 else (options.watchers, 0)
        trials = {count: watching.trial(how, count, events) for count in order}
        pairs.append((trials[0], trials[options.watchers]))
    return pairs


def _ratio_rows(what: str, pairs: list[tuple[Trial, Trial]]) -> Iterator[Row]:
    alone = [without.wall for without, _ in pairs]
    noise = 100 * (max(alone) / min(alone) - 1)
    for name, unit in (("wall", "wall time"), ("cpu", "CPU of the run's own process")):
        ratios = [getattr(having, name) / getattr(without, name) for without, having in pairs]
        medians = [statistics.median(getattr(pair[side], name) for pair in pairs) for side in (0, 1)]
        median = statistics.median(ratios)
        words = f"{median:.3f} ({min(ratios):.3f} to {max(ratios):.3f}; {medians[0]:.2f} s, {medians[1]:.2f} s)"
        if name == "wall":
            words += f"; those without differ by up to {noise:.0f} %"
        yield Row(f"{what}: {unit}, with to without", "< 1.02", words, median < 1.02)


def watcher_rows(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Many who look on."""
    with FakeEndpoint(reply="tagged", tag="poem", latency_ms=50) as endpoint, launched(folder) as at_work:
        pairs = _pairs(Watching(folder, at_work, endpoint.url, options.calls), options, "read", 0)
    what = f"{options.watchers} watchers, {options.calls:,} calls"
    yield from _ratio_rows(what, pairs)
    shares = [100 * trial.service_cpu / trial.wall for pair in pairs for trial in pair]
    words = f"{statistics.median(shares[1::2]):.1f} % of a core ({statistics.median(shares[::2]):.1f} % without)"
    yield Row("CPU of the service meanwhile", "-", words, True)
    seen = [having.seen for _, having in pairs]
    whole = all(one["least"] == one["most"] for one in seen)
    events = f"{min(one['least'] for one in seen)} to {max(one['most'] for one in seen)} a run"
    yield Row("events that reached each watcher", "all", f"{events}, {'all' if whole else 'NOT ALL'}", whole)
    lags = [one["lag"] for one in seen]
    yield Row("from an event to the watcher, median", "<= 0.25 s", _seconds(lags), statistics.median(lags) <= 0.25)


def stuck_rows(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Some who connect, want everything from the beginning, and never read."""
    with FakeEndpoint(reply="tagged", tag="poem", latency_ms=50) as endpoint, launched(folder) as at_work:
        pairs = _pairs(Watching(folder, at_work, endpoint.url, options.calls), options, "stuck", _EARLIER_EVENTS)
    yield from _ratio_rows(f"{options.watchers} watchers that do not read", pairs)
    stuck = [having.seen["stuck"] for _, having in pairs]
    each = [waiting for one in stuck for waiting in one] or [0]
    words = f"{min(map(len, stuck))} connections, each {statistics.median(each) / 1024:.0f} KB (median)"
    full = all(len(one) == options.watchers for one in stuck)
    yield Row("what waits for them in the kernel", "for each", words, full)
    taken = max(having.taken for _, having in pairs) / options.watchers
    yield Row("memory of the service for each", "<= 0.5 MB", f"{taken:.2f} MB at most", taken <= 0.5)
    grown = max(having.grown for _, having in pairs)
    words = f"{grown:.1f} MB at most; each run: {', '.join(f'{having.grown:.1f}' for _, having in pairs)}"
    yield Row("growth of the service's memory during the run", "<= 5 MB", words, grown <= 5)


_PARTS = {"start": start_rows, "idle": idle_rows, "queue": queue_rows, "watchers": watcher_rows, "stuck": stuck_rows}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(_PARTS), help=f"some of {','.join(_PARTS)}")
    parser.add_argument("--repeats", type=int, default=5, help="pairs of runs, and starts")
    parser.add_argument("--watchers", type=int, default=50)
    parser.add_argument("--calls", type=int, default=3000, help="of a run that is watched")
    parser.add_argument("--queued", type=int, default=10, help="runs through the queue")
    parser.add_argument("--pause-seconds", type=float, default=6.0, help="between two of them")
    parser.add_argument("--idle-seconds", type=float, default=20.0)
    python = os.environ.get("ATK_CORE_PYTHON", sys.executable)
    parser.add_argument("--python", default=python, help="for start and idle; default: ATK_CORE_PYTHON, or this one")
    options = parser.parse_args()
    print(f"Python of start and idle: {options.python}\n\n| what | goal | measured | |\n|---|---|---|---|", flush=True)
    for name in options.only.split(","):
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            for row in _PARTS[name](Path(folder), options):
                mark = "reached" if row.reached else "**missed**"
                print(f"| {row.what} | {row.goal} | {row.measured} | {mark} |", flush=True)


if __name__ == "__main__":
    main()

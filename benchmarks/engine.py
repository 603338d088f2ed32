"""The engine with everything on, against a fake endpoint, an ideal and a bare client loop in the same run.

    python -m benchmarks.engine --scenario wall
    python -m benchmarks.engine --calls 10000 --concurrency 256 --steps 1 --latency-ms 50 --json

Ideal wall = calls x latency / concurrency. With `--base-url` the endpoint is yours, any OpenAI-compatible one (its
latency is measured first when it is not given); otherwise a fake one is started.
"""

from __future__ import annotations

import argparse
import dataclasses
import http.client
import math
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that `python benchmarks/NAME.py` works too

from benchmarks.measure import Measurement, measure
from benchmarks.workload import MODEL, TAG, NumberedRecords, request_body, write_prompts
from generation_functions.call_log import CallLog
from generation_functions.errors import AugmentoolkitError
from generation_functions.testing.fake_endpoint import FakeEndpoint

_ENGINE, _BARE = "benchmarks.engine:run_engine", "benchmarks.bare_client:bare_loop"
MIXED_FAULTS = {
    "rate_limited": 0.03,
    "rate_limited_bare": 0.02,
    "error_500": 0.03,
    "error_503": 0.02,
    "drop_before": 0.02,
    "drop_middle": 0.01,
    "hang": 0.01,
    "truncated": 0.01,
    "malformed": 0.01,
    "html": 0.01,
    "empty": 0.01,
    "no_choices": 0.005,
    "cut_off": 0.005,
}


@dataclass(frozen=True)
class Scenario:
    """What is sent to which kind of endpoint."""

    calls: int = 10_000
    steps: int = 1
    concurrency: int = 256
    endpoint: dict[str, Any] = field(default_factory=dict)
    timeout: float = 300.0
    bare: bool = True
    same_requests: bool = False  # compare the bodies that bare loop and engine sent

    @property
    def records(self) -> int:
        return self.calls // self.steps

    @property
    def ideal_s(self) -> float:
        """Wall of a client that costs nothing and keeps every allowed slot full."""
        slots = min(self.concurrency, self.endpoint.get("max_in_flight") or self.concurrency)
        sigma = self.endpoint.get("latency_sigma", 0.0)
        mean_latency_s = self.endpoint.get("latency_ms", 0.0) / 1000 * math.exp(sigma**2 / 2)  # of a lognormal
        return float(self.calls * mean_latency_s / slots)


SCENARIOS = {
    "wall": Scenario(endpoint={"latency_ms": 50}),
    "longtail": Scenario(calls=1_800, steps=3, endpoint={"latency_ms": 400, "latency_sigma": 1.0}, same_requests=True),
    "instant": Scenario(calls=150_000, steps=3, concurrency=64, bare=False),
    "overload": Scenario(calls=4_000, endpoint={"latency_ms": 500, "max_in_flight": 64, "retry_after": 0}, bare=False),
    "faults": Scenario(
        calls=500,
        concurrency=64,
        endpoint={"latency_ms": 50, "retry_after": 0.5, "faults": MIXED_FAULTS},
        timeout=2.0,
        bare=False,
    ),
    "million": Scenario(calls=1_000_000, concurrency=64, bare=False),
    "first-call": Scenario(calls=64, concurrency=64, bare=False),
}


def run_engine(
    base_url: str,
    output_dir: str,
    records: int,
    steps: int,
    concurrency: int,
    timeout: float = 300.0,
    edition: str = "first",
    tagged: bool = True,
) -> dict[str, float]:
    """One run as a pipeline makes it: prompts, call log, parsing, retries, counters, dataset, provenance.

    Another `edition` stands for edited code: nothing is taken over, everything is answered by the call log.
    """
    from generation_functions.model import Model
    from generation_functions.records import stable_hash
    from generation_functions.run import Run
    from generation_functions.run_folder import code_fingerprint
    from generation_functions.steps import ask

    started = time.perf_counter()
    folder = Path(output_dir)
    prompts = write_prompts(folder.with_name(folder.name + "-prompts"), steps, tagged=tagged)
    model = Model(name=MODEL, base_url=base_url, concurrency_limit=concurrency, timeout=timeout)
    config = {"records": records, "steps": steps, "edition": edition}
    fingerprint = stable_hash(config, code_fingerprint(Path(__file__)))  # as the command line makes it
    with Run(folder, pipeline="benchmark", config=config, fingerprint=fingerprint) as run:
        if run.finished:
            return {"opening_s": round(time.perf_counter() - started, 3), "calls_s": 0.0, "dataset_s": 0.0}
        client, loaded = run.client(model), run.prompts(prompts)
        asking = [ask(client, loaded[f"step_{step}"], into=f"reply_{step}") for step in range(steps)]
        entered = time.perf_counter()
        done = run.map(NumberedRecords(records), *asking, name="rewriting")
        mapped, calls_cpu = time.perf_counter(), time.process_time()
        run.write("rows", done, _to_row(steps))
        written = time.perf_counter()
    return {
        "opening_s": round(entered - started, 3),
        "calls_s": round(mapped - entered, 3),
        "dataset_s": round(written - mapped, 3),
        "closing_s": round(time.perf_counter() - written, 3),
        "calls_cpu_s": round(calls_cpu, 3),
        "log_bytes": (folder / "calls" / "calls.jsonl").stat().st_size,
    }


def _to_row(steps: int) -> Any:
    last = f"reply_{steps - 1}"
    return lambda record: {
        "id": record["id"],
        "messages": [
            {"role": "user", "content": record["text"]},
            {"role": "assistant", "content": record[last]},
        ],
    }


@contextmanager
def endpoint_for(scenario: Scenario) -> Iterator[FakeEndpoint]:
    """A fake endpoint of the scenario's kind."""
    with FakeEndpoint(reply="tagged", tag=TAG, **scenario.endpoint) as endpoint:
        yield endpoint


class ForeignEndpoint:
    """An OpenAI-compatible endpoint that is not ours: it counts nothing, so the run's own log has to do."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def stats(self, *, bodies: bool = False) -> dict[str, Any]:
        """Nothing."""
        return {}

    def reset(self) -> None:
        """Nothing to do."""

    def latency_ms(self) -> float:
        """Median latency of a few single requests."""
        import statistics
        import urllib.request

        times = []
        for number in range(5):
            request = urllib.request.Request(
                self.url + "/chat/completions",
                data=request_body(-1 - number, 0, ""),
                headers={"Content-Type": "application/json"},
            )
            started = time.perf_counter()
            with urllib.request.urlopen(request, timeout=60) as response:
                response.read()
            times.append(time.perf_counter() - started)
        return statistics.median(times) * 1000


def endpoint_at(url: str) -> FakeEndpoint | ForeignEndpoint:
    """The endpoint at a URL: ours, with its counters, or somebody else's."""
    fake = FakeEndpoint.at(url)
    try:
        return fake if "received" in fake.stats() else ForeignEndpoint(url)
    except (OSError, ValueError, AugmentoolkitError, http.client.HTTPException):
        return ForeignEndpoint(url)


def benchmark(scenario: Scenario, endpoint: FakeEndpoint | ForeignEndpoint, folder: Path) -> dict[str, Any]:
    """Measure one scenario; the run's folder stays in `folder`."""
    sizes = {"records": scenario.records, "steps": scenario.steps, "concurrency": scenario.concurrency}
    bare: Measurement | None = None
    bodies: set[str] = set()
    if scenario.bare:
        bare = measure(_BARE, folder / "state", base_url=endpoint.url, **sizes)
        bodies = set(endpoint.stats(bodies=True)["bodies"]) if scenario.same_requests else set()
    endpoint.reset()
    before = endpoint.stats().get("cpu_s", 0.0)
    run = measure(
        _ENGINE,
        folder / "state",
        base_url=endpoint.url,
        output_dir=str(folder / "run"),
        timeout=scenario.timeout,
        tagged=isinstance(endpoint, FakeEndpoint),
        **sizes,
    )
    stats = endpoint.stats(bodies=scenario.same_requests)
    if scenario.same_requests and set(stats["bodies"]) != bodies:
        raise SystemExit("the engine and the bare loop sent different requests: the comparison would be unfair")
    return {
        **_times(scenario, run, bare),
        **(_counts(scenario, run, stats) if stats else _counts_of_log(folder / "run", run)),
        **({"endpoint_cpu_s": round(stats["cpu_s"] - before, 2)} if stats else {}),
        **dataset_facts(folder / "run"),
    }


def _times(scenario: Scenario, run: Measurement, bare: Measurement | None) -> dict[str, Any]:
    calls_wall = run.result["opening_s"] + run.result["calls_s"]
    times: dict[str, Any] = {
        "wall_s": round(calls_wall, 3),
        "whole_run_s": round(run.wall_s, 3),
        "process_s": round(run.process_s, 3),
        "ideal_s": round(scenario.ideal_s, 3),
        **run.result,
        "cpu_s": round(run.result["calls_cpu_s"], 2),
        "whole_run_cpu_s": round(run.cpu_s, 2),
        "cpu_ms_per_call": round(run.result["calls_cpu_s"] / scenario.calls * 1000, 3),
        "peak_rss_mb": round(run.peak_rss_mb, 1),
    }
    if scenario.ideal_s:
        times["ratio_to_ideal"] = round(calls_wall / scenario.ideal_s, 3)
    if bare is not None:
        times |= {
            "bare_client_s": round(bare.result, 3),
            "bare_client_cpu_ms_per_call": round(bare.cpu_s / scenario.calls * 1000, 3),
            "ratio": round(calls_wall / bare.result, 3),
        }
    return times


def _counts(scenario: Scenario, run: Measurement, stats: dict[str, Any]) -> dict[str, Any]:
    refused = stats["statuses"].get("429", 0)
    return {
        "calls": stats["received"],
        "calls_per_record": round(stats["received"] / scenario.records, 3),
        "paid_twice": stats["paid_twice"],
        "peak_in_flight": stats["peak_in_flight"],
        "refused_per_1000_calls": round(refused / scenario.calls * 1000, 1),
        "outcomes": stats["outcomes"],
        "first_call_s": round(stats["first_at"] - run.started_at, 3),
        "bytes_written": run.bytes_written,
        "bytes_of_answers": stats["content_bytes"],
        "bytes_written_over_bytes_of_answers": round(run.bytes_written / max(1, stats["content_bytes"]), 2),
        "log_bytes_over_bytes_of_answers": round(run.result["log_bytes"] / max(1, stats["content_bytes"]), 2),
    }


def _counts_of_log(run_folder: Path, run: Measurement) -> dict[str, Any]:
    """What the run itself knows, for an endpoint that does not count."""
    log = CallLog(run_folder / "calls", writable=False)
    answers = sum(len(entry["answer"].encode()) for entry in log if "answer" in entry)
    calls = log.totals.calls
    log.close()
    return {
        "calls": calls,
        "bytes_written": run.bytes_written,
        "bytes_of_answers": answers,
        "bytes_written_over_bytes_of_answers": round(run.bytes_written / max(1, answers), 2),
        "log_bytes_over_bytes_of_answers": round(run.result["log_bytes"] / max(1, answers), 2),
    }


def dataset_facts(run_folder: Path) -> dict[str, Any]:
    """Rows, blank rows and a hash of the dataset, so that two runs can be compared byte by byte."""
    rows = blank = 0
    digest = sha256()
    [dataset] = run_folder.rglob("rows.jsonl")
    with dataset.open("rb") as lines:
        for line in lines:
            digest.update(line)
            rows += 1
            blank += not orjson.loads(line)["messages"][-1]["content"].strip()
    return {"rows": rows, "blank_rows": blank, "dataset_sha256": digest.hexdigest()[:16]}


def scenario_from(options: argparse.Namespace) -> Scenario:
    """The preset with what the command line changes."""
    scenario = SCENARIOS[options.scenario]
    given = {name: getattr(options, name) for name in ("calls", "steps", "concurrency", "timeout")}
    endpoint = {**scenario.endpoint, "reply_bytes": options.reply_bytes}
    for name in ("latency_ms", "latency_sigma", "max_in_flight", "seed"):
        if getattr(options, name) is not None:
            endpoint[name] = getattr(options, name)
    changes = {name: value for name, value in given.items() if value is not None}
    return dataclasses.replace(scenario, endpoint=endpoint, **changes)


def add_scenario_options(parser: argparse.ArgumentParser) -> None:
    """The options that change a preset."""
    parser.add_argument("--calls", type=int, help="model calls in all; records = calls / steps")
    parser.add_argument("--steps", type=int, help="calls that follow one another for each record")
    parser.add_argument("--concurrency", type=int)
    parser.add_argument("--timeout", type=float)
    parser.add_argument("--latency-ms", type=float)
    parser.add_argument("--latency-sigma", type=float)
    parser.add_argument("--max-in-flight", type=int)
    parser.add_argument("--seed", type=int, help="of latencies and faults")
    parser.add_argument("--reply-bytes", type=int, default=1_000)


def print_result(result: dict[str, Any], as_json: bool) -> None:
    """One line of JSON, or a line per figure."""
    if as_json:
        print(orjson.dumps(result).decode())
        return
    for name, value in result.items():
        print(f"{name:36} {value}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the engine.")
    parser.add_argument("--scenario", choices=SCENARIOS, default="wall")
    parser.add_argument("--base-url", help="any OpenAI-compatible endpoint that runs already; ours gives counters too")
    parser.add_argument("--output-dir", type=Path, help="keep the run here; default: a temporary folder")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    add_scenario_options(parser)
    options = parser.parse_args()
    scenario = scenario_from(options)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
        folder = options.output_dir or Path(temporary)
        if options.base_url:
            endpoint = endpoint_at(options.base_url)
            if isinstance(endpoint, ForeignEndpoint) and options.latency_ms is None:
                scenario.endpoint["latency_ms"] = endpoint.latency_ms()
            result = benchmark(scenario, endpoint, folder)
        else:
            with endpoint_for(scenario) as fake:
                result = benchmark(scenario, fake, folder)
    print_result({"scenario": options.scenario, **result}, options.json)


if __name__ == "__main__":
    main()

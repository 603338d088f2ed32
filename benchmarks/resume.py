"""What a kill costs: replies paid twice, the first call after it, and running a finished run again.

python -m benchmarks.resume kill                       # 2 000 calls, kill -9 at half way, run again
python -m benchmarks.resume finished --calls 1000000   # kill at half, go on, then run the finished run again
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that `python benchmarks/NAME.py` works too

from benchmarks.engine import Scenario, dataset_facts, endpoint_for, print_result
from benchmarks.measure import Started, measure
from generation_functions.testing.fake_endpoint import FakeEndpoint

_ENGINE = "benchmarks.engine:run_engine"
_POLL_SECONDS = 0.01


def kill_and_resume(scenario: Scenario, folder: Path, kills: int = 1) -> dict[str, Any]:
    """Kill -9 a run at half way (or at several even points), run it to its end, count what was paid twice."""
    with endpoint_for(scenario) as endpoint:
        for kill in range(1, kills + 1):
            _kill_at(endpoint, scenario, folder, scenario.calls * kill // (kills + 1))
        after_kill = endpoint.stats()
        run = measure(_ENGINE, folder / "state", **_arguments(scenario, endpoint, folder / "run"))
        stats = endpoint.stats()
        facts = dataset_facts(folder / "run")
        measure(_ENGINE, folder / "other-state", **_arguments(scenario, endpoint, folder / "undisturbed"))
    return {
        "calls": scenario.calls,
        "kills": kills,
        "answered_before_kill": after_kill["answered"],
        "never_reached_the_client": stats["unread"],
        "abandoned_by_kill": stats["abandoned"],
        "replies_paid_twice": stats["paid_twice"],
        "bodies_answered_twice_at_all": stats["answered"] - stats["answered_distinct"],
        "resumed_wall_s": round(run.wall_s, 2),
        **facts,
        "same_bytes_as_undisturbed": facts == dataset_facts(folder / "undisturbed"),
    }


def resume_finished(scenario: Scenario, folder: Path) -> dict[str, Any]:
    """Kill at half way, time the first call after it, finish, and run the finished run once more."""
    with endpoint_for(scenario) as endpoint:
        start = time.perf_counter()
        _kill_at(endpoint, scenario, folder, scenario.calls // 2)
        first_half_s = time.perf_counter() - start
        half = endpoint.stats()
        endpoint.reset()
        arguments = _arguments(scenario, endpoint, folder / "run")
        rest = measure(_ENGINE, folder / "state", **arguments)
        second = endpoint.stats()
        endpoint.reset()
        again = measure(_ENGINE, folder / "state", **arguments)
        replayed = measure(_ENGINE, folder / "state", **arguments, edition="edited")
        repeated = endpoint.stats()["received"]
    return {
        "calls": scenario.calls,
        "first_half_s": round(first_half_s, 1),
        "first_call_after_kill_s": round(second["first_at"] - rest.started_at, 2),
        "second_half_s": round(rest.process_s, 1),
        "second_half_peak_rss_mb": round(rest.peak_rss_mb, 1),
        "paid_twice": half["answered_distinct"] + second["answered_distinct"] - scenario.calls - half["unread"],
        "resume_finished_s": round(again.process_s, 2),
        "resume_finished_cpu_s": round(again.cpu_s, 2),
        "resume_finished_peak_rss_mb": round(again.peak_rss_mb, 1),
        "replayed_s": round(replayed.process_s, 2),
        "replayed_calls_s": replayed.result["calls_s"],
        "replayed_peak_rss_mb": round(replayed.peak_rss_mb, 1),
        "resume_finished_calls": repeated,
        **dataset_facts(folder / "run"),
    }


def _kill_at(endpoint: FakeEndpoint, scenario: Scenario, folder: Path, answered: int) -> None:
    run = Started(_ENGINE, folder / "state", **_arguments(scenario, endpoint, folder / "run"))
    while endpoint.stats()["answered"] < answered:
        if not run.running:
            raise SystemExit("the run ended before it could be killed")
        time.sleep(_POLL_SECONDS)
    run.kill()
    while endpoint.stats()["connections"]:  # until the endpoint has noticed
        time.sleep(_POLL_SECONDS)


def _arguments(scenario: Scenario, endpoint: FakeEndpoint, output_dir: Path) -> dict[str, Any]:
    return {
        "base_url": endpoint.url,
        "output_dir": str(output_dir),
        "records": scenario.records,
        "steps": scenario.steps,
        "concurrency": scenario.concurrency,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what a kill and a second run cost.")
    parser.add_argument("what", choices=("kill", "finished"))
    parser.add_argument("--calls", type=int)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--kills", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
        if options.what == "kill":
            scenario = Scenario(options.calls or 2_000, 1, options.concurrency, {"latency_ms": 50})
            result = kill_and_resume(scenario, Path(temporary), options.kills)
        else:
            scenario = Scenario(options.calls or 1_000_000, 1, options.concurrency)
            result = resume_finished(scenario, Path(temporary))
    print_result(result, options.json)


if __name__ == "__main__":
    main()

"""Runs every benchmark and prints the table of goals and measured figures as Markdown.

python -m benchmarks.table            # about half an hour on two cores
python -m benchmarks.table --quick    # a tenth of the records in the long ones: a few minutes
python -m benchmarks.table --only wall,faults
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that `python benchmarks/NAME.py` works too

from benchmarks.engine import SCENARIOS, Scenario, benchmark, endpoint_for
from benchmarks.measure import ROOT
from benchmarks.resume import kill_and_resume, resume_finished

_LONG_REPLY = {"reply_bytes": 1_000}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    goal: str
    measured: str
    reached: bool


def engine_rows(name: str, quick: bool) -> Iterator[Row]:
    """The rows that one scenario of benchmarks.engine fills."""
    scenario = SCENARIOS[name]
    if quick:
        scenario = replace(scenario, calls=_quick(scenario.calls))
    scenario = replace(scenario, endpoint={**_LONG_REPLY, **scenario.endpoint})
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, endpoint_for(scenario) as endpoint:
        yield from _ROWS[name](scenario, benchmark(scenario, endpoint, Path(folder)))


def _wall(scenario: Scenario, got: dict[str, Any]) -> Iterator[Row]:
    what = f"{scenario.calls:,} calls, 50 ms, 256 at once: wall"
    walls = f"{got['wall_s']} s (ideal {got['ideal_s']}, bare loop {got['bare_client_s']}"
    walls += f"; with dataset, card and report {got['whole_run_s']})"
    yield Row(what, "<= 3.4 s", walls, got["wall_s"] <= 3.4 * scenario.calls / 10_000)
    cpu = f"{got['cpu_ms_per_call']} ms (bare loop {got['bare_client_cpu_ms_per_call']})"
    yield Row("CPU per call, start-up included", "<= 0.30 ms", cpu, got["cpu_ms_per_call"] <= 0.30)
    yield _memory("peak memory of that run", got["peak_rss_mb"], 90)
    share = got["bytes_written_over_bytes_of_answers"]
    log = got["log_bytes_over_bytes_of_answers"]
    yield Row("bytes of the call log over bytes of answers", "<= 1.3x", f"{log}x", log <= 1.3)
    what = "bytes of everything written (stages, dataset, provenance too) over bytes of answers"
    yield Row(what, "<= 1.3x", f"{share}x", share <= 1.3)


def _longtail(scenario: Scenario, got: dict[str, Any]) -> Iterator[Row]:
    what = f"{scenario.records:,} records, 3 steps, long-tailed latency: wall over a bare loop's"
    yield Row(what, "<= 1.10", str(got["ratio"]), got["ratio"] <= 1.10)


def _instant(scenario: Scenario, got: dict[str, Any]) -> Iterator[Row]:
    what = f"{scenario.records:,} records, 3 steps, instant endpoint"
    walls = f"{got['wall_s']} s (with dataset, card and report {got['whole_run_s']})"
    yield Row(what, "<= 60 s", walls, got["wall_s"] <= 60 * scenario.records / 50_000)
    yield _memory("peak memory of that run", got["peak_rss_mb"], 150)


def _overload(scenario: Scenario, got: dict[str, Any]) -> Iterator[Row]:
    what = "overload (refuses above 64 in flight, 256 allowed, 500 ms): wall over ideal"
    yield Row(what, "<= 1.25", str(got["ratio_to_ideal"]), got["ratio_to_ideal"] <= 1.25)
    refused = got["refused_per_1000_calls"]
    yield Row("refusals (429) per 1,000 calls of that run", "<= 200", str(refused), refused <= 200)


def _faults(scenario: Scenario, got: dict[str, Any]) -> Iterator[Row]:
    rows, blank, calls = got["rows"], got["blank_rows"], got["calls_per_record"]
    good = rows - blank
    what = f"{scenario.records} records, {sum(scenario.endpoint['faults'].values()):.0%} mixed faults: good rows"
    yield Row(what, f"{scenario.records}, none blank", f"{good}, {blank} blank", good == scenario.records == rows)
    yield Row("calls a record of that run", "<= 1.3", str(calls), calls <= 1.3)


def _million(scenario: Scenario, got: dict[str, Any]) -> Iterator[Row]:
    yield _memory(f"{scenario.records:,} records through: peak memory", got["peak_rss_mb"], 500)


def _first_call(scenario: Scenario, got: dict[str, Any]) -> Iterator[Row]:
    yield _seconds("first call after start", got["first_call_s"], 0.5)


_ROWS: dict[str, Callable[[Scenario, dict[str, Any]], Iterator[Row]]] = {
    "wall": _wall,
    "longtail": _longtail,
    "instant": _instant,
    "overload": _overload,
    "faults": _faults,
    "million": _million,
    "first-call": _first_call,
}


def kill_rows(quick: bool) -> Iterator[Row]:
    """What a kill costs in replies."""
    scenario = Scenario(2_000, 1, 64, {"latency_ms": 50})
    rounds = []
    for _ in range(1 if quick else 5):  # where a kill falls is chance
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            rounds.append(kill_and_resume(scenario, Path(folder)))
    twice = [got["replies_paid_twice"] for got in rounds]
    same = all(got["same_bytes_as_undisturbed"] for got in rounds)
    measured = f"{', '.join(map(str, twice))}; dataset {'the same' if same else 'NOT the same'}"
    yield Row("kill -9 at half way of 2,000, run again: replies paid twice", "0", measured, same and not any(twice))


def finished_rows(quick: bool) -> Iterator[Row]:
    """Resuming, half way and at the end."""
    calls = _quick(1_000_000) if quick else 1_000_000
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        got = resume_finished(Scenario(calls, 1, 64), Path(folder))
    yield _seconds(f"first call after a kill at half of {calls:,}", got["first_call_after_kill_s"], 3)
    yield _seconds(f"resume a finished run of {calls:,} calls", got["resume_finished_s"], 30 * calls / 1_000_000)
    yield _memory("peak memory of that", got["resume_finished_peak_rss_mb"], 500)
    what = f"the same after an edit of the code: {calls:,} calls answered by the log, dataset written anew"
    yield _seconds(what, got["replayed_s"], 30 * calls / 1_000_000)
    yield _memory("peak memory of that", got["replayed_peak_rss_mb"], 500)


def help_rows(quick: bool) -> Iterator[Row]:
    """The command line's start-up."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "run_augmentoolkit.py", "--help"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        times.append(time.perf_counter() - start)
    yield _seconds("run_augmentoolkit.py --help", round(statistics.median(times), 2), 0.3)


def _memory(what: str, megabytes: float, goal: int) -> Row:
    return Row(what, f"<= {goal} MB", f"{megabytes} MB", megabytes <= goal)


def _seconds(what: str, seconds: float, goal: float) -> Row:
    return Row(what, f"<= {goal:g} s", f"{seconds} s", seconds <= goal)


def _quick(calls: int) -> int:
    return calls // 10 if calls >= 100_000 else calls


def _benchmarks() -> dict[str, Callable[[bool], Iterator[Row]]]:
    def of(name: str) -> Callable[[bool], Iterator[Row]]:
        return lambda quick: engine_rows(name, quick)

    scenarios = {name: of(name) for name in SCENARIOS}
    return {**scenarios, "kill": kill_rows, "finished": finished_rows, "help": help_rows}


def main() -> None:
    benchmarks = _benchmarks()
    parser = argparse.ArgumentParser(description="Run the benchmarks and print the table.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the records in the long ones")
    parser.add_argument("--only", help=f"comma-separated: {', '.join(benchmarks)}")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else list(benchmarks)
    if unknown := set(names) - set(benchmarks):
        parser.error(f"unknown benchmark {', '.join(sorted(unknown))}; known: {', '.join(benchmarks)}")
    print("| what | goal | measured | |\n|---|---|---|---|", flush=True)
    for name in names:
        for row in benchmarks[name](options.quick):
            mark = "reached" if row.reached else "**missed**"
            print(f"| {row.what} | {row.goal} | {row.measured} | {mark} |", flush=True)


if __name__ == "__main__":
    main()

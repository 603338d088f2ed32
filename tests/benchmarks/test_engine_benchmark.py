"""The benchmarks run, and their own checks hold, at a size that takes seconds."""

from __future__ import annotations

from pathlib import Path

from benchmarks.engine import SCENARIOS, Scenario, benchmark, endpoint_for
from benchmarks.resume import kill_and_resume


def test_the_engine_sends_the_very_requests_of_the_bare_loop(tmp_path: Path) -> None:
    scenario = Scenario(calls=30, steps=3, concurrency=4, endpoint={"latency_ms": 1}, same_requests=True)
    with endpoint_for(scenario) as endpoint:
        result = benchmark(scenario, endpoint, tmp_path)
    assert (result["calls"], result["rows"], result["blank_rows"]) == (30, 10, 0)
    assert result["ratio"] > 0
    assert result["bytes_written"] > result["bytes_of_answers"] > 0


def test_a_killed_run_ends_with_the_dataset_of_an_undisturbed_one(tmp_path: Path) -> None:
    scenario = Scenario(calls=200, concurrency=8, endpoint={"latency_ms": 20})
    result = kill_and_resume(scenario, tmp_path)
    assert result["same_bytes_as_undisturbed"]
    assert 100 <= result["answered_before_kill"] <= 200
    assert result["rows"] == 200


def test_an_ideal_client_is_held_back_by_the_lower_limit_only() -> None:
    assert SCENARIOS["wall"].ideal_s == 10_000 * 0.05 / 256
    assert SCENARIOS["overload"].ideal_s == 4_000 * 0.5 / 64

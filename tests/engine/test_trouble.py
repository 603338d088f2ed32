"""The three kinds of trouble: the provider's, the answer's, and what can never work."""

from __future__ import annotations

import time
from pathlib import Path

import orjson
import pytest

from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support import processes

MANY_TROUBLES = {
    "rate_limited": 0.03,
    "error_500": 0.03,
    "drop_before": 0.02,
    "drop_middle": 0.02,
    "truncated": 0.02,
    "malformed": 0.02,
    "html": 0.01,
    "no_choices": 0.01,
    "empty": 0.02,
    "null": 0.01,
}


def test_a_wrong_key_stops_the_run_within_a_few_calls_with_the_providers_words(tmp_path: Path) -> None:
    with FakeEndpoint(api_keys=("right",), latency_ms=5) as endpoint:
        code, said = processes.run(endpoint.url, tmp_path / "run", key="wrong", records=500, concurrency=8)
        received = endpoint.stats()["received"]
    assert code == 1
    assert "answered 401" in said
    assert "Check api_key" in said
    assert received <= 16


def test_an_unknown_model_stops_the_run_and_says_what_to_check(tmp_path: Path) -> None:
    with FakeEndpoint(models=("another",)) as endpoint:
        code, said = processes.run(endpoint.url, tmp_path / "run", records=500, concurrency=8)
        assert endpoint.stats()["received"] <= 16
    assert code == 1
    assert "Check the model's name" in said


def test_a_quota_that_is_gone_stops_the_run_and_everything_before_is_kept(tmp_path: Path) -> None:
    with FakeEndpoint(quota=40) as endpoint:
        code, said = processes.run(endpoint.url, tmp_path / "run", records=100, concurrency=8)
        assert code == 1
        assert "top it up" in said
        assert len(processes.logged_keys(tmp_path / "run")) == 40
        endpoint.change(quota=0)
        assert processes.run(endpoint.url, tmp_path / "run", records=100, concurrency=8)[0] == 0
        assert endpoint.stats()["answered"] == 300


def test_requests_that_are_all_refused_stop_the_run(tmp_path: Path) -> None:
    with FakeEndpoint(max_characters=1) as endpoint:
        code, said = processes.run(endpoint.url, tmp_path / "run", records=500, concurrency=4)
        assert endpoint.stats()["received"] <= 16
    assert code == 1
    assert "the settings are wrong, not the records" in said


def test_nineteen_percent_of_mixed_troubles_lose_no_record_and_leave_none_blank(tmp_path: Path) -> None:
    with FakeEndpoint(latency_ms=5, faults=MANY_TROUBLES, retry_after=0.1) as endpoint:
        code, said = processes.run(endpoint.url, tmp_path / "run", records=200, concurrency=64)
        assert code == 0, said
        received = endpoint.stats()["received"]
    rows = [orjson.loads(line) for line in (tmp_path / "run/datasets/answers.jsonl").read_bytes().splitlines()]
    assert len(rows) == 200
    assert all(turn["content"].strip() for row in rows for turn in row["messages"])
    assert received <= 1.3 * 200 * 3


def test_an_endpoint_that_goes_down_and_comes_back_costs_only_time(tmp_path: Path) -> None:
    with FakeEndpoint(latency_ms=5) as endpoint:
        process = processes.start(endpoint.url, tmp_path / "run", records=300, concurrency=16)
        while endpoint.stats()["answered"] < 100:
            time.sleep(0.01)
        endpoint.down()
        time.sleep(3)
        assert process.poll() is None, "the run did not wait"
        endpoint.up()
        code, said = processes.finish(process)
        assert code == 0, said
        assert endpoint.stats()["answered"] - 900 <= 16
    assert set(processes.logged_keys(tmp_path / "run").values()) == {1}


def test_an_endpoint_that_stays_down_pauses_the_run_with_exit_code_3(tmp_path: Path) -> None:
    with FakeEndpoint(latency_ms=5) as endpoint:
        process = processes.start(endpoint.url, tmp_path / "run", records=300, concurrency=16, patience=2)
        while endpoint.stats()["answered"] < 100:
            time.sleep(0.01)
        endpoint.down()
        code, said = processes.finish(process)
        assert code == 3
        assert "Nothing was answered for 2 s, so the run paused" in said
        state = orjson.loads((tmp_path / "run/run.json").read_bytes())
        assert state["status"] == "paused"
        endpoint.up()
        assert processes.run(endpoint.url, tmp_path / "run", records=300, concurrency=16)[0] == 0
        assert endpoint.stats()["answered"] - 900 <= 16


def test_max_cost_stops_the_run_before_more_is_spent_with_exit_code_3(tmp_path: Path) -> None:
    with FakeEndpoint(latency_ms=2) as endpoint:
        code, said = processes.run(endpoint.url, tmp_path / "run", records=300, max_cost=0.02, concurrency=16)
        assert code == 3
        assert "max_cost reached" in said
        totals = orjson.loads((tmp_path / "run/summary.json").read_bytes())["calls"]
        assert 0.015 < totals["cost"] <= 0.0205
        before = endpoint.stats()["answered"]
        assert totals["made"] == before
        code, _ = processes.run(endpoint.url, tmp_path / "run", records=300, max_cost=0.02, concurrency=16)
        assert code == 3
        totals = orjson.loads((tmp_path / "run/summary.json").read_bytes())["calls"]
        assert totals["cost"] <= 0.0205, "a cap is for the folder's whole life"


def test_max_calls_is_exact(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        code, said = processes.run(endpoint.url, tmp_path / "run", records=300, max_calls=100)
        assert code == 3
        assert "max_calls of 100 reached" in said
        assert endpoint.stats()["answered"] == 100


@pytest.mark.parametrize("retry_after", [0.0, 1.0])
def test_an_endpoint_that_holds_few_calls_is_not_hammered(tmp_path: Path, retry_after: float) -> None:
    with FakeEndpoint(latency_ms=50, max_in_flight=8, retry_after=retry_after) as endpoint:
        code, said = processes.run(endpoint.url, tmp_path / "run", records=200, concurrency=64)
        assert code == 0, said
        refused = endpoint.stats()["statuses"]["429"]
    assert refused <= 0.2 * 600

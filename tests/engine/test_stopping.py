"""Stopping a run from outside: signals, a second process, a full disk."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support import processes


def wait_for_answers(endpoint: FakeEndpoint, process: subprocess.Popen[str], number: int) -> None:
    while endpoint.stats()["answered"] < number:
        assert process.poll() is None, "the run ended early"
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_calls_in_flight_arrive_and_the_run_resumes(tmp_path: Path, number: int) -> None:
    with FakeEndpoint(latency_ms=200) as endpoint:
        process = processes.start(endpoint.url, tmp_path / "run", records=100, concurrency=16)
        wait_for_answers(endpoint, process, 30)
        process.send_signal(number)
        code, said = processes.finish(process)
        assert code == 130
        assert "run the same command again" in said
        assert orjson.loads((tmp_path / "run/run.json").read_bytes())["status"] == "interrupted"
        assert len(processes.logged_keys(tmp_path / "run")) == endpoint.stats()["answered"]
        endpoint.change(latency_ms=0)
        assert processes.run(endpoint.url, tmp_path / "run", records=100)[0] == 0
        assert endpoint.stats()["answered"] == 300


def test_a_second_signal_leaves_at_once_and_nothing_that_arrived_is_lost(tmp_path: Path) -> None:
    with FakeEndpoint(latency_ms=50, faults={"hang": 0.2}) as endpoint:
        process = processes.start(endpoint.url, tmp_path / "run", records=200, concurrency=16)
        wait_for_answers(endpoint, process, 60)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        before = time.monotonic()
        code, _ = processes.finish(process)
        assert code == 130
        assert time.monotonic() - before < 3
        assert len(processes.logged_keys(tmp_path / "run")) >= 60 - 16


def test_a_second_process_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with FakeEndpoint(latency_ms=50) as endpoint:
        first = processes.start(endpoint.url, tmp_path / "run", records=100, concurrency=8)
        wait_for_answers(endpoint, first, 5)
        code, said = processes.run(endpoint.url, tmp_path / "run", records=100)
        assert code == 2
        assert f"in use by process {first.pid}" in said
        first.kill()
        processes.finish(first)
        endpoint.change(latency_ms=0)
        assert processes.run(endpoint.url, tmp_path / "run", records=100)[0] == 0, "the lock outlived its owner"


def test_a_full_disk_is_said_plainly_and_the_run_resumes_when_there_is_space(tmp_path: Path) -> None:
    limit = 60_000

    def no_file_larger() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    with FakeEndpoint() as endpoint:
        process = subprocess.Popen(
            [sys.executable, str(processes.SCRIPT), endpoint.url, str(tmp_path / "run"), "--records", "200"],
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=no_file_larger,
        )
        code, said = processes.finish(process)
        assert code == 1
        assert "cannot be written" in said
        assert "Make space" in said
        kept = len(processes.logged_keys(tmp_path / "run"))
        assert kept > 50
        before = endpoint.stats()["answered"]
        assert before - kept <= 64
        assert processes.run(endpoint.url, tmp_path / "run", records=200)[0] == 0
        assert endpoint.stats()["answered"] - before == 600 - kept

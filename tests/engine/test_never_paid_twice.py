"""Nothing that was paid for is paid for again, whatever happens to the process or the endpoint."""

from __future__ import annotations

import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support import processes

RECORDS, STEPS, CONCURRENCY, KILLS = 2000, 3, 64, 20
TROUBLES = {
    "rate_limited": 0.02,
    "error_500": 0.02,
    "drop_before": 0.01,
    "drop_middle": 0.01,
    "stall": 0.005,
    "hang": 0.005,
    "truncated": 0.015,
    "malformed": 0.015,
}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a run makes that nobody disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    with FakeEndpoint() as endpoint:
        code, said = processes.run(endpoint.url, folder, records=RECORDS, concurrency=CONCURRENCY)
        assert code == 0, said
        assert endpoint.stats()["received"] == RECORDS * STEPS
    return processes.dataset(folder)


def kill_again_and_again(endpoint: FakeEndpoint, folder: Path, chance: random.Random, **options: float) -> int:
    """Start the run and kill it at a random moment, `KILLS` times; returns how many replies were on disk at the end."""
    on_disk = 0
    for _ in range(KILLS):
        answered = endpoint.stats()["answered"]
        process = processes.start(endpoint.url, folder, records=RECORDS, concurrency=CONCURRENCY, **options)
        wanted = answered + chance.randrange(1, 2 * RECORDS * STEPS // KILLS // 2)
        while endpoint.stats()["answered"] < wanted and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        processes.finish(process)
        keys = processes.logged_keys(folder)
        assert set(keys.values()) <= {1}, "a reply that was on disk was asked for again"
        assert len(keys) >= on_disk, "a reply that was on disk is gone"
        on_disk = len(keys)
    return on_disk


@pytest.mark.slow
def test_a_run_killed_twenty_times_pays_only_for_what_was_in_flight_and_ends_the_same(
    tmp_path: Path, undisturbed: bytes
) -> None:
    folder = tmp_path / "run"
    with FakeEndpoint(latency_ms=2) as endpoint:
        on_disk = kill_again_and_again(endpoint, folder, random.Random(1))
        assert 0 < on_disk < RECORDS * STEPS, "the kills fell before or after the work"
        code, said = processes.run(endpoint.url, folder, records=RECORDS, concurrency=CONCURRENCY)
        assert code == 0, said
        stats = endpoint.stats()
    keys = processes.logged_keys(folder)
    assert set(keys.values()) == {1}
    assert len(keys) == stats["distinct"] == RECORDS * STEPS
    assert stats["answered"] - len(keys) <= KILLS * CONCURRENCY
    assert processes.dataset(folder) == undisturbed


@pytest.mark.slow
def test_the_same_holds_when_a_tenth_of_the_replies_is_trouble(tmp_path: Path, undisturbed: bytes) -> None:
    folder = tmp_path / "run"
    with FakeEndpoint(latency_ms=2, faults=TROUBLES, retry_after=0.1) as endpoint:
        on_disk = kill_again_and_again(endpoint, folder, random.Random(2), timeout=1)
        assert 0 < on_disk < RECORDS * STEPS
        code, said = processes.run(endpoint.url, folder, records=RECORDS, concurrency=CONCURRENCY, timeout=1)
        assert code == 0, said
        stats = endpoint.stats()
    keys = processes.logged_keys(folder)
    assert set(keys.values()) == {1}
    assert len(keys) == stats["distinct"] == RECORDS * STEPS, "something was lost"
    assert stats["answered"] - len(keys) <= KILLS * CONCURRENCY
    assert processes.dataset(folder) == undisturbed


def test_a_finished_run_asks_nothing_when_it_is_run_again(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        assert processes.run(endpoint.url, tmp_path / "run", records=50)[0] == 0
        first = processes.dataset(tmp_path / "run")
        assert processes.run(endpoint.url, tmp_path / "run", records=50)[0] == 0
        assert endpoint.stats()["received"] == 50 * STEPS
    assert processes.dataset(tmp_path / "run") == first


def test_a_run_folder_that_was_copied_resumes_without_asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeEndpoint() as endpoint:
        assert processes.run(endpoint.url, tmp_path / "run", records=50)[0] == 0
        shutil.copytree(tmp_path / "run", tmp_path / "copy")
        shutil.rmtree(tmp_path / "run")
        monkeypatch.setenv("ATK_STATE_DIR", str(tmp_path / "another machine"))
        assert processes.run(endpoint.url, tmp_path / "copy", records=50)[0] == 0
        assert endpoint.stats()["received"] == 50 * STEPS


def test_another_run_on_this_machine_takes_over_what_was_paid_for(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        assert processes.run(endpoint.url, tmp_path / "one", records=50)[0] == 0
        assert processes.run(endpoint.url, tmp_path / "two", records=60)[0] == 0
        assert endpoint.stats()["received"] == 60 * STEPS


def test_an_edited_prompt_is_asked_again_and_nothing_else(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    shutil.copytree(processes.SCRIPT.parent / "three_prompts", prompts)
    with FakeEndpoint() as endpoint:
        assert processes.run(endpoint.url, tmp_path / "run", records=50, prompts=prompts)[0] == 0
        last = prompts / "ask_3.yaml"
        last.write_text(last.read_text().replace("Step 3.", "Third step."))
        assert processes.run(endpoint.url, tmp_path / "run", records=50, prompts=prompts)[0] == 0
        assert endpoint.stats()["received"] == 50 * STEPS + 50


def test_more_records_ask_only_for_the_new_ones(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        assert processes.run(endpoint.url, tmp_path / "run", records=50)[0] == 0
        assert processes.run(endpoint.url, tmp_path / "run", records=70)[0] == 0
        assert endpoint.stats()["received"] == 70 * STEPS

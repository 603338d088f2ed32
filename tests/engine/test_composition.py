"""The whole composition against a model server: killed at random moments, and with a careless small model."""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from generation.core_composition.factual_datagen.pipeline import factual_datagen_pipeline
from generation.core_composition.factual_datagen.settings import InputFolder
from generation_functions import Model, Run
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.conftest import PROJECT
from tests.support import processes

CARELESS = str(PROJECT / "tests/support/careless_model.py")
SAMPLE = PROJECT / "inputs/sample"
KILLS, CONCURRENCY = 20, 16
MADE = ("pretraining_run", "sft_run", "rag_source_data")


def command(tmp_path: Path, url: str) -> list[str]:
    """Runs the composition on some chunks of the sample documents."""
    config = {
        "pipeline": str(PROJECT / "generation/core_composition/factual_datagen"),
        "output_dir": str(tmp_path / "run"),
        "inputs": [{"path": str(SAMPLE)}],
        "small_model": {"name": "small", "base_url": url, "concurrency_limit": CONCURRENCY},
        "large_model": {"name": "small", "base_url": url, "concurrency_limit": CONCURRENCY},
        "limit": 8,
        "votes": 1,
        "holdout": 0.2,
    }
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    return [sys.executable, str(PROJECT / "run_augmentoolkit.py"), "run", str(tmp_path / "config.yaml")]


def run(tmp_path: Path, url: str) -> subprocess.CompletedProcess[str]:
    """The composition, to its end."""
    return subprocess.run(command(tmp_path, url), capture_output=True, text=True, cwd=PROJECT, check=False)


def tree(folder: Path) -> dict[str, str]:
    """Hash of each file that the run was for."""
    files = [path for name in MADE for path in (folder / name).rglob("*") if path.is_file()]
    files += [folder / "eval_questions.jsonl", folder / "provenance.jsonl"]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


@pytest.mark.slow
def test_killed_at_twenty_random_moments_it_ends_the_same_and_asks_nothing_twice(tmp_path: Path) -> None:
    with FakeEndpoint(reply="script", script=CARELESS) as endpoint:
        ended = run(tmp_path / "undisturbed", endpoint.url)
        assert ended.returncode == 0, ended.stderr
        calls = endpoint.stats()["received"]
    chance, folder = random.Random(3), tmp_path / "killed" / "run"
    with FakeEndpoint(reply="script", script=CARELESS, latency_ms=3) as endpoint:
        for _ in range(KILLS):
            answered = endpoint.stats()["answered"]
            process = subprocess.Popen(
                command(tmp_path / "killed", endpoint.url), cwd=PROJECT, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, env=processes_environment(tmp_path),
            )  # fmt: skip
            wanted = answered + chance.randrange(1, max(2, calls // KILLS))
            while endpoint.stats()["answered"] < wanted and process.poll() is None:
                time.sleep(0.005)
            time.sleep(chance.random() * 0.1)  # kills also fall between the stages, and while files are written
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert set(processes.logged_keys(folder).values()) <= {1}, "a reply that was on disk was asked for again"
        subprocess.run(
            command(tmp_path / "killed", endpoint.url), cwd=PROJECT, check=True, capture_output=True,
            env=processes_environment(tmp_path),
        )  # fmt: skip
        stats = endpoint.stats()
    keys = processes.logged_keys(folder)
    assert set(keys.values()) == {1}
    assert stats["answered"] - len(keys) <= KILLS * CONCURRENCY, "more was lost than was in flight"
    assert tree(folder) == tree(tmp_path / "undisturbed" / "run")


def processes_environment(tmp_path: Path) -> dict[str, str]:
    """A machine that knows of no other run: nothing may be taken from the undisturbed one."""
    import os

    return {**os.environ, "ATK_STATE_DIR": str(tmp_path / "another machine")}


def test_a_finished_composition_says_so_and_asks_nothing(tmp_path: Path) -> None:
    with FakeEndpoint(reply="script", script=CARELESS) as endpoint:
        assert run(tmp_path, endpoint.url).returncode == 0
        before, asked = tree(tmp_path / "run"), endpoint.stats()["received"]
        again = run(tmp_path, endpoint.url)
        assert again.returncode == 0
        assert "nothing to do" in again.stderr + again.stdout
        assert endpoint.stats()["received"] == asked
    assert tree(tmp_path / "run") == before


def lines(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_a_careless_small_model_still_gives_rows_for_nine_chunks_in_ten(tmp_path: Path) -> None:
    with FakeEndpoint(reply="script", script=CARELESS) as endpoint:
        model = Model(name="small", base_url=endpoint.url, concurrency_limit=32)
        with Run(tmp_path / "run", fingerprint="test") as opened:
            factual_datagen_pipeline(opened, [InputFolder(path=SAMPLE)], small_model=model, large_model=model, votes=1)
    summary = opened.summary
    assert summary["calls"]["rejected"] > 0.25 * summary["calls"]["made"], "the model was not careless"
    stages = {stage["name"]: stage for stage in summary["stages"]}
    judged = stages["sample/variation: facts"]["steps"][0]
    suitable = judged["in"] - sum(judged["dropped"].values())
    taught = {
        source["chunk"]
        for line in lines(tmp_path / "run/provenance.jsonl")
        for source in line["sources"]
        if "chunk" in source
    }
    assert len(taught) >= 0.9 * suitable
    failed = lines(tmp_path / "run/failed.jsonl")
    assert len(failed) == summary["failed"] > 0
    for line in failed:
        assert line["stage"].startswith("sample/")
        assert "no usable reply in 3 attempts" in line["reason"]
        assert len(line["answers"]) == 3


def test_what_failed_is_taken_up_again_with_another_model_and_nothing_else_is_asked(tmp_path: Path) -> None:
    with FakeEndpoint(reply="script", script=CARELESS) as endpoint:
        assert run(tmp_path, endpoint.url).returncode == 0
        before = lines(tmp_path / "run/failed.jsonl")
        assert before
        asked = endpoint.stats()["received"]
        offline = ["--set", "small_model=offline", "--set", "large_model=offline"]
        words = [sys.executable, str(PROJECT / "run_augmentoolkit.py"), "retry-failed", str(tmp_path / "run"), *offline]
        again = subprocess.run(words, capture_output=True, text=True, cwd=PROJECT, check=False)
        assert again.returncode == 0, again.stderr
        new = endpoint.stats()["received"] - asked
    after = lines(tmp_path / "run/failed.jsonl")
    still = {(line["id"], line["step"]) for line in after}
    assert not {(line["id"], line["step"]) for line in before} & still
    # What came of the records taken up goes on to later steps, which ask the run's own model.
    assert new < 0.2 * asked

"""Trainings that are killed or stopped, as real processes of the command line, and go on afterwards.

Their network is blocked all along (proof 11 of the training design: nothing phones home).
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import yaml

from tests.conftest import PROJECT
from tests.support.small_run import state
from tests.support.training import conversations, curve, facts, stage, train, weights, write_rows

PATIENCE = 120
OFFLINE = PROJECT / "tests/support/offline_command.py"
STEPS = 24


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "rows.jsonl", conversations(facts()))


def settings(rows: Path, **more: Any) -> dict[str, Any]:
    return stage(rows, **{"max_steps": STEPS, "learning_rate": 2e-3, **more}).model_dump(mode="json")


@contextmanager
def process(tmp_path: Path, base: Path, stages: list[dict[str, Any]], **more: Any) -> Iterator[subprocess.Popen[str]]:
    """The command line, training in tmp_path/run; gone when the block ends."""
    values = {"stages": stages, "base_model": str(base), "preset": "cpu", "output_dir": str(tmp_path / "run"), **more}
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump({"pipeline": str(PROJECT / "finetuning/train/pipeline.py"), **values}))
    started = subprocess.Popen(
        [sys.executable, str(OFFLINE), str(tmp_path / "reached"), "run", str(config)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate(timeout=PATIENCE)
    assert not (tmp_path / "reached").exists(), (tmp_path / "reached").read_text()


def wait_for_checkpoint(folder: Path, training: subprocess.Popen[str]) -> None:
    """Until a checkpoint that counts is there."""
    end = monotonic() + PATIENCE
    while not any((folder / "checkpoints").glob("[0-9]*/checkpoint.json")):
        assert training.poll() is None, training.communicate()[0]
        assert monotonic() < end, "no checkpoint came"
        sleep(0.005)  # what another process writes cannot be awaited otherwise


@pytest.mark.parametrize("rank", [0, 4], ids=["full", "lora"])
def test_a_killed_training_ends_with_the_weights_of_an_unbroken_one(
    tmp_path: Path, tiny_model: Path, rows: Path, rank: int
) -> None:
    """Proof 5 of the training design: resuming after SIGKILL is bit-exact."""
    wanted = settings(rows, lora_rank=rank)
    with process(tmp_path, tiny_model, [wanted], save_every_steps=3) as training:
        wait_for_checkpoint(tmp_path / "run", training)
        training.send_signal(signal.SIGKILL)
        training.wait(PATIENCE)
    assert state(tmp_path / "run")["status"] == "running"
    assert not (tmp_path / "run/model").exists()
    again = stage(rows, **{**wanted, "data": [{"file": str(rows)}]})
    run = train(tmp_path / "run", again, tiny_model)
    assert any("goes on after step" in note for note in run.notes)
    train(tmp_path / "unbroken", again, tiny_model)
    assert weights(tmp_path / "run/model") == weights(tmp_path / "unbroken/model")
    steps = [one["step"] for one in curve(tmp_path / "run")]
    assert steps == sorted(set(steps))


def test_a_stopped_training_saves_leaves_with_130_and_goes_on(tmp_path: Path, tiny_model: Path, rows: Path) -> None:
    first = settings(rows, kind="pretraining", max_steps=2)
    wanted = settings(rows)
    with process(tmp_path, tiny_model, [first, wanted], save_every_steps=6) as training:
        wait_for_checkpoint(tmp_path / "run", training)
        training.send_signal(signal.SIGTERM)
        said, _ = training.communicate(timeout=PATIENCE)
    assert training.returncode == 130, said
    assert "stopped by SIGTERM" in said
    assert state(tmp_path / "run")["status"] == "interrupted"
    stages = [stage(rows, **{**one, "data": [{"file": str(rows)}]}) for one in (first, wanted)]
    last = max(one["step"] for one in curve(tmp_path / "run") if one["stage"] == "2 supervised")
    made = (tmp_path / "run/stage_models/1/model.safetensors").stat().st_mtime_ns
    run = train(tmp_path / "run", stages, tiny_model)
    [note] = [note for note in run.notes if "goes on after step" in note]
    assert int(note.split("after step ")[1].split()[0]) >= last  # nothing that was learned is learned again
    assert (tmp_path / "run/stage_models/1/model.safetensors").stat().st_mtime_ns == made
    train(tmp_path / "unbroken", stages, tiny_model)
    assert weights(tmp_path / "run/model") == weights(tmp_path / "unbroken/model")

"""Several processes that train one model together."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from finetuning.checkpoints import Checkpoints
from finetuning.distributed import Group, join
from finetuning.stages import TrainingStage
from finetuning.step_order import StepOrder
from finetuning.trainer import StepFacts, Then, TrainerSettings, build_trainer, check_spread
from finetuning.training_failures import TrainingFailedError
from generation_functions.errors import UsageError
from tests.conftest import PROJECT
from tests.support.servers import free_port
from tests.support.small_run import lines
from tests.support.training import conversations, curve, facts, stage, train, write_rows

PATIENCE = 240


def losses(folder: Path) -> dict[int, float]:
    return {one["step"]: one["loss"] for one in curve(folder)}


def test_two_processes_and_accumulation_give_the_losses_of_one_process(tmp_path: Path, tiny_model: Path) -> None:
    """Proof 6 of the training design: equal losses, as torchrun starts them, over gloo."""
    rows = write_rows(tmp_path / "rows.jsonl", conversations(facts()))
    wanted = stage(rows, epochs=2, batch_tokens=512, learning_rate=2e-3)  # the last step has sequences for one of them
    values = {
        "pipeline": str(PROJECT / "finetuning/train/pipeline.py"),
        "stages": [wanted.model_dump(mode="json")],
        "base_model": str(tiny_model),
        "preset": "cpu",
        "output_dir": str(tmp_path / "two"),
        "save_every_steps": 2,
    }
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump(values))
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port"]
    command = [*torchrun, str(free_port()), str(PROJECT / "run_augmentoolkit.py"), "run", str(config)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("done in") == 1  # one of them speaks

    train(tmp_path / "one", wanted, tiny_model)
    alone, together = losses(tmp_path / "one"), losses(tmp_path / "two")
    last = max(alone)
    assert last == max(together)
    assert together[1] == pytest.approx(alone[1], abs=2e-6)
    assert together[last] == pytest.approx(alone[last], abs=1e-4)
    ended = [event for event in lines(tmp_path / "two/processes/1/events.jsonl") if event["event"] == "run-ended"]
    assert ended[-1]["status"] == "completed"


@pytest.mark.parametrize("micro", [1, 3])
def test_small_batches_that_add_up_give_the_losses_of_one_large_batch(
    tmp_path: Path, tiny_model: Path, micro: int
) -> None:
    """Proof 6 of the training design, the accumulation: rows of different lengths weigh as their tokens do."""
    import torch

    from finetuning.model_folder import load_model, load_tokenizer, template_of
    from finetuning.training_data import DataEntry, PackedCollator, RowEncoder, read_training_data

    rows = write_rows(tmp_path / "rows.jsonl", conversations([("Why?", "So."), *facts()[:6], ("Go on?", "Yes. " * 9)]))
    encoder = RowEncoder(load_tokenizer(tiny_model), template_of(tiny_model))
    data = read_training_data([DataEntry(file=str(rows))], encoder, sequence_length=64, store=tmp_path / "tokens")
    sequences, collator, group = data.sequences(1), PackedCollator(0), Group()
    model = load_model(tiny_model, device="cpu")
    with torch.no_grad():
        whole = float(model(**collator([sequences[number] for number in range(len(sequences))])).loss)
    told: list[float] = []

    def after_step(facts: StepFacts) -> Then:
        told.append(facts.loss)
        return Then()

    settings = TrainerSettings(
        stage=stage(rows),
        order=StepOrder(len(sequences), sequences.longest, len(sequences), micro),
        rate=1e-3,
        seed=0,
        group=group,
        checkpoints=Checkpoints(tmp_path / "checkpoints", "1 supervised", "", 1, group),
    )
    assert settings.order.accumulation > 1
    build_trainer(model.train(), sequences, collator, settings, after_step).train()
    assert told == [pytest.approx(whole, abs=2e-6)]


def test_a_model_that_is_not_spread_as_asked_is_noticed(tmp_path: Path) -> None:
    """Where FSDP cannot work, libraries quietly run something else: the wrapper is looked at, not the flag."""
    import torch

    group = Group(size=2)
    settings = TrainerSettings(
        stage=TrainingStage.model_validate({"data": [{"file": "rows.jsonl"}]}),
        order=StepOrder(4, 0, 2),
        rate=1e-3,
        seed=0,
        group=group,
        checkpoints=Checkpoints(tmp_path, "1 supervised", "", 2, group),
        devices="shard",
    )
    with pytest.raises(TrainingFailedError, match="devices: shard was asked for, and the model was wrapped as Linear"):
        check_spread(torch.nn.Linear(2, 2), settings)


def test_what_torchrun_sets_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "two")
    with pytest.raises(UsageError, match="must be numbers, as torchrun sets them"):
        join("cpu")


def test_a_gpu_that_this_process_was_not_given_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,5")
    with pytest.raises(UsageError, match=r"cuda:2 is asked for, and CUDA_VISIBLE_DEVICES=4,5 leaves 2 GPU"):
        join("cuda:2")


def test_a_gpu_where_there_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with pytest.raises(UsageError, match="torch finds no GPU here"):
        join("cuda")

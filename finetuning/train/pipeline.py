"""Train a model on data: continued pretraining, supervised training, or both one after the other."""

from __future__ import annotations

from finetuning.hardware import Preset
from finetuning.new_model import NewModel
from finetuning.stages import TrainingStage
from finetuning.trainer import Devices
from finetuning.training_run import TrainingRun
from generation_functions import Count, Run


def train_pipeline(
    run: Run,
    stages: list[TrainingStage],
    base_model: str = "Qwen/Qwen3-0.6B-Base",
    new_model: NewModel | None = None,
    preset: Preset = "auto",
    device: str = "auto",
    devices: Devices = "replicate",
    seed: int = 0,
    save_every_minutes: float = 30.0,
    save_every_steps: Count | None = None,
    keep_checkpoints: Count = 2,
) -> None:
    """Train a model on your data, in one or more stages.

    Args:
        stages: What is learned, one stage after the other; each goes on from the model of the one before.
        base_model: Model to start from: name on the Hugging Face hub, a folder, or new for one made from nothing.
        new_model: Shape of the model that base_model new makes.
        preset: Memory to make do with: the GPU that is there (auto), one of that size, or the CPU.
        device: Where to compute: auto (a GPU if there is one), cpu, cuda, cuda:1, mps.
        devices: With several processes (torchrun): each holds the whole model (replicate), or a part of it (shard).
        seed: Of the order of the data and of new weights.
        save_every_minutes: Minutes from checkpoint to checkpoint.
        save_every_steps: Also a checkpoint each time so many optimiser steps are done.
        keep_checkpoints: Checkpoints that stay: the newest ones.
    """
    TrainingRun(
        run,
        stages,
        base_model=base_model,
        shape=new_model,
        preset=preset,
        device=device,
        devices=devices,
        seed=seed,
        minutes=save_every_minutes,
        steps=save_every_steps,
        keep=keep_checkpoints,
    ).train()

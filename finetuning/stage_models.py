"""From model to model: which one a stage begins with, and what it leaves behind."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from finetuning.adapters import add_adapter, go_on_with_adapter
from finetuning.model_folder import TrainingRecord, fit_embeddings, is_model_folder, load_model, read_record, save_model
from finetuning.model_sources import base_of, is_adapter
from finetuning.packages import is_path, require
from finetuning.planned_stages import PlannedStage, Setting
from finetuning.starting_model import load_for_training
from generation_functions.errors import UsageError

MODEL_FOLDER, STAGES_FOLDER = "model", "stage_models"


@dataclass(frozen=True)
class ModelFolders:
    """Where the models of a run lie.

    Attributes:
        folder: The run's.
        stages: How many there are.
    """

    folder: Path
    stages: int

    def after(self, number: int) -> Path:
        """The model that stage `number`, from 1, makes; that of the last one is the run's."""
        return self.folder / MODEL_FOLDER if number == self.stages else self.folder / STAGES_FOLDER / f"{number}"

    def merged(self, number: int) -> Path:
        """The same model, its adapter put into the weights, for a next stage that cannot go on with the adapter."""
        return self.folder / STAGES_FOLDER / f"{number}-merged"


def is_done(folder: Path, digest: str) -> bool:
    """Whether the model of a stage with this digest lies in a folder, whole."""
    if not is_model_folder(folder):
        return False
    try:
        stages = read_record(folder).stages
    except UsageError:
        return False
    return bool(stages) and stages[-1].get("digest") == digest


def model_to_train(setting: Setting, planned: PlannedStage, source: str, merged_folder: Path) -> Any:
    """The model that a stage trains, with an adapter if it trains one.

    Args:
        source: The model that it goes on from.
        merged_folder: Where that model goes with its adapter merged, if it must be.
    """
    require("torch", "transformers", "accelerate", source=source)
    group, tokenizer, setup = setting.group, setting.start.tokenizer, planned.choice.setup
    if is_path(source) and is_adapter(Path(source)):
        if _same_adapter(Path(source), planned):
            base = load_for_training(base_of(Path(source)), group, setup)
            fit_embeddings(base, tokenizer)
            return go_on_with_adapter(base, Path(source), planned.stage)
        if group.writes:
            whole = load_model(source, device="cpu", dtype="float32").merge_and_unload()
            plain = read_record(Path(source)).model_copy(update={"adapter": False})
            save_model(whole, tokenizer, merged_folder, plain)
        group.wait()
        source = str(merged_folder)
    model = load_for_training(source, group, setup)
    rows = model.get_input_embeddings().weight.shape[0]
    fit_embeddings(model, tokenizer)
    if not planned.stage.lora_rank:
        return model
    return add_adapter(model, planned.stage, setting.seed, list(range(rows, len(tokenizer))))


def _same_adapter(folder: Path, planned: PlannedStage) -> bool:
    from finetuning.model_sources import read_json

    config = read_json(folder / "adapter_config.json")
    return (config.get("r"), config.get("lora_alpha")) == (planned.stage.lora_rank, planned.stage.alpha)


def keep_model(
    setting: Setting,
    model: Any,
    planned: PlannedStage,
    folder: Path,
    earlier: Sequence[dict[str, Any]],
    facts: dict[str, Any],
) -> TrainingRecord:
    """Write the model that a stage has made, on process 0. Returns its record."""
    start = setting.start
    adapter = hasattr(model, "peft_config")
    if adapter:
        _near(model, folder)
    record = TrainingRecord(
        base_model=_named(start.source, folder),
        adapter=adapter,
        chat_template=start.template.name,
        stops=start.template.stops,
        stages=[*earlier, {"kind": planned.stage.kind, **facts, "digest": planned.digest}],
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        parameters=_parameters(model),
    )
    if setting.group.writes:
        save_model(model, start.tokenizer, folder, record)
    return record


def _near(model: Any, folder: Path) -> None:
    """Let an adapter name its base model relative to itself, where both lie in the run's folder: it can be moved."""
    for config in model.peft_config.values():
        config.base_model_name_or_path = _named(config.base_model_name_or_path, folder)


def _named(source: str, folder: Path) -> str:
    if not is_path(source):
        return source
    path, run = Path(source).expanduser().resolve(), folder.resolve().parent
    run = run.parent if run.name == STAGES_FOLDER else run
    return os.path.relpath(path, folder.resolve()) if path.is_relative_to(run) else str(path)


def _parameters(model: Any) -> int:
    """How many the whole model has, without an adapter's; 4-bit weights are stored two to a number."""
    whole = model.get_base_model() if hasattr(model, "get_base_model") else model
    return int(whole.num_parameters()) if not hasattr(model, "peft_config") else _without_adapter(whole)


def _without_adapter(model: Any) -> int:
    return sum(
        parameter.numel() * (2 if parameter.__class__.__name__ == "Params4bit" else 1)
        for name, parameter in model.named_parameters()
        if "lora_" not in name and "trainable_tokens" not in name
    )

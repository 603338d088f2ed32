"""From model to model: which one a stage begins with, and what it leaves behind."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from finetuning.adapters import add_adapter, go_on_with_adapter
from finetuning.model_folder import (
    TrainingRecord,
    fit_embeddings,
    is_model_folder,
    load_model,
    new_token_ids,
    read_record,
    save_model,
    unknown_ids,
)
from finetuning.model_sources import base_of, is_adapter, read_json
from finetuning.packages import is_path, require
from finetuning.planned_stages import PlannedStage, Setting
from finetuning.starting_model import load_for_training
from generation_functions.chat_templates import ChatTemplate
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
    adapter = is_path(source) and is_adapter(Path(source))
    if adapter and _same_adapter(Path(source), planned, tokenizer):
        base = base_of(Path(source))
        model = load_for_training(base, group, setup)
        fit_embeddings(model, tokenizer, unknown_ids(tokenizer, base))
        return go_on_with_adapter(model, Path(source), planned.stage)
    if adapter:
        if group.writes:
            save_merged(source, tokenizer, merged_folder)
        group.wait()
        source = str(merged_folder)
    model = load_for_training(source, group, setup)
    # What an earlier stage has learned of the template's marks stays: only rows that the source lacks are made.
    note = fit_embeddings(model, tokenizer, unknown_ids(tokenizer, source))
    if note and group.writes:
        setting.run.note(f"{planned.name}: {note}")
    if not planned.stage.lora_rank:
        return model
    return add_adapter(model, planned.stage, setting.seed, new_token_ids(tokenizer))


def save_merged(source: str, tokenizer: Any, folder: Path) -> None:
    """The adapter in `source` put into the weights of its base model, as a folder that an adapter can be based on."""
    model = load_model(source, device="cpu", dtype="float32").merge_and_unload()
    fit_embeddings(model, tokenizer, unknown_ids(tokenizer, source))
    save_model(model, tokenizer, folder, read_record(Path(source)).model_copy(update={"adapter": False}))


def _same_adapter(folder: Path, planned: PlannedStage, tokenizer: Any) -> bool:
    """Whether the adapter of a folder is what the stage trains: as strong, and it learns the same new tokens."""
    config = read_json(folder / "adapter_config.json")
    learned = config.get("trainable_token_indices") or {}
    new = set(new_token_ids(tokenizer))
    return (config.get("r"), config.get("lora_alpha")) == (planned.stage.lora_rank, planned.stage.alpha) and (
        not new or (bool(learned) and all(new <= set(ids) for ids in learned.values()))
    )


def keep_model(
    model: Any,
    tokenizer: Any,
    template: ChatTemplate,
    source: str,
    folder: Path,
    stages: Sequence[dict[str, Any]],
    *,
    write: bool = True,
) -> TrainingRecord:
    """Write the model that training has made. Returns its record.

    Args:
        source: What the whole training went on from.
        folder: `model` of the run's folder, or one of its `stage_models`.
        stages: Those that made it.
        write: Whether this process writes; otherwise the record alone is made.
    """
    adapter = hasattr(model, "peft_config")
    if adapter:
        _near(model, folder)
    record = TrainingRecord(
        base_model=_named(source, folder),
        adapter=adapter,
        chat_template=template.name,
        stops=template.stops,
        stages=list(stages),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        parameters=_parameters(model),
    )
    if write:
        save_model(model, tokenizer, folder, record)
    return record


def _near(model: Any, folder: Path) -> None:
    """Let an adapter name its base model relative to itself, where both lie in the run's folder: it can be moved.

    What the adapter itself says of its base may be relative to the folder that it was loaded from.
    """
    base = _named(model.get_base_model().name_or_path, folder)
    for config in model.peft_config.values():
        config.base_model_name_or_path = base


def _named(source: str, folder: Path) -> str:
    if not is_path(source):
        return source
    path, run = Path(source).expanduser().resolve(), folder.resolve().parent
    run = run.parent if run.name == STAGES_FOLDER else run
    return os.path.relpath(path, folder.resolve()) if path.is_relative_to(run) else str(path)


def _parameters(model: Any) -> int:
    """How many the whole model has, without an adapter's; 4-bit weights are stored two to a number."""
    if not hasattr(model, "peft_config"):
        return int(model.num_parameters())
    return sum(
        parameter.numel() * (2 if parameter.__class__.__name__ == "Params4bit" else 1)
        for name, parameter in model.get_base_model().named_parameters()
        if "lora_" not in name and "trainable_tokens" not in name
    )

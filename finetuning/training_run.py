"""A whole training: the forecast, then stage after stage, each only if it is not done yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetuning.curves import CURVES_FILE, Curves
from finetuning.distributed import Group, join
from finetuning.hardware import Preset, hardware_of
from finetuning.model_folder import TrainingRecord, chosen_device, read_record
from finetuning.model_shape import shape_of
from finetuning.new_model import NEW, NewModel
from finetuning.packages import is_path, require
from finetuning.planned_stages import PlannedStage, Setting, planned_stages
from finetuning.stage_models import MODEL_FOLDER, ModelFolders, is_done
from finetuning.stage_run import Saving, StageRun
from finetuning.stage_steps import Clock
from finetuning.stages import TrainingStage
from finetuning.starting_model import BASE_FOLDER, StartingModel, context_of, starting_model
from finetuning.trainer import Devices
from finetuning.training_record import RECORD_FILE
from generation_functions import Run
from generation_functions.errors import AugmentoolkitError, UsageError

FORGETS = (
    "There are no texts among its rows, and a model forgets what it has read: in trials, a stage of questions alone "
    "cost small models up to three quarters of it. Add the texts to its data with a share of 0.1 or more."
)


@dataclass
class TrainingRun:
    """What the pipeline was asked for; see its arguments."""

    run: Run
    stages: Sequence[TrainingStage]
    base_model: str
    shape: NewModel | None
    preset: Preset
    device: str
    devices: Devices
    seed: int
    minutes: float
    steps: int | None
    keep: int

    def train(self) -> None:
        """All stages."""
        if not self.stages:
            raise UsageError("stages: there is none. Say what to train on; finetuning/train/config.yaml is an example.")
        require("torch", "transformers", "accelerate", source=None if self.base_model == NEW else self.base_model)
        group = join(chosen_device("cpu" if self.preset == "cpu" else self.device))
        if self.devices == "shard" and group.size > 1 and group.device == "cpu":
            raise UsageError(
                "devices: shard wants GPUs; on CPUs each process holds the whole model: devices: replicate."
            )
        with self.run.interrupts.held():
            setting = self._setting(group)
            planned = planned_stages(setting, self.stages)
            if group.writes:
                self._tell(setting, planned)
            if self.run.sample is None:
                self._stages(setting, planned)
        self.run.interrupts.check()

    def _setting(self, group: Group) -> Setting:
        start = starting_model(self.run, group, self.base_model, self.shape, self.stages, self.seed)
        return Setting(
            run=self.run,
            group=group,
            start=start,
            shape=shape_of(start.source),
            context=context_of(start.source),
            hardware=hardware_of(self.preset, group.device),
            seed=self.seed,
        )

    def _tell(self, setting: Setting, planned: Sequence[PlannedStage]) -> None:
        """The forecast, before anything is trained."""
        has_read = _has_read_texts(setting.start)
        for one in planned:
            expected = one.forecast(setting)
            setting.run.note(f"{one.name}: {expected.text}")
            forgets = [FORGETS] if has_read and one.stage.kind == "supervised" and not one.data.has_texts else []
            for advice in dict.fromkeys([*one.choice.notes, *expected.advice, *forgets]):
                setting.run.note(f"{one.name}: {advice}")
            has_read |= one.stage.kind == "pretraining"
        others = _idle_gpus(setting.group)
        if others:
            setting.run.note(
                f"One GPU is used, and {others} more are here. All of them: torchrun --nproc-per-node {others + 1} "
                "run_augmentoolkit.py run CONFIG"
            )

    def _stages(self, setting: Setting, planned: Sequence[PlannedStage]) -> None:
        folder = setting.group.main_folder(setting.run.folder)
        folders = ModelFolders(folder, len(planned))
        clock = Clock(total=sum(one.tokens for one in planned))
        curves = Curves(setting.run, folder / CURVES_FILE)
        saving = Saving(self.minutes, self.steps, self.keep)
        source, records = setting.start.source, list[dict[str, Any]]()
        record: TrainingRecord | None = None
        for one in planned:
            made = folders.after(one.number)
            if setting.group.told(is_done(made, one.digest)):
                record = read_record(made)
                clock.done += one.tokens
            else:
                stage = StageRun(setting, one, folders, curves, clock, saving, self.devices, source)
                record = stage.train(records)
            if record is None:
                return self._stopped()
            source, records = str(made), record.stages
        if record and setting.group.writes:
            seen_from_here = {"base_model": BASE_FOLDER} if setting.start.from_nothing else {}
            text = record.model_copy(update=seen_from_here).model_dump_json(indent=2)
            setting.run.save(RECORD_FILE, text + "\n")
            setting.run.whole_output.folders.add(MODEL_FOLDER)
            setting.run.progress(100, "trained")
        return None

    def _stopped(self) -> None:
        """A stage has ended early: by a signal, here or at another process."""
        self.run.interrupts.check()
        raise AugmentoolkitError("The training stopped because another of its processes was told to. Run it again.")


def _has_read_texts(start: StartingModel) -> bool:
    """Whether texts were learned before the first stage, as far as the model's folder tells."""
    stages = read_record(Path(start.source)).stages if is_path(start.source) else []
    return any(stage.get("kind") == "pretraining" for stage in stages)


def _idle_gpus(group: Group) -> int:
    """GPUs that nobody trains on."""
    if group.size > 1 or not group.device.startswith("cuda"):
        return 0
    import torch

    return int(torch.cuda.device_count()) - 1

"""Training one stage from beginning to end, going on from its newest checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from finetuning.checkpoints import Checkpoint, Checkpoints
from finetuning.curves import Curves
from finetuning.distributed import Group
from finetuning.forecast import LORA_RANK, VARIABLE_LENGTH
from finetuning.held_out import held_out_loss
from finetuning.loss_watch import LossWatch
from finetuning.model_folder import TrainingRecord
from finetuning.packing import PackedCollator
from finetuning.planned_stages import PlannedStage, Setting
from finetuning.stage_models import ModelFolders, keep_model, model_to_train
from finetuning.stage_steps import Clock, StageSteps
from finetuning.trainer import Devices, TrainerSettings, build_trainer
from finetuning.training_failures import explained_failures


@dataclass(frozen=True)
class Saving:
    """When checkpoints are written, and how many stay."""

    minutes: float
    steps: int | None
    keep: int


@dataclass
class StageRun:
    """One stage of a run."""

    setting: Setting
    planned: PlannedStage
    folders: ModelFolders
    curves: Curves
    clock: Clock
    saving: Saving
    devices: Devices
    source: str
    """The model that it goes on from."""

    def train(self, earlier: Sequence[dict[str, Any]]) -> TrainingRecord | None:
        """Train the stage. Returns the record of its model; None when a signal has stopped it.

        Args:
            earlier: The records of the stages before.

        Raises:
            TrainingFailedError: It cannot go on as it is set.
            StorageError: The disk takes no more.
        """
        planned, group = self.planned, self.setting.group
        checkpoints = self._checkpoints()
        newest = group.told(checkpoints.newest())
        steps = self._steps(newest)
        if group.writes:
            self._note_start(checkpoints, newest)
        with explained_failures(planned.name, self._smaller(), checkpoints.kept):
            trainer = self._trainer(checkpoints, steps)
            if group.writes:
                self.curves.go_on(planned.name, newest.step if newest else 0, [stage["name"] for stage in earlier])
            self.clock.start()
            trainer.train(resume_from_checkpoint=str(newest.folder) if newest else None)
        if trainer.state.global_step < planned.order.total_steps:
            return None
        return self._keep(trainer, steps, earlier)

    def _checkpoints(self) -> Checkpoints:
        planned = self.planned
        folder = self.folders.folder / "checkpoints"
        return Checkpoints(folder, planned.name, planned.digest, self.saving.keep, self.setting.group)

    def _steps(self, newest: Checkpoint | None) -> StageSteps:
        planned, setting = self.planned, self.setting
        watch = LossWatch(**newest.facts["watch"]) if newest else LossWatch()
        steps = StageSteps(
            setting.run,
            setting.group,
            planned.name,
            planned.order,
            planned.sequences,
            self.curves,
            self.clock,
            self.saving.minutes * 60,
            self.saving.steps,
            watch,
        )
        if newest:
            self.clock.done += steps.tokens_until(newest.step)
        return steps

    def _note_start(self, checkpoints: Checkpoints, newest: Checkpoint | None) -> None:
        """Say where the stage begins, when it is not at the beginning or not for the first time."""
        name, total = self.planned.name, self.planned.order.total_steps
        other = checkpoints.of_other_settings()
        if newest:
            self.setting.run.note(f"{name}: goes on after step {newest.step} of {total}")
        elif other:
            self.setting.run.note(
                f"{name}: begins anew, for what it learns is not what it was at the checkpoint of step {other.step} "
                "(data, settings, or what the preset chose)."
            )

    def _smaller(self) -> list[str]:
        """Settings that need less memory, the most effective first."""
        setup = self.planned.choice.setup
        found = [f"sequence_length: {max(8, setup.sequence_length // 2)} (now {setup.sequence_length})"]
        if setup.micro_batch > 1:
            found.append("the preset of a smaller GPU")
        if setup.lora_rank is None:
            found.append(f"lora_rank: {LORA_RANK} instead of all weights")
        if setup.quantised is None and self.setting.group.device.startswith("cuda"):
            found.append("quantised: 4bit with LoRA")
        return [*found, "a smaller base_model"]

    def _trainer(self, checkpoints: Checkpoints, steps: StageSteps) -> Any:
        planned, setting = self.planned, self.setting
        setup = planned.choice.setup
        model = model_to_train(setting, planned, self.source, self.folders.merged(planned.number - 1))
        model.train()
        pad = setting.start.tokenizer.pad_token_id or 0
        collator = PackedCollator(pad, flatten=setup.attention in VARIABLE_LENGTH)
        settings = TrainerSettings(
            stage=planned.stage,
            order=planned.order,
            rate=planned.stage.rate(from_nothing=setting.start.from_nothing),
            seed=setting.seed,
            group=setting.group,
            checkpoints=checkpoints,
            devices=self.devices,
            autocast=setup.precision != "float32",
            recompute=setup.recompute,
            optimiser=setup.optimiser,
            facts=steps.facts,
        )
        trainer = build_trainer(model, planned.sequences, collator, settings, steps)
        if planned.held_out:
            rows = planned.held_out.sequences(1)
            steps.measure = lambda: held_out_loss(trainer, rows, collator, setting.group)
        return trainer

    def _keep(self, trainer: Any, steps: StageSteps, earlier: Sequence[dict[str, Any]]) -> TrainingRecord:
        planned, setting = self.planned, self.setting
        folder = self.folders.after(planned.number)
        facts = {
            "kind": planned.stage.kind,
            "name": planned.name,
            "steps": planned.order.total_steps,
            "epochs": round(steps.epoch(planned.order.total_steps), 3),
            "tokens": planned.tokens,
            "rows": len(planned.data),
            "final_loss": round(steps.watch.mean, 6),
            **({"held_out_loss": steps.held_out_loss} if steps.held_out_loss is not None else {}),
            "learning_rate": trainer.settings.rate,
            "sequence_length": planned.choice.setup.sequence_length,
            "batch_tokens": planned.order.per_step * planned.choice.setup.sequence_length,
            "lora_rank": planned.stage.lora_rank,
            "quantised": planned.stage.quantised,
            "precision": planned.choice.setup.precision,
            "data": [planned.stage.place(entry.file) for entry in planned.stage.data],
            "digest": planned.digest,
        }
        start, stages = setting.start, [*earlier, facts]
        model = self._whole_model(trainer)
        record = keep_model(
            model, start.tokenizer, start.template, start.source, folder, stages, write=setting.group.writes
        )
        setting.group.wait()
        return record

    def _whole_model(self, trainer: Any) -> Any:
        """The trained model; where each process holds a part of it, gathered on process 0."""
        group = self.setting.group
        if group.size == 1 or self.devices == "replicate":
            return trainer.accelerator.unwrap_model(trainer.model_wrapped)
        weights = trainer.accelerator.get_state_dict(trainer.model_wrapped)
        if not group.writes:
            return trainer.model
        alone = replace(self.setting, group=Group())
        model = model_to_train(alone, self.planned, self.source, self.folders.merged(self.planned.number - 1))
        model.load_state_dict(weights)
        return model

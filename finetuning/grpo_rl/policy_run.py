"""Learning from rewards, from the model to the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from time import monotonic
from typing import Any

from finetuning.adapters import add_adapter
from finetuning.checkpoints import Checkpoint, Checkpoints
from finetuning.curves import CURVES_FILE, Curves, memory_bytes
from finetuning.distributed import Group
from finetuning.forecast import LORA_RANK
from finetuning.grpo_rl.policy_trainer import PolicySettings, build_policy_trainer
from finetuning.grpo_rl.rewarding import Rewarding
from finetuning.model_folder import (
    fit_embeddings,
    load_model,
    load_tokenizer,
    new_token_ids,
    read_record,
    template_of,
    unknown_ids,
)
from finetuning.model_sources import is_adapter
from finetuning.packages import is_path, require, without_old_names
from finetuning.questions import Question
from finetuning.stage_models import MODEL_FOLDER, ModelFolders, keep_model, save_merged
from finetuning.stages import ALPHA_PER_RANK
from finetuning.training_failures import TrainingFailedError, explained_failures
from finetuning.training_record import RECORD_FILE
from generation_functions import Run, stable_hash
from generation_functions.chat_templates import ChatTemplate, load_template
from generation_functions.completion import Reads
from generation_functions.errors import PausedError, UsageError

STAGE = "1 grpo"
RECENT = 20  # steps whose rewards the record tells of


@dataclass(frozen=True)
class Wanted:
    """What the pipeline was asked for; see its arguments."""

    base_model: str
    chat_template: str | None
    lora_rank: int
    keep_checkpoints: int
    digest: str


@dataclass
class PolicyRun:
    """One run."""

    run: Run
    group: Group
    wanted: Wanted
    settings: PolicySettings
    prompts: Sequence[Question]
    rewarding: Rewarding

    def train(self) -> None:
        """Train, and write the model.

        Raises:
            TrainingFailedError: It cannot go on as it is set.
            PausedError: The judge is silent, or a cap is reached; there is a checkpoint of what was learned.
        """
        require("torch", "transformers", "accelerate", "datasets", "trl", source=self.wanted.base_model)
        if self.group.size > 1:
            raise UsageError("grpo-rl-pipeline trains in one process: start it without torchrun.")
        with self.run.interrupts.held():
            template = self._template()
            tokenizer = load_tokenizer(self.wanted.base_model, template)
            checkpoints = Checkpoints(
                self.run.folder / "checkpoints", STAGE, self._digest(template), self.wanted.keep_checkpoints, self.group
            )
            with explained_failures(STAGE, self._smaller(), checkpoints.kept):
                trainer, steps = self._trainer(tokenizer, checkpoints)
                self._learn(trainer, steps, checkpoints.newest())
            if trainer.state.global_step >= self.settings.steps:
                self._keep(trainer, tokenizer, template, steps)
        self.run.interrupts.check()
        if trainer.state.global_step < self.settings.steps:
            raise TrainingFailedError(
                f"The training ended after step {trainer.state.global_step} of {self.settings.steps}, and nobody told "
                f"it to. {checkpoints.kept()} Run the same command again."
            )

    def _learn(self, trainer: Any, steps: _Steps, newest: Checkpoint | None) -> None:
        began = newest.step if newest else 0
        steps.begin(began)
        try:
            with without_old_names():
                trainer.train(resume_from_checkpoint=str(newest.folder) if newest else None)
        except PausedError:  # raised while a step is rewarded: all that the steps before it have learned is there
            if trainer.state.global_step > began:
                trainer.save_checkpoint()
            raise

    def _smaller(self) -> list[str]:
        """Settings that need less memory, the most effective first."""
        settings = self.settings
        found = [f"micro_batch: 1 (now {settings.micro})"] if settings.micro > 1 else []
        found.append(f"max_completion_tokens: {max(1, settings.longest // 2)} (now {settings.longest})")
        if not self.wanted.lora_rank:
            found.append(f"lora_rank: {LORA_RANK} instead of all weights")
        return [*found, "a smaller base_model"]

    def _template(self) -> ChatTemplate:
        named = self.wanted.chat_template
        return load_template(named) if named else template_of(self.wanted.base_model)

    def _digest(self, template: ChatTemplate) -> str:
        source = self.wanted.base_model
        model = Reads.listing(Path(source)) if is_path(source) else source
        return stable_hash(model, template.digest, self.wanted.digest)

    def _trainer(self, tokenizer: Any, checkpoints: Checkpoints) -> tuple[Any, _Steps]:
        model = self._model(tokenizer)
        model.train()
        curves = Curves(self.run, self.run.folder / CURVES_FILE)
        steps = _Steps(self.run, self.group, self.settings, self.rewarding, curves)
        trainer = build_policy_trainer(
            model, tokenizer, self.prompts, self.rewarding, self.settings, checkpoints, steps
        )
        return trainer, steps

    def _model(self, tokenizer: Any) -> Any:
        """The model that is trained, with an adapter if one is trained."""
        source, rank = self.wanted.base_model, self.wanted.lora_rank
        if is_path(source) and is_adapter(Path(source)):  # its part of the weights is learned already
            folder = ModelFolders(self.run.folder, 1).merged(0)
            save_merged(source, tokenizer, folder)
            source = str(folder)
        # Weights that are trained stay in float32: in half of that, steps as small as these are rounded away.
        half = bool(rank) and self.settings.autocast
        model = load_model(source, device=self.group.device, dtype="bfloat16" if half else "float32")
        note = fit_embeddings(model, tokenizer, unknown_ids(tokenizer, source))
        if note:
            self.run.note(note)
        return add_adapter(model, _Rank(rank), self.settings.seed, new_token_ids(tokenizer)) if rank else model

    def _keep(self, trainer: Any, tokenizer: Any, template: ChatTemplate, steps: _Steps) -> None:
        source, folder = self.wanted.base_model, self.run.folder / MODEL_FOLDER
        facts = {
            "kind": "grpo",
            "name": STAGE,
            "steps": self.settings.steps,
            "epochs": round(self.settings.steps * self.settings.prompts_per_step / len(self.prompts), 3),
            "tokens": int(trainer.state.num_input_tokens_seen),
            "first_reward": steps.first,
            "final_reward": steps.recent,
            "learning_rate": self.settings.rate,
            "lora_rank": self.wanted.lora_rank or None,
        }
        before = read_record(Path(source)).stages if is_path(source) else []
        model = trainer.accelerator.unwrap_model(trainer.model)
        record = keep_model(model, tokenizer, template, source, folder, [*before, facts])
        self.run.save(RECORD_FILE, record.model_dump_json(indent=2) + "\n")
        self.run.whole_output.folders.add(MODEL_FOLDER)
        self.run.note(f"mean reward: {steps.first:.3f} in the first steps, {steps.recent:.3f} in the last")
        self.run.progress(100, "trained")


@dataclass(frozen=True)
class _Rank:
    """What an adapter needs to know of a stage."""

    lora_rank: int
    quantised: None = None

    @property
    def alpha(self) -> int:
        return ALPHA_PER_RANK * self.lora_rank


class _Steps:
    """Shows each step, and stops when a signal came."""

    def __init__(self, run: Run, group: Group, settings: PolicySettings, rewarding: Rewarding, curves: Curves) -> None:
        self._run, self._group, self._settings = run, group, settings
        self._rewarding, self._curves = rewarding, curves
        self._totals: list[float] = []
        self._began, self._from = monotonic(), 0

    def begin(self, step: int) -> None:
        """After that step, 0 for the first time."""
        self._from = step
        self._curves.go_on(STAGE, step, [])
        self._totals = self._rewarding.go_on(step)
        if step:
            self._run.note(f"{STAGE}: goes on after step {step} of {self._settings.steps}")

    @property
    def first(self) -> float:
        """Mean reward of the first steps."""
        return round(fmean(self._totals[:RECENT]), 6) if self._totals else 0.0

    @property
    def recent(self) -> float:
        """Mean reward of the last steps."""
        return round(fmean(self._totals[-RECENT:]), 6) if self._totals else 0.0

    def __call__(self, step: int, figures: dict[str, float]) -> bool:
        steps, reward = self._settings.steps, float(figures.get("reward", 0.0))
        self._totals.append(reward)
        left = (monotonic() - self._began) / max(1, step - self._from) * (steps - step)
        shown = {
            "stage": STAGE,
            "step": step,
            "steps": steps,
            "epoch": round(float(figures.get("epoch", 0.0)), 3),
            "loss": round(float(figures["loss"]), 6),
            "learning_rate": figures.get("learning_rate"),
            "gradient_norm": figures.get("grad_norm"),
            "tokens": figures.get("num_tokens"),
            "memory_bytes": memory_bytes(self._group.device),
            "eta_seconds": round(left, 1),
            "reward": round(reward, 6),
            "rewards": {name: round(mean, 6) for name, mean in self._rewarding.means.items()},
            "completion_tokens": figures.get("completions/mean_length"),
            "kl": figures.get("kl"),
        }
        self._curves.show({key: value for key, value in shown.items() if value is not None}, last=step >= steps)
        if not self._run.interrupts.came:
            self._run.progress(min(99.9, 100 * step / steps), f"{STAGE}: step {step}/{steps}, reward {reward:.3f}")
        return self._run.interrupts.came

"""Learning from rewards, from the model to the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from time import monotonic
from typing import Any

from finetuning.adapters import add_adapter
from finetuning.checkpoints import Checkpoints
from finetuning.curves import CURVES_FILE, Curves, memory_bytes
from finetuning.distributed import join
from finetuning.grpo_rl.policy_trainer import PolicySettings, build_policy_trainer
from finetuning.grpo_rl.rewarding import Rewarding
from finetuning.model_folder import (
    TrainingRecord,
    chosen_device,
    fit_embeddings,
    load_model,
    load_tokenizer,
    new_token_ids,
    read_record,
    save_model,
    template_of,
)
from finetuning.packages import is_path, require
from finetuning.questions import Question
from finetuning.stages import ALPHA_PER_RANK
from finetuning.training_failures import explained_failures
from finetuning.training_record import RECORD_FILE
from generation_functions import Run, stable_hash
from generation_functions.chat_templates import ChatTemplate, load_template
from generation_functions.completion import Reads
from generation_functions.errors import UsageError

STAGE = "1 grpo"
RECENT = 20  # steps whose rewards the record tells of


@dataclass(frozen=True)
class Wanted:
    """What the pipeline was asked for; see its arguments."""

    base_model: str
    chat_template: str | None
    lora_rank: int
    device: str
    keep_checkpoints: int
    digest: str


@dataclass
class PolicyRun:
    """One run."""

    run: Run
    wanted: Wanted
    settings: PolicySettings
    prompts: Sequence[Question]
    rewarding: Rewarding

    def train(self) -> None:
        """Train, and write the model."""
        require("torch", "transformers", "accelerate", "datasets", "trl", source=self.wanted.base_model)
        group = join(chosen_device(self.wanted.device))
        if group.size > 1:
            raise UsageError("grpo-rl-pipeline trains in one process: start it without torchrun.")
        with self.run.interrupts.held():
            template = self._template()
            tokenizer = load_tokenizer(self.wanted.base_model, template)
            checkpoints = Checkpoints(
                self.run.folder / "checkpoints", STAGE, self._digest(template), self.wanted.keep_checkpoints, group
            )
            trainer, steps = self._trainer(tokenizer, checkpoints)
            newest = checkpoints.newest()
            steps.begin(newest.step if newest else 0)
            kept = checkpoints.kept() + " Change the config, and run the same command again."
            with explained_failures(STAGE, self.settings.longest, self.settings.micro, kept):
                trainer.train(resume_from_checkpoint=str(newest.folder) if newest else None)
            if trainer.state.global_step >= self.settings.steps:
                self._keep(trainer, tokenizer, template, steps)
        self.run.interrupts.check()

    def _template(self) -> ChatTemplate:
        named = self.wanted.chat_template
        return load_template(named) if named else template_of(self.wanted.base_model)

    def _digest(self, template: ChatTemplate) -> str:
        source = self.wanted.base_model
        model = Reads.listing(Path(source)) if is_path(source) else source
        return stable_hash(model, template.digest, self.wanted.digest)

    def _trainer(self, tokenizer: Any, checkpoints: Checkpoints) -> tuple[Any, _Steps]:
        dtype = "float32" if self.settings.on_cpu else "auto"
        model = load_model(self.wanted.base_model, device=self.wanted.device, dtype=dtype)
        if hasattr(model, "peft_config"):  # an adapter of a stage before: its part of the weights is learned already
            model = model.merge_and_unload()
        note = fit_embeddings(model, tokenizer)
        if note:
            self.run.note(note)
        if self.wanted.lora_rank:
            model = add_adapter(model, _Rank(self.wanted.lora_rank), self.settings.seed, new_token_ids(tokenizer))
        model.train()
        steps = _Steps(self.run, self.settings, self.rewarding, Curves(self.run, self.run.folder / CURVES_FILE))
        trainer = build_policy_trainer(
            model, tokenizer, self.prompts, self.rewarding, self.settings, checkpoints, steps
        )
        return trainer, steps

    def _keep(self, trainer: Any, tokenizer: Any, template: ChatTemplate, steps: _Steps) -> None:
        source, folder = self.wanted.base_model, self.run.folder / "model"
        model = trainer.accelerator.unwrap_model(trainer.model)
        adapter = hasattr(model, "peft_config")
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
        before = read_record(Path(source)) if is_path(source) else TrainingRecord()
        record = TrainingRecord(
            base_model=str(Path(source).resolve()) if is_path(source) else source,
            adapter=adapter,
            chat_template=template.name,
            stops=template.stops,
            stages=[*before.stages, facts],
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            parameters=before.parameters or model.num_parameters(),
        )
        save_model(model, tokenizer, folder, record)
        self.run.save(RECORD_FILE, record.model_dump_json(indent=2) + "\n")
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

    def __init__(self, run: Run, settings: PolicySettings, rewarding: Rewarding, curves: Curves) -> None:
        self._run, self._settings, self._rewarding, self._curves = run, settings, rewarding, curves
        self._totals: list[float] = []
        self._began, self._from = monotonic(), 0

    def begin(self, step: int) -> None:
        """After that step, 0 for the first time."""
        self._from = step
        self._curves.go_on(STAGE, step, [])
        self._rewarding.go_on(step)
        if step:
            self._run.note(f"{STAGE}: goes on after step {step} of {self._settings.steps}")

    @property
    def first(self) -> float:
        """Mean reward of the first steps that this process did."""
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
            "memory_bytes": memory_bytes("cpu" if self._settings.on_cpu else "cuda"),
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

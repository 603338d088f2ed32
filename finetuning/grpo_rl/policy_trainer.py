"""The one place that knows TRL's GRPOTrainer (Shao et al., 2024: group relative policy optimisation).

For each prompt the model writes a group of completions; those that are rewarded above the mean of their group become
likelier, the others less so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from finetuning.checkpoints import Checkpoints
from finetuning.grpo_rl.rewarding import Rewarding
from finetuning.grpo_rl.rewards import Completion
from finetuning.model_folder import save_weights
from finetuning.packages import require, without_old_names
from finetuning.questions import Question


@dataclass(frozen=True)
class PolicySettings:
    """How the model learns from rewards.

    Attributes:
        steps: Optimiser steps.
        prompts_per_step: Different prompts in a step.
        group: Completions of each prompt.
        micro: Completions that are learned from at once; the rest of a step is accumulated.
        longest: Tokens of a completion at most.
        rate: Learning rate at its highest; it falls linearly.
        kl: What it costs to become unlike the model one began with (the beta of the method); 0 costs no memory either.
        save_steps: Steps between checkpoints.
        autocast: Compute in bfloat16, whatever the weights are in.
        scratch: A folder that nothing of worth is written to.
    """

    steps: int
    prompts_per_step: int
    group: int
    micro: int
    longest: int
    temperature: float
    rate: float
    kl: float
    seed: int
    save_steps: int
    on_cpu: bool
    autocast: bool
    scratch: Path


AfterStep = Callable[[int, dict[str, float]], bool]
"""Told of a step and its figures; whether to save and stop."""


def build_policy_trainer(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[Question],
    rewarding: Rewarding,
    settings: PolicySettings,
    checkpoints: Checkpoints,
    after_step: AfterStep,
) -> Any:
    """A GRPOTrainer that is ready; `train(resume_from_checkpoint=...)` trains it."""
    require("torch", "transformers", "accelerate", "datasets", "trl")
    from datasets import Dataset
    from transformers import PrinterCallback, ProgressCallback

    rows = [{"prompt": [dict(said) for said in one.messages], "number": number} for number, one in enumerate(prompts)]

    def reward(completions: list[Any], number: list[int], trainer_state: Any, **_: Any) -> list[float]:
        written = [_completion(prompts[which], text) for which, text in zip(number, completions, strict=True)]
        return rewarding.totals(trainer_state.global_step + 1, written)

    with without_old_names():
        trainer = _trainer_class()(
            model=model,
            reward_funcs=[reward],
            args=_arguments(settings),
            train_dataset=Dataset.from_list(rows),
            processing_class=tokenizer,
            callbacks=[_callback(after_step, settings.save_steps)],
        )
    for callback in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(callback)
    trainer.checkpoints = checkpoints
    return trainer


def _completion(prompt: Question, written: Any) -> Completion:
    text = written[0]["content"] if isinstance(written, list) else written
    return Completion(prompt.messages, text, prompt.expected[0], prompt.id)


def _arguments(settings: PolicySettings) -> Any:
    from trl import GRPOConfig

    return GRPOConfig(
        output_dir=str(settings.scratch),
        max_steps=settings.steps,
        per_device_train_batch_size=settings.micro,
        gradient_accumulation_steps=settings.prompts_per_step * settings.group // settings.micro,
        num_generations=settings.group,
        max_completion_length=settings.longest,
        temperature=settings.temperature,
        learning_rate=settings.rate,
        lr_scheduler_type="linear",
        warmup_steps=min(5, settings.steps // 10),
        beta=settings.kl,
        seed=settings.seed,
        use_cpu=settings.on_cpu,
        bf16=settings.autocast,
        fp16=False,
        gradient_checkpointing=not settings.on_cpu,  # on by default, and only slower where memory is no question
        dataloader_pin_memory=not settings.on_cpu,
        logging_steps=1,
        save_strategy="no",  # by the callback
        report_to="none",
        disable_tqdm=True,
        log_completions=False,
        log_level="error",
    )


def _callback(after_step: AfterStep, save_steps: int) -> Any:
    from transformers import TrainerCallback

    class Steps(TrainerCallback):  # type: ignore[misc]
        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if not logs or "loss" not in logs:
                return  # the summary at the end
            stop = after_step(state.global_step, {key: value for key, value in logs.items() if value is not None})
            last = state.global_step >= state.max_steps  # the model itself is about to be written
            control.should_save = not last and (stop or state.global_step % save_steps == 0)
            control.should_training_stop |= stop

    return Steps()


@lru_cache(maxsize=1)
def _trainer_class() -> Any:
    from trl import GRPOTrainer

    class PolicyTrainer(GRPOTrainer):  # type: ignore[misc]
        """Writes checkpoints that are whole or not there."""

        checkpoints: Checkpoints

        def _save_checkpoint(self, model: Any, trial: Any) -> None:
            self.save_checkpoint()

        def save_checkpoint(self) -> None:
            """Of the step that was done last; `checkpoints` says where."""
            with self.checkpoints.writing(self.state.global_step, {}) as folder:
                save_weights(self.accelerator.unwrap_model(self.model), folder)
                self._save_optimizer_and_scheduler(str(folder))
                self._save_scaler(str(folder))
                self._save_rng_state(str(folder))
                self.state.save_to_json(str(folder / "trainer_state.json"))

    return PolicyTrainer

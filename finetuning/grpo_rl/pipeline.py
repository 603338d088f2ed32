"""Train a model by rewards: it answers, its answers are scored, and what scored well becomes likelier."""

from __future__ import annotations

from pathlib import Path

from finetuning.distributed import join
from finetuning.grpo_rl.judging import Judge
from finetuning.grpo_rl.policy_run import PolicyRun, Wanted
from finetuning.grpo_rl.policy_trainer import PolicySettings
from finetuning.grpo_rl.rewarding import COMPLETIONS_FILE, Rewarding
from finetuning.grpo_rl.rewards import Reward
from finetuning.hardware import hardware_of
from finetuning.model_folder import chosen_device
from finetuning.packages import require
from finetuning.questions import Question, read_general_questions
from generation_functions import Count, ExistingPath, Folder, Model, Run, UsageError, stable_hash

HERE = Path(__file__).parent
_NAMED = 5
FULL_RATE, LORA_RATE = 1e-6, 1e-5  # rewards are noisy: about a twentieth of what answers are taught with


def grpo_rl_pipeline(
    run: Run,
    base_model: str,
    prompts_to_ask: list[ExistingPath],
    rewards: list[Reward],
    judge: Model | None = None,
    judge_seconds: float = 120.0,
    judge_patience: Count = 20,
    prompts: Folder | None = None,
    default_prompts: Folder = HERE / "prompts",
    steps: Count = 200,
    prompts_per_step: Count = 4,
    completions_per_prompt: Count = 8,
    micro_batch: Count | None = None,
    max_completion_tokens: Count = 256,
    temperature: float = 1.0,
    learning_rate: float | None = None,
    kl: float = 0.0,
    lora_rank: int = 32,
    chat_template: str | None = None,
    device: str = "auto",
    seed: int = 0,
    save_every_steps: Count = 25,
    keep_checkpoints: Count = 2,
) -> None:
    """Train a model by rewards for its answers (GRPO).

    Args:
        base_model: Model to start from: a folder that training wrote, or a name on the Hugging Face hub.
        prompts_to_ask: Files of rows: conversations, or question and answer; the answer is what is expected.
        rewards: What an answer is rewarded for; the sum counts.
        judge: Who grades, for rewards of kind judge.
        judge_seconds: How long the judge may take over the answers of one step.
        judge_patience: Steps in a row without a grade before the run pauses.
        prompts: Folder with a prompt `grade` of your own.
        default_prompts: Folder with the prompt `grade`.
        steps: Optimiser steps.
        prompts_per_step: Different prompts in a step.
        completions_per_prompt: Answers to each; they are compared with each other.
        micro_batch: Answers that are learned from at once; default: those to one prompt.
        max_completion_tokens: Tokens of an answer at most.
        temperature: Of writing the answers: without variety there is nothing to compare.
        learning_rate: Default: 1e-5 with LoRA, 1e-6 for all weights.
        kl: What it costs to become unlike the base model; 0 for nothing.
        lora_rank: Train an adapter of this rank; 0: all weights.
        chat_template: How conversations become text; default: the base model's.
        device: Where to compute: auto (a GPU if there is one), cpu, cuda, cuda:1, mps.
        seed: Of the order of the prompts, and of the answers.
        save_every_steps: Steps between checkpoints.
        keep_checkpoints: Checkpoints that stay: the newest ones.
    """
    micro = micro_batch or completions_per_prompt
    _check(rewards, judge, completions_per_prompt, prompts_per_step, micro)
    asked = _prompts(run, prompts_to_ask, prompts_per_step)
    if Path(base_model).exists():
        run.reads(Path(base_model))
    if run.sample is not None:
        run.note(f"{steps} steps of {prompts_per_step * completions_per_prompt} completions would be made.")
        return
    require("torch", "accelerate", source=base_model)
    group = join(chosen_device(device))
    settings = PolicySettings(
        steps=steps,
        prompts_per_step=prompts_per_step,
        group=completions_per_prompt,
        micro=micro,
        longest=max_completion_tokens,
        temperature=temperature,
        rate=learning_rate or (LORA_RATE if lora_rank else FULL_RATE),
        kl=kl,
        seed=seed,
        save_steps=save_every_steps,
        on_cpu=group.device.startswith("cpu"),
        autocast=hardware_of("auto", group.device).bfloat16,
        scratch=run.folder / "scratch",
    )
    grading = None
    if judge:
        grading = Judge(run, judge, run.prompts(default_prompts, prompts), judge_seconds, judge_patience)
    wanted = Wanted(
        base_model=base_model,
        chat_template=chat_template,
        lora_rank=lora_rank,
        keep_checkpoints=keep_checkpoints,
        digest=stable_hash(
            [reward.model_dump() for reward in rewards],
            [(one.id, one.messages, one.expected) for one in asked],
            lora_rank,
            completions_per_prompt,
            prompts_per_step,
            max_completion_tokens,
            temperature,
            settings.rate,
            kl,
            seed,
            steps,
        ),
    )
    rewarding = Rewarding(rewards, grading, run.folder / COMPLETIONS_FILE)
    PolicyRun(run, group, wanted, settings, asked, rewarding).train()


def _check(rewards: list[Reward], judge: Model | None, completions: int, prompts_per_step: int, micro: int) -> None:
    """Raise what only shows when the settings are looked at together."""
    labels = [reward.label for reward in rewards]
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if not rewards:
        raise UsageError("rewards: there is none. Say what a good answer is; finetuning/grpo_rl/config.yaml shows how.")
    if twice:
        raise UsageError(f"rewards: {', '.join(twice)} is there more than once. Give each a name of its own.")
    if any(reward.kind == "judge" for reward in rewards) and judge is None:
        raise UsageError("rewards: one is of kind judge, and there is no judge. Set judge to the model that grades.")
    if completions < 2:
        raise UsageError("completions_per_prompt: at least 2, for they are compared with each other; 8 is common.")
    if prompts_per_step * completions % micro:
        raise UsageError(
            f"micro_batch: {micro} does not divide the {prompts_per_step * completions} answers of a step "
            "(prompts_per_step times completions_per_prompt). Take a number that does, or leave it out."
        )


def _prompts(run: Run, files: list[ExistingPath], at_least: int) -> list[Question]:
    """What is asked, each once."""
    skipped: list[str] = []
    questions = {one.id: one for one in read_general_questions(files, skipped)}
    for file in files:
        run.reads(file)
    for why in skipped[:_NAMED]:
        run.note(f"left out: {why}")
    if len(skipped) > _NAMED:
        run.note(f"left out: {len(skipped) - _NAMED} more")
    if not questions:
        raise UsageError(
            f"prompts_to_ask: nothing in {', '.join(map(str, files))} can be asked. Rows are conversations that end "
            "with an answer, or question and answer."
        )
    if len(questions) < at_least:
        raise UsageError(
            f"prompts_per_step: {at_least} different prompts in a step, and prompts_to_ask holds {len(questions)}. "
            "Lower it, or give more rows."
        )
    return list(questions.values())

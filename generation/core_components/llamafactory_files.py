"""dataset_info.json: a training folder as LLaMA-Factory reads it, and what it cannot say. Checked against 0.9.5."""

from __future__ import annotations

import json
import textwrap
from typing import Any

from generation.core_components.training_settings import Stage, TrainingFile, TrainingPlan

LLAMAFACTORY_VERSION = "0.9.5"
# LLaMA-Factory has templates of its own, in Python; these write the same text as our presets of the same name. Its
# mistral_small would, too, but wants a model with eyes.
_TEMPLATES = ("chatml", "llama3", "gemma")
# Where one of these is left out while others are given, it counts as none.
_CHAT_TAGS: dict[str, str | bool] = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
    "observation_tag": "tool",
    "function_tag": "function_call",
}
# Labels stand where roles are expected: false is what is read, true is what is learnt.
_SEGMENT_TAGS: dict[str, str | bool] = {
    "role_tag": "label",
    "content_tag": "text",
    "user_tag": False,
    "assistant_tag": True,
}


def dataset_info(plan: TrainingPlan) -> str:
    """The file that names the datasets of the folder."""
    return json.dumps({file.name: _entry(file, plan.stage) for file in plan.files}, indent=2, ensure_ascii=False) + "\n"


def _entry(file: TrainingFile, stage: Stage) -> dict[str, Any]:
    if file.format == "messages":
        # Not `openai`: that one adds a line of its own to every system prompt.
        columns, tags = {"messages": "messages"}, _CHAT_TAGS
    elif file.format == "segments":
        columns, tags = {"messages": "segments"}, _SEGMENT_TAGS
    else:
        return {"file_name": file.file, "columns": {"prompt" if stage == "pretraining" else "response": "text"}}
    return {"file_name": file.file, "formatting": "sharegpt", "columns": columns, "tags": tags}


def llamafactory_notes(plan: TrainingPlan) -> str:
    """How to train on the folder with LLaMA-Factory, and what is different there; plain text."""
    runs = _runs(plan)
    notes = [_command(plan, files, number, len(runs)) for number, files in enumerate(runs, 1)]
    if len(runs) > 1:
        notes.append(
            "These are two runs, the second going on from the first, because a run of LLaMA-Factory has one template.\n"
            "To train on everything in one, write the conversations as segments too (output_format: segments)."
        )
    if plan.stage == "supervised" and any(file.format == "messages" for file in plan.files):
        notes.append(_template_notes(plan))
    if any(file.format == "segments" for file in plan.files):
        notes.append(
            "Segments are read with their labels in the place of roles. LLaMA-Factory wants them to take turns, from\n"
            "false to true; rows that do not, it leaves out with a warning. It tokenises each segment by itself."
        )
    if plan.stage == "supervised" and any(file.format == "text" for file in plan.files):
        notes.append("LLaMA-Factory puts no end-of-text token behind text rows in the supervised stage.")
    return "\n\n".join(notes)


def _template_notes(plan: TrainingPlan) -> str:
    if plan.template.name in _TEMPLATES:
        return (
            "LLaMA-Factory's template of that name writes the same text as chat_template.jinja. Where a line break\n"
            "follows the end mark, it is trained on too, which does no harm."
        )
    return (
        "Without a template in the command LLaMA-Factory works with that of the base model's tokenizer: put\n"
        "chat_template.jinja into a local copy of the base model first, and give its folder as model_name_or_path."
    )


def _runs(plan: TrainingPlan) -> list[tuple[TrainingFile, ...]]:
    """The files that can share a run: all of them, but messages need another template than segments and text."""
    if plan.stage == "pretraining":
        return [plan.files]
    chat = tuple(file for file in plan.files if file.format == "messages")
    rest = tuple(file for file in plan.files if file.format != "messages")
    return [files for files in (chat, rest) if files]


def _command(plan: TrainingPlan, files: tuple[TrainingFile, ...], number: int, runs: int) -> str:
    settings, pretraining = plan.settings, plan.stage == "pretraining"
    options: dict[str, Any] = {
        "stage": "pt" if pretraining else "sft",
        "do_train": "true",
        **_start(plan, number),
        "dataset_dir": ".",
        "dataset": ",".join(file.name for file in files),
        **({} if pretraining else _template_option(plan, files)),
        "cutoff_len": plan.sequence_length,
        # Pretraining runs texts together, as is usual there; elsewhere packed rows must not see each other.
        "packing" if pretraining else "neat_packing": "true",
        "per_device_train_batch_size": 1,
        "gradient_accumulation_steps": plan.sequences_per_step,
        "num_train_epochs": settings.epochs,
        "learning_rate": f"{plan.learning_rate:g}",
        "bf16": "true",
        "output_dir": "model" if number == runs else f"model_{number}",
    }
    words = " ".join(f"--{name}\xa0{value}" for name, value in options.items())  # an option stays with its value
    lines = textwrap.wrap(words, 100, break_on_hyphens=False, break_long_words=False)
    return " \\\n".join(["  llamafactory-cli train", *(f"    {line}" for line in lines)]).replace("\xa0", " ")


def _start(plan: TrainingPlan, number: int) -> dict[str, Any]:
    """What is trained: the base model, or what the run before made of it."""
    rank, before = plan.settings.lora_rank, f"model_{number - 1}" if number > 1 else ""
    if not rank:
        return {"model_name_or_path": before or plan.settings.base_model, "finetuning_type": "full"}
    adapter = {"model_name_or_path": plan.settings.base_model, "finetuning_type": "lora", "lora_rank": rank}
    return {**adapter, "adapter_name_or_path": before} if before else adapter


def _template_option(plan: TrainingPlan, files: tuple[TrainingFile, ...]) -> dict[str, str]:
    if files[0].format != "messages":
        return {"template": "empty"}
    return {"template": plan.template.name} if plan.template.name in _TEMPLATES else {}

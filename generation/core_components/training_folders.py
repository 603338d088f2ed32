"""Training folders: everything beside the data that a training tool needs, so that training is one command.

<folder>/finetune.yaml        our own train-pipeline
<folder>/axolotl.yaml         axolotl
<folder>/dataset_info.json    LLaMA-Factory
<folder>/chat_template.jinja  the template that the data was rendered with: training and serving use it too
<folder>/README.txt           how to start each, and what differs between them
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from generation.core_components.axolotl_files import AXOLOTL_VERSION, axolotl_yaml
from generation.core_components.commented_yaml import Commented, commented_yaml
from generation.core_components.llamafactory_files import LLAMAFACTORY_VERSION, dataset_info, llamafactory_notes
from generation.core_components.training_settings import (
    FULL_RATE,
    LORA_RATE,
    Stage,
    TrainingFile,
    TrainingPlan,
    TrainingSettings,
)
from generation.core_components.training_steps import few_steps_note
from generation_functions import Run
from generation_functions.chat_templates import ChatTemplate
from generation_functions.datasets.figures import count

__all__ = ["TrainingFile", "TrainingSettings", "write_training_folder"]

TEMPLATE_FILE = "chat_template.jinja"
MODEL_SUFFIX = "-model"
"""The trained model comes to the folder of this name with this suffix, beside it."""
_TRAINED_ON = {
    "messages": "the assistant's answers, each with its end mark",
    "text": "everything",
    "segments": "the segments whose label is true",
}


def write_training_folder(
    run: Run,
    folder: str,
    stage: Stage,
    files: Sequence[TrainingFile],
    template: ChatTemplate,
    settings: TrainingSettings,
) -> None:
    """Write the configs beside the data files, which lie in `folder` already.

    Rows that are longer than the sequence length, and data for very few optimiser steps, are noted in the run.
    """
    plan = TrainingPlan(stage, tuple(files), template, settings)
    run.save(f"{folder}/finetune.yaml", finetune_yaml(plan))
    run.save(f"{folder}/axolotl.yaml", axolotl_yaml(plan))
    run.save(f"{folder}/dataset_info.json", dataset_info(plan))
    run.save(f"{folder}/{TEMPLATE_FILE}", template.source)
    run.save(f"{folder}/README.txt", _readme(plan))
    for note in _notes(folder, plan):
        run.note(note)


def finetune_yaml(plan: TrainingPlan) -> str:
    """The config of our own train-pipeline; it runs as it stands."""
    settings = plan.settings
    return commented_yaml(
        (
            f"Training on this folder: {plan.stage}. {_base_model_note(plan)}Start it with:\n"
            "  python run_augmentoolkit.py run PATH-OF-THIS-FILE",
            {"pipeline": "train-pipeline"},
        ),
        (
            "The model comes to model/ in output_dir, which lies beside this folder (${HERE}).",
            {"output_dir": f"${{HERE}}{MODEL_SUFFIX}", "base_model": settings.base_model},
        ),
        ("", {"stages": [Commented(*_stage_sections(plan))]}),
    )


def _stage_sections(plan: TrainingPlan) -> list[tuple[str, dict[str, Any]]]:
    settings = plan.settings
    return [
        ("", {"kind": plan.stage, "folder": "${HERE}"}),
        (
            "The data. Tokens are estimates; the base model's tokenizer may give a tenth more or less.",
            {"data": [_data_entry(file) for file in plan.files]},
        ),
        (
            f"The template that the data was made with ({plan.template.name}). Serve the model with the same file; "
            f"its answers end with {plan.template.stops[0]!r}.",
            {"chat_template": TEMPLATE_FILE},
        ),
        (
            f"Tokens in a sequence: the longest row has about {plan.longest:,}. Short rows are packed together.",
            {"sequence_length": plan.sequence_length},
        ),
        (
            "Tokens that one optimiser step learns from, and how often training goes over the data: "
            f"{plan.tokens:,} tokens x {settings.epochs} (epochs) / {settings.batch_tokens:,} tokens in a batch give "
            f"about {count(plan.steps, 'optimiser step')}.",
            {"batch_tokens": settings.batch_tokens, "epochs": settings.epochs},
        ),
        _method(plan),
    ]


def _method(plan: TrainingPlan) -> tuple[str, dict[str, Any]]:
    """All weights or an adapter, and how fast they learn; what is not set is left to the preset."""
    settings = plan.settings
    chosen = {"learning_rate": settings.learning_rate, "lora_rank": settings.lora_rank}
    return (
        "Without a lora_rank, all weights are trained where the memory suffices, and an adapter (LoRA) otherwise; 0 "
        f"insists on all weights. Default learning_rate: {FULL_RATE:g} for all weights, {LORA_RATE:g} with LoRA.",
        {key: value for key, value in chosen.items() if value is not None},
    )


def _data_entry(file: TrainingFile) -> Commented:
    about = f"{count(file.rows, 'row')}, {count(file.tokens, 'token')}; trained on: {_TRAINED_ON[file.format]}"
    return Commented((about, {"file": file.file, "format": file.format}))


def _readme(plan: TrainingPlan) -> str:
    what = "continued pretraining on text" if plan.stage == "pretraining" else "supervised training on conversations"
    files = "\n".join(
        f"  {file.file:<24} {file.rows:,} rows, {file.tokens:,} tokens; trained on: {_TRAINED_ON[file.format]}"
        for file in plan.files
    )
    return f"""Training folder: {what}

{files}

Epochs: {plan.settings.epochs}; optimiser steps to expect: {plan.steps:,}. Train in this folder with one of these tools.
{_base_model_note(plan)}
Augmentoolkit's train-pipeline

  python run_augmentoolkit.py run finetune.yaml

axolotl (written for {AXOLOTL_VERSION})

  axolotl train axolotl.yaml

LLaMA-Factory (written for {LLAMAFACTORY_VERSION})

{llamafactory_notes(plan)}

{_template_note(plan)}
"""


def _base_model_note(plan: TrainingPlan) -> str:
    if plan.stage == "pretraining":
        return ""
    return (
        "To go on from a pretraining stage, put the model that it made (its output_dir, and /model) in place of "
        f"{plan.settings.base_model}.\n"
    )


def _template_note(plan: TrainingPlan) -> str:
    template = plan.template
    if plan.stage == "pretraining":
        return f"{TEMPLATE_FILE} ({template.name}) is for the supervised stage, and for serving the model after it."
    note = f"""{TEMPLATE_FILE} ({template.name}) is what the conversations were rendered with. Give the same file to the
server, for instance: vllm serve model --chat-template {TEMPLATE_FILE}
Answers end with {template.stops[0]!r}: it has to be one token of the base model's tokenizer."""
    if not template.bos_token:
        return note
    return f"""{note}
Segments begin with {template.bos_token!r}, which no tool adds there; text rows get it from the tokenizer."""


def _notes(folder: str, plan: TrainingPlan) -> list[str]:
    notes = []
    for file in plan.files:
        over = file.rows_over(plan.sequence_length)
        if over:
            fate = "cut in pieces" if file.format == "text" else "left out"
            at_least = "" if file.lengths else "at least "
            notes.append(
                f"{folder}/{file.file}: {at_least}{over} of {file.rows} rows exceed the sequence length of "
                f"{plan.sequence_length} tokens (the longest has {file.longest}) and will be {fate} in training. "
                "Raise sequence_length or max_sequence_length, or lower chunk_size."
            )
    too_few = few_steps_note(plan.tokens, plan.steps)
    if too_few:
        notes.append(f"{folder}: {too_few}")
    return notes

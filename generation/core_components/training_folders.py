"""Training folders: everything beside the data that a training tool needs, so that training is one command.

<folder>/finetune.yaml        our own train-pipeline
<folder>/axolotl.yaml         axolotl
<folder>/dataset_info.json    LLaMA-Factory
<folder>/chat_template.jinja  the template that the data was rendered with: training and serving use it too
<folder>/README.txt           how to start each, and what differs between them
"""

from __future__ import annotations

from collections.abc import Sequence

from generation.core_components.axolotl_files import AXOLOTL_VERSION, axolotl_yaml
from generation.core_components.commented_yaml import commented_yaml
from generation.core_components.llamafactory_files import LLAMAFACTORY_VERSION, dataset_info, llamafactory_notes
from generation.core_components.training_settings import (
    FEW_STEPS,
    Stage,
    TrainingFile,
    TrainingPlan,
    TrainingSettings,
)
from generation_functions import Run
from generation_functions.chat_templates import ChatTemplate
from generation_functions.datasets.figures import count

__all__ = ["TrainingFile", "TrainingSettings", "write_training_folder"]

TEMPLATE_FILE = "chat_template.jinja"
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
    """The config of our own train-pipeline."""
    settings = plan.settings
    return commented_yaml(
        (
            f"Training on this folder: {plan.stage}. {_base_model_note(plan)}",
            {"pipeline": "train-pipeline", "stage": plan.stage, "base_model": settings.base_model},
        ),
        (
            "The data, and what of each row is trained on. Tokens are estimates; the base model's tokenizer may give "
            "a tenth more or less.",
            {"data": [_data_entry(file) for file in plan.files]},
        ),
        (
            f"The template that the data was made with ({plan.template.name}). Serve the model with the same file; "
            f"its answers end with {plan.template.stops[0]!r}.",
            {"chat_template": TEMPLATE_FILE},
        ),
        (
            f"Tokens in a sequence: the longest row has about {plan.longest}. Short rows are packed together.",
            {"sequence_length": plan.sequence_length},
        ),
        (
            "Tokens that one optimiser step learns from, and how often training goes over the data.",
            {"batch_tokens": settings.batch_tokens, "epochs": settings.epochs},
        ),
        (
            f"Optimiser steps that follow: {plan.tokens} tokens x {settings.epochs} (epochs) / "
            f"{settings.batch_tokens} tokens in a batch.",
            {"expected_steps": plan.steps},
        ),
        (
            "All weights are trained, unless there is a lora_rank; LoRA wants about ten times the learning rate.",
            {"learning_rate": plan.learning_rate, "lora_rank": settings.lora_rank},
        ),
    )


def _data_entry(file: TrainingFile) -> dict[str, str | int]:
    return {
        "file": file.file,
        "format": file.format,
        "trained_on": _TRAINED_ON[file.format],
        "rows": file.rows,
        "tokens": file.tokens,
    }


def _readme(plan: TrainingPlan) -> str:
    what = "continued pretraining on text" if plan.stage == "pretraining" else "supervised training on conversations"
    files = "\n".join(
        f"  {file.file:<24} {file.rows} rows, {file.tokens} tokens; trained on: {_TRAINED_ON[file.format]}"
        for file in plan.files
    )
    return f"""Training folder: {what}

{files}

Epochs: {plan.settings.epochs}; optimiser steps to expect: {plan.steps}. Train in this folder, with one of these tools.
{_base_model_note(plan)}
Augmentoolkit's train-pipeline reads finetune.yaml.

axolotl (written for {AXOLOTL_VERSION})

  axolotl train axolotl.yaml

LLaMA-Factory (written for {LLAMAFACTORY_VERSION})

{llamafactory_notes(plan)}

{_template_note(plan)}
"""


def _base_model_note(plan: TrainingPlan) -> str:
    if plan.stage == "pretraining":
        return ""
    return f"To go on from a pretraining stage, put the folder that it wrote in place of {plan.settings.base_model}.\n"


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
    if plan.steps < FEW_STEPS:
        notes.append(
            f"{folder}: {plan.tokens} tokens give only {count(plan.steps, 'optimiser step')}, too few to learn much "
            "from. Add documents, ask for more variations or generations, raise epochs, or lower batch_tokens."
        )
    return notes

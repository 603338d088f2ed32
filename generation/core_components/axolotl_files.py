"""axolotl.yaml: a training folder as axolotl reads it. Checked against axolotl 0.19.0."""

from __future__ import annotations

from typing import Any

from generation.core_components.commented_yaml import commented_yaml
from generation.core_components.training_settings import TrainingFile, TrainingPlan

AXOLOTL_VERSION = "0.19.0"


def axolotl_yaml(plan: TrainingPlan) -> str:
    """The config file, with comments."""
    return commented_yaml(
        (
            f"For axolotl {AXOLOTL_VERSION} or later. In this folder: axolotl train axolotl.yaml\n"
            f"{plan.tokens:,} tokens in each epoch: about {plan.steps:,} optimiser steps in all, on one GPU.",
            {"base_model": plan.settings.base_model, "output_dir": "./model", **_adapter(plan)},
        ),
        (_about_data(plan), {"datasets": [_dataset(file) for file in plan.files], **_preparation()}),
        (
            "The longest row decides how long a sequence is; short rows are packed into one, and do not see each "
            "other. Text that is too long is cut in pieces, other rows are left out. "
            "attn_implementation: flash_attention_2 is faster where it is installed.",
            _sequences(plan),
        ),
        ("", _optimisation(plan)),
        (
            "The template that the data was made with (chat_template.jinja); it is saved with the model, so that "
            "serving uses it too. An answer ends with the end mark, and a server has to stop there.",
            _template(plan),
        ),
    )


def _adapter(plan: TrainingPlan) -> dict[str, Any]:
    rank = plan.settings.lora_rank
    if rank is None:
        return {}
    return {"adapter": "lora", "lora_r": rank, "lora_alpha": 2 * rank, "lora_dropout": 0.0, "lora_target_linear": True}


def _about_data(plan: TrainingPlan) -> str:
    kinds = {
        "text": "completion: trained on whole.",
        "segments": "input_output: trained on where label is true; end marks are in the text.",
        "messages": "chat_template: trained on the assistant's answers, each with its end mark.",
    }
    used = [said for kind, said in kinds.items() if any(file.format == kind for file in plan.files)]
    return "\n".join(["What is trained on:", *used])


def _dataset(file: TrainingFile) -> dict[str, Any]:
    local = {"path": file.file, "ds_type": "json"}
    if file.format == "text":
        return {**local, "type": "completion", "field": "text"}
    if file.format == "segments":
        return {**local, "type": "input_output"}
    return {
        **local,
        "type": "chat_template",
        "field_messages": "messages",
        "message_property_mappings": {"role": "role", "content": "content"},
        "roles_to_train": ["assistant"],
        "train_on_eos": "turn",
    }


def _preparation() -> dict[str, Any]:
    return {"dataset_prepared_path": "./prepared", "val_set_size": 0.0, "train_on_inputs": False}


def _sequences(plan: TrainingPlan) -> dict[str, Any]:
    return {
        "sequence_len": plan.sequence_length,
        "excess_length_strategy": "drop",
        "sample_packing": True,
        "pad_to_sequence_len": True,
        "attn_implementation": "sdpa",
    }


def _optimisation(plan: TrainingPlan) -> dict[str, Any]:
    return {
        "micro_batch_size": 1,
        "gradient_accumulation_steps": plan.sequences_per_step,
        "num_epochs": plan.settings.epochs,
        "learning_rate": plan.learning_rate,
        "lr_scheduler": "cosine",
        "warmup_ratio": 0.05,
        "optimizer": "adamw_torch_fused",
        "bf16": "auto",
        "gradient_checkpointing": True,
        "logging_steps": 1,
        "saves_per_epoch": 1,
        "seed": 1,
    }


def _template(plan: TrainingPlan) -> dict[str, Any]:
    values: dict[str, Any] = {"chat_template": "jinja", "chat_template_jinja": plan.template.source}
    end = plan.template.stops[0]
    if plan.stage == "supervised" and end != plan.template.eos_token and end.isprintable():
        values["special_tokens"] = {"eos_token": end}
    return values

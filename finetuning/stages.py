"""The stages of a training run, as a config writes them, and what follows where it says nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from finetuning.model_folder import Quantised
from finetuning.training_data import DataEntry
from generation_functions.parameter_types import Folder

Kind = Literal["pretraining", "supervised"]
Schedule = Literal["cosine", "linear", "constant"]

FULL_RATE, LORA_RATE = 2e-5, 2e-4  # LoRA learns at ten times the rate of full training (Biderman et al., 2024)
FROM_NOTHING_RATE = 1e-3  # of a model that has learned nothing yet and is small
ALPHA_PER_RANK = 2


class TrainingStage(BaseModel):
    """One stage: what is learned, and how. Each stage goes on from the model that the one before it made."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind = Field(
        default="supervised",
        description="pretraining (texts, all of them learned) or supervised (conversations, their answers learned).",
    )
    data: list[DataEntry] = Field(min_length=1, description="What is learned: files of rows, with shares for a mix.")
    folder: Folder | None = Field(
        default=None, description="What the files' paths are below; ${HERE} is the config's own folder."
    )
    chat_template: str | None = Field(
        default=None,
        description="How conversations become text: chatml, llama3, mistral, gemma, plain, or a .jinja file; default: "
        "the base model's, or chatml.",
    )
    sequence_length: int | None = Field(
        default=None,
        ge=8,
        description="Tokens of a sequence, in which short rows are packed together; default: as the longest row and "
        "the preset ask for.",
    )
    batch_tokens: int = Field(default=16_384, ge=1, description="Tokens that one optimiser step learns from.")
    epochs: int = Field(default=3, ge=1, description="Times that training goes over the data.")
    max_steps: int | None = Field(
        default=None, ge=1, description="Optimiser steps, whatever epochs says; data is gone over as often as needed."
    )
    learning_rate: float | None = Field(
        default=None,
        gt=0,
        description=f"Default: {FULL_RATE:g} for all weights, {LORA_RATE:g} with LoRA, 1e-3 for new.",
    )
    lora_rank: int | None = Field(
        default=None,
        ge=0,
        description="Train an adapter of this rank on all linear layers (LoRA): 32 is common; 0: all weights; default: "
        "all weights where the preset's memory suffices.",
    )
    lora_alpha: int | None = Field(
        default=None, ge=1, description="Strength of the adapter, divided by its rank; default: twice the rank."
    )
    quantised: Quantised | None = Field(
        default=None, description="Keep the frozen base model in 4bit or 8bit (QLoRA): less memory; wants a GPU."
    )
    warmup_share: float = Field(default=0.05, ge=0, lt=1, description="Share of the steps in which the rate rises.")
    weight_decay: float = Field(default=0.01, ge=0, description="Of weights; norms and biases are left out.")
    schedule: Schedule = Field(default="cosine", description="How the learning rate falls after the warm-up.")
    held_out: list[DataEntry] | None = Field(
        default=None, description="Rows never trained on: their loss is measured after each epoch."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> TrainingStage:
        if self.quantised and self.lora_rank == 0:
            raise ValueError("quantised weights cannot be trained themselves: lora_rank: 32 is common")
        if self.lora_alpha and not self.lora_rank:
            raise ValueError("lora_alpha is for LoRA: add lora_rank, or leave it out")
        return self

    @property
    def alpha(self) -> int:
        """As set, or twice the rank."""
        return self.lora_alpha or ALPHA_PER_RANK * (self.lora_rank or 0)

    def rate(self, *, from_nothing: bool) -> float:
        """The learning rate at its highest, as set or as suits what is trained."""
        if self.learning_rate:
            return self.learning_rate
        if self.lora_rank:
            return LORA_RATE
        return FROM_NOTHING_RATE if from_nothing else FULL_RATE

    def place(self, name: str) -> str:
        """Where a file of this stage lies, from anywhere; a name on the hub as it is."""
        path = self.file(name).expanduser()
        return str(path.resolve()) if path.exists() else name

    def file(self, name: str) -> Path:
        """A path of this stage: below its folder, where it has one."""
        return (self.folder or Path()) / name


def stage_name(number: int, stage: TrainingStage) -> str:
    """What people call a stage: its number, from 1, and kind."""
    return f"{number} {stage.kind}"

"""What a training folder is made from: its files, the settings of a training run, and the figures that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from generation.core_components.training_steps import optimiser_steps
from generation_functions.chat_templates import ChatTemplate, load_template

Stage = Literal["pretraining", "supervised"]
FULL_RATE, LORA_RATE = 2e-5, 2e-4  # LoRA learns at ten times the rate of full training (Biderman et al., 2024)
LENGTH_STEP = 256
TOKENIZER_MARGIN = 1.1  # our count is an estimate, and a template adds its marks


@dataclass(frozen=True)
class TrainingFile:
    """One file of rows in a training folder.

    Attributes:
        name: What the tools call it.
        file: Its path inside the folder.
        format: messages, text or segments.
        rows: How many.
        tokens: Of all rows, as `count_tokens` counts.
        longest: Tokens of the longest row.
        lengths: Tokens of each row, to count those that are too long; may be left out.
    """

    name: str
    file: str
    format: Literal["messages", "text", "segments"]
    rows: int
    tokens: int
    longest: int
    lengths: Sequence[int] = field(default=(), repr=False)

    @classmethod
    def of(
        cls, name: str, file: str, row_format: Literal["messages", "text", "segments"], lengths: Sequence[int]
    ) -> TrainingFile:
        """From the tokens of each row."""
        return cls(name, file, row_format, len(lengths), sum(lengths), max(lengths, default=0), lengths)

    def rows_over(self, length: int) -> int:
        """How many rows have more than `length` tokens; at least one, where only the longest is known."""
        if not self.lengths:
            return int(self.longest > length)
        return sum(tokens > length for tokens in self.lengths)


class TrainingSettings(BaseModel):
    """How to train on the data; written into the training folders, where it can still be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_model: str = Field(
        default="Qwen/Qwen3-0.6B-Base", description="Model to train: name on the Hugging Face hub, or a folder."
    )
    sequence_length: int | None = Field(
        default=None,
        ge=LENGTH_STEP,
        description="Tokens of the longest row that fits; default: from the data, up to max_sequence_length.",
    )
    max_sequence_length: int = Field(
        default=8192, ge=LENGTH_STEP, description="Longest sequence that the data may ask for: memory grows with it."
    )
    epochs: int = Field(default=3, gt=0, description="Times that training goes over the data.")
    learning_rate: float | None = Field(
        default=None, gt=0, description=f"Default: {FULL_RATE:g} for all weights, {LORA_RATE:g} with LoRA."
    )
    batch_tokens: int = Field(default=16_384, gt=0, description="Tokens that one optimiser step learns from.")
    lora_rank: int | None = Field(
        default=None, gt=0, description="Train an adapter of this rank instead of all weights; 32 is common."
    )
    chat_template: str = Field(
        default="chatml",
        description="How conversations become text: chatml, llama3, mistral, gemma, plain, or a .jinja file of yours.",
    )
    eos_token: str = Field(
        default="",
        description="End-of-text token of base_model, for templates that write it; default: the template's.",
    )

    def template(self) -> ChatTemplate:
        """The chat template that these settings name."""
        return load_template(self.chat_template, eos_token=self.eos_token)


@dataclass(frozen=True)
class TrainingPlan:
    """Settings applied to data: what the config files of all tools say alike."""

    stage: Stage
    files: tuple[TrainingFile, ...]
    template: ChatTemplate
    settings: TrainingSettings

    @property
    def tokens(self) -> int:
        """Of all files."""
        return sum(file.tokens for file in self.files)

    @property
    def longest(self) -> int:
        """Tokens of the longest row."""
        return max((file.longest for file in self.files), default=0)

    @property
    def sequence_length(self) -> int:
        """As set, or what the longest row needs, a tenth more, rounded up to a multiple of 256 and capped."""
        if self.settings.sequence_length:
            return self.settings.sequence_length
        needed = -int(-self.longest * TOKENIZER_MARGIN // LENGTH_STEP) * LENGTH_STEP
        return min(max(needed, LENGTH_STEP), self.settings.max_sequence_length)

    @property
    def sequences_per_step(self) -> int:
        """Packed sequences in a batch."""
        return max(1, round(self.settings.batch_tokens / self.sequence_length))

    @property
    def steps(self) -> int:
        """Optimiser steps to expect, on one device."""
        batch = self.sequences_per_step * self.sequence_length
        return optimiser_steps(self.tokens, self.settings.epochs, batch)

    @property
    def learning_rate(self) -> float:
        """As set, or what suits full training or LoRA."""
        return self.settings.learning_rate or (LORA_RATE if self.settings.lora_rank else FULL_RATE)

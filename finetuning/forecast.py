"""What training will take: memory, part by part, and optimiser steps. Known before anything is loaded.

Assumed, in bytes a parameter: AdamW keeps two moments (Loshchilov and Hutter, 2019) in the precision of the weights.

    precision   weights  gradients  optimiser   in all
    float32        4         4          8         16    computes in float32
    mixed          4         4          8         16    computes in bfloat16: + 2 for copies of the linear layers
    bfloat16       2         2          4          8    small updates are rounded away: for want of memory only

With LoRA the base model is frozen: 2 bytes in bfloat16 (4 where computing is in float32), 0.52 in 4 bit (NF4 with
double quantisation: Dettmers et al., 2023), 1 in 8 bit; the adapter takes 16.

Activations are those that Llama-like blocks keep for the backward pass, counted in torch: exact for Llama, Qwen and
Mistral with an attention kernel that does not keep the matrix of scores (sdpa, flash). Where rows that share a sequence
are kept apart by a mask (sdpa), each block keeps its own copy of that. Recomputing activations (gradient checkpointing:
Chen et al., 2016) keeps a block's input alone, and one block at a time.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Literal

from finetuning.model_shape import ModelShape
from finetuning.step_order import sequences_per_step
from generation.core_components.training_steps import few_steps_note
from generation_functions.datasets.figures import count

Precision = Literal["float32", "mixed", "bfloat16"]
GIGABYTE = 1024**3
VARIABLE_LENGTH = ("flash_attention_2", "flash_attention_3")
"""Attention that keeps packed rows apart by their lengths, without a mask."""
LOGIT_BYTES = 12  # of a token and word of the vocabulary: the logits, their log-probabilities, a gradient
_FROZEN_BYTES = {
    "4bit": 0.5 + 1 / 64 + 4 / (64 * 256),
    "8bit": 1.0,
}  # blocks of 64 weights share a scale, 256 of those another


@dataclass(frozen=True)
class Setup:
    """What decides how much memory training takes, besides the model.

    Attributes:
        precision: See the module.
        sequence_length: Tokens of a sequence.
        micro_batch: Sequences that are computed at once.
        recompute: Gradient checkpointing.
        lora_rank: None: all weights are trained.
        quantised: Of the frozen base model.
        attention: Kernel of transformers.
        optimiser: transformers' name of it.
    """

    precision: Precision = "float32"
    sequence_length: int = 2048
    micro_batch: int = 1
    recompute: bool = False
    lora_rank: int | None = None
    quantised: Literal["4bit", "8bit"] | None = None
    attention: str = "sdpa"
    optimiser: str = "adamw_torch"

    @property
    def tokens(self) -> int:
        """Computed at once."""
        return self.sequence_length * self.micro_batch


@dataclass(frozen=True)
class Memory:
    """Bytes by what they are for, when most of them are needed."""

    weights: int
    gradients: int
    optimiser: int
    activations: int
    logits: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.gradients + self.optimiser + self.activations + self.logits


def memory(shape: ModelShape, setup: Setup) -> Memory:
    """What one device needs to train a model so."""
    wide = 2 if setup.precision == "bfloat16" else 4
    if setup.lora_rank is None:
        trained, weights = shape.parameters, wide * shape.parameters
    else:
        trained = shape.adapter(setup.lora_rank)
        weights = _frozen(shape, setup) + 4 * trained
        wide = 4
    activations, logits = _activations(shape, setup)
    return Memory(weights, wide * trained, 2 * wide * trained, activations, logits)


def _frozen(shape: ModelShape, setup: Setup) -> int:
    plain = 4 if setup.precision == "float32" else 2
    each = _FROZEN_BYTES[setup.quantised] if setup.quantised else plain
    return round(each * shape.linear + plain * (shape.parameters - shape.linear))


def _activations(shape: ModelShape, setup: Setup) -> tuple[int, int]:
    """Bytes that the blocks keep, and those of the logits when they are needed at once."""
    block, between = _per_block(shape, setup), _between(setup) * shape.width
    half = setup.precision != "float32"
    ends = shape.width * (10 if half else 14)  # embeddings and the last norm
    step = (4 if half else 8) * max(0, shape.inner - shape.width)  # gradients inside a block
    kept = (between if setup.recompute else block) * shape.layers + ends
    logits = LOGIT_BYTES * shape.vocabulary
    inner, ends_copied = _copies(shape, setup)
    mask, block_mask = _masks(setup)
    ends_copied += mask
    # The logits' peak is over before that of the last block begins.
    last = setup.tokens * (step - logits) + (setup.tokens * block + block_mask if setup.recompute else 0)
    backward = setup.tokens * kept + max(0, last)
    if not setup.recompute:
        return backward + block_mask * shape.layers + inner + ends_copied, setup.tokens * logits
    # Copies live until the end of the forward pass, when the logits take two bytes less; then one block's at a time.
    forward = setup.tokens * (kept - 2 * shape.vocabulary) + inner
    return max(forward, backward + inner // shape.layers) + ends_copied, setup.tokens * logits


def _per_block(shape: ModelShape, setup: Setup) -> int:
    """Bytes that a block keeps of a token."""
    width, query, key, inner = shape.width, shape.query_width, shape.key_width, shape.inner
    norms = (query + key) * shape.head_norms
    rest = 4 * shape.heads + 8
    # With a mask, transformers gives every head keys and values of its own.
    shared = 0 if setup.attention in VARIABLE_LENGTH else query - key
    rank = (setup.lora_rank or 0) * shape.linear_layers
    if setup.precision == "float32":
        inputs = 16 if rank else 24  # frozen layers need no inputs of their own
        normed = (4 if rank else 8) * norms
        return inputs * width + 8 * (query + key + shared) + normed + 16 * inner + rest + 4 * rank
    frozen_or_plain = 16 if setup.precision == "bfloat16" else 26
    inputs = 18 if rank else frozen_or_plain
    normed = (4 if rank else 6) * norms
    return inputs * width + (6 if rank else 4) * query + 4 * (key + shared) + normed + 8 * inner + rest + 2 * rank


def _masks(setup: Setup) -> tuple[int, int]:
    """Bytes of the mask that keeps packed rows apart: the one that all blocks share, and what each makes of it."""
    if setup.attention in VARIABLE_LENGTH:
        return 0, 0
    pairs = setup.micro_batch * setup.sequence_length**2
    return pairs, pairs * (4 if setup.precision == "float32" else 2)


def _between(setup: Setup) -> int:
    """Bytes of a number that goes from block to block."""
    return 2 if setup.precision == "bfloat16" or (setup.lora_rank and setup.precision == "mixed") else 4


def _copies(shape: ModelShape, setup: Setup) -> tuple[int, int]:
    """Of weights in bfloat16, where they are kept in float32: those of the blocks, and that of the last layer."""
    if setup.precision != "mixed":
        return 0, 0
    if setup.lora_rank:
        return 2 * shape.adapter(setup.lora_rank), 0
    return 2 * shape.linear, 2 * shape.vocabulary * shape.width


@dataclass(frozen=True)
class Forecast:
    """What a stage of training will take.

    Attributes:
        memory: On each device, when most is needed.
        available: Bytes that the device has for it; 0 if nobody knows.
        trained: Parameters that change.
        steps: Optimiser steps.
        tokens: That one pass over the data has.
        tokens_per_step: That a step learns from.
        advice: What to change, when it does not fit or is too little; sentences.
    """

    memory: Memory
    available: int
    trained: int
    steps: int
    tokens: int
    tokens_per_step: int
    advice: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether the device has enough memory."""
        return not self.available or self.memory.total <= self.available

    @property
    def text(self) -> str:
        """Two sentences for people; the advice is apart."""
        parts = sorted(asdict(self.memory).items(), key=lambda part: -part[1])
        detail = ", ".join(f"{name} {gigabytes(value)}" for name, value in parts if value)
        of = f" of {gigabytes(self.available)}" if self.available else ""
        return (
            f"Memory: about {gigabytes(self.memory.total)}{of} ({detail}). "
            f"Training: {count(self.steps, 'optimiser step')} of about {self.tokens_per_step:,} tokens; "
            f"{count(self.trained, 'parameter')} learn."
        )


def forecast(
    shape: ModelShape,
    setup: Setup,
    *,
    tokens: int,
    batch_tokens: int,
    steps: int,
    available: int = 0,
    devices: int = 1,
) -> Forecast:
    """Memory and steps of a stage, and what to change where either is wrong.

    Args:
        tokens: Of one pass over the data.
        batch_tokens: That one optimiser step is to learn from, over all devices.
        steps: Optimiser steps.
        available: Bytes that a device has for training; 0 = unknown.
        devices: That work on a step together, each with the whole model.
    """
    per_step = sequences_per_step(batch_tokens, setup.sequence_length, devices) * setup.sequence_length
    needed = memory(shape, setup)
    advice = list(what_to_change(shape, setup, available)) if available else []
    few = few_steps_note(tokens, steps)
    return Forecast(
        memory=needed,
        available=available,
        trained=shape.parameters if setup.lora_rank is None else shape.adapter(setup.lora_rank),
        steps=steps,
        tokens=tokens,
        tokens_per_step=per_step,
        advice=tuple([*advice, few] if few else advice),
    )


LORA_RANK = 32
_SHORTEST = 256


def what_to_change(shape: ModelShape, setup: Setup, available: int) -> list[str]:
    """Where it does not fit: single changes that make it fit, or the most that can be saved. Empty where it fits."""
    if memory(shape, setup).total <= available:
        return []
    changes = _changes(shape, setup, available)
    enough = [(what, bytes_) for what, bytes_ in changes if bytes_ <= available]
    if enough:
        listed = "; ".join(f"{what} needs {gigabytes(bytes_)}" for what, bytes_ in enough)
        return [
            f"It needs about {gigabytes(memory(shape, setup).total)} of {gigabytes(available)}, and would run out of "
            f"memory. Any of these makes it fit: {listed}."
        ]
    least = leanest(shape, setup)
    needs = memory(shape, least).total
    together = (
        f"Together they do: lora_rank: {least.lora_rank}, quantised: 4bit, gradient checkpointing, sequence_length: "
        f"{least.sequence_length} need {gigabytes(needs)}."
        if needs <= available
        else f"Even all of them together need {gigabytes(needs)}: take a smaller base_model, or a larger device."
    )
    return [
        f"It needs about {gigabytes(memory(shape, setup).total)} of {gigabytes(available)}, and no single change makes "
        f"it fit. {together}"
    ]


def leanest(shape: ModelShape, setup: Setup) -> Setup:
    """The same with everything that saves memory: LoRA in 4 bit, recomputing, one sequence of 1024 tokens at once."""
    return replace(
        setup,
        precision="mixed" if setup.precision == "float32" else setup.precision,
        micro_batch=1,
        recompute=True,
        lora_rank=setup.lora_rank or LORA_RANK,
        quantised="4bit",
        sequence_length=min(setup.sequence_length, 1024),
    )


def _changes(shape: ModelShape, setup: Setup, available: int) -> list[tuple[str, int]]:
    """Each change by itself, in the order in which people would rather make it, and what is needed then."""
    found = []
    if setup.micro_batch > 1:
        found.append(("one sequence at a time (a smaller batch that accumulates)", replace(setup, micro_batch=1)))
    if not setup.recompute:
        found.append(("gradient checkpointing", replace(setup, recompute=True)))
    shorter = replace(setup, sequence_length=setup.sequence_length // 2)
    while memory(shape, shorter).total > available and shorter.sequence_length // 2 >= _SHORTEST:
        shorter = replace(shorter, sequence_length=shorter.sequence_length // 2)
    if shorter.sequence_length >= _SHORTEST:
        found.append((f"sequence_length: {shorter.sequence_length}", shorter))
    if setup.lora_rank is None:
        lora_too = replace(setup, lora_rank=LORA_RANK)
        found.append((f"LoRA (lora_rank: {LORA_RANK})", lora_too))
        if not setup.recompute:
            found.append(
                (f"LoRA with gradient checkpointing (lora_rank: {LORA_RANK})", replace(lora_too, recompute=True))
            )
    if setup.quantised is None and setup.precision != "float32":
        rank = setup.lora_rank or LORA_RANK
        lora = "" if setup.lora_rank else f"lora_rank: {rank}, "
        found.append((f"4 bit ({lora}quantised: 4bit)", replace(setup, lora_rank=rank, quantised="4bit")))
    return [(what, memory(shape, changed).total) for what, changed in found]


def gigabytes(value: int) -> str:
    """Bytes for people: 12.3 GB, 45 MB."""
    return f"{value / GIGABYTE:.1f} GB" if value >= GIGABYTE / 10 else f"{value / 1024**2:.1f} MB"

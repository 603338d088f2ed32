"""Hardware presets: a complete set of training settings that fits a device, for any model.

`choose` takes the first of these that fits, with what the user asked for kept as it is:

1. all weights; 2. all weights, recomputing activations; 3. LoRA; 4. LoRA, recomputing; 5. LoRA in 4 bit (on a GPU
with bitsandbytes), recomputing; with half the sequence length each time, where no length was asked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Literal

from finetuning.forecast import (
    GIGABYTE,
    LORA_RANK,
    Memory,
    Precision,
    Setup,
    gigabytes,
    memory,
    what_to_change,
)
from finetuning.model_shape import ModelShape
from finetuning.packages import require
from finetuning.step_order import sequences_per_step

Preset = Literal["auto", "cpu", "8gb", "16gb", "24gb", "48gb", "80gb", "141gb"]
SHORTEST_CHOICE = 1024
MOST_AT_ONCE = 8192
"""Tokens of a micro-batch beyond which a device is no busier, and memory is better kept."""
_SHARE, _CONTEXT = 0.92, 0.8  # of a GPU's memory for tensors: fragments take the rest; GB that CUDA itself takes


@dataclass(frozen=True)
class Hardware:
    """A device to train on.

    Attributes:
        name: Of the preset, or of what was found.
        kind: cpu, cuda, mps, ...
        memory: Bytes that it has.
        longest: Tokens of a sequence, where nobody asks for another length.
        bfloat16: Whether it computes in that at speed (on a CPU: rarely).
    """

    name: str
    kind: str
    memory: int
    longest: int
    bfloat16: bool = True

    @property
    def available(self) -> int:
        """Bytes for tensors."""
        if self.kind == "cpu":
            return int(self.memory * 0.8)
        return max(0, int(self.memory * _SHARE - _CONTEXT * GIGABYTE))


def _gpu(name: str, gigabyte: int, longest: int) -> Hardware:
    return Hardware(name, "cuda", gigabyte * GIGABYTE, longest)


PRESETS: dict[str, Hardware] = {
    "8gb": _gpu("8gb", 8, 2048),
    "16gb": _gpu("16gb", 16, 4096),
    "24gb": _gpu("24gb", 24, 4096),
    "48gb": _gpu("48gb", 48, 8192),
    "80gb": _gpu("80gb", 80, 8192),
    "141gb": _gpu("141gb", 140, 16_384),
}


@dataclass(frozen=True)
class Wishes:
    """What a user asks for; None leaves it to the preset. Presets change none of what is asked for.

    Attributes:
        sequence_length: Tokens of a sequence.
        longest_row: Tokens of the longest row: a shorter sequence would lose it.
        batch_tokens: That one optimiser step learns from, on this device.
        lora_rank: 0 = all weights, whatever they need.
        quantised: Of the frozen base model; "no" = as it is.
        recompute: Gradient checkpointing.
        precision: See `Setup`.
        micro_batch: Sequences at once.
        attention: Kernel of transformers.
    """

    sequence_length: int | None = None
    longest_row: int = 0
    batch_tokens: int = 16_384
    lora_rank: int | None = None
    quantised: Literal["4bit", "8bit", "no"] | None = None
    recompute: bool | None = None
    precision: Precision | None = None
    micro_batch: int | None = None
    attention: str | None = None


@dataclass(frozen=True)
class Choice:
    """Settings that a preset comes to.

    Attributes:
        setup: The settings.
        memory: What they need.
        fits: Whether the device has it.
        notes: What was chosen and why, and what to change where it does not fit; sentences for people.
    """

    hardware: Hardware
    setup: Setup
    memory: Memory
    fits: bool
    notes: tuple[str, ...]


def hardware_of(preset: Preset, device: str = "auto") -> Hardware:
    """The hardware of a preset: a GPU of that size, this machine's CPU, or with auto whatever is here.

    Args:
        device: cpu, cuda, cuda:1, ...: with the preset auto, the device to look at.
    """
    if preset in PRESETS:
        return PRESETS[preset]
    if preset == "cpu" or device.startswith("cpu"):
        return _this_cpu()
    require("torch")
    import torch

    if device == "auto" and not torch.accelerator.is_available():
        return _this_cpu()
    found = torch.device(device) if device != "auto" else torch.accelerator.current_accelerator()
    if found.type != "cuda" or not torch.cuda.is_available():
        return replace(_this_cpu(), name=str(found), kind=str(found.type))
    size = int(torch.cuda.get_device_properties(found).total_memory)
    longest = max((known.longest for known in PRESETS.values() if known.memory <= size * 1.05), default=1024)
    name = torch.cuda.get_device_name(found)
    return Hardware(name, "cuda", size, longest, bfloat16=torch.cuda.get_device_capability(found) >= (8, 0))


def _this_cpu() -> Hardware:
    return Hardware("cpu", "cpu", _main_memory(), 1024, bfloat16=False)


def _main_memory() -> int:
    """Of this machine, or of the container that this process may fill."""
    try:
        size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows
        return 8 * GIGABYTE
    try:
        with open("/sys/fs/cgroup/memory.max", encoding="ascii") as file:  # noqa: PTH123
            return min(size, int(file.read()))
    except (OSError, ValueError):  # no limit
        return size


def attention_kernel(hardware: Hardware) -> str:
    """The best attention that is installed: one for packed documents of different lengths, or torch's own."""
    has_flash = hardware.kind == "cuda" and hardware.bfloat16 and find_spec("flash_attn") is not None
    return "flash_attention_2" if has_flash else "sdpa"


def choose(hardware: Hardware, shape: ModelShape, wishes: Wishes | None = None) -> Choice:
    """Settings for a model on a device: see the module for what is tried in which order."""
    wishes = wishes or Wishes()
    tried = [_filled(hardware, shape, setup, wishes) for setup in _candidates(hardware, wishes)]
    fitting = [setup for setup in tried if memory(shape, setup).total <= hardware.available]
    setup = fitting[0] if fitting else min(tried, key=lambda each: memory(shape, each).total)
    return Choice(
        hardware=hardware,
        setup=setup,
        memory=memory(shape, setup),
        fits=bool(fitting),
        notes=tuple(_notes(hardware, shape, setup, wishes)),
    )


def _candidates(hardware: Hardware, wishes: Wishes) -> Iterator[Setup]:
    """From what is best for the model to what needs least."""
    plain = Setup(
        precision=wishes.precision or ("mixed" if hardware.bfloat16 else "float32"),
        attention=wishes.attention or attention_kernel(hardware),
        optimiser="adamw_torch_fused" if hardware.kind == "cuda" else "adamw_torch",
        micro_batch=wishes.micro_batch or 1,
    )
    for length in _lengths(hardware, wishes):
        for rank, quantised in _methods(hardware, wishes):
            for recompute in (False, True) if wishes.recompute is None else (wishes.recompute,):
                yield replace(plain, sequence_length=length, lora_rank=rank, quantised=quantised, recompute=recompute)


def _lengths(hardware: Hardware, wishes: Wishes) -> Iterator[int]:
    if wishes.sequence_length:
        yield wishes.sequence_length
        return
    needed = -(-wishes.longest_row // 256) * 256
    length = min(hardware.longest, needed) if needed else hardware.longest
    yield length
    while length // 2 >= SHORTEST_CHOICE and not needed:
        length //= 2
        yield length


def _methods(hardware: Hardware, wishes: Wishes) -> Iterator[tuple[int | None, Literal["4bit", "8bit"] | None]]:
    rank = wishes.lora_rank or LORA_RANK
    asked = wishes.quantised if wishes.quantised != "no" else None
    if asked:
        yield rank, asked
        return
    if not wishes.lora_rank:
        yield None, None
    if wishes.lora_rank == 0:
        return
    yield rank, None
    if hardware.kind == "cuda" and wishes.quantised is None:
        yield rank, "4bit"


def _filled(hardware: Hardware, shape: ModelShape, setup: Setup, wishes: Wishes) -> Setup:
    """With as many sequences at once as fit and are of use, in micro-batches of about the same size."""
    if wishes.micro_batch:
        return setup
    per_step = sequences_per_step(wishes.batch_tokens, setup.sequence_length)
    most = 1
    while most * 2 <= min(per_step, MOST_AT_ONCE // setup.sequence_length):
        if memory(shape, replace(setup, micro_batch=most * 2)).total > hardware.available:
            break
        most *= 2
    return replace(setup, micro_batch=-(-per_step // -(-per_step // most)))


def _notes(hardware: Hardware, shape: ModelShape, setup: Setup, wishes: Wishes) -> list[str]:
    notes = []
    if setup.lora_rank and wishes.lora_rank is None and not wishes.quantised:
        whole = replace(setup, lora_rank=None, quantised=None, recompute=True)
        in_bits = " in 4 bit" if setup.quantised else ""
        notes.append(
            f"{hardware.name}: LoRA{in_bits} (lora_rank: {setup.lora_rank}), for training all weights needs about "
            f"{gigabytes(memory(shape, whole).total)} of {gigabytes(hardware.available)}. lora_rank: 0 insists on it."
        )
    if setup.recompute and wishes.recompute is None:
        notes.append(
            f"{hardware.name}: gradient checkpointing, which saves memory and makes steps about a third slower."
        )
    if not wishes.sequence_length and setup.sequence_length < min(
        hardware.longest, wishes.longest_row or hardware.longest
    ):
        notes.append(f"{hardware.name}: sequences of {setup.sequence_length} tokens; longer ones do not fit.")
    if setup.quantised and find_spec("bitsandbytes") is None:
        notes.append("Training in 4 or 8 bit needs bitsandbytes. In .venv: pip install bitsandbytes")
    return [*notes, *what_to_change(shape, setup, hardware.available)]

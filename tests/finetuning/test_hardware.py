"""Hardware presets: complete settings that fit, and that keep what was asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from finetuning.forecast import GIGABYTE, Setup, forecast, memory
from finetuning.hardware import MOST_AT_ONCE, PRESETS, Hardware, Wishes, choose, hardware_of
from finetuning.model_shape import ModelShape, measured_shape
from finetuning.step_order import sequences_per_step
from tests.conftest import PROJECT
from tests.finetuning.test_forecast import large_shape


@pytest.fixture(scope="module")
def shapes() -> dict[str, ModelShape]:
    return {name: large_shape(name) for name in ("Qwen3-0.6B", "Llama-3.1-8B")}


@pytest.mark.parametrize("preset", PRESETS)
def test_what_a_preset_chooses_fits_its_device(preset: str, shapes: dict[str, ModelShape]) -> None:
    for name, shape in shapes.items():
        choice = choose(PRESETS[preset], shape)
        if preset == "8gb" and name == "Llama-3.1-8B":
            assert not choice.fits
            assert "take a smaller base_model" in choice.notes[-1]
        else:
            assert choice.fits, name
            assert choice.memory.total <= PRESETS[preset].available
        assert choice.setup.precision == "mixed"
        assert 16_384 % choice.setup.tokens == 0


def test_a_larger_device_trains_more_of_the_model(shapes: dict[str, ModelShape]) -> None:
    methods = [choose(PRESETS[name], shapes["Llama-3.1-8B"]).setup for name in ("16gb", "48gb", "141gb")]
    assert [(each.lora_rank, each.quantised) for each in methods] == [(32, "4bit"), (32, None), (32, None)]
    small = [choose(PRESETS[name], shapes["Qwen3-0.6B"]).setup for name in ("8gb", "24gb", "80gb")]
    assert [each.lora_rank for each in small] == [32, None, None]
    assert [each.recompute for each in small] == [True, True, False]


def test_lora_instead_of_all_weights_is_said_with_the_reason(shapes: dict[str, ModelShape]) -> None:
    notes = " ".join(choose(PRESETS["8gb"], shapes["Qwen3-0.6B"]).notes)
    assert "8gb: LoRA (lora_rank: 32), for training all weights needs about" in notes
    assert "lora_rank: 0 insists on it" in notes


def test_what_is_asked_for_is_kept_whether_it_fits_or_not(shapes: dict[str, ModelShape]) -> None:
    asked = Wishes(sequence_length=4096, lora_rank=0, recompute=False, precision="float32", micro_batch=2)
    choice = choose(PRESETS["8gb"], shapes["Llama-3.1-8B"], asked)
    assert replace(choice.setup, optimiser="", attention="") == Setup(
        precision="float32", sequence_length=4096, micro_batch=2, optimiser="", attention=""
    )
    assert not choice.fits
    assert "would run out of" in choice.notes[-1] or "no single change" in choice.notes[-1]
    lora = choose(PRESETS["24gb"], shapes["Qwen3-0.6B"], Wishes(lora_rank=8, quantised="no")).setup
    assert (lora.lora_rank, lora.quantised) == (8, None)
    four = choose(PRESETS["80gb"], shapes["Qwen3-0.6B"], Wishes(quantised="4bit")).setup
    assert (four.lora_rank, four.quantised) == (32, "4bit")


@pytest.mark.parametrize("attention", ["sdpa", "flash_attention_2"])
def test_short_sequences_are_computed_together_as_far_as_memory_allows(
    shapes: dict[str, ModelShape], attention: str
) -> None:
    shape = shapes["Qwen3-0.6B"]
    short = Wishes(sequence_length=512, attention=attention, lora_rank=0, recompute=True)
    large, small = choose(PRESETS["141gb"], shape, short), choose(PRESETS["16gb"], shape, short)
    assert large.setup.tokens == MOST_AT_ONCE
    assert 1 < small.setup.micro_batch < large.setup.micro_batch
    assert memory(shape, replace(small.setup, micro_batch=2 * small.setup.micro_batch)).total > small.hardware.available
    for choice in (large, small):
        assert choice.fits
        assert choice.memory == memory(shape, choice.setup)
    long = choose(PRESETS["141gb"], shape, Wishes(sequence_length=8192, attention=attention))
    assert long.setup.micro_batch == 1


def test_a_step_is_cut_into_micro_batches_of_the_same_size(shapes: dict[str, ModelShape]) -> None:
    choice = choose(PRESETS["141gb"], shapes["Qwen3-0.6B"], Wishes(sequence_length=700))
    assert sequences_per_step(16_384, 700) == 23
    assert choice.setup.micro_batch == 8  # 8, 8 and 7


def test_what_a_step_learns_from_does_not_depend_on_the_memory(shapes: dict[str, ModelShape]) -> None:
    shape, told = shapes["Qwen3-0.6B"], set()
    for preset in ("16gb", "141gb"):
        setup = choose(PRESETS[preset], shape, Wishes(sequence_length=700, lora_rank=8)).setup
        told.add(
            (forecast(shape, setup, tokens=10**6, batch_tokens=16_384, steps=9).tokens_per_step, setup.sequence_length)
        )
    assert told == {(23 * 700, 700)}


def test_sequences_are_no_longer_than_the_rows_and_shorter_where_nothing_else_helps(
    shapes: dict[str, ModelShape],
) -> None:
    assert choose(PRESETS["80gb"], shapes["Qwen3-0.6B"], Wishes(longest_row=700)).setup.sequence_length == 768
    tight = Hardware("9gb", "cuda", 9 * GIGABYTE, 8192)
    choice = choose(tight, shapes["Qwen3-0.6B"])
    assert choice.setup.sequence_length < 8192
    assert choice.fits
    assert any("longer ones do not fit" in note for note in choice.notes)
    # A row that is longer than that would be lost, so its length is kept.
    assert choose(tight, shapes["Qwen3-0.6B"], Wishes(longest_row=8100)).setup.sequence_length == 8192


def test_a_cpu_computes_in_float32_and_never_in_4_bit(shapes: dict[str, ModelShape]) -> None:
    cpu = Hardware("cpu", "cpu", 8 * GIGABYTE, 1024, bfloat16=False)
    choice = choose(cpu, shapes["Llama-3.1-8B"])
    assert choice.setup.precision == "float32"
    assert choice.setup.quantised is None
    assert not choice.fits
    small = choose(replace(cpu, memory=32 * GIGABYTE), shapes["Qwen3-0.6B"])
    assert small.fits
    assert small.setup.lora_rank is None


def test_this_machine_has_memory() -> None:
    import torch

    found = hardware_of("cpu")
    assert found.kind == "cpu"
    assert 0 < found.available < found.memory
    here = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    assert hardware_of("auto").kind == (here or torch.device("cpu")).type
    assert memory(large_shape("Qwen3-0.6B"), Setup()).total > 0


QWEN3 = {  # layers, width, heads, inner width; whether one matrix reads and writes tokens
    "0.6B": (28, 1024, 16, 3072, True),
    "1.7B": (28, 2048, 16, 6144, True),
    "4B": (36, 2560, 32, 9728, True),
    "8B": (36, 4096, 32, 12_288, False),
    "14B": (40, 5120, 40, 17_408, False),
    "32B": (64, 5120, 64, 25_600, False),
}


def qwen3(layers: int, width: int, heads: int, inner: int, shared: bool) -> ModelShape:
    import torch
    from transformers import AutoModelForCausalLM, Qwen3Config

    config = Qwen3Config(
        vocab_size=151_936,
        hidden_size=width,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=8,
        head_dim=128,
        tie_word_embeddings=shared,
    )
    with torch.device("meta"):
        return measured_shape(AutoModelForCausalLM.from_config(config))


def cell(hardware: Hardware, shape: ModelShape) -> str:
    choice = choose(hardware, shape, Wishes(attention="sdpa"))
    if not choice.fits:
        return "-"
    method = "all" if choice.setup.lora_rank is None else "4 bit" if choice.setup.quantised else "LoRA"
    again = "" if choice.setup.recompute else " *"
    return f"{method} {choice.setup.sequence_length}{again}"


def test_the_table_in_the_documents_is_what_the_presets_choose() -> None:
    shapes = {name: qwen3(*sizes) for name, sizes in QWEN3.items()}
    rows = [["preset", *shapes], ["---"] * (len(shapes) + 1)]
    rows += [[name, *(cell(hardware, shape) for shape in shapes.values())] for name, hardware in PRESETS.items()]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    assert table in (PROJECT / "docs" / "training.md").read_text(encoding="utf-8"), f"put this there:\n{table}"

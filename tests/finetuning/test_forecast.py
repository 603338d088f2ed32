"""What the forecast says of memory and steps, held against what torch does."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from finetuning.forecast import GIGABYTE, Precision, Setup, forecast, leanest, memory, what_to_change
from finetuning.model_shape import ModelShape, measured_shape, shape_of
from finetuning.new_model import NewModel
from generation.core_components.training_steps import FEW_STEPS, few_steps_note, optimiser_steps

# PEFT asks transformers by a name that has become another.
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")

LLAMA = {"hidden_size": 96, "intermediate_size": 256, "num_hidden_layers": 4, "num_attention_heads": 4}
WIDE = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 6, "num_attention_heads": 8}


def configured(kind: str, **sizes: Any) -> Any:
    from transformers import LlamaConfig, Qwen3Config

    config = {"llama": LlamaConfig, "qwen3": Qwen3Config}[kind]
    shared = {"num_key_value_heads": 2, "head_dim": 16, "tie_word_embeddings": True, "vocab_size": 1500}
    return config(**{**shared, **sizes})


def built(config: Any, setup: Setup) -> Any:
    """A model as it would be trained by a setup."""
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_config(config).train()
    if setup.precision == "bfloat16" or (setup.precision == "mixed" and setup.lora_rank):
        model = model.to(torch.bfloat16)
    if setup.lora_rank:
        from peft import LoraConfig, get_peft_model

        lora = LoraConfig(r=setup.lora_rank, target_modules="all-linear", task_type="CAUSAL_LM")
        model.enable_input_require_grads()
        model = get_peft_model(model, lora)
    if setup.recompute:
        (model.get_base_model() if setup.lora_rank else model).activation_checkpointing_enable()
    return model


def peak_of_a_pass(model: Any, setup: Setup) -> int:
    """Bytes alive at the worst moment of forward and backward, weights and gradients not counted."""
    import torch

    from tests.support.live_memory import LiveMemory

    trained = [weight for weight in model.parameters() if weight.requires_grad]
    for weight in trained:
        weight.grad = torch.zeros_like(weight)
    rows = torch.randint(0, 1000, (setup.micro_batch, setup.sequence_length))
    packed = torch.arange(setup.sequence_length).remainder(setup.sequence_length // 2).expand_as(rows)
    half = torch.autocast("cpu", torch.bfloat16) if setup.precision == "mixed" else nullcontext()
    with LiveMemory([*model.parameters(), *model.buffers(), *(weight.grad for weight in trained)]) as live:
        with half:
            loss = model(input_ids=rows, labels=rows, position_ids=packed, use_cache=False).loss
        loss.backward()
    return live.peak


@pytest.mark.parametrize(
    ("precision", "lora_rank"), [("float32", None), ("bfloat16", None), ("float32", 8), ("mixed", 8), ("mixed", None)]
)
def test_weights_gradients_and_optimiser_are_what_torch_allocates(precision: Precision, lora_rank: int | None) -> None:
    import torch

    setup = Setup(precision=precision, lora_rank=lora_rank, sequence_length=8)
    config = configured("llama", **LLAMA)
    model = built(config, setup)
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(trained)
    ids = torch.randint(0, 1000, (1, 8))
    model(input_ids=ids, labels=ids).loss.backward()
    optimiser.step()
    state = [value for entry in optimiser.state.values() for value in entry.values() if value.dim()]
    needed = memory(measured_shape(model), setup)
    assert needed.weights == sum(weight.nbytes for weight in model.parameters())
    assert needed.gradients == sum(weight.grad.nbytes for weight in trained)
    assert needed.optimiser == sum(value.nbytes for value in state)


@pytest.mark.parametrize("recompute", [False, True])
@pytest.mark.parametrize(
    ("precision", "lora_rank"), [("float32", None), ("mixed", None), ("bfloat16", None), ("float32", 8), ("mixed", 8)]
)
def test_activations_and_logits_are_what_torch_keeps(
    precision: Precision, lora_rank: int | None, recompute: bool
) -> None:
    setup = Setup(precision=precision, lora_rank=lora_rank, recompute=recompute, sequence_length=128, micro_batch=2)
    for kind, sizes in (("llama", LLAMA), ("qwen3", WIDE)):
        model = built(configured(kind, **sizes), setup)
        needed = memory(measured_shape(model), setup)
        assert needed.activations + needed.logits == pytest.approx(peak_of_a_pass(model, setup), rel=0.05), kind


def test_with_few_words_the_last_block_is_what_needs_most() -> None:
    setup = Setup(sequence_length=256, recompute=True)
    model = built(configured("llama", **{**LLAMA, "vocab_size": 1000, "intermediate_size": 1024}), setup)
    needed = memory(measured_shape(model), setup)
    assert needed.activations + needed.logits == pytest.approx(peak_of_a_pass(model, setup), rel=0.1)


def test_long_packed_sequences_are_forecast_with_the_mask_that_each_block_keeps() -> None:
    for recompute in (False, True):
        setup = Setup(sequence_length=1024, recompute=recompute)
        model = built(configured("llama", **LLAMA), setup)
        shape = measured_shape(model)
        needed = memory(shape, setup)
        assert needed.activations + needed.logits == pytest.approx(peak_of_a_pass(model, setup), rel=0.05), recompute
        by_lengths = memory(shape, Setup(sequence_length=1024, recompute=recompute, attention="flash_attention_2"))
        copies = 0 if recompute else 4 * shape.layers
        assert needed.activations - by_lengths.activations >= (1 + copies) * 1024**2


def published() -> dict[str, tuple[Any, int]]:
    """Models by name, with the number of parameters that their makers give."""
    from transformers import LlamaConfig, Qwen3Config

    small = Qwen3Config(
        vocab_size=151_936,
        hidden_size=1024,
        intermediate_size=3072,
        num_hidden_layers=28,
        num_attention_heads=16,
        num_key_value_heads=8,
        head_dim=128,
        tie_word_embeddings=True,
    )
    large = LlamaConfig(
        vocab_size=128_256,
        hidden_size=4096,
        intermediate_size=14_336,
        num_hidden_layers=32,
        num_attention_heads=32,
        num_key_value_heads=8,
        tie_word_embeddings=False,
    )
    return {"Qwen3-0.6B": (small, 596_049_920), "Llama-3.1-8B": (large, 8_030_261_248)}


def large_shape(name: str) -> ModelShape:
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        return measured_shape(AutoModelForCausalLM.from_config(published()[name][0]))


@pytest.mark.parametrize("name", ["Qwen3-0.6B", "Llama-3.1-8B"])
def test_parameters_are_those_that_the_makers_give(name: str) -> None:
    assert large_shape(name).parameters == published()[name][1]


def test_a_large_vocabulary_makes_the_logits_the_largest_part() -> None:
    needed = memory(large_shape("Qwen3-0.6B"), Setup(precision="mixed", sequence_length=8192, recompute=True))
    assert needed.logits == 12 * 151_936 * 8192
    assert needed.logits > needed.weights + needed.gradients + needed.optimiser


def test_four_bit_takes_about_half_a_byte_for_each_weight_of_the_linear_layers() -> None:
    shape = large_shape("Llama-3.1-8B")
    setup = Setup(precision="mixed", lora_rank=16, quantised="4bit", recompute=True, sequence_length=1024)
    frozen = memory(shape, setup).weights - 4 * shape.adapter(16)
    assert frozen == pytest.approx(0.516 * shape.linear + 2 * (shape.parameters - shape.linear), rel=0.001)


def test_a_model_to_be_made_has_the_shape_that_it_will_have() -> None:
    asked = NewModel(layers=3, width=32, heads=2, vocabulary_size=500)
    shape = shape_of(asked)
    assert (shape.layers, shape.width, shape.vocabulary, shape.linear_layers) == (3, 32, 500, 7)


@pytest.mark.parametrize("gigabyte", [4, 6, 8, 12, 24, 40])
def test_every_single_change_that_is_named_really_makes_it_fit(gigabyte: int) -> None:
    shape = large_shape("Qwen3-0.6B")
    setup = Setup(precision="mixed", sequence_length=8192, micro_batch=2)
    (advice,) = what_to_change(shape, setup, gigabyte * GIGABYTE)
    if "Any of these" in advice:
        assert memory(shape, leanest(shape, setup)).total < gigabyte * GIGABYTE
        named = advice.split(":", 1)[1].split("; ")
        assert all(float(change.rsplit("needs ")[1].split()[0]) <= gigabyte for change in named)
    else:
        assert "no single change" in advice
        assert "Together they do: lora_rank: 32, quantised: 4bit" in advice


def test_nothing_is_advised_where_it_fits_and_a_smaller_model_where_nothing_helps() -> None:
    shape = large_shape("Llama-3.1-8B")
    assert what_to_change(shape, leanest(shape, Setup()), 24 * GIGABYTE) == []
    (advice,) = what_to_change(shape, Setup(), 2 * GIGABYTE)
    assert "Even all of them together need" in advice
    assert "take a smaller base_model, or a larger device" in advice


def test_shorter_sequences_are_advised_at_the_length_that_fits() -> None:
    shape = large_shape("Qwen3-0.6B")
    setup = Setup(precision="mixed", sequence_length=8192)
    (advice,) = what_to_change(shape, setup, 20 * GIGABYTE)
    assert "sequence_length: 2048 needs" in advice
    assert memory(shape, Setup(precision="mixed", sequence_length=2048)).total <= 20 * GIGABYTE
    assert memory(shape, Setup(precision="mixed", sequence_length=4096)).total > 20 * GIGABYTE


@pytest.mark.parametrize(
    ("tokens", "epochs", "batch", "steps"),
    [(1000, 1, 100, 10), (1001, 1, 100, 11), (50, 1, 100, 1), (1000, 3, 128, 24)],
)
def test_steps_are_the_passes_over_the_data_by_the_batch(tokens: int, epochs: int, batch: int, steps: int) -> None:
    assert optimiser_steps(tokens, epochs, batch) == steps


def test_too_few_steps_are_said_with_what_to_do() -> None:
    shape = shape_of(NewModel(layers=1, width=32, heads=2))
    setup = Setup(sequence_length=128)
    few = forecast(shape, setup, tokens=10_000, batch_tokens=1024, steps=20)
    assert few.advice == (few_steps_note(10_000, 20),)
    assert "raise epochs, or lower batch_tokens" in few.advice[0]
    assert forecast(shape, setup, tokens=10_000, batch_tokens=1024, steps=FEW_STEPS).advice == ()


def test_a_step_learns_from_whole_sequences_on_all_devices() -> None:
    shape = shape_of(NewModel(layers=1, width=32, heads=2))
    told = forecast(shape, Setup(sequence_length=300), tokens=100_000, batch_tokens=1000, steps=84, devices=2)
    assert told.tokens_per_step == 1200


def test_the_forecast_reads_as_sentences() -> None:
    shape = shape_of(NewModel(layers=1, width=32, heads=2))
    text = forecast(
        shape, Setup(sequence_length=256), tokens=300_000, batch_tokens=1024, steps=293, available=GIGABYTE
    ).text
    assert text.startswith("Memory: about 1")
    assert "of 1.0 GB (logits 12.0 MB" in text
    assert text.endswith("Training: 293 optimiser steps of about 1,024 tokens; 144,480 parameters learn.")

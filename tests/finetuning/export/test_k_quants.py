"""Proof 8 of the training design, its 4-bit part: our own quantisers against llama.cpp's published layouts."""

from __future__ import annotations

import numpy
import pytest
from gguf import GGMLQuantizationType as Kind
from gguf.quants import dequantize

from finetuning.export.k_quants import quantise_q4_k, quantise_q6_k

RANDOM = numpy.random.default_rng(0)
WEIGHTS = {
    "normal": RANDOM.standard_normal((64, 512)).astype(numpy.float32) * 0.02,
    "heavy tails": RANDOM.laplace(size=(64, 512)).astype(numpy.float32),
    "all positive": RANDOM.random((64, 512)).astype(numpy.float32) + 1,
    "one outlier": numpy.where(RANDOM.random((64, 512)) < 0.001, 50, RANDOM.standard_normal((64, 512))).astype("f4"),
}


def error(weights: numpy.ndarray, read: numpy.ndarray) -> float:
    return float(numpy.sqrt(((weights - read) ** 2).mean() / (weights**2).mean()))


def naive_4_bit(weights: numpy.ndarray) -> numpy.ndarray:
    """32 weights share a scale and a minimum, both in full precision and straight from the extremes."""
    groups = weights.reshape(-1, 32)
    low = numpy.minimum(groups.min(1, keepdims=True), 0)
    scale = (groups.max(1, keepdims=True) - low) / 15
    return (numpy.rint((groups - low) / scale) * scale + low).reshape(weights.shape)


def naive_6_bit(weights: numpy.ndarray) -> numpy.ndarray:
    """16 weights share a scale in full precision."""
    groups = weights.reshape(-1, 16)
    scale = numpy.abs(groups).max(1, keepdims=True) / 31
    return (numpy.rint(groups / scale) * scale).reshape(weights.shape)


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
def test_4_bits_lose_hardly_more_than_a_naive_quantiser_with_scales_in_full_precision(weights: numpy.ndarray) -> None:
    made = quantise_q4_k(weights)
    assert made.shape == (64, 2 * 144)
    assert error(weights, dequantize(made, Kind.Q4_K)) < 1.1 * error(weights, naive_4_bit(weights))


def test_4_bits_of_normal_weights_lose_less_than_a_naive_quantiser() -> None:
    weights = WEIGHTS["normal"]
    assert error(weights, dequantize(quantise_q4_k(weights), Kind.Q4_K)) < error(weights, naive_4_bit(weights))


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
def test_6_bits_lose_hardly_more_than_a_naive_quantiser_with_scales_in_full_precision(weights: numpy.ndarray) -> None:
    made = quantise_q6_k(weights)
    assert made.shape == (64, 2 * 210)
    assert error(weights, dequantize(made, Kind.Q6_K)) < 1.1 * error(weights, naive_6_bit(weights))


def test_zeros_stay_zeros() -> None:
    zeros = numpy.zeros((3, 256), dtype=numpy.float32)
    assert not dequantize(quantise_q4_k(zeros), Kind.Q4_K).any()
    assert not dequantize(quantise_q6_k(zeros), Kind.Q6_K).any()


def test_every_weight_comes_back_at_its_own_place() -> None:
    places = numpy.eye(256, dtype=numpy.float32)
    numpy.testing.assert_allclose(dequantize(quantise_q4_k(places), Kind.Q4_K), places, atol=0.01)
    numpy.testing.assert_allclose(dequantize(quantise_q6_k(places), Kind.Q6_K), places, atol=0.01)


def test_what_is_worked_on_in_pieces_is_the_same_as_row_by_row() -> None:
    weights = RANDOM.standard_normal((2100, 256)).astype(numpy.float32)
    rows = numpy.concatenate([quantise_q4_k(weights[:1]), quantise_q4_k(weights[-1:])])
    numpy.testing.assert_array_equal(quantise_q4_k(weights)[[0, -1]], rows)


def test_rows_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="rows of 300 weights are no multiple of 256"):
        quantise_q4_k(numpy.zeros((2, 300), dtype=numpy.float32))

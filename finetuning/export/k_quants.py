"""Q4_K and Q6_K: llama.cpp's block formats for about 4.5 and 6.6 bits a weight, made with numpy.

A row is cut into super-blocks of 256 weights, and those into sub-blocks with a scale of their own; the scales are
whole numbers too, times one or two half-precision factors of the super-block (llama.cpp's k-quants, Kawrakow, 2023).

    Q4_K  144 bytes: factors of scales and of minima (2 + 2), 8 scales and 8 minima in 6 bits (12), weights (128)
    Q6_K  210 bytes: low 4 bits of the weights (128), their high 2 bits (64), 16 scales in 8 bits, their factor (2)

Each sub-block's scale is searched: several roundings are tried, for each of them the scale that fits best follows by
weighted least squares, and the one with the smallest error is kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Floats = NDArray[numpy.float32]
    Bytes = NDArray[numpy.uint8]

SUPER_BLOCK = 256
Q4_K_BYTES, Q6_K_BYTES = 144, 210
_AT_ONCE = 2048  # super-blocks; what is worked on then fits a processor's cache
_TINY = 1e-15  # below it a sub-block counts as nothing but zeros


def quantise_q4_k(weights: Floats) -> Bytes:
    """Rows of weights, a multiple of 256 long, as Q4_K: uint8 of shape (..., row / 256 * 144)."""
    return _in_pieces(weights, _q4_k_blocks, Q4_K_BYTES)


def quantise_q6_k(weights: Floats) -> Bytes:
    """Rows of weights, a multiple of 256 long, as Q6_K: uint8 of shape (..., row / 256 * 210)."""
    return _in_pieces(weights, _q6_k_blocks, Q6_K_BYTES)


def _in_pieces(weights: Floats, quantise: Callable[[Floats], Bytes], size: int) -> Bytes:
    """Quantise piece by piece, as many at once as there are processors: numpy lets go of Python's lock."""
    import numpy

    *rows, length = weights.shape
    if length % SUPER_BLOCK:
        raise ValueError(f"rows of {length} weights are no multiple of {SUPER_BLOCK}")
    blocks = numpy.ascontiguousarray(weights, dtype=numpy.float32).reshape(-1, SUPER_BLOCK)
    made = numpy.empty((len(blocks), size), dtype=numpy.uint8)

    def one(start: int) -> None:
        made[start : start + _AT_ONCE] = quantise(blocks[start : start + _AT_ONCE])

    with ThreadPoolExecutor(_workers()) as pool:
        list(pool.map(one, range(0, len(blocks), _AT_ONCE)))
    return made.reshape(*rows, length // SUPER_BLOCK * size)


def _workers() -> int:
    return int(os.environ.get("OMP_NUM_THREADS") or 0) or os.cpu_count() or 1


# -- Q4_K ----------------------------------------------------------------------------------------------------


def _q4_k_blocks(blocks: Floats) -> Bytes:
    import numpy

    groups = blocks.reshape(-1, 8, 32)
    scales, minima = _scales_and_minima(groups)
    with numpy.errstate(over="ignore"):
        factor = (scales.max(1, keepdims=True) / 63).astype(numpy.float16)
        below = (minima.max(1, keepdims=True) / 63).astype(numpy.float16)
    whole_scales = _steps(scales, factor, 63)
    whole_minima = _steps(minima, below, 63)
    step = (factor.astype(numpy.float32) * whole_scales)[..., None]
    offset = (below.astype(numpy.float32) * whole_minima)[..., None]
    numbers = numpy.clip(numpy.rint((groups + offset) * _inverse(step)), 0, 15).astype(numpy.uint8)
    pairs = numbers.reshape(-1, 4, 2, 32)
    packed = pairs[:, :, 0] | (pairs[:, :, 1] << 4)
    return numpy.concatenate(
        [
            factor.view(numpy.uint8),
            below.view(numpy.uint8),
            _six_bit_scales(whole_scales.astype(numpy.uint8), whole_minima.astype(numpy.uint8)),
            packed.reshape(-1, 128),
        ],
        axis=1,
    )


def _scales_and_minima(groups: Floats) -> tuple[Floats, Floats]:
    """For each sub-block the scale and the (negated) minimum that fit its weights best; both are 0 or more.

    Larger weights count for more, since they move a layer's output more.
    """
    import numpy

    weight = numpy.abs(groups) + numpy.sqrt(numpy.mean(groups * groups, axis=-1, keepdims=True))
    low = numpy.minimum(groups.min(-1, keepdims=True), 0)
    span = groups.max(-1, keepdims=True) - low
    sum_w, sum_x = weight.sum(-1), (weight * groups).sum(-1)
    best_scale, best_low = (span / 15)[..., 0], low[..., 0]
    best = numpy.full(best_scale.shape, numpy.inf, dtype=numpy.float32)
    for levels in (15.0, 13.6, 14.0, 14.4, 14.8, 15.2, 15.6, 16.0):
        numbers = numpy.clip(numpy.rint((groups - low) * (levels * _inverse(span))), 0, 15)
        weighted = weight * numbers
        sum_n, sum_nn, sum_nx = weighted.sum(-1), (weighted * numbers).sum(-1), (weighted * groups).sum(-1)
        determinant = sum_w * sum_nn - sum_n * sum_n
        inverse = _inverse(determinant)
        scale = (sum_w * sum_nx - sum_x * sum_n) * inverse
        bottom = (sum_nn * sum_x - sum_n * sum_nx) * inverse
        above = bottom > 0  # the format only shifts downwards
        scale = numpy.where(above, sum_nx * _inverse(sum_nn), scale)
        bottom = numpy.where(above, 0, bottom)
        miss = scale[..., None] * numbers + bottom[..., None] - groups
        error = (weight * miss * miss).sum(-1)
        better = (error < best) & (scale > 0)
        best = numpy.where(better, error, best)
        best_scale, best_low = numpy.where(better, scale, best_scale), numpy.where(better, bottom, best_low)
    return best_scale, -best_low


def _six_bit_scales(scales: Bytes, minima: Bytes) -> Bytes:
    """Eight scales and eight minima of 6 bits in 12 bytes: the first four of each whole, with the high bits of the
    last four above them; then the low bits of the last four, scale and minimum in one byte."""
    import numpy

    first = (scales[:, :4] & 63) | ((scales[:, 4:] >> 4) << 6)
    second = (minima[:, :4] & 63) | ((minima[:, 4:] >> 4) << 6)
    third = (scales[:, 4:] & 15) | ((minima[:, 4:] & 15) << 4)
    return numpy.concatenate([first, second, third], axis=1)


# -- Q6_K ----------------------------------------------------------------------------------------------------


def _q6_k_blocks(blocks: Floats) -> Bytes:
    import numpy

    groups = blocks.reshape(-1, 16, 16)
    scales = _signed_scales(groups)
    largest = numpy.take_along_axis(scales, numpy.abs(scales).argmax(1, keepdims=True), axis=1)
    with numpy.errstate(over="ignore"):
        factor = (largest / -128).astype(numpy.float16)
    whole_scales = numpy.clip(numpy.rint(scales * _inverse(factor.astype(numpy.float32))), -128, 127)
    step = (factor.astype(numpy.float32) * whole_scales)[..., None]
    numbers = (numpy.clip(numpy.rint(groups * _inverse(step)), -32, 31) + 32).astype(numpy.uint8)
    halves = numbers.reshape(-1, 2, 128)
    low = (halves[:, :, :64] & 15) | ((halves[:, :, 64:] & 15) << 4)
    quarters = halves.reshape(-1, 2, 4, 32) >> 4
    high = quarters[:, :, 0] | (quarters[:, :, 1] << 2) | (quarters[:, :, 2] << 4) | (quarters[:, :, 3] << 6)
    return numpy.concatenate(
        [
            low.reshape(-1, 128),
            high.reshape(-1, 64),
            whole_scales.astype(numpy.int8).view(numpy.uint8),
            factor.view(numpy.uint8),
        ],
        axis=1,
    )


def _signed_scales(groups: Floats) -> Floats:
    """For each sub-block the scale that fits best; its largest weight sits at the -32 end, which reaches further."""
    import numpy

    weight = groups * groups
    peak = numpy.take_along_axis(groups, numpy.abs(groups).argmax(-1, keepdims=True), axis=-1)
    best_scale, best = numpy.zeros_like(peak[..., 0]), numpy.zeros_like(peak[..., 0])
    for levels in (32.0, 31.1, 31.4, 31.7, 32.3, 32.6, 32.9):
        numbers = numpy.clip(numpy.rint(groups * (-levels * _inverse(peak))), -32, 31)
        weighted = weight * numbers
        sum_nx, sum_nn = (weighted * groups).sum(-1), (weighted * numbers).sum(-1)
        inverse = _inverse(sum_nn)
        gain = sum_nx * sum_nx * inverse  # how much of the error the best scale for this rounding takes away
        better = gain > best
        best_scale = numpy.where(better, sum_nx * inverse, best_scale)
        best = numpy.where(better, gain, best)
    return numpy.where((best_scale == 0) & (peak[..., 0] != 0), peak[..., 0] / -32, best_scale)


def _steps(values: Floats, factor: Any, most: int) -> Floats:
    import numpy

    steps: Floats = numpy.clip(numpy.rint(values * _inverse(factor.astype(numpy.float32))), 0, most)
    return steps


def _inverse(values: Any) -> Any:
    """1 / values, and 0 where there is nothing to divide by."""
    import numpy

    nothing = numpy.abs(values) < _TINY
    return numpy.where(nothing, numpy.float32(0), numpy.float32(1) / numpy.where(nothing, numpy.float32(1), values))

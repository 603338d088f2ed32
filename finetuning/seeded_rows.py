"""Orders that follow from a seed alone, and stay the same whatever version of numpy comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generation_functions.records import stable_hash

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray


def seeded_rows(number: int, *seed: Any) -> NDArray[numpy.int64]:
    """The numbers below `number`, in an order that looks random and depends on `seed` only.

    Sorted by SplitMix64 (Steele et al., 2014) of the number.
    """
    import numpy

    mixed = numpy.arange(1, number + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
    mixed += numpy.uint64(int(stable_hash(*seed)[:16], 16))
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> numpy.uint64(shift))) * numpy.uint64(factor)
    return numpy.argsort(mixed ^ (mixed >> numpy.uint64(31)), kind="stable")

"""Orders of collected rows that depend on their ids and a salt only, for millions of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation_functions import stable_hash
from generation_functions.datasets.collected import CollectedRows

if TYPE_CHECKING:
    import numpy

    Hashes = numpy.ndarray[tuple[int], numpy.dtype[numpy.uint64]]

_ODD = 0x9E3779B97F4A7C15  # the golden ratio, as in Fibonacci hashing: spreads neighbouring keys


def order_hashes(rows: CollectedRows, salt: str) -> Hashes:
    """A number for each row; sorted by it, rows come in an order that looks random, and another one for each salt."""
    import numpy

    keys = numpy.frombuffer(rows.keys, dtype=numpy.uint64)
    mixed = (keys ^ numpy.uint64(int(stable_hash(salt)[:16], 16))) * numpy.uint64(_ODD)
    mixed ^= mixed >> numpy.uint64(29)
    hashes: Hashes = mixed * numpy.uint64(_ODD)
    return hashes

"""Curves with fewer points that look the same."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite


def largest_triangles(x: Sequence[float], y: Sequence[float], most: int) -> list[int]:
    """Which points of a curve to keep: at most `most`, the first and the last among them, in order.

    Largest triangle three buckets (Steinarsson, Downsampling Time Series for Visual Representation, 2013): of each
    bucket the point stays that spans the largest triangle with the one kept before and the mean of the next bucket.
    A value that is no number counts as 0.
    """
    count = len(x)
    if count <= most or most < 3:
        return list(range(count)) if count <= most else [0, count - 1][:most]
    heights = [value if isfinite(value) else 0.0 for value in y]
    width = (count - 2) / (most - 2)
    kept = [0]
    for bucket in range(most - 2):
        begin, end = 1 + int(bucket * width), 1 + int((bucket + 1) * width)
        later = range(end, min(count, 1 + int((bucket + 2) * width))) if bucket < most - 3 else range(count - 1, count)
        mean_x, mean_y = sum(x[i] for i in later) / len(later), sum(heights[i] for i in later) / len(later)
        before_x, before_y = x[kept[-1]], heights[kept[-1]]
        slope_x, slope_y = mean_x - before_x, mean_y - before_y
        kept.append(
            max(
                range(begin, end),
                key=lambda i: abs(slope_x * (heights[i] - before_y) - (x[i] - before_x) * slope_y),
            )
        )
    return [*kept, count - 1]

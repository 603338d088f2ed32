"""Puts the lines of a two-column page into reading order when the file itself mixes the columns.

Most files hold their columns one after the other, and pdfium keeps that order. Some hold the page line
by line across both columns; there the gutter is found from the boxes of the lines, and the columns are
read apart.
"""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

_MIN_LINES = 8  # on each side of the gutter
_MIN_FILL = 0.5  # of the left column's width by the median line of each; cells of tables are shorter
_MAX_CROSSING = 0.25  # share of lines across the gutter: headings, captions
_MAX_BOXES = 2_000
_HYPHEN_AT_LINE_END = re.compile(r"(?<=[^\W\d_])[-\x02\ufffe]\n(?=[^\W\d_])")


class Box(NamedTuple):
    """A run of text on one line, in points from the lower left corner of the page."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


def text_by_columns(textpage: PdfTextPage) -> str:
    """The text of a page in reading order."""
    count = textpage.count_rects()
    if 2 * _MIN_LINES <= count <= _MAX_BOXES:
        boxes = [Box(*textpage.get_rect(index)) for index in range(count)]
        gutter = mixed_gutter(boxes)
        if gutter is not None:
            lines = reading_order(boxes, gutter)
            text = "\n".join(" ".join(textpage.get_text_bounded(*box).strip() for box in line) for line in lines)
            return _HYPHEN_AT_LINE_END.sub("\ufffe", text)
    return str(textpage.get_text_range())


def mixed_gutter(boxes: list[Box]) -> float | None:
    """The x of the gutter between two columns whose lines alternate in the file, or None."""
    left_edge = min(box.left for box in boxes)
    width = max(box.right for box in boxes) - left_edge
    candidates = sorted({box.left - 1 for box in boxes if 0.3 < (box.left - left_edge) / max(width, 1) < 0.7})
    best: tuple[int, float] | None = None
    for x in candidates:
        crossing = sum(box.left < x < box.right for box in boxes)
        if best is None or crossing < best[0]:
            best = (crossing, x)
    if best is None or best[0] > _MAX_CROSSING * len(boxes):
        return None
    return best[1] if _is_mixed(boxes, best[1], left_edge) else None


def _is_mixed(boxes: list[Box], x: float, left_edge: float) -> bool:
    sides = [box.left >= x for box in boxes if not box.left < x < box.right]
    right = [box.right - box.left for box in boxes if box.left >= x]
    left = [box.right - box.left for box in boxes if box.right <= x]
    if min(len(left), len(right)) < _MIN_LINES:
        return False
    if min(median(left), median(right)) < _MIN_FILL * (x - left_edge):
        return False
    switches = sum(one != other for one, other in pairwise(sides))
    return switches > min(len(left), len(right)) / 2


def reading_order(boxes: list[Box], gutter: float) -> list[list[Box]]:
    """Lines of boxes: between two lines that cross the gutter, the left column comes before the right."""
    apart = _set_apart(boxes)
    bands: list[tuple[list[Box], list[Box], list[Box]]] = [([], [], [])]
    for box in sorted(boxes, key=lambda box: -box.middle):
        crosses = box.left < gutter < box.right or box.middle in apart
        if crosses and (bands[-1][1] or bands[-1][2]):
            bands.append(([], [], []))
        bands[-1][0 if crosses else 1 if box.right <= gutter else 2].append(box)
    return [line for band in bands for column in band for line in _lines(column)]


def _set_apart(boxes: list[Box]) -> set[float]:
    """Heights of running headers and footers: lines at the top and foot with a wide gap to the text."""
    lines = _lines(sorted(boxes, key=lambda box: -box.middle))
    heights = [line[0].middle for line in lines]
    gaps = [upper - lower for upper, lower in pairwise(heights)]
    if not gaps:
        return set()
    wide = 1.8 * median(gaps)
    apart = {box.middle for box in lines[0]} if gaps[0] > wide else set()
    return apart | ({box.middle for box in lines[-1]} if gaps[-1] > wide else set())


def _lines(boxes: list[Box]) -> list[list[Box]]:
    """Boxes, sorted from the top, gathered into lines that are sorted from the left."""
    lines: list[list[Box]] = []
    for box in boxes:
        if lines and abs(lines[-1][0].middle - box.middle) < (box.top - box.bottom) / 2:
            lines[-1].append(box)
        else:
            lines.append([box])
    return [sorted(line) for line in lines]

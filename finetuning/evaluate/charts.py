"""The pictures of the report: before and after with their intervals, and the lengths of answers.

They have no size of their own: lengths are shares of the room there is, and words keep theirs, so that they can be read
on a phone as well as on a wall.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from finetuning.evaluate.conclusions import shown
from finetuning.evaluate.figures import Figure
from finetuning.evaluate.significance import Interval
from generation_functions.datasets.markup import Markup, element

_WHISKER_ENDS = ("25%", "75%")  # of a bar's height
_HISTOGRAM, _LABELS, _COUNTS = 180, 26, 22  # pixels: the whole height, below the bars, above them
_BUCKET_REMS = 4.5  # narrower, and the names of buckets would run into each other
_BUCKETS = (0, 1, 3, 6, 11, 21, 41, 81, 161, 321)


def interval_bars(figures: Sequence[Figure], label: str) -> Markup:
    """Bars of before and after, a whisker over each from the low to the high end of its interval.

    All figures have one unit and share one axis, which begins at 0.
    """
    ends = [_end(interval) for figure in figures for _, interval in _both(figure)]
    top = 1.0 if figures[0].unit == "share" else 1.05 * max(ends) or 1.0
    rows = [
        element(
            "div",
            element("h4", figure.name),
            [_bar(interval, role, top, figure.unit) for role, interval in _both(figure)],
            class_="compared",
        )
        for figure in figures
    ]
    return element("div", rows, class_="intervals", role="group", aria_label=label)


def _both(figure: Figure) -> list[tuple[str, Interval]]:
    before = [("before", figure.before)] if figure.before else []
    return [*before, ("after", figure.after)]


def _end(interval: Interval) -> float:
    return interval.value if interval.high is None else max(interval.value, interval.high)


def _bar(interval: Interval, role: str, top: float, unit: str) -> Markup:
    def place(value: float) -> str:
        return f"{100 * max(0.0, min(1.0, value / top)):.2f}%"

    said = shown(interval, unit)
    lines: list[Markup] = []
    if interval.low is not None and interval.high is not None:
        low, high = place(interval.low), place(interval.high)
        lines.append(element("line", class_="whisker", x1=low, x2=high, y1="50%", y2="50%"))
        lines += [
            element("line", class_="whisker", x1=end, x2=end, y1=_WHISKER_ENDS[0], y2=_WHISKER_ENDS[1])
            for end in (low, high)
        ]
    track = element(
        "svg",
        element("title", f"{role}: {said}"),
        element("rect", class_=role, width=place(interval.value), height="100%", rx=2),
        lines,
        class_="track",
        role="img",
        aria_label=f"{role}: {said}",
    )
    return element("div", track, element("span", element("b", said.partition(" (")[0]), f" {role}"), class_="interval")


def length_histogram(lengths: Mapping[str, Sequence[int]], label: str) -> Markup:
    """Answers by their length in words, one bar a bucket for each of expected, before and after."""
    counts = {name: _bucketed(values) for name, values in lengths.items() if values}
    most = max((count for bucket in counts.values() for count in bucket), default=1) or 1
    last = max((place for bucket in counts.values() for place, count in enumerate(bucket) if count), default=0)
    slot, base = 100 / (last + 1), _HISTOGRAM - _LABELS
    parts: list[Markup] = [element("title", label)]
    for place in range(last + 1):
        middle, width = (place + 0.5) * slot, slot * 0.8 / len(counts)
        for number, (name, bucket) in enumerate(counts.items()):
            left = middle + (number - len(counts) / 2) * width
            top = base - (base - _COUNTS) * bucket[place] / most
            said = f"{name}: {bucket[place]} of {_bucket_name(place)} words"
            bar = element(
                "rect", class_=name, x=f"{left:.2f}%", y=f"{top:.1f}", width=f"{width:.2f}%", height=f"{base - top:.1f}"
            )
            parts.append(element("g", element("title", said), bar))
            if bucket[place]:
                parts.append(_word(bucket[place], left + width / 2, top - 4))
        parts.append(_word(_bucket_name(place), middle, base + 16))
    parts.append(element("line", class_="axis", x1=0, x2="100%", y1=base, y2=base))
    room = f"min-width:{_BUCKET_REMS * (last + 1):.1f}rem"
    chart = element(
        "svg", parts, class_="chart", role="img", aria_label=label, height=_HISTOGRAM, width="100%", style=room
    )
    return element("div", chart, class_="scroll")


def _word(text: str | int, middle: float, y: float) -> Markup:
    return element("text", text, x=f"{middle:.2f}%", y=f"{y:.1f}", text_anchor="middle")


def _bucketed(values: Sequence[int]) -> list[int]:
    counts = [0] * len(_BUCKETS)
    for value in values:
        counts[max(place for place, lower in enumerate(_BUCKETS) if value >= lower)] += 1
    return counts


def _bucket_name(place: int) -> str:
    lower = _BUCKETS[place]
    if place + 1 == len(_BUCKETS):
        return f"{lower} and more"
    upper = _BUCKETS[place + 1] - 1
    return str(lower) if lower == upper else f"{lower} to {upper}"

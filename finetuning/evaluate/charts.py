"""The pictures of the report, as SVG: before and after with their intervals, and the lengths of answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from finetuning.evaluate.conclusions import shown
from finetuning.evaluate.figures import Figure
from finetuning.evaluate.significance import Interval
from generation_functions.datasets.markup import Markup, element, join

_WIDTH, _LABEL, _RIGHT = 860, 360, 150
_BAR, _GAP, _TOP = 15, 16, 8
_HISTOGRAM = 180
_BUCKETS = (0, 1, 3, 6, 11, 21, 41, 81, 161, 321)


def interval_bars(figures: Sequence[Figure], label: str) -> Markup:
    """Bars of before and after, a whisker over each from the low to the high end of its interval.

    All figures have one unit and share one axis, which begins at 0.
    """
    rows = [(figure, interval, role) for figure in figures for interval, role in _both(figure)]
    top = 1.0 if figures[0].unit == "share" else 1.05 * max(_end(interval) for _, interval, _ in rows) or 1.0
    parts: list[Markup] = [element("title", label)]
    y = float(_TOP)
    for figure in figures:
        both = _both(figure)
        middle = y + len(both) * (_BAR + 2) / 2 + 4
        parts.append(element("text", figure.name, x=_LABEL - 10, y=f"{middle:.1f}", text_anchor="end", class_="count"))
        for interval, role in both:
            parts += _bar(interval, role, y, top, figure.unit)
            y += _BAR + 2
        y += _GAP
    parts.append(element("line", class_="axis", x1=_LABEL, x2=_LABEL, y1=_TOP - 4, y2=f"{y - _GAP + 4:.1f}"))
    return _svg(parts, y, label)


def _both(figure: Figure) -> list[tuple[Interval, str]]:
    before = [(figure.before, "before")] if figure.before else []
    return [*before, (figure.after, "after")]


def _end(interval: Interval) -> float:
    return interval.value if interval.high is None else max(interval.value, interval.high)


def _bar(interval: Interval, role: str, y: float, top: float, unit: str) -> list[Markup]:
    room = _WIDTH - _LABEL - _RIGHT

    def place(value: float) -> str:
        return f"{_LABEL + room * max(0.0, min(1.0, value / top)):.1f}"

    width = f"{max(1.0, room * max(0.0, min(1.0, interval.value / top))):.1f}"
    said = shown(interval, unit)
    made = [
        element(
            "g",
            element("title", f"{role}: {said}"),
            element("rect", class_=role, x=_LABEL, y=f"{y:.1f}", width=width, height=_BAR, rx=2),
        )
    ]
    if interval.low is not None and interval.high is not None:
        middle = f"{y + _BAR / 2:.1f}"
        made.append(
            element("line", class_="whisker", x1=place(interval.low), x2=place(interval.high), y1=middle, y2=middle)
        )
        made += [
            element("line", class_="whisker", x1=place(end), x2=place(end), y1=f"{y + 4:.1f}", y2=f"{y + _BAR - 4:.1f}")
            for end in (interval.low, interval.high)
        ]
    value = said.partition(" (")[0]
    made.append(
        element("text", f"{value} {role}", x=f"{float(place(_end(interval))) + 7:.1f}", y=f"{y + _BAR - 3:.1f}")
    )
    return made


def length_histogram(lengths: Mapping[str, Sequence[int]], label: str) -> Markup:
    """Answers by their length in words, one bar a bucket for each of expected, before and after."""
    counts = {name: _bucketed(values) for name, values in lengths.items() if values}
    most = max((count for bucket in counts.values() for count in bucket), default=1) or 1
    last = max((place for bucket in counts.values() for place, count in enumerate(bucket) if count), default=0)
    slot, base = (_WIDTH - 20) / (last + 1), _HISTOGRAM - 26
    parts: list[Markup] = [element("title", label)]
    for place in range(last + 1):
        left, width = 10 + place * slot, slot * 0.8 / len(counts)
        for number, (name, bucket) in enumerate(counts.items()):
            height = (base - 22) * bucket[place] / most
            x = left + number * width
            shape = element(
                "rect",
                class_=name,
                x=f"{x:.1f}",
                y=f"{base - height:.1f}",
                width=f"{width:.1f}",
                height=f"{height:.1f}",
            )
            parts.append(
                element("g", element("title", f"{name}: {bucket[place]} of {_bucket_name(place)} words"), shape)
            )
            if bucket[place]:
                middle = f"{x + width / 2:.1f}"
                parts.append(
                    element("text", bucket[place], x=middle, y=f"{base - height - 4:.1f}", text_anchor="middle")
                )
        parts.append(element("text", _bucket_name(place), x=f"{left:.1f}", y=base + 16))
    parts.append(element("line", class_="axis", x1=8, x2=_WIDTH - 8, y1=base, y2=base))
    return _svg(parts, _HISTOGRAM, label)


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


def _svg(parts: Sequence[Markup], height: float, label: str) -> Markup:
    return element(
        "svg", join(*parts), viewBox=f"0 0 {_WIDTH} {height:.0f}", class_="chart", role="img", aria_label=label
    )

"""Small charts as SVG: the histogram of row lengths, and the stream of records through a step."""

from __future__ import annotations

from generation_functions.datasets.figures import number
from generation_functions.datasets.markup import Markup, element, join

_WIDTH, _HEIGHT = 380, 180
_TOP, _BOTTOM = 22, 38
_MOST_LABELS = 9
_MOST_COUNTS = 12

# A picture beside the card has no page around it, so it brings its own colours.
_STANDALONE_STYLE = """
text{font:12px system-ui,sans-serif;fill:#5d6270}.count{fill:#1d2230}.bar{fill:#d2601a}.axis{stroke:#c9c2b6}
.ground{fill:#fbf8f3}
@media (prefers-color-scheme:dark){text{fill:#9aa3b5}.count{fill:#ece6da}.bar{fill:#ff9a52}
.axis{stroke:#2c3547}.ground{fill:#10141d}}
"""


def histogram_svg(lengths: list[list[int]], name: str, *, standalone: bool = False) -> Markup:
    """Rows by tokens, one bar a bucket. `standalone` makes a file of its own, colours included."""
    rows = sum(count for _, _, count in lengths)
    label = f"Lengths of the {number(rows)} rows of {name}, in tokens"
    head = [element("title", label)]
    if standalone:
        head += [element("style", Markup(_STANDALONE_STYLE))]
        head += [element("rect", class_="ground", width=_WIDTH, height=_HEIGHT, rx=10)]
    return element(
        "svg",
        head,
        _bars(lengths),
        element("line", class_="axis", x1=8, x2=_WIDTH - 8, y1=_HEIGHT - _BOTTOM, y2=_HEIGHT - _BOTTOM),
        element("text", "tokens per row", x=_WIDTH - 8, y=_HEIGHT - 6, text_anchor="end"),
        xmlns="http://www.w3.org/2000/svg" if standalone else None,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        width=_WIDTH if standalone else None,
        height=_HEIGHT if standalone else None,
        class_="histogram",
        role="img",
        aria_label=label,
    )


def _bars(lengths: list[list[int]]) -> Markup:
    if not lengths:
        return Markup("")
    most = max(1, *(count for _, _, count in lengths))
    slot = min(64.0, (_WIDTH - 32) / len(lengths))
    every = -(-len(lengths) // _MOST_LABELS)
    base, room = _HEIGHT - _BOTTOM, _HEIGHT - _TOP - _BOTTOM
    parts: list[Markup] = []
    for position, (lower, upper, count) in enumerate(lengths):
        left = 16 + position * slot
        height = max(2.0, room * count / most) if count else 0.0
        bar = element("title", f"{number(lower)} to {number(upper - 1)} tokens: {number(count)} rows")
        shape = element(
            "rect",
            class_="bar",
            x=f"{left + slot * 0.08:.1f}",
            y=f"{base - height:.1f}",
            width=f"{slot * 0.84:.1f}",
            height=f"{height:.1f}",
            rx=2,
        )
        parts.append(element("g", bar, shape))
        if count and len(lengths) <= _MOST_COUNTS:
            middle = f"{left + slot / 2:.1f}"
            top = f"{base - height - 5:.1f}"
            parts.append(element("text", _short(count), class_="count", x=middle, y=top, text_anchor="middle"))
        if position % every == 0:
            parts.append(element("text", _short(lower), x=f"{left + slot * 0.08:.1f}", y=base + 15))
    return join(parts)


def _short(value: int) -> str:
    if value < 10_000:
        return str(value)
    return f"{value / 1000:.0f}k" if value < 1_000_000 else f"{value / 1e6:.1f}M"


def stream_svg(widest: int, kept: int, dropped: int, failed: int, made: int) -> Markup:
    """A step as a stream: what is kept flows down, what is dropped or failed leaves to the right.

    Widths are shares of `widest`, the widest place of the stage, so the streams of a stage join. The picture
    stretches to whatever height the text beside it takes.
    """
    scale = 84 / max(1, widest)
    stays, goes, breaks, leaves = (_width(value, scale) for value in (kept, dropped, failed, made))
    paths = []
    if dropped:
        paths.append(_branch("dropped", stays + breaks, goes, 26))
    if failed:
        paths.append(_branch("failed", stays, breaks, 58))
    if kept:
        turn = f"C{stays:.2f},80 {leaves:.2f},72 {leaves:.2f},100"
        path = f"M0,0 H{stays:.2f} V52 {turn} H0 Z"
        paths.append(element("path", class_="kept", d=path))
    return element("svg", paths, class_="stream", viewBox="0 0 100 100", preserveAspectRatio="none", aria_hidden="true")


def _width(value: int, scale: float) -> float:
    """Never thinner than what can be seen: one failed record among a million is drawn."""
    return max(1.2, value * scale) if value else 0.0


def _branch(kind: str, left: float, width: float, height: float) -> Markup:
    """A pipe that comes down at `left`, bends, and leaves to the right at `height`, as thick as wide."""
    thick = min(26.0, max(1.8, width * 0.7))
    right, low = left + width, height + thick
    bend = min(9.0, 100 - right)
    outer = f"M{right:.2f},0 V{height - 14:.2f} Q{right:.2f},{height:.2f} {right + bend:.2f},{height:.2f} H100"
    inner = f"V{low:.2f} H{right + bend:.2f} Q{left:.2f},{low:.2f} {left:.2f},{height - 14:.2f} V0 Z"
    return element("path", class_=kind, d=f"{outer} {inner}")

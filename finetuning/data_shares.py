"""Shares: how much of each source an epoch takes, so that each has the share of the tokens that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetuning.seeded_rows import seeded_rows
from generation_functions.errors import UsageError

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Numbers = NDArray[numpy.int64]

_WHOLE = 1 - 1e-6


@dataclass(frozen=True)
class Taken:
    """What an epoch takes of one source.

    Attributes:
        name: The source's.
        tokens: About so many, in whole rows.
        whole: Every row, once.
        note: What could not be met.
    """

    name: str
    tokens: float
    whole: bool
    note: str = ""

    def rows(self, epoch: int, rows: Numbers, lengths: Numbers, seed: int) -> Numbers:
        """Those of `rows` that epoch number `epoch` takes.

        The rows stand in a seeded circle, and each epoch goes on where the one before it stopped: no row is used
        again before all others were.
        """
        import numpy

        circle = seeded_rows(len(rows), seed, "share", self.name)
        ends = numpy.cumsum(lengths[circle])
        marks = [self._place(ends, part * self.tokens) for part in (epoch, epoch + 1)]
        return rows[circle[numpy.arange(*marks) % len(rows)]]

    @staticmethod
    def _place(ends: Numbers, tokens: float) -> int:
        """How many rows of the circle come before that many tokens are full."""
        import numpy

        rounds, rest = divmod(tokens, int(ends[-1]))
        return int(rounds) * len(ends) + int(numpy.searchsorted(ends, rest, side="right"))


def mixture(sources: Sequence[tuple[str, int, float | None, bool]]) -> list[Taken]:
    """What an epoch takes of each source, given its name, its tokens, its share and whether it may be repeated.

    Sources without a share are taken whole, and the others come to them. Of a source with too few tokens all is taken,
    and the others keep their shares.

    Raises:
        UsageError: The shares come to more than all, or leave no room for the sources without one.
    """
    asked = sum(share for _, _, share, _ in sources if share)
    fixed = [tokens for _, tokens, share, _ in sources if share is None]
    if asked > 1 + 1e-6 or (fixed and asked > _WHOLE):
        raise UsageError(
            f"The shares of the data come to {asked:.2f}, and there "
            + ("are sources without a share, which need room too" if fixed else "is only 1 to share out")
            + ". Lower them."
        )
    if not fixed and asked < _WHOLE:
        raise UsageError(
            f"The shares of the data come to {asked:.2f}, and nothing says what the rest is. Let them come to 1, or "
            "leave out the share of a source, which is then taken whole."
        )
    short: list[int] = []
    while True:
        total = _total(sources, short)
        lacking = [
            number
            for number, (_, tokens, share, repeat) in enumerate(sources)
            if share and not repeat and number not in short and tokens < share * total * (1 - 1e-9)
        ]
        if not lacking:
            break
        short.append(min(lacking, key=lambda number: sources[number][1] / (sources[number][2] or 1)))
    return [_taken(one, total, number in short) for number, one in enumerate(sources)]


def _total(sources: Sequence[tuple[str, int, float | None, bool]], short: Sequence[int]) -> float:
    """Tokens of an epoch, when the sources in `short` are taken whole."""
    met = [one for number, one in enumerate(sources) if one[2] and number not in short]
    whole = sum(one[1] for number, one in enumerate(sources) if not one[2] or number in short)
    room = 1 - sum(share or 0 for _, _, share, _ in met)
    if whole and room > 1e-6:
        return whole / room
    # All have shares: as much as the scarcest one allows, or all there is, where every one may be repeated.
    limits = [tokens / share for _, tokens, share, repeat in met if share and not repeat]
    return min(limits, default=float(sum(one[1] for one in sources)))


def _taken(source: tuple[str, int, float | None, bool], total: float, short: bool) -> Taken:
    name, tokens, share, _ = source
    if share is None:
        return Taken(name, tokens, whole=True)
    if not short:
        return Taken(name, share * total, whole=False)
    note = (
        f"{name} has only {tokens:,} tokens: {tokens / total:.1%} of an epoch instead of {share:.1%}. Give more rows, "
        "ask for less, or set repeat: true."
    )
    return Taken(name, tokens, whole=True, note=note)

"""How sure a figure is, and whether a difference between two models is more than chance.

Both models are measured on the same questions and texts, so everything that compares them is paired. All draws are
seeded: the same measurements give the same figures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Numbers = NDArray[numpy.float64]

LEVEL = 0.05
"""Chance that is accepted of calling nothing a difference; intervals hold 95 %."""
_Z = 1.959963984540054
_RESAMPLES, _FLIPS = 2000, 10_000
_FEWEST_UNITS = 5  # below, a resample says nothing
_FEW_UNITS = 13  # up to there all signs are fewer than _FLIPS
_MANY_UNITS = 5000  # above, the sign-flip distribution is normal to all purposes
_CELLS = 4_000_000  # numbers held at once


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % confidence interval; None where there is too little to say."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Comparison:
    """Before, after, and after minus before, with the chance of such a difference among equal models."""

    before: Interval
    after: Interval
    difference: Interval
    p: float | None
    test: str


@dataclass(frozen=True)
class Units:
    """What a model was measured on, in units that are drawn as a whole: totals and weights, one each a unit.

    The figure is sum(totals) / sum(weights): nats and tokens, or scores and questions.
    """

    totals: Sequence[float]
    weights: Sequence[float]

    @property
    def ratio(self) -> float:
        """The figure; 0 without units."""
        weight = math.fsum(self.weights)
        return math.fsum(self.totals) / weight if weight else 0.0


def wilson(successes: float, trials: float) -> Interval:
    """A proportion with its score interval (Wilson, 1927), which holds near 0 and 1 and for few trials too."""
    if not trials:
        return Interval(0.0)
    share, z2 = successes / trials, _Z * _Z
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = _Z / (1 + z2 / trials) * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials))
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == trials else min(1.0, middle + half)
    return Interval(share, low, high)


def effective_trials(units: Units) -> float:
    """As how many single questions all of them count, where those of a unit stand or fall together.

    It is their number divided by the design effect, which is the variance of the share with units drawn as a whole by
    the variance with questions drawn one by one (Korn and Graubard, 1998). Where all or none are right that cannot be
    seen: then each unit counts as one question.

    Args:
        units: Right answers and questions of each.
    """
    count, share = math.fsum(units.weights), units.ratio
    if not 0 < share < 1:
        return float(len(units.weights))
    pairs = zip(units.totals, units.weights, strict=True)
    together = math.fsum((total - share * weight) ** 2 for total, weight in pairs) / count**2
    return min(count, share * (1 - share) / together) if together else count


def mcnemar(before: Sequence[float], after: Sequence[float]) -> float:
    """Exact two-sided test on the questions that only one model got right (McNemar, 1947).

    Args:
        before: 1 for right and 0 for wrong, one for each question.
        after: The same of the other model, in the same order.
    """
    gained = sum(then < now for then, now in zip(before, after, strict=True))
    lost = sum(then > now for then, now in zip(before, after, strict=True))
    changed = gained + lost
    if not changed:
        return 1.0
    fewer = min(gained, lost)
    # Logarithms, for thousands of questions have coefficients that no float holds.
    logs = [_log_choose(changed, number) - changed * math.log(2) for number in range(fewer + 1)]
    return min(1.0, 2 * math.fsum(map(math.exp, logs)))


def _log_choose(whole: int, part: int) -> float:
    return math.lgamma(whole + 1) - math.lgamma(part + 1) - math.lgamma(whole - part + 1)


def bootstrap(units: Units, seed: int) -> Interval:
    """A figure of one model with its percentile bootstrap interval (Efron, 1979)."""
    drawn = _resampled([units], seed)
    return _interval(units.ratio, drawn[0] if drawn else None)


def paired_bootstrap(before: Units, after: Units, seed: int) -> tuple[Interval, Interval, Interval]:
    """Before, after and their difference; every resample draws the same units of both (Koehn, 2004)."""
    drawn = _resampled([before, after], seed)
    then = _interval(before.ratio, drawn[0] if drawn else None)
    now = _interval(after.ratio, drawn[1] if drawn else None)
    difference = _interval(after.ratio - before.ratio, drawn[1] - drawn[0] if drawn else None)
    return then, now, difference


def _resampled(models: Sequence[Units], seed: int) -> list[Numbers]:
    """The figure of each model in each resample; nothing where there are too few units."""
    import numpy

    count = len(models[0].weights)
    if count < _FEWEST_UNITS:
        return []
    totals = [numpy.asarray(model.totals, dtype=numpy.float64) for model in models]
    weights = [numpy.asarray(model.weights, dtype=numpy.float64) for model in models]
    generator = numpy.random.default_rng(seed)
    at_once = max(1, _CELLS // count)
    figures: list[list[Numbers]] = [[] for _ in models]
    for start in range(0, _RESAMPLES, at_once):
        chances = numpy.full(count, 1 / count)
        times = generator.multinomial(count, chances, size=min(at_once, _RESAMPLES - start)).astype(numpy.float64)
        for place, (total, weight) in enumerate(zip(totals, weights, strict=True)):
            figures[place].append((times @ total) / numpy.maximum(times @ weight, 1e-12))
    return [numpy.concatenate(parts) for parts in figures]


def _interval(value: float, drawn: Numbers | None) -> Interval:
    import numpy

    if drawn is None:
        return Interval(value)
    low, high = numpy.quantile(drawn, [LEVEL / 2, 1 - LEVEL / 2])
    return Interval(value, float(low), float(high))


def newcombe(before: Interval, after: Interval) -> Interval:
    """The difference of two proportions from their own intervals (Newcombe, 1998, method 10).

    For where every resample is alike, such as 0 of 12 against 12 of 12: no spread does not mean no doubt.
    """
    value = after.value - before.value
    if before.low is None or before.high is None or after.low is None or after.high is None:
        return Interval(value)
    down = math.hypot(after.value - after.low, before.high - before.value)
    up = math.hypot(after.high - after.value, before.value - before.low)
    return Interval(value, value - down, value + up)


def sign_flip(differences: Sequence[float], seed: int) -> float:
    """Two-sided paired randomisation test (Fisher, 1935): how often random signs give as large a sum.

    For few differences that are not 0 it is exact: all signs are tried.
    """
    import numpy

    values = numpy.asarray([value for value in differences if value], dtype=numpy.float64)
    if not len(values):
        return 1.0
    observed = abs(float(values.sum()))
    if len(values) <= _FEW_UNITS:
        every = (numpy.arange(2 ** len(values))[:, None] >> numpy.arange(len(values)) & 1) * 2.0 - 1
        return float((numpy.abs(every @ values) >= observed * (1 - 1e-12)).mean())
    if len(values) > _MANY_UNITS:
        return math.erfc(observed / math.sqrt(2 * float(values @ values)))
    generator = numpy.random.default_rng(seed)
    at_once, larger = max(1, _CELLS // len(values)), 0
    for start in range(0, _FLIPS, at_once):
        signs = generator.integers(0, 2, size=(min(at_once, _FLIPS - start), len(values))) * 2.0 - 1
        larger += int((numpy.abs(signs @ values) >= observed * (1 - 1e-12)).sum())
    return (larger + 1) / (_FLIPS + 1)

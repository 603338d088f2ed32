"""The figures of an evaluation: each with intervals, and with what it says in a word: learned, not shown, forgot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from finetuning.evaluate.perplexity import Piece
from finetuning.evaluate.significance import (
    LEVEL,
    Comparison,
    Interval,
    Units,
    bootstrap,
    effective_trials,
    mcnemar,
    newcombe,
    paired_bootstrap,
    sign_flip,
    wilson,
)

Verdict = Literal["learned", "not shown", "forgot"]
Better = Literal["higher", "lower"]
_FLIPS = "paired sign-flip"
_BYTES_OF_A_TOKEN = 4
_LEAST_CHANGE = 0.01
"""Texts are so long that any two models differ in them beyond chance; perplexities this close are the same to us."""


@dataclass(frozen=True)
class Figure:
    """One thing that was measured.

    Attributes:
        name: For people; the same measure on the same set has the same name in every evaluation.
        measure: exact_match, f1, contained, judged, stopped, perplexity, bits_per_byte, or a task of lm-eval.
        subject: What it was measured on: "clean questions".
        unit: Of the numbers: "share" runs from 0 to 1.
        better: Which direction is better.
        count: Questions, or pieces of text.
        after, before, difference: With their intervals; without an earlier model only `after`.
        p: Chance of such a difference among equal models.
        test: Which test says so.
        comparable: False for perplexities of models with different tokenizers.
        matters: False for a change too small to care about, however certain.
    """

    name: str
    measure: str
    subject: str
    unit: str
    better: Better
    count: int
    after: Interval
    before: Interval | None = None
    difference: Interval | None = None
    p: float | None = None
    test: str = ""
    comparable: bool = True
    matters: bool = True

    @property
    def verdict(self) -> Verdict | None:
        """What it shows; None where there is nothing to compare with."""
        if self.before is None or self.difference is None or not self.comparable:
            return None
        change = self.difference
        if self.p is None or change.low is None or change.high is None:
            return "not shown"
        clear = self.p < LEVEL and (change.low > 0 or change.high < 0)
        if not (clear and self.matters):
            return "not shown"
        return "learned" if (change.value > 0) == (self.better == "higher") else "forgot"

    def as_dict(self) -> dict[str, Any]:
        """For evaluation.json."""
        shown: dict[str, Any] = {
            key: getattr(self, key) for key in ("name", "measure", "subject", "unit", "better", "count")
        }
        for key in ("before", "after", "difference"):
            interval = getattr(self, key)
            shown[key] = interval.value if interval else None
            shown[f"low_{key}"] = interval.low if interval else None
            shown[f"high_{key}"] = interval.high if interval else None
        return {**shown, "p": self.p, "test": self.test, "comparable": self.comparable, "verdict": self.verdict}


def proportion(
    subject: str, measure: str, after: Sequence[float], before: Sequence[float] | None, units: Sequence[str], seed: int
) -> Figure:
    """A share of questions, with Wilson's intervals.

    McNemar's test and Wilson's interval want questions that have nothing to do with each other. Where some share a
    unit, signs are flipped unit by unit instead, and the interval is that of fewer questions (`effective_trials`).
    The difference is resampled by units in any case.

    Args:
        subject: What kind of questions.
        measure: What was counted.
        after: 1 or 0 for each question.
        before: The same of the earlier model.
        units: What each question shares with related ones.
        seed: Of the resampling.
    """
    new = _grouped(after, units)
    now, then, difference, p, test = _share(new), None, None, None, ""
    if before is not None:
        old = _grouped(before, units)
        then = _share(old)
        difference = _with_doubt(paired_bootstrap(old, new, seed)[2], then, now)
        if len(new.weights) == len(after):
            p, test = mcnemar(before, after), "McNemar, exact"
        else:
            p, test = _flipped(old, new, seed), _FLIPS
    return Figure(
        name=f"{subject}: {_WORDS[measure]}",
        measure=measure,
        subject=subject,
        unit="share",
        better="higher",
        count=len(after),
        after=now,
        before=then,
        difference=difference,
        p=p,
        test=test,
    )


def _share(units: Units) -> Interval:
    trials = effective_trials(units)
    return replace(wilson(units.ratio * trials, trials), value=units.ratio)


def mean(
    subject: str, measure: str, after: Sequence[float], before: Sequence[float] | None, units: Sequence[str], seed: int
) -> Figure:
    """A mean over questions, with bootstrap intervals that draw related questions together; see `proportion`."""
    now = _grouped(after, units)
    compared = None
    if before is not None:
        found = _compared(_grouped(before, units), now, seed)
        old, new = (_spread(interval, len(now.weights)) for interval in (found.before, found.after))
        compared = Comparison(old, new, _with_doubt(found.difference, old, new), found.p, found.test)
    alone = _spread(bootstrap(now, seed), len(now.weights))
    return _figure(subject, measure, "share", "higher", len(after), alone, compared)


def _spread(interval: Interval, count: int) -> Interval:
    """Where all scores are 0, or all are 1, resamples say nothing: the interval of a share of `count` units does."""
    if interval.low is not None and interval.low == interval.high and interval.value in (0.0, 1.0):
        return wilson(round(interval.value * count), count)
    return interval


def _with_doubt(difference: Interval, before: Interval, after: Interval) -> Interval:
    if difference.low is not None and difference.low == difference.high:
        return newcombe(before, after)
    return difference


def _grouped(scores: Sequence[float], units: Sequence[str]) -> Units:
    return _together(units, scores, [1.0] * len(scores))


def _together(units: Sequence[str], totals: Sequence[float], weights: Sequence[float]) -> Units:
    """Sums by unit."""
    summed: dict[str, tuple[list[float], list[float]]] = {}
    for unit, total, weight in zip(units, totals, weights, strict=True):
        of_unit = summed.setdefault(unit, ([], []))
        of_unit[0].append(total)
        of_unit[1].append(weight)
    return Units([math.fsum(found) for found, _ in summed.values()], [math.fsum(of) for _, of in summed.values()])


def text_figures(
    subject: str,
    after: Mapping[str, Sequence[Piece]],
    before: Mapping[str, Sequence[Piece]] | None,
    seed: int,
    units: Mapping[str, str] | None = None,
) -> list[Figure]:
    """Bits per byte, and perplexity, of the same texts; nothing where no token was scored.

    Args:
        subject: What kind of texts.
        after: Pieces of each text, by its id.
        before: The same of the earlier model.
        seed: Of the resampling.
        units: What a text shares with related ones, by its id; None: each piece is a unit.
    """
    found = [
        (units[name] if units else f"{name} {number}", old, new)
        for name, pieces in after.items()
        for number, (old, new) in enumerate(zip(pieces if before is None else before[name], pieces, strict=False))
        if old.tokens and new.tokens
    ]
    if not found:
        return []
    drawn, then, now = [unit for unit, _, _ in found], [old for _, old, _ in found], [new for _, _, new in found]
    if before is None:
        alone = bootstrap(_bits(drawn, now), seed), _exp(bootstrap(_nats(drawn, now), seed))
        return [
            _figure(subject, "bits_per_byte", "bits", "lower", len(now), alone[0], None),
            _figure(subject, "perplexity", "perplexity", "lower", len(now), alone[1], None),
        ]
    same = [piece.tokens for piece in now] == [piece.tokens for piece in then]
    bits = _compared(_bits(drawn, then), _bits(drawn, now), seed)
    logs = _compared(_nats(drawn, then), _nats(drawn, now), seed)
    # Tokens of about four bytes, where both models have tokens of their own.
    change = logs.difference.value if same else bits.difference.value * math.log(2) * _BYTES_OF_A_TOKEN
    matters = abs(math.expm1(min(change, 700))) >= _LEAST_CHANGE
    perplexity = Comparison(
        _exp(logs.before), _exp(logs.after), _perplexity_difference(logs), logs.p if same else None, logs.test
    )
    figures = [
        _figure(subject, "bits_per_byte", "bits", "lower", len(now), bits.after, bits),
        _figure(subject, "perplexity", "perplexity", "lower", len(now), perplexity.after, perplexity),
    ]
    return [replace(figures[0], matters=matters), replace(figures[1], matters=matters, comparable=same)]


def _perplexity_difference(logs: Comparison) -> Interval:
    """From the interval of the ratio, which is what pairs: exp of the difference of nats per token."""
    then, change = math.exp(min(logs.before.value, 700)), logs.difference
    ends = [None if end is None else then * math.expm1(min(end, 700)) for end in (change.low, change.high)]
    return Interval(then * math.expm1(min(change.value, 700)), ends[0], ends[1])


def _bits(units: Sequence[str], pieces: Sequence[Piece]) -> Units:
    return _together(units, [piece.nats / math.log(2) for piece in pieces], [float(piece.bytes) for piece in pieces])


def _nats(units: Sequence[str], pieces: Sequence[Piece]) -> Units:
    return _together(units, [piece.nats for piece in pieces], [float(piece.tokens) for piece in pieces])


def _exp(interval: Interval) -> Interval:
    low, high = (None if end is None else math.exp(min(end, 700)) for end in (interval.low, interval.high))
    return Interval(math.exp(min(interval.value, 700)), low, high)


def _compared(before: Units, after: Units, seed: int) -> Comparison:
    then, now, difference = paired_bootstrap(before, after, seed)
    return Comparison(then, now, difference, _flipped(before, after, seed), _FLIPS)


def _flipped(before: Units, after: Units, seed: int) -> float:
    return sign_flip([new - old for new, old in zip(after.totals, before.totals, strict=True)], seed)


def _figure(
    subject: str,
    measure: str,
    unit: str,
    better: Better,
    count: int,
    after: Interval,
    compared: Comparison | None,
) -> Figure:
    return Figure(
        name=f"{subject}: {_WORDS[measure]}",
        measure=measure,
        subject=subject,
        unit=unit,
        better=better,
        count=count,
        after=compared.after if compared else after,
        before=compared.before if compared else None,
        difference=compared.difference if compared else None,
        p=compared.p if compared else None,
        test=compared.test if compared else "",
    )


_WORDS = {
    "exact_match": "exact match",
    "f1": "F1",
    "contained": "expected answer contained",
    "judged": "right, says the judge",
    "stopped": "stopped by itself",
    "bits_per_byte": "bits per byte",
    "perplexity": "perplexity",
}

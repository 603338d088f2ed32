"""Intervals and tests equal published or hand-worked figures."""

from __future__ import annotations

import math
import random

import pytest

from finetuning.evaluate.significance import (
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


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_intervals(successes: int, trials: int, low: float, high: float) -> None:
    found = wilson(successes, trials)
    assert found.value == successes / trials
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_newcombes_interval_of_a_difference() -> None:
    # 56/70 against 48/80: 0.2 (0.0524 to 0.3339), example (a) of Newcombe (1998).
    found = newcombe(wilson(48, 80), wilson(56, 70))
    assert (found.low, found.high) == (pytest.approx(0.0524, abs=1e-4), pytest.approx(0.3339, abs=1e-4))


@pytest.mark.parametrize(
    ("right", "questions", "worth"),
    [
        ([1, 0, 1, 1], [1, 1, 1, 1], 4),  # each by itself
        ([5, 0, 5, 0, 0, 5], [5] * 6, 6),  # all of a passage alike: as many as there are passages
        ([1, 1, 1], [2, 2, 2], 6),  # passages that differ less than chance would have it: no more than there are
        ([0, 0, 0], [4, 4, 4], 3),  # none right, which says nothing of how they hang together
        ([4, 4, 4], [4, 4, 4], 3),
        ([3, 1, 0, 2], [3, 3, 3, 3], 12 * 0.25 * 12 / (1.5**2 + 0.5**2 + 1.5**2 + 0.5**2)),  # p (1 - p) n^2 / squares
    ],
)
def test_questions_that_hang_together_count_for_fewer(right: list[float], questions: list[float], worth: float) -> None:
    assert effective_trials(Units(right, questions)) == pytest.approx(min(sum(questions), worth))


def test_mcnemar_counts_only_the_questions_that_changed() -> None:
    before = [0.0] * 9 + [1.0] + [1.0] * 50
    after = [1.0] * 9 + [0.0] + [1.0] * 50
    assert mcnemar(before, after) == pytest.approx(2 * (1 + 10) / 2**10)
    assert mcnemar([1.0, 0.0], [1.0, 0.0]) == 1
    assert mcnemar([0.0] * 3000, [1.0] * 3000) == pytest.approx(0)


def test_sign_flips_of_few_differences_are_exact_and_of_more_come_near_it() -> None:
    # Of the 32 ways to sign 1, 2, 3, 4, 5 two have a sum as far from 0, and of the 8 to sign 1, -1, 3 six.
    assert sign_flip([1, 2, 0, 3, 4, 5], seed=1) == 2 / 32
    assert sign_flip([1, -1, 3], seed=1) == 6 / 8
    assert sign_flip([0, 0], seed=1) == 1
    # 10 of 14 have one sign: as far from 7 are 2 * (1001 + 364 + 91 + 14 + 1) of 2 ** 14.
    assert sign_flip([1] * 10 + [-1] * 4, seed=1) == pytest.approx(2942 / 2**14, abs=0.01)
    assert sign_flip([0.1] * 6000, seed=1) < 1e-10


def test_the_bootstrap_of_a_mean_comes_near_the_normal_interval() -> None:
    generator = random.Random(0)
    values = [generator.gauss(5, 2) for _ in range(400)]
    found = bootstrap(Units(values, [1.0] * 400), seed=3)
    error = 1.96 * 2 / math.sqrt(400)
    assert found.low is not None
    assert found.high is not None
    assert found.value - found.low == pytest.approx(error, rel=0.15)
    assert found.high - found.value == pytest.approx(error, rel=0.15)


def test_a_paired_difference_is_known_better_than_either_figure() -> None:
    generator = random.Random(1)
    before = [generator.gauss(0, 10) for _ in range(100)]
    after = [value + 1 + generator.gauss(0, 0.1) for value in before]
    then, _, difference = paired_bootstrap(Units(before, [1.0] * 100), Units(after, [1.0] * 100), seed=0)
    assert width(difference) < width(then) / 20
    assert difference.value == pytest.approx(1, abs=0.05)


def test_the_same_seed_gives_the_same_interval_and_few_units_give_none() -> None:
    units = Units([float(number * number) for number in range(30)], [1.0] * 29 + [2.0])
    assert bootstrap(units, seed=7) == bootstrap(units, seed=7)
    assert bootstrap(units, seed=7) != bootstrap(units, seed=8)
    assert bootstrap(units, seed=7).value == pytest.approx(8555 / 31)
    assert bootstrap(Units([1.0, 2.0], [1.0, 1.0]), seed=7) == Interval(1.5)


def width(interval: Interval) -> float:
    assert interval.low is not None
    assert interval.high is not None
    return interval.high - interval.low

"""Numbers written for people never round a loss away."""

from __future__ import annotations

import pytest

from generation_functions.datasets.figures import count, dollars, duration, share, short_number


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 10, "0 %"),
        (10, 10, "100 %"),
        (9_999_999, 10_000_000, "over 99.9 %"),
        (995, 1_000, "99.5 %"),
        (1, 10_000_000, "under 0.1 %"),
        (1, 3, "33 %"),
        (0, 0, "-"),
    ],
)
def test_only_all_is_a_hundred_percent_and_only_none_is_zero(part: int, whole: int, text: str) -> None:
    assert share(part, whole) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "$0.00"), (0.0021, "$0.0021"), (1234.5, "$1,234.50"), (1e-9, "under $0.000001")],
)
def test_a_small_cost_is_not_shown_as_none(amount: float, text: str) -> None:
    assert dollars(amount) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (59.96, "60.0 s"), (250, "4 min 10 s"), (7_500, "2 h 5 min")]
)
def test_a_duration_is_told_in_two_units_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_one_is_singular() -> None:
    assert [count(number, "query") for number in (0, 1, 1_000)] == ["0 queries", "1 query", "1,000 queries"]
    assert short_number(999_999) == "999,999"
    assert short_number(1_280_000) == "1.28 M"

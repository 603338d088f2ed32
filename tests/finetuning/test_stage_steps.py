"""How fast a training is said to be, and how long it is said to take."""

from __future__ import annotations

import pytest

from finetuning.stage_steps import Clock


def step(clock: Clock, tokens: int, seconds: float) -> None:
    """A step that took so long, a moment ago."""
    clock.at -= seconds
    clock.tick(tokens)


def test_the_first_step_of_a_stage_says_nothing_of_the_time_that_is_left() -> None:
    clock = Clock(total=4000)
    for stage in (1, 2):
        clock.at -= 10_000  # data was read, a model was loaded
        clock.start()
        step(clock, 500, seconds=5000)
        step(clock, 500, seconds=1000)
        assert clock.speed == pytest.approx(0.5, rel=0.01)
        assert clock.done == 1000 * stage
    assert clock.seconds_left == pytest.approx(4000, rel=0.01)
    step(clock, 500, seconds=500)
    assert clock.speed == pytest.approx(0.9 * 0.5 + 0.1 * 1.0, rel=0.01)


def test_a_clock_that_has_measured_nothing_promises_nothing() -> None:
    assert Clock(total=10).seconds_left == 0

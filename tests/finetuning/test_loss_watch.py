"""A loss that is no number, runs away or jumps."""

from __future__ import annotations

import math

import pytest

from finetuning.loss_watch import LossWatch
from finetuning.training_failures import TrainingFailedError


def fallen(steps: int = 60) -> LossWatch:
    watch = LossWatch()
    for step in range(steps):
        watch.look(step, 4 * 0.8**step + 0.5, 1.0)
    return watch


def test_a_falling_loss_is_fine_and_a_jump_is_told() -> None:
    watch = fallen()
    assert watch.look(61, 0.6, 1.0) == ""
    assert "the loss jumped at step 62: 2.900" in watch.look(62, 2.9, 1.0)


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_the_training(loss: float) -> None:
    with pytest.raises(
        TrainingFailedError, match=r"The loss became .* at step 7: the model is lost. Lower learning_rate"
    ):
        fallen().look(7, loss, 1.0)


def test_a_gradient_that_is_no_number_ends_it_too() -> None:
    with pytest.raises(TrainingFailedError, match="The gradient became nan at step 7"):
        fallen().look(7, 1.0, math.nan)


def test_a_loss_that_stays_far_above_its_best_has_run_away() -> None:
    watch = fallen()

    def stay() -> None:
        for step in range(61, 90):
            watch.look(step, 8.0, 1.0)

    with pytest.raises(TrainingFailedError, match=r"The loss has run away: .* after 0\.\d+ before"):
        stay()


def test_a_noisy_loss_does_not_run_away_and_goes_on_from_a_checkpoint() -> None:
    watch = fallen()
    again = LossWatch(**watch.state())
    noisy = [watch.look(step, 0.5 + step % 2, 1.0) for step in range(31, 91)]
    assert [again.look(step, 0.5 + step % 2, 1.0) for step in range(31, 91)] == noisy
    assert watch == again

"""Looks at the loss of each step: is it a number, is it running away, did it jump?"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from finetuning.training_failures import TrainingFailedError

MEMORY = 0.9  # of the running mean: about ten steps
FIRST_STEPS = 10  # until which the running mean means little
RUN_AWAY = 4.0  # nats above the best: perplexity is over fifty times what it was
SPIKE_DEVIATIONS, LEAST_SPIKE = 6.0, 0.5
_ADVICE = (
    "Lower learning_rate (a third of it is a good try), raise warmup_share, or look for broken rows in the data. The "
    "last good checkpoint is kept; with the settings changed, the stage starts anew."
)


@dataclass
class LossWatch:
    """Running mean and variance of the loss (West, 1979, exponentially weighted), and the lowest mean so far."""

    steps: int = 0
    mean: float = 0.0
    variance: float = 0.0
    lowest: float = math.inf

    def look(self, step: int, loss: float, gradient_norm: float | None) -> str:
        """Take in the loss of a step. Returns a sentence for people when it jumped; "" otherwise.

        Raises:
            TrainingFailedError: Loss or gradient is no number, or the loss has run away.
        """
        if not math.isfinite(loss):
            raise TrainingFailedError(f"The loss became {loss} at step {step}: the model is lost. {_ADVICE}")
        if gradient_norm is not None and not math.isfinite(gradient_norm):
            raise TrainingFailedError(
                f"The gradient became {gradient_norm} at step {step}, at a loss of {loss:.3f}. {_ADVICE}"
            )
        jumped = self._jumped(loss)
        before = self.mean
        self._take_in(loss)
        if self.steps > FIRST_STEPS and self.mean > self.lowest + RUN_AWAY:
            raise TrainingFailedError(
                f"The loss has run away: {self.mean:.2f} around step {step}, after {self.lowest:.2f} before. {_ADVICE}"
            )
        return f"the loss jumped at step {step}: {loss:.3f}, after about {before:.3f} before" if jumped else ""

    def state(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {name: value for name, value in asdict(self).items() if math.isfinite(value)}

    def _jumped(self, loss: float) -> bool:
        allowed = max(LEAST_SPIKE, SPIKE_DEVIATIONS * math.sqrt(self.variance))
        return self.steps >= FIRST_STEPS and loss > self.mean + allowed

    def _take_in(self, loss: float) -> None:
        self.steps += 1
        weight = max(1 - MEMORY, 1 / self.steps)
        change = loss - self.mean
        self.mean += weight * change
        self.variance = (1 - weight) * (self.variance + weight * change * change)
        if self.steps >= FIRST_STEPS:
            self.lowest = min(self.lowest, self.mean)

"""What happens between the steps of a stage: the curve, the checks, when to save, when to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from finetuning.curves import Curves, memory_bytes
from finetuning.distributed import Group
from finetuning.loss_watch import LossWatch
from finetuning.step_order import StepOrder
from finetuning.trainer import StepFacts, Then
from finetuning.training_data import Sequences
from generation_functions import Run

MOST_SPIKES = 5
RECENT = 0.9  # weight of what was, in the running speed


@dataclass
class Clock:
    """How far the whole run is, and how fast.

    Attributes:
        total: Tokens that all stages learn from.
        done: Tokens that were learned from, by this process or those before it.
        speed: Tokens a second, lately.
        steps: That this stage has done here.
    """

    total: int
    done: int = 0
    speed: float = 0.0
    steps: int = 0
    at: float = field(default_factory=monotonic)

    def start(self) -> None:
        """The first step of a stage is about to be done: what came before (loading a model) is none of its time."""
        self.at, self.steps = monotonic(), 0

    def tick(self, tokens: int) -> None:
        """A step has learned from so many tokens."""
        now = monotonic()
        speed = tokens / max(now - self.at, 1e-6)
        # The first step is slower than all others, for much is made at its first use: it says nothing of what is left.
        self.speed = speed if self.steps < 2 else RECENT * self.speed + (1 - RECENT) * speed
        self.at, self.done, self.steps = now, self.done + tokens, self.steps + 1

    @property
    def seconds_left(self) -> float:
        """Until the last stage is done."""
        return max(0, self.total - self.done) / self.speed if self.speed else 0.0


@dataclass
class StageSteps:
    """Looks at each step of a stage: shows it, checks the loss, decides when to save and to stop."""

    run: Run
    group: Group
    name: str
    order: StepOrder
    sequences: Sequences
    curves: Curves
    clock: Clock
    save_seconds: float
    save_steps: int | None
    watch: LossWatch = field(default_factory=LossWatch)
    spikes: int = 0
    saved_at: float = field(default_factory=monotonic)
    measure: Callable[[], float] | None = None
    """Gives the loss on held-out rows."""
    held_out_loss: float | None = None

    def __call__(self, facts: StepFacts) -> Then:
        jump = self.watch.look(facts.step, facts.loss, facts.gradient_norm)
        if jump:
            self._note_spike(jump)
        last = facts.step >= self.order.total_steps
        self.clock.tick(self.tokens_of(facts.step - 1))
        extra = self._measured(facts.step, last)
        if self.group.writes:
            self._show(facts, extra, last)
        save, stop = self._decide(facts.step)
        if save:
            self.saved_at = monotonic()
        return Then(save=(save or stop) and not last, stop=stop)

    def facts(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {"watch": self.watch.state(), "processes": self.group.size}

    def tokens_of(self, step: int) -> int:
        """Tokens of a step, from 0, over all processes."""
        return sum(int(self.sequences.lengths[self.order.at(place)]) for place in self.order.step(step))

    def tokens_until(self, step: int) -> int:
        """Tokens of all steps before that one."""
        return sum(map(self.tokens_of, range(step)))

    def epoch(self, step: int) -> float:
        """Times that the data was gone over after so many steps."""
        seen, begin = min(step * self.order.per_step, len(self.sequences)), 0
        for number, end in enumerate(self.sequences.epoch_ends):
            if seen <= end:
                return number + (seen - begin) / max(1, end - begin)
            begin = end
        return float(len(self.sequences.epoch_ends))

    def _decide(self, step: int) -> tuple[bool, bool]:
        """Whether to save, and whether to stop: as soon as one process wants to, all do."""
        late = monotonic() - self.saved_at >= self.save_seconds
        due = late or bool(self.save_steps and step % self.save_steps == 0)
        save, stop = self.group.sums([due and self.group.writes, self.run.interrupts.came])
        return save > 0, stop > 0

    def _measured(self, step: int, last: bool) -> dict[str, float]:
        ended = int(self.epoch(step)) > int(self.epoch(step - 1))
        if self.measure is None or not (ended or last):
            return {}
        self.held_out_loss = round(self.measure(), 6)
        return {"held_out_loss": self.held_out_loss}

    def _show(self, facts: StepFacts, extra: dict[str, float], last: bool) -> None:
        left = self.clock.seconds_left
        shown = {
            "stage": self.name,
            "step": facts.step,
            "steps": self.order.total_steps,
            "epoch": round(self.epoch(facts.step), 3),
            "loss": round(facts.loss, 6),
            "learning_rate": facts.learning_rate,
            "gradient_norm": round(facts.gradient_norm, 6),
            "tokens": self.clock.done,
            "tokens_per_second": round(self.clock.speed, 1),
            "memory_bytes": memory_bytes(self.group.device),
            "eta_seconds": round(left, 1),
            **extra,
        }
        self.curves.show(shown, last=last or bool(extra))
        if not self.run.interrupts.came:  # it would raise, before there is a checkpoint
            message = f"{self.name}: step {facts.step}/{self.order.total_steps}, loss {facts.loss:.3f}"
            self.run.progress(min(99.9, 100 * self.clock.done / max(1, self.clock.total)), message)

    def _note_spike(self, jump: str) -> None:
        self.spikes += 1
        if self.group.writes and self.spikes <= MOST_SPIKES:
            more = "; further ones are not noted" if self.spikes == MOST_SPIKES else ""
            self.run.note(f"{self.name}: {jump}{more}")

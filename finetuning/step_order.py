"""Which sequences each optimiser step learns from, in which micro-batches, on which process.

The order is fixed before training starts, so going on is skipping what was done, and any number of processes that
shares out the same steps learns the same. The longest sequence comes first: memory that does not suffice shows at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

NOTHING = -1
"""In a micro-batch: a sequence that nothing is learned from, for a process that has none left in a step."""


@dataclass(frozen=True)
class StepOrder:
    """The micro-batches of one process.

    Attributes:
        sequences: How many there are in all.
        longest: Number of the longest.
        per_step: Sequences in an optimiser step, over all processes.
        micro: Sequences in a micro-batch.
        processes: How many share out each step.
        process: Which of them this is.
        steps: Optimiser steps, where fewer are wanted than the sequences give.
    """

    sequences: int
    longest: int
    per_step: int
    micro: int = 1
    processes: int = 1
    process: int = 0
    steps: int | None = None

    @property
    def accumulation(self) -> int:
        """Micro-batches of a process in a whole step."""
        return -(-self.per_step // (self.micro * self.processes))

    @property
    def total_steps(self) -> int:
        """Optimiser steps."""
        steps = -(-self.sequences // self.per_step)
        return min(steps, self.steps) if self.steps else steps

    def step(self, number: int) -> range:
        """Places, in the order of training, of the sequences of a step."""
        return range(number * self.per_step, min((number + 1) * self.per_step, self.sequences))

    def at(self, place: int) -> int:
        """The sequence at a place: the first and the longest change places, so that the longest is the first."""
        return {0: self.longest, self.longest: 0}.get(place, place)

    def __len__(self) -> int:
        """Micro-batches of this process in all."""
        last = len(self.step(self.total_steps - 1))
        return (self.total_steps - 1) * self.accumulation + -(-last // (self.micro * self.processes))

    def __iter__(self) -> Iterator[list[int]]:
        for number in range(self.total_steps):
            yield from self._micro_batches(self.step(number))

    def _micro_batches(self, places: Sequence[int]) -> Iterator[list[int]]:
        for start in range(0, len(places), self.micro * self.processes):
            begin = start + self.process * self.micro
            yield [self.at(place) for place in places[begin : begin + self.micro]] or [NOTHING]


def sequences_per_step(batch_tokens: int, sequence_length: int, processes: int = 1) -> int:
    """Sequences in an optimiser step: as near to `batch_tokens` as whole sequences, as many on every process, allow.

    How many are computed at once has no say in it: what is learned does not depend on what fits into memory.
    """
    return max(1, round(batch_tokens / (sequence_length * processes))) * processes

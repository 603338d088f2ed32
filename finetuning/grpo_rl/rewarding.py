"""What each completion of a step is worth, in all, and the record that is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from statistics import fmean

import orjson

from finetuning.grpo_rl.judging import Judge
from finetuning.grpo_rl.rewards import Completion, Reward, score_by_rule
from generation_functions.run_folder import write_atomically

COMPLETIONS_FILE = "completions.jsonl"


@dataclass
class Rewarding:
    """Rewards completions, and writes down every one with what it got.

    Attributes:
        rewards: What counts.
        judge: Who grades, where a reward asks for it.
        file: A line for each completion.
        means: Of the step that was rewarded last: the mean of each reward, from 0 to 1, of those that were given.
    """

    rewards: Sequence[Reward]
    judge: Judge | None
    file: Path
    means: dict[str, float] = field(default_factory=dict, init=False)

    def totals(self, step: int, completions: Sequence[Completion]) -> list[float]:
        """The weighted sum of all rewards, for each completion.

        A reward that could not be given (a judge that was silent) is taken to be the mean of what the other answers
        to the same prompt got. So it says nothing for or against a completion; a 0 would punish it for the judge's
        fault. Where a whole group has none, it counts as 0 for all of them, which is neutral too.
        """
        given = {reward.label: self._scores(reward, completions) for reward in self.rewards}
        totals = [0.0] * len(completions)
        for reward in self.rewards:
            for place, score in enumerate(_filled(given[reward.label], completions)):
                totals[place] += reward.weight * score
        known = {name: [score for score in scores if score is not None] for name, scores in given.items()}
        self.means = {name: fmean(scores) for name, scores in known.items() if scores}
        self._keep(step, completions, given, totals)
        return totals

    def go_on(self, step: int) -> list[float]:
        """Leave out what a killed process kept of steps that will be done again.

        Returns:
            The mean total of each step until `step`.
        """
        lines = self.file.read_bytes().splitlines() if self.file.exists() else []
        kept = [(line, *found) for line in lines if (found := _step_and_total(line)) and found[0] <= step]
        write_atomically(self.file, b"".join(line + b"\n" for line, _, _ in kept))
        return [fmean(total for _, _, total in members) for _, members in groupby(kept, key=lambda one: one[1])]

    def _scores(self, reward: Reward, completions: Sequence[Completion]) -> list[float | None]:
        if reward.kind != "judge":
            return [score_by_rule(reward, completion) for completion in completions]
        assert self.judge is not None, "a reward of kind judge, and no judge: the pipeline refuses that"
        return self.judge.grades(completions)

    def _keep(
        self,
        step: int,
        completions: Sequence[Completion],
        given: dict[str, list[float | None]],
        totals: Sequence[float],
    ) -> None:
        with self.file.open("ab") as file:
            for place, completion in enumerate(completions):
                line = {
                    "step": step,
                    "prompt": completion.prompt_id,
                    "question": completion.prompt[-1]["content"],
                    "completion": completion.text,
                    "expected": completion.expected,
                    "rewards": {name: scores[place] for name, scores in given.items()},
                    "total": round(totals[place], 6),
                }
                file.write(orjson.dumps(line) + b"\n")


def _filled(scores: Sequence[float | None], completions: Sequence[Completion]) -> list[float]:
    """Scores with a neutral one where there is none: the mean of the group, which is all answers to one prompt."""
    filled: list[float] = []
    for _, members in groupby(zip(completions, scores, strict=True), key=lambda pair: pair[0].prompt_id):
        group = [score for _, score in members]
        known = [score for score in group if score is not None]
        neutral = fmean(known) if known else 0.0
        filled += [neutral if score is None else score for score in group]
    return filled


def _step_and_total(line: bytes) -> tuple[int, float] | None:
    """Of a line that was kept; None where a kill has torn it."""
    try:
        kept = orjson.loads(line)
        return int(kept["step"]), float(kept["total"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None

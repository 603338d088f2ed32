"""The judge: a model that grades completions. Its trouble is never the training's.

What it has graded once is in the run's call log and is not paid for again. Where it does not answer in time, or gives
no grade, the completion has none; the other rewards go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from finetuning.grpo_rl.offline_judge import NOT_GIVEN
from finetuning.grpo_rl.rewards import Completion
from generation_functions import AugmentoolkitError, Client, Model, Prompts, Record, Run, UnusableReplyError, record_id
from generation_functions.errors import BudgetReachedError, PausedError

TOP = 10


@dataclass
class Judge:
    """Grades completions, from 0 to 1.

    Attributes:
        run: Whose log and caps count.
        model: Who grades.
        prompts: With `grade`.
        seconds: How long it may take over the completions of one step.
        patience: Steps in a row without any grade before the run pauses.
    """

    run: Run
    model: Model
    prompts: Prompts
    seconds: float
    patience: int
    silent: int = field(default=0, init=False)

    def grades(self, completions: Sequence[Completion]) -> list[float | None]:
        """One for each completion; None where the judge gave none.

        Raises:
            BudgetReachedError: max_cost or max_calls is reached.
            PausedError: It has not graded anything for `patience` steps.
        """
        client = self.run.client(self.model)
        grades = self.run.loop.run(self._all(client, completions))
        self.silent = 0 if any(grade is not None for grade in grades) else self.silent + 1
        if self.silent == 1:
            self.run.note("The judge has graded nothing in a step; training goes on with the other rewards.")
        if self.silent >= self.patience:
            raise PausedError(
                f"The judge {self.model.name} has graded nothing for {self.silent} steps. What was learned so far is "
                "kept. See to its server, then run the same command again."
            )
        return grades

    async def _all(self, client: Client, completions: Sequence[Completion]) -> list[float | None]:
        tasks = [asyncio.ensure_future(self._grade(client, completion)) for completion in completions]
        done, late = await asyncio.wait(tasks, timeout=self.seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        for task in done:
            error = task.exception()
            if isinstance(error, BudgetReachedError) or (error and not isinstance(error, AugmentoolkitError)):
                raise error
        return [task.result() if task in done and not task.exception() else None for task in tasks]

    async def _grade(self, client: Client, completion: Completion) -> float:
        said = "\n".join(f"{message['role']}: {message['content']}" for message in completion.prompt)
        values = {"conversation": said, "answer": completion.text, "expected": completion.expected or NOT_GIVEN}
        record: Record = {"id": record_id("completion", said, completion.text), "text": completion.text}
        answer = await client.answer(self.prompts["grade"], record, values=values, validate=_as_share, attempts=2)
        return float(answer.value)


def _as_share(value: str, record: Record) -> float:
    """The grade as a share of the best one."""
    del record
    try:
        grade = float(value.strip().split("/")[0].replace(",", "."))
    except ValueError:
        grade = -1.0
    if not 0 <= grade <= TOP:
        raise UnusableReplyError(f"{value.strip()[:40]!r} is no grade. Write a number from 0 to {TOP}.")
    return grade / TOP

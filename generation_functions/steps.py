"""Steps: what a pipeline does to each record.

A step is `async (record) -> record | list of records | Drop | None` (a plain function does too): it changes a
record, splits it, or drops it with a reason. The functions here return steps; they compose by being listed in
`run.map(records, step, step, ...)`.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from generation_functions.client import Answer, Validate
from generation_functions.prompts import Prompt
from generation_functions.records import Record, child, stable_hash


@dataclass(frozen=True, slots=True)
class Drop:
    """A step's word that a record goes no further, and why."""

    reason: str


StepResult = Record | list[Record] | Drop | None
Step = Callable[[Record], StepResult | Awaitable[StepResult]]


class Asks(Protocol):
    """Whoever answers prompts: `generation_functions.client.Client`, or a stand-in in a test."""

    async def answer(
        self,
        prompt: Prompt,
        record: Record,
        *,
        values: Mapping[str, Any] | None = None,
        validate: Validate | None = None,
        sample: int = 0,
        attempts: int = 3,
        language: str | None = None,
        step: str | None = None,
    ) -> Answer:
        """Ask one prompt about one record; see `Client.answer`."""
        ...


def step_name(step: Step) -> str:
    """How a step shows in the funnel."""
    return getattr(step, "step_name", None) or getattr(step, "__name__", type(step).__name__).strip("_")


def named(name: str, step: Step) -> Step:
    """The same step under another name in the funnel."""

    async def renamed(record: Record) -> StepResult:
        return await run_step(step, record)

    renamed.step_name = name  # type: ignore[attr-defined]
    return renamed


async def run_step(step: Step, record: Record) -> StepResult:
    """Call a step that may or may not be a coroutine function."""
    result = step(record)
    return await result if inspect.isawaitable(result) else result


def with_calls(record: Record, calls: Sequence[str], **changes: Any) -> Record:
    """The record with `changes`, and with the calls that led to them noted for provenance."""
    return {**record, **changes, "calls": [*record.get("calls", ()), *calls]}


def ask(
    client: Asks,
    prompt: Prompt,
    *,
    into: str,
    validate: Validate | None = None,
    attempts: int = 3,
    language: str | None = None,
    sample: int = 0,
) -> Step:
    """Ask `prompt` about each record and keep the answer, as the prompt's reply format reads it, in `into`.

    `validate(value, record)` returns the value to keep or raises `UnusableReplyError`.
    """

    async def asking(record: Record) -> Record:
        answer = await client.answer(
            prompt, record, validate=validate, attempts=attempts, language=language, sample=sample
        )
        return with_calls(record, answer.calls, **{into: answer.value})

    asking.step_name = prompt.name  # type: ignore[attr-defined]
    return asking


def split(key: str, *, kind: str | None = None) -> Step:
    """One record per item of the list in `key`: a mapping's keys are merged in, other items go to `kind`.

    A record whose list is empty is dropped.
    """
    item_key = kind or key

    def splitting(record: Record) -> list[Record] | Drop:
        rest = {name: value for name, value in record.items() if name != key}
        items = record[key]
        if not items:
            return Drop(f"no {key}")
        return [child(rest, item_key, **(item if isinstance(item, dict) else {item_key: item})) for item in items]

    splitting.step_name = f"split {key}"  # type: ignore[attr-defined]
    return splitting


def keep_if(test: Callable[[Record], bool], reason: str) -> Step:
    """Drop every record that `test` is not true of."""

    def keeping(record: Record) -> Record | Drop:
        return record if test(record) else Drop(reason)

    keeping.step_name = reason  # type: ignore[attr-defined]
    return keeping


def verdict(
    client: Asks, prompt: Prompt, *, passes: str, reason: str, attempts: int = 3, into: str | None = None
) -> Step:
    """Ask for one verdict; records whose verdict is not `passes` are dropped with `reason`."""

    async def judging(record: Record) -> Record | Drop:
        answer = await client.answer(prompt, record, attempts=attempts)
        if answer.value != passes:
            return Drop(reason)
        return with_calls(record, answer.calls, **({into: answer.value} if into else {}))

    judging.step_name = prompt.name  # type: ignore[attr-defined]
    return judging


def vote(
    client: Asks,
    prompt: Prompt,
    *,
    passes: str,
    reason: str,
    votes: int = 3,
    share: float = 0.5,
    attempts: int = 3,
    into: str | None = None,
) -> Step:
    """Ask for the same verdict `votes` times; more than `share` must be `passes`.

    Stops as soon as the outcome is settled. With `into` the outcome (a bool) is kept there and nothing is dropped;
    without it a record that loses is dropped with `reason`.
    """
    needed = int(votes * share) + 1 if share < 1 else votes

    async def voting(record: Record) -> Record | Drop:
        won, calls = 0, []
        for number in range(votes):
            answer = await client.answer(prompt, record, sample=number, attempts=attempts)
            calls += answer.calls
            won += answer.value == passes
            if won >= needed or won + votes - number - 1 < needed:
                break
        if into:
            return with_calls(record, calls, **{into: won >= needed})
        return with_calls(record, calls) if won >= needed else Drop(reason)

    voting.step_name = prompt.name  # type: ignore[attr-defined]
    return voting


def vary(steps: Mapping[str, Step], *, choose: int = 1, into: str = "variation") -> Step:
    """Send each record through `choose` of the named steps; which ones depends on its id alone.

    The name of the step taken is kept in `into`.
    """
    names = sorted(steps)

    async def varying(record: Record) -> list[Record] | Drop:
        order = sorted(names, key=lambda name: stable_hash(record["id"], name))
        made: list[Record] = []
        drop = Drop(f"nothing left by {into}")
        for name in order[:choose]:
            result = await run_step(steps[name], child(record, into, **{into: name}))
            if isinstance(result, Drop):
                drop = result
            elif result is not None:
                made.extend(result if isinstance(result, list) else [result])
        return made or drop

    varying.step_name = into  # type: ignore[attr-defined]
    return varying


def chain(*steps: Step, name: str | None = None) -> Step:
    """Several steps as one. A step that splits ends in a flat list."""

    async def chaining(record: Record) -> StepResult:
        records: list[Record] = [record]
        for step in steps:
            following: list[Record] = []
            drop: Drop | None = None
            for one in records:
                result = await run_step(step, one)
                if isinstance(result, Drop) or result is None:
                    drop = result or Drop(f"dropped by {step_name(step)}")
                else:
                    following.extend(result if isinstance(result, list) else [result])
            if not following:
                return drop
            records = following
        return records[0] if len(records) == 1 else records

    chaining.step_name = name or " > ".join(map(step_name, steps))  # type: ignore[attr-defined]
    return chaining

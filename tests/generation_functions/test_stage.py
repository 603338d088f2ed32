"""The one loop: every record through every step, counted, in order, and taken up again where it stopped."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation_functions.client import UnusableError
from generation_functions.errors import (
    RecordFailedError,
)
from generation_functions.records import Record, child, seeded
from generation_functions.steps import Drop, Step, StepResult, keep_if, named, run_step, split
from tests.support.small_stage import carry, counts, record

some = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


# --- the funnel


def behaving(step: int) -> Step:
    """A step that keeps, splits, drops or fails, as the record's id has it."""

    async def behave(one: Record) -> StepResult:
        chance = seeded(one["id"], step)
        for _ in range(chance.randrange(3)):
            await asyncio.sleep(0)
        what = chance.randrange(7)
        if what == 0:
            return Drop(f"reason {chance.randrange(2)}")
        if what == 1:
            return None if chance.random() < 0.5 else []
        if what == 2:
            raise RecordFailedError(f"failure {chance.randrange(2)}")
        if what == 3:
            return [child(one, "part", part=part) for part in range(chance.randrange(1, 4))]
        return {**one, f"step {step}": True}

    return named(f"step {step}", behave)


def expected(record: Record, steps: Sequence[Step], index: int = 0) -> list[Record]:
    """What comes out of a record, by a plain recursion."""
    if index == len(steps):
        return [record]
    try:
        result = asyncio.run(run_step(steps[index], record))
    except RecordFailedError:
        return []
    if isinstance(result, Drop) or result is None:
        return []
    return [
        one for part in (result if isinstance(result, list) else [result]) for one in expected(part, steps, index + 1)
    ]


@given(st.integers(0, 10**6), st.integers(1, 25), st.integers(0, 4), st.integers(1, 9))
@some
def test_at_every_step_what_goes_in_is_kept_dropped_or_failed(
    tmp_path_factory: pytest.TempPathFactory, seed: int, records: int, steps: int, workers: int
) -> None:
    folder = tmp_path_factory.mktemp("funnel")
    inputs = [record(seed + number) for number in range(records)]
    behaviours = [behaving(step) for step in range(steps)]
    stage, results = carry(folder, inputs, *behaviours, workers=workers)
    entering = records
    for tally in stage.tallies:
        assert tally.entered == entering == tally.kept + tally.dropped.total() + tally.failed.total()
        assert tally.made >= tally.kept
        entering = tally.made
    assert entering == len(results) == len(list(results)) == stage.outputs
    assert stage.done == records
    wanted = [one for each in inputs for one in expected(each, behaviours)]
    assert list(results) == wanted, "what came out, or its order, is not what the steps make"
    again, taken_over = carry(folder, inputs, *behaviours)
    assert again.skipped == records
    assert counts(again) == counts(stage)
    assert list(taken_over) == wanted


def test_reasons_are_counted(tmp_path: Path) -> None:
    def judge(one: Record) -> StepResult:
        number = int(one["id"][1:])
        if number % 3 == 0:
            return Drop("a third")
        if number % 3 == 1:
            raise RecordFailedError("broken; because of this very record\nand more")
        return one

    stage, results = carry(tmp_path, map(record, range(9)), judge)
    assert counts(stage) == [
        {"name": "judge", "in": 9, "kept": 3, "made": 3, "dropped": {"a third": 3}, "failed": {"broken": 3}}
    ]
    assert len(results) == 3


def test_a_failed_record_is_kept_whole_with_every_answer(tmp_path: Path) -> None:
    answers = [{"attempt": 1, "reason": "no tag", "answer": "x"}]

    def fail(one: Record) -> Record:
        raise UnusableError("no usable reply in 1 attempts: no tag", answers)

    _, results = carry(tmp_path, [record(1)], fail)
    (line,) = results.lines(special=True)
    reason = "no usable reply in 1 attempts: no tag"
    facts = {"id": "r1", "stage": "demo", "step": "fail", "reason": reason, "answers": answers, "record": record(1)}
    (failed,) = line["failed"]
    assert failed.items() >= facts.items()


def test_a_dropped_record_leaves_its_reason_and_what_it_was_about(tmp_path: Path) -> None:
    _, results = carry(tmp_path, [{**record(1), "question": "Why?"}], keep_if(lambda _: False, "never"))
    (line,) = results.lines(special=True)
    assert line["dropped"] == [{"id": "r1", "step": "never", "reason": "never", "about": "Why?"}]


def test_a_stage_that_left_nothing_says_at_which_step_they_went(tmp_path: Path) -> None:
    stage, results = carry(
        tmp_path,
        map(record, range(5)),
        keep_if(lambda one: one["id"] == "r0", "not the first"),
        keep_if(lambda one: False, "too dull"),
    )
    assert len(results) == 0
    said = stage.why_empty()
    assert "none of 5 records came through" in said
    assert "not the first: 4 dropped: not the first" in said
    assert "too dull: 1 dropped: too dull" in said
    assert "failed.jsonl" in said
    empty, _ = carry(tmp_path / "nothing", [])
    assert "got no records" in empty.why_empty()


# --- order, splits, laziness


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.integers(1, 8))
@some
def test_results_are_in_input_order_whatever_the_latencies(
    tmp_path_factory: pytest.TempPathFactory, waits: list[int], workers: int
) -> None:
    async def wait(one: Record) -> Record:
        for _ in range(5 * waits[int(one["id"][1:])]):
            await asyncio.sleep(0)
        return one

    inputs = [record(number) for number in range(len(waits))]
    _, results = carry(tmp_path_factory.mktemp("order"), inputs, wait, workers=workers)
    assert list(results) == inputs


def test_parts_of_a_record_stay_in_order_and_go_at_the_same_time(tmp_path: Path) -> None:
    under_way: Counter[str] = Counter()
    most = 0

    async def wait(one: Record) -> Record:
        nonlocal most
        under_way["now"] += 1
        most = max(most, under_way["now"])
        for _ in range(10 - one["part"]):
            await asyncio.sleep(0)
        under_way["now"] -= 1
        return one

    inputs = [{**record(number), "parts": [{"part": part} for part in range(4)]} for number in range(3)]
    stage, results = carry(tmp_path, inputs, split("parts"), wait, workers=1)
    assert [one["part"] for one in results] == [0, 1, 2, 3] * 3
    assert most == 4
    assert [tally.made for tally in stage.tallies] == [12, 12]


def test_no_more_records_are_taken_than_there_are_workers_for(tmp_path: Path) -> None:
    taken, ended, ahead = 0, 0, 0

    def inputs() -> Iterator[Record]:
        nonlocal taken, ahead
        for number in range(500):
            taken += 1
            ahead = max(ahead, taken - ended)
            yield record(number)

    async def slow(one: Record) -> Record:
        nonlocal ended
        await asyncio.sleep(0)
        ended += 1
        return one

    stage, results = carry(tmp_path, inputs(), slow, workers=5)
    assert len(results) == 500
    assert ahead <= 5 + 1
    assert stage.total is None
    assert carry(tmp_path, [record(1)], slow)[0].total == 1


def test_a_stage_without_steps_passes_records_on(tmp_path: Path) -> None:
    assert list(carry(tmp_path, [record(1), record(2)])[1]) == [record(1), record(2)]


def test_whoever_watches_sees_each_record_before_and_after(tmp_path: Path) -> None:
    seen: list[tuple[str, str, str, Any]] = []

    def shout(one: Record) -> Record:
        return {**one, "text": one["text"].upper()}

    def observe(stage: str, step: str, before: Record, after: Any) -> None:
        seen.append((stage, step, before["text"], after.reason if isinstance(after, Drop) else after["text"]))

    carry(tmp_path, [record(1)], shout, keep_if(lambda _: False, "no"), observe=observe)
    assert seen == [("demo", "shout", "text 1", "TEXT 1"), ("demo", "no", "TEXT 1", "no")]

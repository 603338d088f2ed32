"""The one loop: every record through every step, counted, in order, and taken up again where it stopped."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation_functions.client import UnusableError
from generation_functions.errors import (
    BudgetReachedError,
    EndpointDownError,
    InterruptedRunError,
    ModelRefusedError,
    RecordFailedError,
)
from generation_functions.records import Record, child, seeded, stable_hash
from generation_functions.stage import Observer, Stage
from generation_functions.stage_store import Records, StageStore
from generation_functions.steps import Drop, Step, StepResult, keep_if, named, split

ONE = stable_hash("one")
some = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def record(number: int) -> Record:
    return {"id": f"r{number}", "text": f"text {number}"}


def make(
    path: Path,
    steps: Sequence[Step],
    *,
    workers: int = 8,
    fingerprint: str = ONE,
    observe: Observer | None = None,
) -> Stage:
    store = StageStore(path / "stage.jsonl", fingerprint)
    return Stage("demo", steps, store, workers=workers, on_progress=lambda stage: None, observe=observe)


def carry(path: Path, records: Iterable[Record], *steps: Step, **options: Any) -> tuple[Stage, Records]:
    stage = make(path, steps, **options)
    asyncio.run(stage.run(records))
    return stage, stage.results()


def stopped(stage: Stage, records: Iterable[Record], kind: type[BaseException], grace: float = 5) -> BaseException:
    with pytest.raises(kind) as caught:
        asyncio.run(stage.run(records, grace=grace))
    stage.results()
    return caught.value


def counts(stage: Stage) -> list[dict[str, Any]]:
    return [tally.as_dict() for tally in stage.tallies]


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
        result = asyncio.run(steps[index](record))  # type: ignore[arg-type]
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
    seen: list[tuple[int, str, Any]] = []

    def shout(one: Record) -> Record:
        return {**one, "text": one["text"].upper()}

    def observe(index: int, before: Record, after: Any) -> None:
        seen.append((index, before["text"], after.reason if isinstance(after, Drop) else after["text"]))

    carry(tmp_path, [record(1)], shout, keep_if(lambda _: False, "no"), observe=observe)
    assert seen == [(0, "text 1", "TEXT 1"), (1, "TEXT 1", "no")]


# --- resuming


def counting() -> tuple[list[str], Step]:
    called: list[str] = []

    def step(one: Record) -> Record:
        called.append(one["id"])
        return {**one, "done": True}

    return called, step


def test_finished_inputs_are_skipped_only_while_content_and_fingerprint_hold(tmp_path: Path) -> None:
    inputs = [record(number) for number in range(6)]
    called, step = counting()
    carry(tmp_path, inputs, step)
    carry(tmp_path, inputs, step)
    assert len(called) == 6
    edited = [*inputs[:2], {**inputs[2], "text": "edited"}, *inputs[3:]]
    stage, results = carry(tmp_path, edited, step)
    assert called[6:] == ["r2"]
    assert stage.skipped == 5
    assert list(results) == [{**one, "done": True} for one in edited]
    carry(tmp_path, edited, step, fingerprint=stable_hash("another"))
    assert len(called) == 13


def test_a_stage_stopped_in_the_middle_goes_on_with_what_is_left(tmp_path: Path) -> None:
    called, step = counting()

    def stop_at_four(one: Record) -> Record:
        if one["id"] == "r4":
            raise EndpointDownError("down")
        return one

    inputs = [record(number) for number in range(8)]
    stopped(make(tmp_path, [stop_at_four, step], workers=1), inputs, EndpointDownError)
    assert called == ["r0", "r1", "r2", "r3"]
    stage, results = carry(tmp_path, inputs, lambda one: one, step)
    assert sorted(called) == sorted(one["id"] for one in inputs)
    assert stage.skipped == 4
    assert len(results) == 8


def test_the_digest_of_the_inputs_depends_on_content_and_order_and_not_on_speed(tmp_path: Path) -> None:
    inputs = [record(number) for number in range(20)]

    async def jitter(one: Record) -> Record:
        for _ in range(seeded(one["id"]).randrange(5)):
            await asyncio.sleep(0)
        return one

    digest = carry(tmp_path / "a", inputs, jitter, workers=1)[0].input_digest
    assert carry(tmp_path / "b", inputs, jitter, workers=9)[0].input_digest == digest
    assert carry(tmp_path / "b", inputs, jitter, workers=9)[0].input_digest == digest, "skipped inputs count too"
    assert carry(tmp_path / "c", inputs[::-1], jitter)[0].input_digest != digest
    assert carry(tmp_path / "d", inputs[:-1], jitter)[0].input_digest != digest


# --- stopping


def test_a_bug_in_a_step_names_step_stage_and_record_and_ends_the_run(tmp_path: Path) -> None:
    def buggy(one: Record) -> Record:
        return {**one, "x": one["no such key"]} if one["id"] == "r3" else one

    error = stopped(make(tmp_path, [buggy]), map(record, range(50)), KeyError)
    assert error.__notes__ == ["in step 'buggy' of stage 'demo', record r3"]


def test_a_result_that_no_file_can_hold_is_said_with_the_record(tmp_path: Path) -> None:
    def odd(one: Record) -> Record:
        return {**one, "x": {1, 2}} if one["id"] == "r3" else one

    error = stopped(make(tmp_path, [odd]), map(record, range(5)), TypeError)
    assert "record r3" in error.__notes__[0]


def test_an_input_that_breaks_off_ends_the_run_with_its_error(tmp_path: Path) -> None:
    def inputs() -> Iterator[Record]:
        yield record(1)
        raise OSError("the input is gone")

    error = stopped(make(tmp_path, [lambda one: one]), inputs(), OSError)
    assert str(error) == "the input is gone"


@pytest.mark.parametrize("kind", [ModelRefusedError, EndpointDownError, BudgetReachedError])
def test_what_ends_a_run_ends_it_after_what_is_under_way(tmp_path: Path, kind: type[Exception]) -> None:
    ended: list[str] = []

    async def work(one: Record) -> Record:
        if one["id"] == "r2":
            await asyncio.sleep(0)
            raise kind("enough")
        await asyncio.sleep(0.05)
        ended.append(one["id"])
        return one

    stage = make(tmp_path, [work], workers=4)
    stopped(stage, map(record, range(1000)), kind)
    assert sorted(ended) == ["r0", "r1", "r3"]
    assert stage.done == 3


def test_parts_under_way_are_waited_for_when_another_part_ends_the_run(tmp_path: Path) -> None:
    ended: list[int] = []

    async def work(one: Record) -> Record:
        if one["part"] == 0:
            raise EndpointDownError("down")
        await asyncio.sleep(0.05)
        ended.append(one["part"])
        return one

    inputs = [{**record(1), "parts": [{"part": part} for part in range(4)]}]
    stopped(make(tmp_path, [split("parts"), work]), inputs, EndpointDownError)
    assert ended == [1, 2, 3], "an answer on its way was thrown away"


def test_work_that_does_not_end_is_left_after_its_grace(tmp_path: Path) -> None:
    cancelled: list[str] = []

    begun: list[str] = []

    async def endless(one: Record) -> Record:
        begun.append(one["id"])
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            cancelled.append(one["id"])
            raise
        return one

    stage = make(tmp_path, [endless], workers=3)

    async def interrupt() -> None:
        running = asyncio.create_task(stage.run(map(record, range(10)), grace=0.05))
        while len(begun) < 3:
            await asyncio.sleep(0)
        stage.stop(InterruptedRunError("SIGINT"))
        with pytest.raises(InterruptedRunError):
            await running

    asyncio.run(interrupt())
    assert sorted(cancelled) == ["r0", "r1", "r2"]
    assert len(stage.results()) == 0


def test_the_first_reason_to_stop_is_the_one_that_is_told(tmp_path: Path) -> None:
    stage = make(tmp_path, [])
    stage.stop(EndpointDownError("first"))
    stage.stop(ModelRefusedError("second"))
    error = stopped(stage, [record(1)], EndpointDownError)
    assert str(error) == "first"

"""A stage that stops lets what is under way end, and goes on where it was."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from generation_functions.errors import (
    BudgetReachedError,
    EndpointDownError,
    InterruptedRunError,
    ModelRefusedError,
)
from generation_functions.records import Record, seeded, stable_hash
from generation_functions.steps import Step, split
from tests.support.small_stage import carry, make, record, stopped

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

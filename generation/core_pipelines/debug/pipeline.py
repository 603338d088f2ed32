"""A pipeline without a model, for trying the queue, the interface and resume."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Literal

from generation_functions import AugmentoolkitError, Record, RecordFailedError, Run, StepResult, record_id

LOOP_ROUNDS = 100


def debug_pipeline(
    run: Run,
    records: int = 20,
    seconds: float = 3.0,
    fail_at: Literal["nowhere", "start", "middle", "end"] = "nowhere",
    failing_records: int = 0,
    message: str = "Failed on demand.",
) -> None:
    """Sleep, report progress, and fail where you want it to.

    Args:
        records: How many records to carry through two steps.
        seconds: How long the whole takes, roughly.
        fail_at: Where the run fails.
        failing_records: How many of the records end in failed.jsonl.
        message: What the failure says.
    """
    _fail_if(fail_at == "start", message)
    for done in range(LOOP_ROUNDS + 1):
        run.progress(done * 100 / LOOP_ROUNDS, "sleeping")
        time.sleep(seconds / 3 / LOOP_ROUNDS)
    _fail_if(fail_at == "middle", message)

    async def rest(record: Record) -> Record:
        await asyncio.sleep(seconds / 3 / max(1, records / 8))
        return {**record, "rested": True}

    def stumble(record: Record) -> StepResult:
        if record["number"] < failing_records:
            raise RecordFailedError(message)
        return record

    rested = run.map(_numbers(records), rest, stumble, name="records")
    _fail_if(fail_at == "end", message)
    run.write("records", rested, lambda record: {"text": record["text"]}, output_format="text")


def _numbers(count: int) -> Iterator[Record]:
    for number in range(count):
        yield {"id": record_id("debug", number), "number": number, "text": f"This is record {number}."}


def _fail_if(due: bool, message: str) -> None:
    if due:
        raise AugmentoolkitError(message)

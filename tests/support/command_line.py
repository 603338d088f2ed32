"""A folder with a few small pipelines, and what a command did there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PIPELINES = '''
from generation_functions import AugmentoolkitError, RecordFailedError, record_id
from generation_functions.steps import Drop


def numbers(run, count: int = 6, failing: int = 0, odd: bool = True, message: str = "on demand", note: str = ""):
    """Carry numbers through two steps.

    Args:
        count: How many.
        failing: So many of them fail.
    """
    if note:
        run.note(note)

    def double(record):
        return {**record, "double": 2 * record["number"]}

    def keep(record):
        if record["number"] < failing:
            raise RecordFailedError(message)
        return record if odd or record["number"] % 2 == 0 else Drop("odd")

    records = [{"id": record_id("n", n), "number": n, "text": str(n)} for n in range(count)]
    kept = run.map(records, double, keep, name="numbers")
    run.write("numbers", kept, lambda record: {"text": record["text"]}, output_format="text")


def plain(text, times=2, **rest):
    from pathlib import Path

    Path("plain.txt").write_text(text * times + "".join(sorted(rest)))


async def waits(run, text: str = "x"):
    from pathlib import Path

    Path("waits.txt").write_text(text)


def fails(message: str = "sorry"):
    raise AugmentoolkitError(message)


def raises():
    return 1 / 0
'''


@dataclass
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Atk = Callable[..., Outcome]

"""One stage over small records, without a run around it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from generation_functions.records import Record, stable_hash
from generation_functions.stage import Observer, Stage
from generation_functions.stage_store import Records, StageStore
from generation_functions.steps import Step

ONE = stable_hash("one")


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

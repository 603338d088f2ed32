"""The one loop: every record through every step, as many at once as the endpoints take.

Depth-first and streaming: a worker takes one record from the lazy input and carries it through all steps, so
there is no barrier between steps and memory is bounded by the number of workers, not by the number of records.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from generation_functions.errors import (
    AugmentoolkitError,
    BudgetReachedError,
    PausedError,
    RecordFailedError,
    StoppingError,
    StorageError,
)
from generation_functions.records import Record
from generation_functions.stage_store import Records, StageStore, content_hash
from generation_functions.steps import Drop, Step, run_step, step_name

_YIELD_SECONDS = 0.02  # answers out of the log never wait, so the loop must be given back on purpose
_REPORT_SECONDS = 0.25
_DROPPED_TEXT = 200
TrailEvent = tuple[int, str, Any]  # step, "kept" | "dropped" | "failed", number made or reason


@dataclass
class Tally:
    """One step's counts. `entered` = `kept` + dropped + failed; `made` is what the kept ones became."""

    name: str
    entered: int = 0
    kept: int = 0
    made: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def count(self, kind: str, detail: Any) -> None:
        self.entered += 1
        if kind == "kept":
            self.kept += 1
            self.made += detail
        elif kind == "dropped":
            self.dropped[detail] += 1
        else:
            self.failed[detail] += 1

    def as_dict(self) -> dict[str, Any]:
        """The step's entry in progress snapshots and in the summary."""
        return {
            "name": self.name,
            "in": self.entered,
            "kept": self.kept,
            "made": self.made,
            "dropped": dict(self.dropped.most_common()),
            "failed": dict(self.failed.most_common()),
        }


def stage_summary(
    name: str, tallies: Sequence[Tally], records_in: int, records_out: int, seconds: float = 0.0
) -> dict[str, Any]:
    """A stage's entry in the run's summary."""
    return {
        "name": name,
        "records_in": records_in,
        "records_out": records_out,
        "seconds": round(seconds, 3),
        "steps": [tally.as_dict() for tally in tallies],
    }


@dataclass
class _Journey:
    """What happened to one input record on its way."""

    trail: list[TrailEvent] = field(default_factory=list)
    dropped: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)


Observer = Callable[[str, str, Record, Any], None]  # stage, step, record before, result after


class Stage:
    """One `run.map` under way.

    Args:
        name: For the funnel and the files.
        steps: What each record goes through.
        store: Where results go, and what of an earlier try still holds.
        workers: Records under way at once.
        on_progress: Called about four times a second.
        observe: Called with (stage, step, record before, result after), for previews.
        mask: Takes the run's secrets out of the reasons of failures.
    """

    def __init__(
        self,
        name: str,
        steps: Sequence[Step],
        store: StageStore,
        *,
        workers: int,
        on_progress: Callable[[Stage], None],
        observe: Observer | None = None,
        mask: Callable[[str], str] = str,
    ) -> None:
        self.name = name
        self.tallies = [Tally(step_name(step)) for step in steps]
        self.done = 0
        self.outputs = 0
        self.skipped = 0
        self.input_digest = 0
        self.total: int | None = None
        self.started = monotonic()
        self._steps = steps
        self._store = store
        self._workers = workers
        self._on_progress = on_progress
        self._observe = observe
        self._mask = mask
        self._stop: BaseException | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._taken = 0
        self._plain = 0  # inputs that went through as one record, not yet in the tallies

    def stop(self, reason: BaseException) -> None:
        """Take no more records; `reason` is raised when those under way have ended."""
        self._stop = self._stop or reason

    def check(self) -> None:
        """Raise `StoppingError` if the stage is stopping; asked before every new call."""
        if self._stop is not None:
            raise StoppingError("the run is stopping")

    def check_sending(self) -> None:
        """The same, except that calls which the budget has room for still go out."""
        if not isinstance(self._stop, BudgetReachedError):
            self.check()

    def results(self) -> Records:
        """What has come out so far, in input order."""
        return self._store.finish(self._taken, self.outputs)

    def summary(self, records_out: int) -> dict[str, Any]:
        """This stage's entry in the run's summary."""
        return stage_summary(self.name, self.tallies, self.done, records_out, monotonic() - self.started)

    def why_empty(self) -> str:
        """At which steps all records went, and why, for the error that says so."""
        if not self.done:
            return f"stage {self.name!r} got no records: there is nothing to work on"
        lines = [f"stage {self.name!r}: none of {self.done} records came through."]
        for tally in self.tallies:
            for kind, reasons in (("dropped", tally.dropped), ("failed", tally.failed)):
                lines += [f"  {tally.name}: {count} {kind}: {reason}" for reason, count in reasons.most_common(3)]
        lines.append("Look at failed.jsonl and stages/ in the run's folder; change the prompt, the model or the check.")
        return "\n".join(lines)

    async def run(self, records: Iterable[Record], *, grace: float = 5.0) -> None:
        """Carry all records through.

        Raises:
            PausedError, InterruptedRunError: After those under way had their time to end.
        """
        if isinstance(records, Sized):
            self.total = len(records)
        source = iter(records)
        self._tasks = [asyncio.create_task(self._work(source)) for _ in range(self._workers)]
        reporter = asyncio.create_task(self._report())
        try:
            await self._finish(grace)
        finally:
            for task in (reporter, *self._tasks):
                task.cancel()
            await asyncio.gather(reporter, *self._tasks, return_exceptions=True)
            try:
                self._store.flush()
            finally:
                self._show_progress()
        if self._stop is not None:
            raise self._stop

    async def _finish(self, grace: float) -> None:
        pending = set(self._tasks)
        while pending and self._stop is None:
            finished, pending = await asyncio.wait(pending, timeout=0.1, return_when=asyncio.FIRST_EXCEPTION)
            for task in finished:
                if error := task.exception():
                    self.stop(error)
        if pending and not isinstance(self._stop, StorageError):
            # Calls in flight are paid for already: let them arrive.
            await asyncio.wait(pending, timeout=None if isinstance(self._stop, BudgetReachedError) else grace)

    async def _work(self, source: Iterator[Record]) -> None:
        given_back = monotonic()
        while self._stop is None:
            record = next(source, None)
            if record is None:
                return
            position = self._taken
            self._taken += 1
            hashed = content_hash(record)
            self.input_digest = (self.input_digest + hashed * (2 * position + 1)) & 0xFFFFFFFFFFFFFFFF
            if self._store.has(position, hashed):
                self._restore(position)
            else:
                try:
                    await self._process(position, hashed, record)
                except StoppingError:
                    return
                except PausedError as reason:
                    self.stop(reason)
                    return
            if monotonic() - given_back > _YIELD_SECONDS:
                await asyncio.sleep(0)
                given_back = monotonic()

    def _show_progress(self) -> None:
        self._count_plain()
        self._on_progress(self)

    def _restore(self, position: int) -> None:
        self.skipped += 1
        self.done += 1
        if self._store.is_plain(position):
            self._plain += 1
            self.outputs += 1
            return
        line = self._store.line(position)
        self._count(line["trail"])
        self.outputs += len(line["out"])

    async def _process(self, position: int, hashed: int, record: Record) -> None:
        journey = _Journey()
        made = await self._travel(record, 0, journey)
        plain = len(journey.trail) == len(self._steps) and all(
            kind == "kept" and detail == 1 for _, kind, detail in journey.trail
        )
        line: dict[str, Any] = {"id": record["id"], "out": made}
        if not plain:
            line["trail"] = journey.trail
        if journey.dropped:
            line["dropped"] = journey.dropped
        if journey.failed:
            line["failed"] = journey.failed
        try:
            self._store.add(position, hashed, line, plain=plain)
        except TypeError as error:
            error.add_note(f"stage {self.name!r}, record {record['id']}: records hold what JSON can hold, nothing else")
            raise
        if plain:
            self._plain += 1
        else:
            self._count(journey.trail)
        self.done += 1
        self.outputs += len(made)

    def _count_plain(self) -> None:
        """Bring the tallies up to date with the inputs that went through every step as one record."""
        count, self._plain = self._plain, 0
        for tally in self.tallies:
            tally.entered += count
            tally.kept += count
            tally.made += count

    def _count(self, trail: Iterable[TrailEvent]) -> None:
        for index, kind, detail in trail:
            self.tallies[index].count(kind, detail)

    async def _travel(self, record: Record, index: int, journey: _Journey) -> list[Record]:
        """The records that come out when `record` enters step `index`."""
        while index < len(self._steps):
            result = await self._step(record, index, journey)
            if not isinstance(result, list):
                if result is None:
                    return []
                record = result
                index += 1
            elif len(result) == 1:
                record = result[0]
                index += 1
            else:
                return await self._travel_apart(result, index + 1, journey)
        return [record]

    async def _travel_apart(self, records: list[Record], index: int, journey: _Journey) -> list[Record]:
        """What becomes of the parts of a record that was split; all come to an end before an error counts."""
        travels = (self._travel(one, index, journey) for one in records)
        made: list[Record] = []
        error: BaseException | None = None
        for part in await asyncio.gather(*travels, return_exceptions=True):
            if isinstance(part, BaseException):
                error = error or part
            else:
                made += part
        if error is not None:
            raise error
        return made

    async def _step(self, record: Record, index: int, journey: _Journey) -> Record | list[Record] | None:
        try:
            result = await run_step(self._steps[index], record)
        except RecordFailedError as error:
            reason = self._mask(str(error))
            journey.trail.append((index, "failed", _headline(reason)))
            journey.failed.append(
                {
                    "id": record["id"],
                    "stage": self.name,
                    "step": self.tallies[index].name,
                    "reason": reason,
                    "asked": error.asked,
                    "answers": error.answers,
                    "record": record,
                }
            )
            result = Drop(reason)
        except AugmentoolkitError:
            raise
        except Exception as error:
            error.add_note(f"in step {self.tallies[index].name!r} of stage {self.name!r}, record {record.get('id')}")
            raise
        else:
            if result is None or (isinstance(result, list) and not result):
                result = Drop(f"nothing left by {self.tallies[index].name}")
            if isinstance(result, Drop):
                journey.trail.append((index, "dropped", result.reason))
                journey.dropped.append(self._dropped(record, index, result.reason))
            else:
                journey.trail.append((index, "kept", len(result) if isinstance(result, list) else 1))
        if self._observe is not None:
            self._observe(self.name, self.tallies[index].name, record, result)
        return None if isinstance(result, Drop) else result

    def _dropped(self, record: Record, index: int, reason: str) -> dict[str, Any]:
        about = str(record.get("question") or record.get("text") or "")[:_DROPPED_TEXT]
        return {"id": record["id"], "step": self.tallies[index].name, "reason": reason, "about": about}

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(_REPORT_SECONDS)
            try:
                self._store.flush()
            except StorageError as error:
                self.stop(error)
                return
            self._show_progress()


def _headline(reason: str) -> str:
    """A reason short and general enough to be counted: without what is particular to one record."""
    head = reason.split("\n", 1)[0].split("; ", 1)[0]
    return head if len(head) <= 120 else head[:119] + "…"

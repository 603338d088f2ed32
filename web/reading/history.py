"""How a run went, for a chart: a few of its many progress events, evenly spread.

A run writes four of them a second, so a night makes a hundred thousand. Only those that are shown are read: a place in
the file is chosen, and the first event from there is taken. Four a second also means that places that are evenly
spread over the file are nearly so over the time at work.
"""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from web.problems import NotFoundError, documented
from web.reading.attempts import Attempts, number_at
from web.reading.caches import Cached
from web.reading.files import file_in, parse_object
from web.reading.line_index import Deadline, OutOfTimeError
from web.runs.figures import EVENTS_FILE
from web.runs.finding import RunId, folder_of
from web.services import Given
from web.tolerant import counts_of, number_of, objects_of, text_of, whole_of

router = APIRouter()
_MARK = b'"event":"progress"'
_LOOK, _FARTHEST = 1 << 13, 1 << 20
_MOST_MARKS = 8
_SEARCH_SECONDS = 0.25


class HistoryPoint(BaseModel):
    """How far the run was at one moment; records, dropped and failed are those of its stage at that time."""

    n: int = Field(description="The event's number: the stream goes on behind it.")
    t: float = Field(description="Seconds since 1970.")
    attempt: int = Field(description="Which try of the run; counted from 1.")
    stage: str
    done: float
    total: float | None
    dropped: int
    failed: int
    calls: int = Field(description="This and what follows: over the run folder's whole life.")
    reused: int
    input_tokens: int
    output_tokens: int
    cost: float = Field(description="Dollars.")
    records_per_second: float
    concurrency: int


class HistoryAttempt(BaseModel):
    """A try: from a start or resume to its end. Between two of them the run stood still."""

    number: int
    started: float = Field(description="Seconds since 1970.")


class History(BaseModel):
    """A run's progress from its first try to now."""

    points: list[HistoryPoint] = Field(description="In order; each try's last one is among them.")
    attempts: list[HistoryAttempt] = Field(description="The newest thousand.")
    complete: bool = Field(
        description="False while tries are still being searched for in a very large file: ask again."
    )


@router.get("/history", responses=documented(NotFoundError))
def history(
    services: Given,
    caches: Cached,
    run_id: RunId,
    points: Annotated[int, Query(ge=10, le=2000, description="At most so many.")] = 300,
) -> History:
    """How the run went, thinned out for a chart. Quick for runs of any length."""
    path = file_in(folder_of(services, run_id), EVENTS_FILE)
    if path is None:
        return History(points=[], attempts=[], complete=True)
    return read_history(path, caches.attempts(path), points)


def read_history(path: Path, attempts: Attempts, most: int) -> History:
    """At most `most` points out of the events at `path`."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:  # taken away in this moment
        return History(points=[], attempts=[], complete=True)
    try:
        complete = True
        try:
            attempts.catch_up(file, Deadline(_SEARCH_SECONDS))
        except OutOfTimeError:
            complete = False
        known, size = attempts.now(), os.fstat(file).st_size
        begins = [attempt.offset for attempt in known[-(most // 4) :]]
        found = _spread(file, begins, size, most)
    finally:
        os.close(file)
    return History(
        points=[_point(found[offset], number_at(known, offset)) for offset in sorted(found)],
        attempts=[HistoryAttempt(number=attempt.number, started=attempt.started) for attempt in known],
        complete=complete,
    )


def _spread(file: int, begins: list[int], size: int, most: int) -> dict[int, dict[str, Any]]:
    """Progress events by their offset: the last of each try, and others between them."""
    found: dict[int, dict[str, Any]] = {}
    for begin, end in pairwise([*(begins or [0]), size]):
        if last := _progress(file, begin, end, newest=True):
            found[last[0]] = last[1]
    count, reached = most - len(found), -1
    for number in range(count):
        place = size * number // count
        if place <= reached:
            continue  # the last one that was found lies behind it
        first = _progress(file, max(0, place - 1), size, newest=False)
        if first is None:
            reached = place + _FARTHEST
        else:
            reached = first[0]
            found[first[0]] = first[1]
    return found


def _progress(file: int, begin: int, end: int, *, newest: bool) -> tuple[int, dict[str, Any]] | None:
    """The first or the newest progress event that lies between two offsets, not farther from it than a megabyte."""
    length = min(_LOOK, end - begin)
    while True:
        start = end - length if newest else begin
        data = os.pread(file, length, start)
        found = _progress_in(data, newest=newest, from_the_start=start == 0)
        if found is not None:
            return start + found[0], found[1]
        if length >= min(_FARTHEST, end - begin):
            return None
        length = min(8 * length, end - begin)


def _progress_in(data: bytes, *, newest: bool, from_the_start: bool) -> tuple[int, dict[str, Any]] | None:
    place = data.rfind(_MARK) if newest else data.find(_MARK)
    for _ in range(_MOST_MARKS):
        if place < 0:
            return None
        start, stop = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place)
        if stop >= 0 and (start or from_the_start):
            event = parse_object(data[start:stop])
            if event is not None and event.get("event") == "progress":
                return start, event
        place = data.rfind(_MARK, 0, place) if newest else data.find(_MARK, place + 1)
    return None


def _point(event: dict[str, Any], attempt: int) -> HistoryPoint:
    total, steps = event.get("total"), objects_of(event.get("steps"))
    return HistoryPoint(
        n=whole_of(event.get("n")),
        t=number_of(event.get("t")),
        attempt=attempt,
        stage=text_of(event.get("stage")),
        done=number_of(event.get("done")),
        total=None if total is None else number_of(total),
        dropped=_sum(steps, "dropped"),
        failed=_sum(steps, "failed"),
        calls=whole_of(event.get("calls")),
        reused=whole_of(event.get("reused")),
        input_tokens=whole_of(event.get("input_tokens")),
        output_tokens=whole_of(event.get("output_tokens")),
        cost=number_of(event.get("cost")),
        records_per_second=number_of(event.get("records_per_second")),
        concurrency=whole_of(event.get("concurrency")),
    )


def _sum(steps: list[dict[str, Any]], kind: str) -> int:
    return sum(sum(counts_of(step.get(kind)).values()) for step in steps)

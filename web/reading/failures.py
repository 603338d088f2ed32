"""The inbox of failed records: reasons, answers, and how many of each kind."""

from __future__ import annotations

import re
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from generation_functions.run_output import FAILED_FILE
from web.problems import ChangedError, NotFoundError, documented
from web.reading.caches import Cached
from web.reading.failure_counts import key_of
from web.reading.files import file_in, parse_object, stamp_of
from web.reading.line_index import Deadline, Lines, OutOfTimeError
from web.reading.walking import Walk
from web.runs.finding import RunId, folder_of
from web.services import Given
from web.tolerant import objects_of, text_of, whole_of

router = APIRouter(prefix="/failed")
_SECONDS = 0.2
_MOST_BYTES = 4 << 20
_CURSOR = re.compile(r"([0-9]{1,12})-([0-9]{1,15})-([0-9a-f]{8})")
WRITING = "write "
"""Begins the stage of rows that could not be written: behind these is no call that could be made again."""


class FailedAnswer(BaseModel):
    """What a model said in one try, and why it could not be used."""

    attempt: int
    reason: str
    answer: str


class FailedRecord(BaseModel):
    """A record that could not be finished."""

    id: str
    stage: str = Field(examples=["questions"])
    step: str = Field(examples=["write_questions"])
    reason: str = Field(description="In full.")
    headline: str = Field(description="What it is counted under.")
    answers: list[FailedAnswer] = Field(description="What the model answered, each try.")
    record: dict[str, Any]
    can_retry: bool = Field(description="False where no model was asked, so that none can be asked again.")


class FailedPage(BaseModel):
    """Some of them."""

    items: list[FailedRecord] = Field(description="May be fewer than asked for, with more to come: see `next`.")
    next: str | None = Field(description="`cursor` of what follows; null at the end.")
    scanned: float = Field(description="Share of the file that lies before `next`.", ge=0, le=1)


class FailedCount(BaseModel):
    """How many failed in one way."""

    stage: str
    step: str
    headline: str = Field(description="What `reason` asks for.")
    count: int


class FailedSummary(BaseModel):
    """All that failed, counted."""

    total: int
    items: list[FailedCount] = Field(description="The most frequent first.")


@router.get("", response_model=FailedPage, responses=documented(NotFoundError, ChangedError))
def failed(
    services: Given,
    caches: Cached,
    run_id: RunId,
    stage: Annotated[str, Query(max_length=300)] = "",
    step: Annotated[str, Query(max_length=300)] = "",
    reason: Annotated[str, Query(max_length=300, description="A headline of the summary.")] = "",
    cursor: Annotated[str | None, Query(pattern=f"^{_CURSOR.pattern}$")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Response:
    """Records that failed, with what the model answered. The file is written when the run ends."""
    path = file_in(folder_of(services, run_id), FAILED_FILE)
    page = FailedPage(items=[], next=None, scanned=1.0)
    if path is not None:
        wanted = (stage, step, reason)
        try:
            with caches.index(path).open(path, Deadline(_SECONDS)) as lines:
                page = _page(lines, wanted, cursor, limit)
        except FileNotFoundError:  # taken away in this moment
            pass
    return Response(orjson.dumps(page.model_dump()), media_type="application/json")


@router.get("/summary", responses=documented(NotFoundError))
def failed_summary(services: Given, caches: Cached, run_id: RunId) -> FailedSummary:
    """How many records failed, by stage, step and reason."""
    counts = caches.failures(folder_of(services, run_id)).now()
    items = [
        FailedCount(stage=stage, step=step, headline=headline, count=count)
        for (stage, step, headline), count in counts.most_common(1000)
    ]
    return FailedSummary(total=counts.total(), items=items)


def _page(lines: Lines, wanted: tuple[str, str, str], cursor: str | None, limit: int) -> FailedPage:
    stamp = stamp_of(lines.file).short
    walk = Walk(lines, *_place(cursor, stamp))
    items: list[FailedRecord] = []
    size = 0
    try:
        while not walk.ended and len(items) < limit and size < _MOST_BYTES:
            line = walk.line()
            entry = parse_object(line)
            if entry is not None and _fits(key_of(entry), wanted):
                items.append(_record(entry))
                size += len(line)
            walk.next()
            lines.deadline.check()
    except OutOfTimeError:
        pass  # what was found so far, and where to go on
    following = None if walk.ended else f"{walk.number}-{walk.offset}-{stamp}"
    return FailedPage(items=items, next=following, scanned=lines.share(walk.offset) if following else 1.0)


def _place(cursor: str | None, stamp: str) -> tuple[int, int]:
    if cursor is None:
        return 0, 0
    found = _CURSOR.fullmatch(cursor)
    if found is None or found[3] != stamp:
        raise ChangedError("failed.jsonl has been written again: begin with the first page", code="cursor-outdated")
    return int(found[1]), int(found[2])


def _fits(key: tuple[str, str, str], wanted: tuple[str, str, str]) -> bool:
    return all(not asked or asked == has for asked, has in zip(wanted, key, strict=True))


def _record(entry: dict[str, Any]) -> FailedRecord:
    stage, step, headline = key_of(entry)
    record = entry.get("record")
    return FailedRecord(
        id=text_of(entry.get("id")),
        stage=stage,
        step=step,
        reason=text_of(entry.get("reason")),
        headline=headline,
        answers=[
            FailedAnswer(
                attempt=whole_of(one.get("attempt")),
                reason=text_of(one.get("reason")),
                answer=text_of(one.get("answer")),
            )
            for one in objects_of(entry.get("answers"))
        ],
        record=record if isinstance(record, dict) else {},
        can_retry=not stage.startswith(WRITING),
    )

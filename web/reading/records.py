"""Records that have come out of a stage, while the run goes on and no dataset is there yet."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from web.problems import ChangedError, NotFoundError, documented
from web.reading.datasets import STAGES, json_lines_below, stage_name
from web.reading.files import file_in, parse_object
from web.runs.finding import RunId, folder_of
from web.services import Given
from web.tolerant import objects_of, text_of

router = APIRouter()
_BLOCK = 1 << 18
_MOST_BYTES = 4 << 20
_LONGEST_LINE = 16 << 20
_CURSOR = re.compile(r"([0-9]{1,15})-([0-9]{1,20})")


class Dropped(BaseModel):
    """A record that a step let go, and why."""

    id: str
    step: str = Field(examples=["check_grounding"])
    reason: str = Field(examples=["answer says more than the text"])
    about: str = Field(default="", description="Beginning of its question or text.")


class Failed(BaseModel):
    """A record that could not be finished; all about it is in the inbox when the run has ended."""

    id: str
    step: str
    reason: str


class FinishedInput(BaseModel):
    """What became of one record that entered the stage."""

    id: str = Field(description="Of the record that entered.")
    records: list[dict[str, Any]] = Field(description="What came out.")
    passage: str | None = Field(default=None, description="The text that they rest on, where they carry one.")
    dropped: list[Dropped] = Field(default_factory=list)
    failed: list[Failed] = Field(default_factory=list)


class RecordPage(BaseModel):
    """Finished inputs in the order in which they were finished."""

    items: list[FinishedInput]
    next: str | None = Field(description="`cursor` of what has come since; null when nothing has.")
    after: str = Field(description="`cursor` to ask with later for what has come by then.", examples=["35133-1835"])
    unreadable: int = Field(default=0, description="Lines on this page that could not be read.")


@router.get("/records", response_model=RecordPage, responses=documented(NotFoundError, ChangedError))
def records(
    services: Given,
    run_id: RunId,
    stage: Annotated[str, Query(min_length=1, max_length=300, examples=["02-questions"])],
    cursor: Annotated[str | None, Query(pattern=f"^{_CURSOR.pattern}$")] = None,
    latest: Annotated[bool, Query(description="Without a cursor: begin so that the last ones are shown.")] = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Response:
    """Records that have come out of a stage, dropped ones with the reason; they can be watched as they come."""
    path = _stage_file(folder_of(services, run_id), stage)
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise NotFoundError(f"stage {stage} cannot be read: {error.strerror}", code="no-such-stage") from error
    try:
        page = _page(file, cursor, latest, limit)
    finally:
        os.close(file)
    return Response(orjson.dumps(page.model_dump()), media_type="application/json")


def _stage_file(folder: Path, stage: str) -> Path:
    known = {stage_name(file): file for file in json_lines_below(folder, STAGES)}
    path = file_in(folder, known[stage]) if stage in known else None
    if path is None:
        has = f"it has: {', '.join(list(known)[:20])}" if known else "none has begun yet"
        raise NotFoundError(f"the run has no stage {stage!r}; {has}", code="no-such-stage")
    return path


def _page(file: int, cursor: str | None, latest: bool, limit: int) -> RecordPage:
    status = os.fstat(file)
    start = _place(file, cursor, status)
    if cursor is None and latest:
        start = _start_of_last(file, status.st_size, limit)
    taken, offset, more = _Taken(), start, True
    while offset < status.st_size and len(taken.items) < limit and taken.size < _MOST_BYTES:
        line = _line(file, offset, status.st_size)
        if not line.endswith(b"\n") and len(line) < _LONGEST_LINE:
            more = False  # still being written
            break
        taken.take(line)
        offset += len(line)
    after = f"{offset}-{status.st_ino}"
    following = after if more and offset < status.st_size else None
    return RecordPage(items=taken.items, next=following, after=after, unreadable=taken.unreadable)


@dataclass
class _Taken:
    """What a page holds so far."""

    items: list[FinishedInput] = field(default_factory=list)
    size: int = 0
    unreadable: int = 0

    def take(self, line: bytes) -> None:
        entry = parse_object(line)
        self.size += len(line)
        if entry is None:
            self.unreadable += 1
            return
        made = objects_of(entry.get("out"))
        passage = text_of(made[0].get("text")) if made else ""
        self.items.append(
            FinishedInput(
                id=text_of(entry.get("id")),
                records=[{key: value for key, value in one.items() if key != "text"} for one in made],
                passage=passage or None,
                dropped=[_dropped(one) for one in objects_of(entry.get("dropped"))],
                failed=[_failed(one) for one in objects_of(entry.get("failed"))],
            )
        )


def _place(file: int, cursor: str | None, status: os.stat_result) -> int:
    if cursor is None:
        return 0
    found = _CURSOR.fullmatch(cursor)
    offset, inode = (int(found[1]), int(found[2])) if found else (0, -1)
    is_line = offset == 0 or (offset <= status.st_size and os.pread(file, 1, offset - 1) == b"\n")
    if inode != status.st_ino or not is_line:
        raise ChangedError(
            "the stage has begun anew since that page: begin with the first page", code="cursor-outdated"
        )
    return offset


def _line(file: int, offset: int, size: int) -> bytes:
    data = b""
    while offset + len(data) < size and len(data) < _LONGEST_LINE:
        block = os.pread(file, _BLOCK, offset + len(data))
        found = block.find(b"\n")
        if found >= 0:
            return data + block[: found + 1]
        if not block:
            break
        data += block
    return data


def _start_of_last(file: int, size: int, limit: int) -> int:
    """Where the last `limit` whole lines begin, or as many of them as may be on one page."""
    tail, begin = b"", size
    while begin > 0 and len(tail) < _MOST_BYTES and tail.count(b"\n") <= limit:
        step = min(_BLOCK, begin)
        begin -= step
        tail = os.pread(file, step, begin) + tail
    place = tail.rfind(b"\n") + 1
    for _ in range(limit):
        if place <= 0:
            break
        place = tail.rfind(b"\n", 0, place - 1) + 1
    if place or begin == 0:
        return begin + place
    return begin + tail.find(b"\n") + 1


def _dropped(entry: dict[str, Any]) -> Dropped:
    return Dropped(
        id=text_of(entry.get("id")),
        step=text_of(entry.get("step")),
        reason=text_of(entry.get("reason")),
        about=text_of(entry.get("about")),
    )


def _failed(entry: dict[str, Any]) -> Failed:
    return Failed(id=text_of(entry.get("id")), step=text_of(entry.get("step")), reason=text_of(entry.get("reason")))

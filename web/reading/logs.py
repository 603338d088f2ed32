"""A run's log by line number, and a search in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from web.problems import NotFoundError, documented
from web.reading.caches import Cached, Caches
from web.reading.files import file_in
from web.reading.line_index import NEVER, Deadline, Lines, OutOfTimeError
from web.reading.walking import Walk
from web.runs.finding import RunId, folder_of
from web.services import Given

router = APIRouter()
_LONGEST = 10_000
_SEARCH_SECONDS = 0.25
_MOST_BYTES = 4 << 20
_BLOCK = 1 << 17


class LogFile(StrEnum):
    """`log`: what the run itself noted. `console`: what its process printed."""

    LOG = "log"
    CONSOLE = "console"

    def path(self, folder: Path) -> Path | None:
        """None when there is none (yet)."""
        return file_in(folder, f"{self.value}.txt")


class LogLines(BaseModel):
    """Lines of a log that may still grow."""

    lines: list[str] = Field(description="Cut at 10 000 characters. Fewer than asked for when they are very long.")
    start: int = Field(description="Number of the first of them; lines count from 0.", examples=[0])
    total: int = Field(description="Lines in the file now; 0 when there is no file.", examples=[1_000_000])
    complete: bool = Field(description="Whether they reach to the end of the file as it is now.")


class LogMatch(BaseModel):
    """A line that holds the text."""

    number: int = Field(examples=[41])
    text: str


class LogMatches(BaseModel):
    """Lines that hold the text, as far as the search got in its time."""

    items: list[LogMatch]
    next: int | None = Field(description="`start` of the search that goes on; null at the end of the file.")
    scanned: float = Field(description="Share of the file that lies before it, from 0 to 1.", ge=0, le=1)


FileChoice = Annotated[LogFile, Query(description="Which file.")]


@router.get("/log", responses=documented(NotFoundError))
def log(
    services: Given,
    caches: Cached,
    run_id: RunId,
    file: FileChoice = LogFile.LOG,
    start: Annotated[int, Query(ge=-(10**12), le=10**12, description="Negative: counted from the end.")] = -200,
    count: Annotated[int, Query(ge=1, le=5000)] = 200,
) -> LogLines:
    """Lines of the run's log by number. A run that has written nothing yet has a log of no lines."""
    with _opened(caches, file.path(folder_of(services, run_id))) as lines:
        if lines is None:
            return LogLines(lines=[], start=0, total=0, complete=True)
        total = lines.count()
        first = min(total, start) if start >= 0 else max(0, total + start)
        found = _page(lines, first, min(count, total - first))
        return LogLines(lines=found, start=first, total=total, complete=first + len(found) >= total)


@router.get("/log/search", responses=documented(NotFoundError))
def search_log(
    services: Given,
    caches: Cached,
    run_id: RunId,
    text: Annotated[str, Query(min_length=1, max_length=500, description="Plain text.", examples=["WARNING"])],
    file: FileChoice = LogFile.LOG,
    start: Annotated[int, Query(ge=0, le=10**12, description="First line to look at.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ignore_case: Annotated[bool, Query(description="Of the letters A to Z.")] = False,
) -> LogMatches:
    """Lines of the log that hold a text. Answers within a third of a second; `next` goes on from there."""
    needle = text.encode("utf-8", "replace")
    if ignore_case:
        needle = needle.lower()
    with _opened(caches, file.path(folder_of(services, run_id)), Deadline(_SEARCH_SECONDS)) as lines:
        if lines is None or b"\n" in needle:
            return LogMatches(items=[], next=None, scanned=1.0)
        return _search(lines, needle, start, limit, fold=ignore_case)


@contextmanager
def _opened(caches: Caches, path: Path | None, deadline: Deadline = NEVER) -> Iterator[Lines | None]:
    if path is None:
        yield None
        return
    with ExitStack() as opened:
        lines = None
        with suppress(OSError):  # taken away in this moment
            lines = opened.enter_context(caches.index(path).open(path, deadline))
        yield lines


def _page(lines: Lines, first: int, count: int) -> list[str]:
    """At most `count` lines; a line longer than a block is read no further than the block."""
    found: list[str] = []
    offset, taken = lines.offset_of(first), 0
    while len(found) < count and offset < lines.end and taken < _MOST_BYTES:
        data = os.pread(lines.file, min(_BLOCK, lines.end - offset), offset)
        whole = data.rfind(b"\n") + 1
        if not whole:
            number = first + len(found)
            found.append(_shown(data))
            offset = lines.offset_of(number + 1) if len(data) == _BLOCK else lines.end
        else:
            new = data[: whole - 1].split(b"\n", count - len(found))[: count - len(found)]
            found += map(_shown, new)
            offset += whole
        taken += len(data)
    return found


def _shown(line: bytes) -> str:
    text = line[: 4 * _LONGEST + 4].decode("utf-8", "replace").removesuffix("\r")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} … (the line goes on)"


def _search(lines: Lines, needle: bytes, start: int, limit: int, *, fold: bool) -> LogMatches:
    items: list[LogMatch] = []
    walk = Walk(lines, fold=fold)
    following: int | None = start
    try:
        walk.go_to(start)
        while len(items) < limit and walk.find(needle):
            begin = os.pread(lines.file, 4 * _LONGEST + 4, walk.offset)
            items.append(LogMatch(number=walk.number, text=_shown(begin.partition(b"\n")[0])))
            walk.next()
            following = walk.number
        following = None if walk.ended else walk.number
    except OutOfTimeError:
        following = max(start, walk.number)
    return LogMatches(items=items, next=following, scanned=1.0 if following is None else lines.share(walk.offset))

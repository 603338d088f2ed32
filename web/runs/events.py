"""Server-sent events of a run: a snapshot first, then what is new in events.jsonl, by its number.

Each watcher reads the file for itself, at its own pace, from its own place: the run knows nothing of them, and one
that stops reading holds nothing but its place.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from web.problems import NotFoundError
from web.runs.figures import EVENTS_FILE

INTERVAL_SECONDS = 0.25
_KEEP_ALIVE_SECONDS = 15.0
_BLOCK = 1 << 16
_NUMBER = re.compile(rb'\{"n":(\d+),')
_KIND = re.compile(rb'"event":"([\w-]{1,40})"')


StateReader = Callable[[], tuple[str, bytes]]
"""Gives a run's state, and what of it makes a change visible."""


@dataclass
class Place:
    """Where a watcher is: the bytes read, and the number of the last event sent."""

    offset: int = 0
    number: int = 0


def last_place(path: Path) -> Place:
    """The place after the newest whole event."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            back = min(size, _BLOCK)
            while True:
                file.seek(size - back)
                tail = file.read(back)
                end = tail.rfind(b"\n") + 1
                for line in reversed(tail[:end].splitlines()):
                    if found := _NUMBER.match(line):
                        return Place(size - back + end, int(found[1]))
                if back == size:
                    return Place(size - back + end, 0)
                back = min(size, back * 4)
    except OSError:
        return Place()


def place_after(path: Path, number: int) -> Place:
    """The place after the event `number`: numbers only grow, so half of the file is left out at each look."""
    try:
        with path.open("rb") as file:
            low, high = 0, file.seek(0, os.SEEK_END)
            while low < high:
                middle = (low + high) // 2
                start, found = _first_event_from(file.fileno(), middle, high)
                if found is None or found > number:
                    high = middle
                else:
                    low = start + 1
            start, _ = _first_event_from(file.fileno(), low, os.fstat(file.fileno()).st_size)
            return Place(start, number)
    except OSError:
        return Place(0, number)


def _first_event_from(file: int, offset: int, end: int) -> tuple[int, int | None]:
    """Where the first line that begins at `offset` or later begins, and its number; None without one."""
    place = offset
    if offset:  # a line begins here if the byte before ends one
        place = _after_newline(file, offset - 1)
    while place < end:
        head = os.pread(file, 32, place)
        if found := _NUMBER.match(head):
            return place, int(found[1])
        following = _after_newline(file, place)
        if following <= place:
            break
        place = following
    return place, None


def _after_newline(file: int, offset: int) -> int:
    place = offset
    while block := os.pread(file, _BLOCK, place):
        found = block.find(b"\n")
        if found >= 0:
            return place + found + 1
        place += len(block)
    return place


def new_events(path: Path, place: Place) -> list[bytes]:
    """The whole lines after `place`, which moves on. At most a block at a time, so that nothing piles up."""
    try:
        with path.open("rb") as file:
            file.seek(place.offset)
            data = file.read(_BLOCK)
            while data and b"\n" not in data and (more := file.read(len(data))):  # a very long event
                data += more
    except OSError:
        return []
    data = data[: data.rfind(b"\n") + 1]
    place.offset += len(data)
    lines = []
    for line in data.splitlines():
        found = _NUMBER.match(line)
        if found and int(found[1]) > place.number:  # torn lines have no number
            place.number = int(found[1])
            lines.append(line)
    return lines


def as_event(line: bytes) -> bytes:
    """A line of events.jsonl as a server-sent event."""
    number, kind = _NUMBER.match(line), _KIND.search(line)
    assert number is not None
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (number[1], kind[1] if kind else b"event", line)


async def stream(
    folder: Path,
    after: int | None,
    snapshot: Callable[[], bytes],
    state: StateReader,
    gone: Callable[[], Awaitable[bool]],
) -> AsyncIterator[bytes]:
    """All events from now on, or from `after` on.

    `snapshot()` is the run as it is now; `state()` its state (with what makes a change visible). State changes carry
    no number: each says all there is, so that none is missed by missing one.
    """
    path = folder / EVENTS_FILE
    place = await asyncio.to_thread(last_place, path)
    if after is None or after > place.number:
        # A number from the future is one of a run that was deleted and made anew.
        yield b"id: %d\nevent: snapshot\ndata: %b\n\n" % (place.number, await asyncio.to_thread(snapshot))
    else:
        place = await asyncio.to_thread(place_after, path, after)
    known = ""
    quiet, ticks = 0.0, 0
    yield b"retry: 1000\n\n"
    while not await gone():
        lines = await asyncio.to_thread(new_events, path, place) if _size(path) > place.offset else []
        if lines:
            yield b"".join(map(as_event, lines))
            quiet = 0.0
            if _size(path) > place.offset + _BLOCK:
                continue  # catching up
        if lines or ticks % 4 == 0:
            try:
                key, said = await asyncio.to_thread(state)
            except NotFoundError:  # somebody has deleted the run
                return
            if key != known:
                known = key
                yield b"event: state\ndata: %b\n\n" % said
                quiet = 0.0
        ticks += 1
        if quiet >= _KEEP_ALIVE_SECONDS:
            yield b": still here\n\n"
            quiet = 0.0
        await asyncio.sleep(INTERVAL_SECONDS)
        quiet += INTERVAL_SECONDS


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def to_json(value: object) -> bytes:
    """One line of JSON."""
    return orjson.dumps(value, default=str)

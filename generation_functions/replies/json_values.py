"""Reads a JSON value out of a reply and fits it to the prompt's schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from generation_functions.errors import UnusableReplyError
from generation_functions.replies.formats import ReplyFormat
from generation_functions.replies.json_schema import fit
from generation_functions.replies.lenient_json import (
    MOST_NESTED,
    BrokenJsonError,
    LenientReader,
    UnfinishedJsonError,
)

_WANTED = "Reply with one JSON value, in double quotes where it is text, and nothing else."
_EFFORT = 3
"""How many times the length of the reply may be read in search of JSON, so that no text takes long."""
_MOST_FAILURES = 500
"""How many brackets that begin no JSON are looked at."""


@dataclass(slots=True)
class _Found:
    values: list[Any]
    lengths: list[int]
    unfinished: bool = False
    broken: BrokenJsonError | None = None


def read_json(reply_format: ReplyFormat, text: str, cut: bool) -> Any:
    """The JSON value of the reply: the last one that satisfies the schema, or without a schema the longest."""
    schema = reply_format.schema
    whole = _strictly(text)
    if whole is not None:
        found = _Found([whole[0]], [len(text)])
    else:
        found = _search(text, close_open=not cut)
    if not found.values:
        raise UnusableReplyError(_what_is_wrong(found, text, cut))
    if not schema:
        return max(zip(found.lengths, range(len(found.values)), found.values, strict=True))[2]
    candidates = list(reversed(found.values))
    if len(candidates) > 1 and all(isinstance(value, dict) for value in candidates):
        candidates.insert(0, found.values)  # one object per line, where a list of them is wanted
    best: list[str] | None = None
    for value in candidates:
        fitted, problems = fit(value, schema)
        if not problems:
            return fitted
        if best is None or len(problems) < len(best):
            best = problems
    if cut and found.unfinished:
        raise UnusableReplyError(_what_is_wrong(found, text, cut))
    told = " ".join("; ".join(best or []).split())
    raise UnusableReplyError(f"Your JSON does not have the form asked for: {told}. {_WANTED}")


def find_json_values(text: str) -> list[Any]:
    """Every object and list in the text that can be read, none of them inside another."""
    whole = _strictly(text)
    return [whole[0]] if whole is not None else _search(text, close_open=False).values


def _strictly(text: str) -> tuple[Any] | None:
    """The value of a text that is proper JSON, with a fence or prose without brackets around it at most."""
    start = _next_bracket(text, 0) if text.lstrip()[:1] not in ('"', "-", *"0123456789") else -1
    json = text if start < 0 else text[start : max(text.rfind("}"), text.rfind("]")) + 1]
    try:
        value = orjson.loads(json)
    except orjson.JSONDecodeError:
        return None
    return None if _is_nested_deeply(json) else (value,)


def _is_nested_deeply(text: str) -> bool:
    if text.count("[") + text.count("{") <= MOST_NESTED:
        return False
    depth = deepest = 0
    for letter in text:
        if letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest > MOST_NESTED


def _search(text: str, *, close_open: bool) -> _Found:
    found = _Found([], [])
    position, effort, failures = 0, _EFFORT * len(text) + 1000, 0
    while effort > 0 and failures < _MOST_FAILURES:
        start = _next_bracket(text, position)
        if start < 0:
            break
        reader = LenientReader(text, start, close_open=close_open)
        try:
            value = reader.value()
        except BrokenJsonError as error:
            effort -= error.position - start + 1
            position = start + 1
            failures += 1
            if isinstance(error, UnfinishedJsonError):
                found.unfinished = True
                break  # what is inside an unfinished value is no value of its own
            if found.broken is None or error.position > found.broken.position:
                found.broken = error
        else:
            found.values.append(value)
            found.lengths.append(reader.position - start)
            position = reader.position
    return found


def _next_bracket(text: str, position: int) -> int:
    places = [place for place in (text.find("{", position), text.find("[", position)) if place >= 0]
    return min(places, default=-1)


def _what_is_wrong(found: _Found, text: str, cut: bool) -> str:
    if found.unfinished and cut:
        return "Your JSON was cut off before its end. Write a shorter one."
    if found.unfinished:
        return f"Your JSON breaks off before its end: a quote or bracket is not closed. {_WANTED}"
    if found.broken is not None:
        line = text.count("\n", 0, found.broken.position) + 1
        return f"Your JSON is broken at line {line}: {' '.join(str(found.broken).split())}. {_WANTED}"
    return f"Your reply holds no JSON. {_WANTED}"

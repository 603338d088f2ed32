"""Reads a value that the prompt wants inside a tag, such as `<poem> ... </poem>`."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache

from generation_functions.errors import UnusableReplyError
from generation_functions.replies.formats import ReplyFormat
from generation_functions.replies.markup import is_blank, strip_chatter, strip_preamble, unfence

_CLOSING_LEFTOVER = re.compile(r"</\s{0,2}(?P<name>[\w.-]{0,64})\s{0,2}>?\s{0,8}$")
_PLACEHOLDER = re.compile(r"[\[({<]?(?:your|the|insert|put|write)\b.{0,80}\bhere\b.{0,3}$", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[(.*)\]\]>$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _TagMark:
    start: int
    end: int
    opens: bool


def read_tag(reply_format: ReplyFormat, text: str, cut: bool) -> str:
    """The content of the last complete occurrence of the tag.

    A closing tag that is missing is forgiven when the model came to its end by itself.
    """
    tag = reply_format.tag
    content = find_tag(text, tag, cut)
    if content is not None:
        return content
    marks = _marks(text, tag)
    if cut:
        told = f"Your reply was cut off before </{tag}>. Write a shorter one, and close it with </{tag}>."
    elif len(marks) > 1 or any(is_blank(text[mark.end :]) for mark in marks if mark.opens):
        told = f"Your reply has nothing between <{tag}> and </{tag}>. Write the whole answer between them."
    else:
        told = f"Your reply has no <{tag}>...</{tag}>. Put the whole answer between <{tag}> and </{tag}>."
    raise UnusableReplyError(told)


def find_tag(text: str, tag: str, cut: bool) -> str | None:
    """What stands in the tag, or None."""
    marks = _marks(text, tag)
    if not marks and "&lt;" in text:
        text = html.unescape(text)
        marks = _marks(text, tag)
    return _last_complete(text, marks) or (None if cut else _unclosed(text, marks, tag)) or _unopened(text, marks)


def _last_complete(text: str, marks: list[_TagMark]) -> str | None:
    found: str | None = None
    opening: _TagMark | None = None
    for mark in marks:
        if mark.opens:
            opening = mark
        elif opening is not None:
            found = _content(text[opening.end : mark.start]) or found
            opening = None
    return found


def _unclosed(text: str, marks: list[_TagMark], tag: str) -> str | None:
    """What follows a last opening tag that begins a line; `<poem>` may also have been written to close it."""
    if not marks or not marks[-1].opens:
        return None
    opening, end = marks[-1], len(text)
    if len(marks) > 1 and marks[-2].opens and is_blank(text[opening.end :]):
        opening, end = marks[-2], opening.start
    line_start = text.rfind("\n", 0, opening.start) + 1
    if not is_blank(text[line_start : opening.start]) and opening.start - line_start > 0:
        return None
    return _content(_without_leftover(strip_chatter(text[opening.end : end]), tag))


def _without_leftover(text: str, tag: str) -> str:
    """The text without a closing tag that was begun or misspelt, such as `</poe` or `</poems>`."""
    leftover = _CLOSING_LEFTOVER.search(text, max(0, len(text) - 100))
    if leftover is None:
        return text
    name = leftover["name"].lower()
    known = tag.lower()
    return text[: leftover.start()] if name.startswith(known) or known.startswith(name) else text


def _unopened(text: str, marks: list[_TagMark]) -> str | None:
    """What precedes a closing tag whose opening tag was part of the prompt or forgotten."""
    if not marks or marks[0].opens:
        return None
    return _content(strip_preamble(text[: marks[0].start]))


def _content(text: str) -> str | None:
    text = unfence(text.strip(" \t\r\n\\"), prose_only=True).strip()
    cdata = _CDATA.match(text) if text.startswith("<![CDATA[") else None
    text = cdata[1].strip() if cdata else text
    return None if is_blank(text) or _PLACEHOLDER.match(text) else text


def _marks(text: str, tag: str) -> list[_TagMark]:
    angled, squared = _patterns(tag)
    marks = _find(angled, text) if "<" in text or "＜" in text else []
    return marks or (_find(squared, text) if "[" in text else [])


def _find(pattern: re.Pattern[str], text: str) -> list[_TagMark]:
    return [
        _TagMark(match.start(), match.end(), not match["close"])
        for match in pattern.finditer(text)
        if text[match.start() - 1 : match.start()] + text[match.end() : match.end() + 1] not in ("``", '""', "''", "“”")
    ]


@lru_cache(maxsize=256)
def _patterns(tag: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The tag in angle brackets (plain, full-width or escaped), and in square brackets."""
    name = re.sub(r"(?:\\?[-_. ])+", r"[-_. ]{0,2}", re.escape(tag))
    angled = rf"[<＜]\s{{0,3}}(?P<close>[/／]?)\s{{0,3}}{name}(?:\s[^<>＜＞]{{0,200}})?\\?[>＞]"
    squared = rf"\[\s{{0,3}}(?P<close>/?)\s{{0,3}}{name}\s{{0,3}}\]"
    return re.compile(angled, re.IGNORECASE), re.compile(squared, re.IGNORECASE)

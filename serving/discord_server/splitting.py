"""Cuts long answers into messages, where a reader would: between paragraphs, lines, sentences, words."""

from __future__ import annotations

import re

LONGEST = 2_000  # characters of a message, as Discord counts them
_FENCE = re.compile(r"^[ \t]*(```+)[ \t]*([\w+#.-]{0,30})", re.MULTILINE)
_BORDERS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。！？])"),
    re.compile(r"\s+"),
)
_CLOSED = "\n```"
_LEAST = 0.3  # of a message: a border before that leaves too little in it


def split_answer(text: str, longest: int = LONGEST) -> list[str]:
    """`text` in messages of up to `longest` characters, none of them empty.

    Nothing is lost but blanks at the borders. A code block that goes on in the next message is closed in the first and
    opened again, in its language, in the next.

    Args:
        longest: At least 100.
    """
    parts: list[str] = []
    rest, opened = text.strip(), ""
    while rest:
        if len(opened) + len(rest) <= longest and not _open_fence(opened + rest):
            parts.append(opened + rest)
            break
        room = longest - len(opened) - len(_CLOSED)
        end = _border(rest, room) if len(rest) > room else len(rest)
        part = opened + rest[:end].rstrip()
        inside = _open_fence(part)
        rest = rest[end:].lstrip("\n") if inside else rest[end:].lstrip()
        parts.append(part + _CLOSED if inside else part)
        opened = f"{inside}\n" if inside else ""
    return [part for part in parts if part.strip()]


def _border(text: str, room: int) -> int:
    """Where to cut so that at most `room` characters stay."""
    for border in _BORDERS:
        ends = [found.start() for found in border.finditer(text, 0, room + 1) if found.start() >= room * _LEAST]
        if ends:
            return ends[-1]
    return room


def _open_fence(text: str) -> str:
    """The line that opens the code block in which `text` ends; "" = it ends in none."""
    opened = ""
    for found in _FENCE.finditer(text):
        opened = "" if opened else f"```{found[2]}"
    return opened

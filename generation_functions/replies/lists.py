"""Reads a list, whatever numbers or bullets the model puts before its items."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from generation_functions.errors import UnusableReplyError
from generation_functions.replies.formats import ReplyFormat
from generation_functions.replies.json_values import find_json_values
from generation_functions.replies.markup import (
    close_emphasis,
    is_blank,
    is_fence,
    is_rule,
    strip_chatter,
    strip_preamble,
    strip_wrapping,
    unfence,
)

_WANTED = 'Write one item per line, each numbered: "1. ...", "2. ..." and so on.'

_MARKER = re.compile(
    r"(?P<indent>[ \t]{0,24})(?:#{1,6}[ \t]{1,4})?(?P<bold>\*\*|__)?(?:"
    r"(?P<number>\(?\[?\d{1,3}\]?[.):、．）]\)?(?!\d)|[①-⑳]|\d{1,2}\ufe0f?\u20e3)"
    r"|(?P<bullet>[-*•◦‣▪●○·–—+✓✔✅➤►→])(?:[ \t]{1,4}\[[ xX]\])?(?=[ \t]|[^\W\d_]|[\"“'(\[])"
    r"|(?P<word>[^\W\d_]{1,15}[ \t]?#?\d{1,3}[ \t]?[.:)：、\-–](?!\d))"
    r"|(?P<roman>\(?[ivxIVX]{1,5}[.)])(?=[ \t])"
    r"|(?P<letter>\(?[a-zA-Z][.)])(?=[ \t])"
    r"|(?P<han>[一二三四五六七八九十]{1,3}[、.．])"
    r")(?P<unbold>\*\*|__)?[ \t]{0,8}"
)
_STYLES = ("number", "bullet", "word", "roman", "letter", "han")


@dataclass(slots=True)
class _Line:
    text: str
    style: str = ""
    """What marks the line as an item; empty for a line without a marker."""
    indent: int = 0
    words: str = ""


@dataclass(slots=True)
class _Item:
    lines: list[str] = field(default_factory=list)
    gap: bool = False
    """Whether a paragraph without indentation follows inside the item."""


def read_list(reply_format: ReplyFormat, text: str, cut: bool) -> list[str]:
    """The items of the reply, at most `maximum`.

    A reply that was cut off is used only if `maximum` items were complete by then.
    """
    items = _find_items(text, reply_format.minimum)
    if cut:
        items = items[:-1]
    most = reply_format.maximum
    if cut and (most is None or len(items) < most):
        raise UnusableReplyError("Your reply was cut off before its end. Write fewer or shorter items.")
    if not items:
        raise UnusableReplyError(f"Your reply holds no list. {_WANTED}")
    if len(items) < reply_format.minimum:
        raise UnusableReplyError(f"Your list holds {len(items)} of at least {reply_format.minimum} items. {_WANTED}")
    return items[:most]


def _find_items(text: str, minimum: int) -> list[str]:
    text = unfence(strip_chatter(strip_preamble(text.strip()))).strip()
    if text[:1] in ("[", "{"):
        items = _from_json(text)
        if items:
            return items
    lines = [_read_line(line) for line in text.split("\n")]
    style = _main_style(lines)
    items = _marked(lines, style) if style else _unmarked([line.text for line in lines])
    items = [item for item in map(_clean, items) if not is_blank(item)]
    if len(items) == 1 < minimum:
        return _on_one_line(items[0])
    return items


def _from_json(text: str) -> list[str]:
    for value in find_json_values(text):
        if isinstance(value, dict):
            lists = [item for item in value.values() if isinstance(item, list)]
            value = lists[0] if len(lists) == 1 else None
        if isinstance(value, list) and value:
            items = [next(iter(item.values())) if isinstance(item, dict) and len(item) == 1 else item for item in value]
            if all(isinstance(item, str | int | float) for item in items):
                return [words for item in items if not is_blank(words := str(item).strip())]
    return []


def _read_line(line: str) -> _Line:
    match = _MARKER.match(line)
    if match is None or is_rule(line) or is_blank(line):
        return _Line(line)
    style = next(style for style in _STYLES if match[style])
    words = line[match.end() :]
    if match["bold"] and not match["unbold"]:
        if style == "bullet":  # "**- " does not happen, "**" and a dash inside a bold line does
            return _Line(line)
        words = match["bold"] + words  # **1. Title** keeps its emphasis whole
    return _Line(line, style, len(match["indent"].expandtabs(4)), words)


def _main_style(lines: list[_Line]) -> tuple[str, int] | None:
    """Marker and indentation of the outermost list. Letters and Roman numerals count from two on: "I. think"."""
    counts: dict[str, int] = {}
    for line in lines:
        if line.style:
            counts[line.style] = counts.get(line.style, 0) + 1
    if counts.get("roman") and counts.get("letter"):  # i) ii) ... v) look like letters too
        kept = "roman" if counts["roman"] >= counts["letter"] else "letter"
        for line in lines:
            line.style = kept if line.style in ("roman", "letter") else line.style
        counts[kept] = counts["roman"] + counts["letter"]
    for line in lines:
        if line.style and (line.style not in ("letter", "roman", "han", "word") or counts[line.style] > 1):
            return line.style, line.indent
    return None


def _marked(lines: list[_Line], main: tuple[str, int]) -> list[str]:
    style, indent = main
    items: list[_Item] = []
    after_gap = ended = False
    for line in lines:
        if line.style == style and line.indent <= indent + 1:
            items.append(_Item([line.words]))
            after_gap = ended = False
        elif not items or ended or is_rule(line.text):
            continue
        elif not line.text.strip():
            after_gap = True
            items[-1].lines.append("")
        elif line.text.lstrip().startswith("#") and not line.style:
            ended = True  # a heading between two groups of items
        else:
            items[-1].gap |= after_gap and not line.text[:1].isspace() and not line.style
            items[-1].lines.append(line.text)
    if items and items[-1].gap and not any(item.gap for item in items[:-1]):
        items[-1].lines = _up_to_gap(items[-1].lines)
    return ["\n".join(item.lines) for item in items]


def _up_to_gap(lines: list[str]) -> list[str]:
    """The last item without the paragraphs that follow the list."""
    for number, line in enumerate(lines):
        if number and not lines[number - 1].strip() and line.strip() and not line[:1].isspace():
            return lines[:number]
    return lines


def _unmarked(lines: list[str]) -> list[str]:
    """Items without markers: paragraphs when there are blank lines between them, otherwise lines."""
    if len(lines) > 1 and lines[0].rstrip().endswith((":", "：")):
        lines = lines[1:]
    lines = ["" if is_rule(line) or is_fence(line) else line for line in lines]
    paragraphs = re.split(r"\n[ \t]*(?:\n[ \t]*)+", "\n".join(lines).strip())
    if len(paragraphs) > 1 and any("\n" in paragraph for paragraph in paragraphs):
        return paragraphs
    return [line for line in lines if line.strip()]


def _on_one_line(item: str) -> list[str]:
    """Items that the model wrote one after the other: `salt, pepper, oil`."""
    separator = ";" if ";" in item else "，" if "，" in item else "、" if "、" in item else ","
    parts = [part.strip() for part in item.split(separator)]
    return [part for part in parts if not is_blank(part)] if "\n" not in item else [item]


def _clean(item: str) -> str:
    lines = item.strip().split("\n")
    if len(lines) == 1:
        return strip_wrapping(close_emphasis(lines[0]))
    indent = min((len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()), default=0)
    text = "\n".join([lines[0].strip(), *(line[indent:].rstrip() for line in lines[1:])])
    return strip_wrapping(close_emphasis(re.sub(r"\n{3,}", "\n\n", text)))

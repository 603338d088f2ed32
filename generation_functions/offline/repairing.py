"""The offline repair of extracted text: hyphenation, wrapped lines, page numbers, running headers and footers.

No dictionary is used. A line is a running header when it returns (its number apart), or when it stands in the middle
of a sentence; two halves of a word are joined when both are lower-case and the text does not spell them with a hyphen.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping
from textwrap import dedent
from typing import Any

from generation_functions.offline import lexicon

_PAGE_NUMBER = re.compile(
    r"[\s\-–—|\[(]*(?:(?:page|seite|p\.)\s*)?(?:\d{1,4}|[ivxl]{1,7})(?:\s*(?:of|/|von)\s*\d{1,4})?[\s\-–—|\])]*",
    re.IGNORECASE,
)
_EDGE_NUMBER = re.compile(
    r"^(?:\d{1,4}\s{2,}\S.*|\S.*\s{2,}\d{1,4}|\d{1,4} [A-Z][A-Z \d:,&'’-]+|[A-Z][A-Z \d:,&'’-]+ \d{1,4})$"
)
_JOURNAL = re.compile(r"[^.]{4,70}\b(?:Vol|No|Issue|Nr|Bd)\. ?\d+\D{0,12}\d{0,4}$")
_DIGITS = re.compile(r"\d+")
_LIST_ITEM = re.compile(r"(?:[-*•–+▪●]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")
_HEADING = re.compile(
    r"#{1,6}\s|(?:Chapter|CHAPTER|Part|PART|Section|Kapitel|Appendix)\s+[\dIVXLA-Z]+\b|\d{1,2}(?:\.\d{1,2})*\s+[A-Z]"
)
_TABLE = re.compile(r"\|.*\||\S\t\S|\S {3,}\S.* {3,}\S|\.{4,}")
_CODE_FENCE = ("```", "~~~")
_HYPHENATED = re.compile(r"([^\W\d_]+)-$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_TERMINAL = (".", "!", "?", ":", ";", '."', ".”", "!”", "?”", ".)", "”", "»")
_LIGATURES = str.maketrans(
    {"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl", "\u00ad": "", "\u200b": "", "\f": "\n"}
)
_KEEPS_HYPHEN = lexicon.word_set(
    """
    self well non anti co pre post semi multi half cross high low long short so north south twenty thirty
    forty
    """
)
_MOST_HEADER_CHARACTERS = 90
_HEADER_TIMES = 3
_LEAST_HEADER_CHARACTERS = 12
_LEAST_VERSE_LINES = 4
_MOST_VERSE_CHARACTERS = 50
_WRAPPED_SHARE = 0.6
_ENDED_SHARE = 0.8
_LEAST_WRAPPED_CHARACTERS = 24
_LEAST_OPEN_CHARACTERS = 12
# A line that ends in one of these goes on.
_OPEN_ENDS = lexicon.word_set(
    """
    a an and are at by for from has in is of on or that the to was were which with der die das und von
    """
)


def repaired_text(values: Mapping[str, Any], rng: random.Random) -> str:
    """`text` with what extraction broke mended, in <text> tags."""
    del rng
    return f"<text>\n{repair(str(values.get('text') or ''))}\n</text>"


def repair(text: str) -> str:
    """The mended text. Words are joined or left out with a header, never changed or added."""
    lines = [line.rstrip() for line in dedent(text.translate(_LIGATURES).expandtabs(8)).split("\n")]
    lines = _without_headers(lines)
    return "\n\n".join(_paragraphs(lines, _spelt_with_hyphen(lines))).strip("\n")


def _spelt_with_hyphen(lines: list[str]) -> frozenset[str]:
    """Words that the text spells with a hyphen inside a line."""
    return frozenset(word.lower() for line in lines for word in re.findall(r"[^\W\d_]+-[^\W\d_]+", line))


def _without_headers(lines: list[str]) -> list[str]:
    shapes = Counter(_DIGITS.sub("#", line.strip()) for line in lines if line.strip())
    shapes.update(line.strip() for line in lines if _DIGITS.search(line))
    kept: list[str] = []
    for at, line in enumerate(lines):
        if line.strip() and _is_header(lines, at, shapes):
            # A page break inside a sentence leaves no paragraph break behind.
            while kept and not kept[-1].strip() and _goes_on(lines, at):
                kept.pop()
            continue
        if not line.strip() and kept and _skipped_before(lines, at, shapes) and _goes_on(lines, at):
            continue
        kept.append(line)
    return kept


def _skipped_before(lines: list[str], at: int, shapes: Counter[str]) -> bool:
    before = at - 1
    while before >= 0 and not lines[before].strip():
        before -= 1
    return before >= 0 and _is_header(lines, before, shapes)


def _is_header(lines: list[str], at: int, shapes: Counter[str]) -> bool:
    line = lines[at].strip()
    if len(line) > _MOST_HEADER_CHARACTERS or (_TABLE.search(line) and not _EDGE_NUMBER.match(line)):
        return False
    if _PAGE_NUMBER.fullmatch(line):
        return not _in_a_column_of_numbers(lines, at)
    if _EDGE_NUMBER.match(line) and not line.endswith(_TERMINAL) and _stands_apart(lines, at):
        return True
    if _JOURNAL.match(line) and (_stands_apart(lines, at) or at == 0):
        return True
    if line.endswith((".", ",", ";", ":")) or _LIST_ITEM.match(line) or line[:1] in "|>#`{}":
        return False
    times = shapes[_DIGITS.sub("#", line)]
    numbered = times > shapes[line] if line != _DIGITS.sub("#", line) else False
    if times >= _HEADER_TIMES or (
        times > 1 and len(line) >= _LEAST_HEADER_CHARACTERS and (numbered or _stands_apart(lines, at))
    ):
        return True
    return _interrupts(lines, at)


def _in_a_column_of_numbers(lines: list[str], at: int) -> bool:
    around = (lines[at - 1].strip() if at else "", lines[at + 1].strip() if at + 1 < len(lines) else "")
    return any(text and _PAGE_NUMBER.fullmatch(text) for text in around)


def _stands_apart(lines: list[str], at: int) -> bool:
    """Whether a line is at an edge of the text or of a page."""
    before = lines[at - 1].strip() if at else ""
    after = lines[at + 1].strip() if at + 1 < len(lines) else ""
    return not before or not after


def _neighbours(lines: list[str], at: int) -> tuple[str, str]:
    """The nearest lines before and after that are neither blank nor page numbers."""
    before, after = at - 1, at + 1
    while before >= 0 and (not lines[before].strip() or _PAGE_NUMBER.fullmatch(lines[before].strip())):
        before -= 1
    while after < len(lines) and (not lines[after].strip() or _PAGE_NUMBER.fullmatch(lines[after].strip())):
        after += 1
    return lines[before].strip() if before >= 0 else "", lines[after].strip() if after < len(lines) else ""


def _goes_on(lines: list[str], at: int) -> bool:
    """Whether the sentence before a line goes on after it."""
    before, after = _neighbours(lines, at)
    return (
        bool(before)
        and bool(after)
        and after[0].islower()
        and not before.endswith(_TERMINAL)
        and len(before) > _LEAST_OPEN_CHARACTERS
    )


def _interrupts(lines: list[str], at: int) -> bool:
    """Whether a short line in capitals or title case stands in the middle of a sentence."""
    line = lines[at].strip()
    words = line.split()
    if not (line.isupper() or _stands_apart(lines, at)) or ". " in line:
        return False
    if len(words) > 10 or line.endswith((*_TERMINAL, ",", "-")) or not _goes_on(lines, at):
        return False
    titled = sum(word[:1].isupper() or word[:1].isdigit() for word in words)
    return titled * 2 > len(words) and not line[0].islower()


def _paragraphs(lines: list[str], hyphenated: frozenset[str]) -> list[str]:
    """Paragraphs with their lines joined; headings, list items, tables and code keep theirs."""
    paragraphs: list[str] = []
    group: list[str] = []
    fenced = False
    for line in [*lines, ""]:
        fence = line.lstrip().startswith(_CODE_FENCE)
        if line.strip() or fenced:
            group.append(line)
        if fence:
            fenced = not fenced
        if not line.strip() and not fenced and group:
            paragraphs.append(_joined(group, hyphenated))
            group = []
    if group:
        paragraphs.append("\n".join(group))
    return paragraphs


def _joined(group: list[str], hyphenated: frozenset[str]) -> str:
    has_fence = any(line.lstrip().startswith(_CODE_FENCE) for line in group)
    if has_fence or all(line.startswith(("    ", "\t")) for line in group):
        return "\n".join(group)
    width = sorted(map(len, group))[len(group) * 3 // 5]
    if _is_verse(group):
        return "\n".join(line.strip() for line in group)
    text = group[0].strip()
    previous = group[0]
    for line in group[1:]:
        if _breaks(previous, line, width):
            text += "\n" + (line if _TABLE.search(line) else line.strip())
        else:
            text = _join_lines(text, line.strip(), hyphenated)
        previous = line
    return text if _TABLE.search(text) or "\n" in text else re.sub(r"[ \t]{2,}", " ", text)


def _is_verse(group: list[str]) -> bool:
    """Whether short lines that nearly all begin with a capital are lines of verse, names or an address."""
    if len(group) < _LEAST_VERSE_LINES or max(map(len, group)) > _MOST_VERSE_CHARACTERS:
        return False
    return sum(line.strip()[0].isupper() for line in group) >= 0.8 * len(group)


def _breaks(previous: str, line: str, width: int) -> bool:
    """Whether the end of `previous` was meant as an end of line."""
    text, after = previous.strip(), line.strip()
    if _LIST_ITEM.match(after) or _HEADING.match(after) or _TABLE.search(line) or _TABLE.search(previous):
        return True
    if text.startswith("#") or after.startswith((">", "|", "#")):
        return True
    if _HYPHENATED.search(text) and after[0].islower():
        return False
    if after[0].islower() or text.endswith(",") or text.rsplit(" ", 1)[-1] in _OPEN_ENDS:
        return False
    if text.endswith(_TERMINAL) and (len(previous) < _ENDED_SHARE * width or _may_be_heading(after, width)):
        return True
    return len(previous) < max(_WRAPPED_SHARE * width, _LEAST_WRAPPED_CHARACTERS)


def _may_be_heading(line: str, width: int) -> bool:
    return line[0].isupper() and not line.endswith(_TERMINAL) and len(line) < _WRAPPED_SHARE * width


def _join_lines(text: str, line: str, hyphenated: frozenset[str]) -> str:
    half = _HYPHENATED.search(text)
    rest = _FIRST_WORD.match(line)
    if half is None or rest is None or not line[0].islower():
        return f"{text} {line}"
    first, second = half[1], rest[0]
    if (
        f"{first}-{second}".lower() in hyphenated
        or first.lower() in _KEEPS_HYPHEN
        or not first[-1].islower()
        or len(second) < 2
    ):
        return text + line
    return text[:-1] + line

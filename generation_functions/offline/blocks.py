"""A text taken apart into what it is made of: headings, paragraphs, list items, rows of fields and code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

BlockKind = Literal["heading", "paragraph", "item", "fields", "code"]
Fields = tuple[tuple[str, str], ...]


class Block(NamedTuple):
    """One piece of a text. `fields` is filled for rows only: (key, value) in the order written."""

    kind: BlockKind
    text: str
    fields: Fields = ()


_FIELD = re.compile(r"(?:[-*•] +)?\**([^\W\d_][\w /()%°.-]{0,40}?)\**:\**[ \t]+(\S.{0,1000})")
_ITEM = re.compile(r"(?:[-*•–+]|\(?\d{1,3}[.)]|\(?[a-z][.)])[ \t]+(\S.*)")
_HEADING = re.compile(r"#{1,6}[ \t]+(.+?)[ \t#]*$")
_UNDERLINE = re.compile(r"([=~^#*-])\1{2,}\s*$")
_TABLE_RULE = re.compile(r"\|?[ \t]*:?-{2,}:?[ \t]*(\|[ \t]*:?-{2,}:?[ \t]*)*\|?\s*$")
_MARKUP = re.compile(
    r"!?\[([^\]\n]{1,200})\]\([^)\n]*\)|\*{1,3}(?=\S)|(?<=\S)\*{1,3}|(?<![\w/])_{1,2}(?=\w)|(?<=\w)_{1,2}(?![\w/])"
)
_FOOTNOTE = re.compile(r"\[(?:\d{1,3}|[a-z]|citation needed|note \d+)\]")
_CODE_START = re.compile(r"(?:async def|def|class) \w+|import \w+|from \w+ import |@\w+|#!|[A-Z][A-Z0-9_]+ = ")
_MOST_HEADING_CHARACTERS = 60
_LEAST_WRAPPED_CHARACTERS = 25
_PROGRAM_LINE = re.compile(
    r"^[ \t]*(?:(?:async )?def \w+\(|class \w+|import \w+|from [\w.]+ import |return\b|@\w+|self\.\w+ ?[-+]?="
    r"|[a-z_]+ = |#include|(?:public|private|static|const|let|var|func|fn) \w+|if .+:$|raise \w+|assert )",
    re.MULTILINE,
)
_DOCSTRING = re.compile(r'"""(.+?)(?:"""|\Z)', re.DOTALL)
_LEAST_PROGRAM_LINES = 4
_LEAST_DOCSTRING_WORDS = 5
_SPACES = re.compile(r"\s+")


def plain(text: str) -> str:
    """`text` on one line, without markdown emphasis, link targets and footnote marks."""
    if "[" in text or "*" in text or "_" in text:
        text = _FOOTNOTE.sub("", _MARKUP.sub(lambda match: match[1] or "", text))
    return _SPACES.sub(" ", text).strip()


def _joined(lines: list[str]) -> str:
    """Wrapped lines as one; a word that was cut at a line's end is whole again."""
    text = lines[0]
    for line in lines[1:]:
        cut = text.endswith("-") and text[-2:-1].islower() and line[:1].islower()
        text = text[:-1] + line if cut else f"{text} {line}"
    return plain(text)


def blocks(text: str) -> Iterator[Block]:
    """The blocks of `text`, in order. Linear in its length."""
    if _is_program(text):
        yield Block("code", text)
        yield from _docstrings(text)
        return
    group: list[str] = []
    fenced: list[str] | None = None
    for raw in [*text.split("\n"), ""]:
        line = raw.rstrip()
        if line.lstrip().startswith(("```", "~~~")):
            if fenced is None:
                yield from _group_blocks(group)
                group, fenced = [], []
            else:
                yield Block("code", "\n".join(fenced))
                fenced = None
        elif fenced is not None:
            fenced.append(line)
        elif line.strip():
            group.append(line)
        elif group and _is_code(group):
            group.append("")
        else:
            yield from _group_blocks(group)
            group = []
    if fenced:
        yield Block("code", "\n".join(fenced))
    yield from _group_blocks(group)


def _is_program(text: str) -> bool:
    """Whether all of a text is source code."""
    if "```" in text or "~~~" in text:
        return False
    lines = len(_PROGRAM_LINE.findall(text))
    return lines >= _LEAST_PROGRAM_LINES and lines * 12 >= text.count("\n")


def _docstrings(code: str) -> Iterator[Block]:
    """The prose in a program's docstrings."""
    for docstring in _DOCSTRING.findall(code):
        prose = [line for line in docstring.split("\n") if not line.lstrip().startswith((">>>", "...", "@", ":"))]
        for paragraph in re.split(r"\n\s*\n", "\n".join(prose)):
            if len(paragraph.split()) >= _LEAST_DOCSTRING_WORDS:
                yield Block("paragraph", plain(paragraph))


def _is_code(lines: list[str]) -> bool:
    """Whether a group of lines is program text, whose blank lines do not end it."""
    return bool(_CODE_START.match(lines[0]))


def _group_blocks(lines: list[str]) -> Iterator[Block]:
    """Blocks of lines that no blank line separates."""
    if not lines:
        return
    if _is_code(lines):
        yield Block("code", "\n".join(lines))
        return
    stripped = [line.strip() for line in lines]
    if len(stripped) > 2 and "|" in stripped[0] and _TABLE_RULE.match(stripped[1]):
        yield from _table_rows(stripped)
        return
    fields = [_FIELD.fullmatch(line) for line in stripped]
    if len(fields) > 1 and all(fields):
        pairs = tuple((match[1].strip(), plain(match[2])) for match in fields if match)
        yield Block("fields", "\n".join(stripped), pairs)
        return
    yield from _prose_blocks(stripped)


def _table_rows(lines: list[str]) -> Iterator[Block]:
    keys = [plain(cell) for cell in lines[0].strip("|").split("|")]
    for line in lines[2:]:
        cells = [plain(cell) for cell in line.strip("|").split("|")]
        if len(cells) == len(keys):
            pairs = tuple((key, cell) for key, cell in zip(keys, cells, strict=True) if key and cell)
            yield Block("fields", line, pairs)


def _prose_blocks(lines: list[str]) -> Iterator[Block]:
    current: list[str] = []
    kind: BlockKind = "paragraph"
    for number, line in enumerate(lines):
        heading = _HEADING.match(line)
        item = None if heading else _ITEM.match(line)
        underline = len(current) == 1 and number > 0 and _UNDERLINE.match(line)
        if underline:
            yield Block("heading", plain(current[0]))
            current = []
            continue
        if not heading and not item and _is_inline_heading(lines, number):
            yield from _flush(kind, current)
            yield Block("heading", plain(line))
            current, kind = [], "paragraph"
            continue
        if heading or item:
            yield from _flush(kind, current)
            current, kind = [], "paragraph"
        if heading:
            yield Block("heading", plain(heading[1]))
        elif item:
            current, kind = [item[1]], "item"
        else:
            current.append(line)
    yield from _flush(kind, current)


def _is_inline_heading(lines: list[str], number: int) -> bool:
    """Whether a short line between sentences is a heading that lost its blank lines, as in text from a PDF."""
    line = lines[number]
    if (
        len(line) > _MOST_HEADING_CHARACTERS
        or line[-1] in ".!?:;,-"
        or not line[0].isupper()
        or number + 1 >= len(lines)
    ):
        return False
    after = lines[number + 1]
    ended = number == 0 or lines[number - 1][-1] in '.!?:”"'
    return ended and after[0].isupper() and len(after) > max(len(line) * 1.5, _LEAST_WRAPPED_CHARACTERS)


def _flush(kind: BlockKind, lines: list[str]) -> Iterator[Block]:
    if not lines:
        return
    text = _joined(lines)
    lone = len(lines) == 1 and kind == "paragraph" and len(text) < 80 and text[-1:] not in '.!?:;,"”’)'
    yield Block("heading" if lone else kind, text)

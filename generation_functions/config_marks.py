"""`!!PLACEHOLDER!!` and `!!ATTENTION!!` in config files, quoted or bare.

Bare, either is a YAML tag, and with words behind it often not YAML at all. So each is swapped for one
private-use character before parsing, which is ordinary text to YAML, and recognised in the values afterwards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PLACEHOLDER = "!!PLACEHOLDER!!"
ATTENTION = "!!ATTENTION!!"
PLACEHOLDER_MARK = "\ue0f1"
ATTENTION_MARK = "\ue0f2"
BROKEN_MARK = "\ue0f3"  # stands for a value that was reported as unparseable and skipped

_KEY = r"""(?:-[ \t]+)*(?:[^\s#\[\]{},"'&*!|>%@-][^:\[\]{}"']*?|"[^"]*"|'[^']*')[ \t]*:"""
# A placeholder that begins the value of a block key: whatever follows on the line is a note to the reader.
_BLOCK_PLACEHOLDER = re.compile(rf"^(?P<before>[ \t]*(?:{_KEY}|-)[ \t]+){PLACEHOLDER_MARK}(?P<words>.*)$")
# The same for attention, where what follows is the value.
_BLOCK_ATTENTION = re.compile(rf"^(?P<before>[ \t]*(?:{_KEY}|-)[ \t]+){ATTENTION_MARK}(?P<value>.*)$")
_ALONE = re.compile(rf"^(?P<before>[ \t]*(?:{_KEY}|-))[ \t]+{PLACEHOLDER_MARK}[ \t]*$")


@dataclass
class MarkedText:
    """A config text without bare marks, and what was taken out of it, by line number."""

    text: str = ""
    placeholder_words: dict[int, str] = field(default_factory=dict)
    placeholders_above_blocks: set[int] = field(default_factory=set)
    attention: dict[int, str] = field(default_factory=dict)


def hide_marks(text: str) -> MarkedText:
    """Swap the marks for characters that YAML takes for text."""
    marked = MarkedText()
    if PLACEHOLDER not in text and ATTENTION not in text:
        marked.text = text
        return marked
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        start = comment_start(line)
        code, comment = line[:start], line[start:]
        _note_attention_comment(marked, number, code, comment)
        code = code.replace(PLACEHOLDER, PLACEHOLDER_MARK).replace(ATTENTION, ATTENTION_MARK)
        note = _BLOCK_PLACEHOLDER.match(code)
        if note:
            marked.placeholder_words[number] = show_marks(note["words"]).strip()
            code = note["before"] + PLACEHOLDER_MARK + " "
        attention = _BLOCK_ATTENTION.match(code)
        if attention:
            marked.attention.setdefault(number, "")
            code = attention["before"] + attention["value"].lstrip()
        alone = _ALONE.match(code)
        if alone and _block_follows(lines, number):
            marked.placeholders_above_blocks.add(number)
            code = alone["before"] + " "
        lines[number - 1] = code + comment
    marked.text = "\n".join(lines) + "\n"
    return marked


def show_marks(text: str) -> str:
    """Undo `hide_marks` in a piece of text."""
    return text.replace(PLACEHOLDER_MARK, PLACEHOLDER).replace(ATTENTION_MARK, ATTENTION)


def comment_start(line: str) -> int:
    """Where the comment of a line begins; the line's length when it has none."""
    quote = ""
    for index, character in enumerate(line):
        before = line[index - 1] if index else " "
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and before in " \t[{,(":
            quote = character
        elif character == "#" and before in " \t":
            return index
    return len(line)


def _note_attention_comment(marked: MarkedText, number: int, code: str, comment: str) -> None:
    """A comment counts when it stands behind a value or begins with the mark; prose about marks does not."""
    words = comment.lstrip("# \t")
    in_comment = ATTENTION in words and (code.strip() or words.startswith(ATTENTION))
    if in_comment or ATTENTION in code:
        marked.attention[number] = words.replace(ATTENTION, "").strip(" :-\t")


def _block_follows(lines: list[str], number: int) -> bool:
    """Whether the lines after line `number` belong to its key."""
    indent = _indent(lines[number - 1])
    for line in lines[number:]:
        if line.strip() and not line.lstrip().startswith("#"):
            return _indent(line) > indent or (_indent(line) == indent and line.lstrip().startswith("- "))
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())

"""`read_reply`: from what a model said to the value that the prompt asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from string import ascii_letters, digits
from typing import Any

from generation_functions.errors import UnusableReplyError
from generation_functions.replies.formats import ReplyFormat, ReplyKind
from generation_functions.replies.thinking import CUT_OFF, strip_thinking

_LONGER_THAN_PLACEHOLDERS = 120
_PLAIN_ENDS = frozenset(f".!?{ascii_letters}{digits}")
_LETTERS = re.compile(r"\w+")
ReplyValue = Any
"""str, list of str, list of {"question", "answer"}, or any JSON value: the format's kind says which."""

Reader = Callable[[ReplyFormat, str, bool], ReplyValue]
# Kind -> module and function. Imported when first used: compiling every kind's patterns takes longer than a first call.
_READERS: dict[ReplyKind, tuple[str, str]] = {
    "text": ("text", "read_text"),
    "tag": ("tags", "read_tag"),
    "verdict": ("verdicts", "read_verdict"),
    "pairs": ("pairs", "read_pairs"),
    "list": ("lists", "read_list"),
    "json": ("json_values", "read_json"),
}


@cache
def _reader(kind: ReplyKind) -> Reader:
    module, function = _READERS[kind]
    reader: Reader = getattr(import_module(f"generation_functions.replies.{module}"), function)
    return reader


def read_reply(reply_format: ReplyFormat, text: str, *, finish: str = "stop") -> ReplyValue:
    """The value in a reply.

    Args:
        reply_format: How the prompt says that its replies are read.
        text: The reply as the model gave it, thinking included.
        finish: The provider's finish reason; "length" means that the reply was cut off.

    Raises:
        UnusableReplyError: With one or two sentences that tell the model what to send instead.
    """
    if reply_format.kind == "tag" and (content := _nothing_but_the_tag(reply_format.tag, text)):
        return content
    answer = strip_thinking(text, finish, keep=reply_format.tag)
    cut = finish in CUT_OFF
    if reply_format.tag and reply_format.kind != "tag":
        from generation_functions.replies.tags import find_tag

        inside = find_tag(answer, reply_format.tag, cut)
        if inside is not None:
            answer, cut = inside, False
    read = _reader(reply_format.kind)
    if not reply_format.none:
        return read(reply_format, answer, cut)
    says_none = _says(reply_format.none, answer)
    if says_none and reply_format.kind == "list":  # where the words would pass for an item
        return []
    try:
        return read(reply_format, answer, cut)
    except UnusableReplyError as error:
        if says_none:
            return []
        raise UnusableReplyError(f"{error} If there are none, write only {reply_format.none}") from error


def _nothing_but_the_tag(tag: str, text: str) -> str:
    """The content of a reply that is one tag around plain text, as good models write it; otherwise "".

    What could be a thinking block, a fence, a marker or a placeholder is left to the thorough reading, which takes
    ten times as long.
    """
    opening, closing = f"<{tag}>", f"</{tag}>"
    if not (text.startswith(opening) and text.endswith(closing)):
        return ""
    content = text[len(opening) : -len(closing)].strip()
    if len(content) < _LONGER_THAN_PLACEHOLDERS or not (content[0].isalnum() and content[-1] in _PLAIN_ENDS):
        return ""
    if any(mark in content for mark in "<>[]`~&◁\r"):
        return ""
    return content


def _says(words: str, answer: str) -> bool:
    """Whether a line of the answer consists of these words, give or take case and decoration."""
    wanted = _LETTERS.findall(words.casefold())
    return any(_LETTERS.findall(line.casefold()) == wanted for line in answer.splitlines())

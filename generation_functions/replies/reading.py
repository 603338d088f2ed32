"""`read_reply`: from what a model said to the value that the prompt asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from generation_functions.errors import UnusableReplyError
from generation_functions.replies.formats import ReplyFormat, ReplyKind
from generation_functions.replies.json_values import read_json
from generation_functions.replies.lists import read_list
from generation_functions.replies.pairs import read_pairs
from generation_functions.replies.tags import find_tag, read_tag
from generation_functions.replies.text import read_text
from generation_functions.replies.thinking import CUT_OFF, strip_thinking
from generation_functions.replies.verdicts import read_verdict

_LETTERS = re.compile(r"\w+")
ReplyValue = Any
"""str, list of str, list of {"question", "answer"}, or any JSON value: the format's kind says which."""

_READERS: dict[ReplyKind, Callable[[ReplyFormat, str, bool], ReplyValue]] = {
    "text": read_text,
    "tag": read_tag,
    "verdict": read_verdict,
    "pairs": read_pairs,
    "list": read_list,
    "json": read_json,
}


def read_reply(reply_format: ReplyFormat, text: str, *, finish: str = "stop") -> ReplyValue:
    """The value in a reply.

    Args:
        reply_format: How the prompt says that its replies are read.
        text: The reply as the model gave it, thinking included.
        finish: The provider's finish reason; "length" means that the reply was cut off.

    Raises:
        UnusableReplyError: With one or two sentences that tell the model what to send instead.
    """
    answer = strip_thinking(text, finish, keep=reply_format.tag)
    cut = finish in CUT_OFF
    if reply_format.tag and reply_format.kind != "tag":
        inside = find_tag(answer, reply_format.tag, cut)
        if inside is not None:
            answer, cut = inside, False
    read = _READERS[reply_format.kind]
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


def _says(words: str, answer: str) -> bool:
    """Whether a line of the answer consists of these words, give or take case and decoration."""
    wanted = _LETTERS.findall(words.casefold())
    return any(_LETTERS.findall(line.casefold()) == wanted for line in answer.splitlines())

"""Reads a reply that is the value itself."""

from __future__ import annotations

from generation_functions.errors import UnusableReplyError
from generation_functions.replies.formats import ReplyFormat
from generation_functions.replies.markup import is_blank, strip_chatter, strip_preamble, unfence
from generation_functions.replies.thinking import thinks_without_answer


def read_text(_format: ReplyFormat, text: str, cut: bool) -> str:
    """The whole reply, without a fence around it, "Sure! Here is ..." before it or "Let me know ..." after it."""
    if cut:
        raise UnusableReplyError("Your reply was cut off before its end. Write a shorter one.")
    if thinks_without_answer(text):
        raise UnusableReplyError(
            "Your reply is a thought process that never says where the answer begins. Send only the answer."
        )
    answer = unfence(strip_chatter(strip_preamble(text.strip())), prose_only=True).strip()
    if is_blank(answer):
        raise UnusableReplyError("Your reply holds no text. Write the answer.")
    return answer

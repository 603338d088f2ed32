"""Whatever a model sends, reading it gives a value or a reason, and takes time in proportion to its length."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation_functions.errors import UnusableReplyError
from generation_functions.replies import ReplyFormat, read_reply

FORMATS = [
    ReplyFormat("text"),
    ReplyFormat("tag", tag="poem"),
    ReplyFormat("verdict", verdicts=("suitable", "not suitable")),
    ReplyFormat("verdict", verdicts=("1", "2", "3")),
    ReplyFormat("pairs"),
    ReplyFormat("list", minimum=2, tag="poem"),
    ReplyFormat("json"),
    ReplyFormat("json", schema={"type": "array", "items": {"type": "object", "required": ["q"]}, "minItems": 1}),
]
FRAGMENTS = (
    "<think>", "</think>", "<poem>", "</poem>", "<", ">", "```", "```json\n", "~~~", "\n", " ", "Q: ", "A: ",
    "Question 1:", "**Answer:**", "1. ", "- ", "(2) ", "suitable", "not ", "un", "Verdict:", "or", "{", "}", "[", "]",
    '"', "'", ":", ",", "\\", "//", "/*", "null", "1e9", "\\u12", "Final answer:", "Thought process:",
    "<|channel|>final<|message|>", "|", "#", "&lt;", "。", "？", "“", "\r", "\x00", "İ", "\ud800", "ﬁ",
)  # fmt: skip
HOSTILE = (
    "<", "<\n", "<poem>", "<think> ", "[", '{"a":', "{'a", '"', "```\n", "\n", "* ", "1) ", "1 ", "Q: a? A: b. ",
    "Question:", "not ", "suitable or ", "Verdict: ", "- \n", "| a |\n", "/*", "<|channel|>", "&lt;",
    "Thought process:\n",
)  # fmt: skip
ANY_REPLY = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join))


@settings(max_examples=60, deadline=None)
@given(text=ANY_REPLY, finish=st.sampled_from(["stop", "length"]), wanted=st.sampled_from(FORMATS))
def test_any_text_gives_a_value_or_a_reason(text: str, finish: str, wanted: ReplyFormat) -> None:
    value = None
    try:
        value = read_reply(wanted, text, finish=finish)
    except UnusableReplyError as error:
        told = str(error)
    else:
        told = ""
    if told:
        assert told.startswith("Your ")
        assert len(told.splitlines()) == 1
    elif wanted.kind in ("text", "tag"):
        assert any(map(str.isalnum, value))
    elif wanted.kind == "verdict":
        assert value in wanted.verdicts
    elif wanted.kind in ("pairs", "list"):
        assert len(value) >= wanted.minimum


@settings(max_examples=60, deadline=None)
@given(before=st.text(max_size=80), after=st.text(max_size=80))
def test_no_surroundings_turn_a_denial_alone_on_its_line_into_consent(before: str, after: str) -> None:
    reply = f"{before}\nVerdict: not suitable\n{after}"
    try:
        assert read_reply(ReplyFormat("verdict", verdicts=("suitable", "not suitable")), reply) == "not suitable"
    except UnusableReplyError:
        assert "<" in reply or "[" in reply  # swallowed by something that looks like thinking


@pytest.mark.parametrize("unit", HOSTILE)
def test_long_hostile_replies_are_read_in_a_moment(unit: str) -> None:
    """A pattern that backtracks over 200 KB takes hours, not the seconds that a test may take."""
    text = unit * (200_000 // len(unit))
    for wanted in FORMATS:
        with suppress(UnusableReplyError):
            read_reply(wanted, text)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from((*FRAGMENTS, "A line of a poem about the sea. ", "Your answer here ")), max_size=12))
def test_a_reply_that_is_nothing_but_its_tag_reads_the_same_when_it_is_read_thoroughly(fragments: list[str]) -> None:
    content = "".join(fragments) + " The tide comes in twice a day." * 5
    with_chatter = f"Here it is:\n<poem>{content}</poem>"  # what stands before the tag keeps the shortcut away
    try:
        expected = read_reply(FORMATS[1], with_chatter)
    except UnusableReplyError:
        return
    with suppress(UnusableReplyError):
        assert read_reply(FORMATS[1], f"<poem>{content}</poem>") == expected

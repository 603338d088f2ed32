"""How the bot talks in channels: in turn, from what was said, and kindly when something fails."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from serving.discord_server.channels import Question
from serving.discord_server.splitting import LONGEST
from serving.discord_server.talking import Manners, Talker, source_lines
from serving.engine.pieces import Piece
from serving.protocol_errors import RefusedError, overloaded, too_long
from tests.serving.discord_server.fake_chat import FakeAnswerer, FakeChannel, ticking

END = Piece(finish="stop")


def talked(answerer: FakeAnswerer, *texts: str, channel: FakeChannel, step: float = 0.0, **manners: Any) -> Talker:
    """All questions, one after the other's answer."""
    talker = Talker(answerer, Manners("m", **manners), clock=ticking(step).__next__)

    async def work() -> None:
        for text in texts:
            await talker.take(Question(channel, text))
            await talker.finished()

    asyncio.run(work())
    return talker


def test_an_answer_is_typed_written_and_remembered() -> None:
    channel, answerer = FakeChannel(), FakeAnswerer(Piece("It is 38"), Piece(" metres high."), END)
    talker = talked(answerer, "How high is it?", "And wide?", channel=channel, system_prompt="Be brief.")
    assert channel.said == ["It is 38 metres high."] * 2
    assert (channel.typed, talker.answered) == (2, 2)
    assert [message.edits for message in channel.messages] == [0, 0]
    assert answerer.requests[1].texts() == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "How high is it?"},
        {"role": "assistant", "content": "It is 38 metres high."},
        {"role": "user", "content": "And wide?"},
    ]


@pytest.mark.parametrize(("step", "edits"), [(0.01, 0), (0.26, 2), (1.0, 9)])
def test_a_message_is_edited_at_most_once_a_second(step: float, edits: int) -> None:
    channel = FakeChannel()
    talked(FakeAnswerer(*[Piece(f"{number} ") for number in range(10)], END), "Count", channel=channel, step=step)
    assert channel.said == ["0 1 2 3 4 5 6 7 8 9"]
    assert channel.messages[0].edits == edits


def test_history_is_bounded_and_begins_with_a_question() -> None:
    answerer = FakeAnswerer(Piece("yes"), END)
    talked(answerer, *[f"q{number}" for number in range(9)], channel=FakeChannel(), history=4)
    assert [said["content"] for said in answerer.requests[-1].texts()] == ["q6", "yes", "q7", "yes", "q8"]
    answerer = FakeAnswerer(Piece("a" * 30), END)
    talked(answerer, "b" * 30, "c" * 30, "last", channel=FakeChannel(), history_characters=70)
    assert [said["content"] for said in answerer.requests[-1].texts()] == ["c" * 30, "a" * 30, "last"]


def test_it_forgets_when_told_to_and_asks_for_a_question() -> None:
    channel, answerer = FakeChannel(), FakeAnswerer(Piece("yes"), END)
    talked(answerer, "first", "!forget", " ", "second", channel=channel)
    assert [said["content"] for said in answerer.requests[-1].texts()] == ["second"]
    assert channel.said[1] == "I have forgotten what was said here."
    assert channel.said[2].startswith("Ask me something")


def test_one_question_at_a_time_in_a_channel_and_a_bounded_queue() -> None:
    async def work() -> None:
        go = asyncio.Event()
        answerer = FakeAnswerer(Piece("yes"), END, go=go)
        talker = Talker(answerer, Manners("m", queue=2))
        here, there = FakeChannel(1), FakeChannel(2)
        await talker.take(Question(here, "1"))
        while answerer.running < 1:
            await asyncio.sleep(0)
        for text in ("2", "3", "4"):
            await talker.take(Question(here, text))
        assert here.said == ["2 questions are waiting here already. Ask again in a moment."]
        await talker.take(Question(there, "elsewhere"))
        while answerer.running < 2:
            await asyncio.sleep(0)
        go.set()
        await talker.finished()
        assert answerer.most_running == 2
        assert here.said[1:] == ["yes"] * 3
        assert there.said == ["yes"]
        asked = [request.texts()[-1]["content"] for request in answerer.requests]
        assert [text for text in asked if text != "elsewhere"] == ["1", "2", "3"]

    asyncio.run(work())


def test_stopping_ends_the_answers_under_way() -> None:
    async def work() -> None:
        answerer = FakeAnswerer(go=asyncio.Event())
        talker = Talker(answerer, Manners("m"))
        await talker.take(Question(FakeChannel(), "1"))
        while not answerer.running:
            await asyncio.sleep(0)
        await talker.close()
        assert answerer.running == 0

    asyncio.run(work())


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (too_long(9, 8), "That is more than I can read at once."),
        (overloaded(64), "I am busy."),
        (RefusedError("secret details", status=502), "I cannot answer just now."),
    ],
)
def test_errors_are_told_kindly_and_not_remembered(refusal: RefusedError, said: str) -> None:
    channel, answerer = FakeChannel(), FakeAnswerer(refusal=refusal)
    talked(answerer, "one", "two", channel=channel)
    assert len(channel.said) == 2
    assert channel.said[0].startswith(said)
    assert "secret" not in channel.said[0]
    assert len(answerer.requests[1].texts()) == 1


def test_a_channel_that_cannot_be_written_to_does_not_stop_the_bot() -> None:
    channel = FakeChannel()
    talker = Talker(FakeAnswerer(Piece("yes"), END), Manners("m"))

    async def work() -> None:
        channel.broken = True
        await talker.take(Question(channel, "one"))
        await talker.finished()
        channel.broken = False
        await talker.take(Question(channel, "two"))
        await talker.finished()

    asyncio.run(work())
    assert channel.said == ["yes"]


SOURCES: list[dict[str, Any]] = [
    {"number": 1, "title": "Starting", "file": "manual.docx", "page": 3, "cited": False},
    {"number": 2, "title": "keepers.txt", "file": "keepers.txt", "page": None, "cited": True},
]


def test_sources_stand_below_an_answer_in_small_text() -> None:
    channel = FakeChannel()
    talked(FakeAnswerer(Piece("Yes. [2]"), Piece(finish="stop", more={"sources": SOURCES})), "q", channel=channel)
    assert channel.said == ["Yes. [2]\n-# [2] keepers.txt"]
    uncited = [{**one, "cited": False} for one in SOURCES]
    assert source_lines(uncited) == "-# [1] Starting (manual.docx, page 3)\n-# [2] keepers.txt"
    full = FakeChannel()
    talked(FakeAnswerer(Piece("a" * LONGEST), Piece(finish="stop", more={"sources": SOURCES})), "q", channel=full)
    assert full.said == ["a" * LONGEST, "-# [2] keepers.txt"]
    quiet = FakeChannel()
    answerer = FakeAnswerer(Piece("Yes."), Piece(finish="stop", more={"sources": SOURCES}))
    talked(answerer, "q", channel=quiet, sources=False)
    assert quiet.said == ["Yes."]


def test_a_long_answer_fills_several_messages_as_it_grows() -> None:
    words = [Piece(f"Sentence number {number} of the answer. ") for number in range(150)]
    channel = FakeChannel()
    talked(FakeAnswerer(*words, END), "q", channel=channel, step=0.4)
    assert len(channel.said) == 3
    assert " ".join(channel.said).split() == "".join(piece.text for piece in words).split()
    assert talked(FakeAnswerer(Piece("x " * 20_000), END), "q", channel=(much := FakeChannel())).answered == 1
    assert len(much.said) == 10
    assert much.said[-1].startswith("(The rest")


def test_what_is_shown_while_it_is_written_leaves_room_for_saying_that_it_is_too_long() -> None:
    channel = FakeChannel()
    talked(FakeAnswerer(*[Piece("x " * 900)] * 20, END), "q", channel=channel, step=2.0)
    assert len(channel.said) == 10
    assert channel.said[-1].startswith("(The rest")


def test_an_empty_answer_is_said_to_be_one() -> None:
    channel = FakeChannel()
    talked(FakeAnswerer(END), "q", channel=channel)
    assert channel.said == ["I have no answer to that."]

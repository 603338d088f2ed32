"""Answers questions in chat channels: one at a time in each, with a bounded history and a bounded queue."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from serving.discord_server.channels import Channel, Question, Sent
from serving.discord_server.splitting import LONGEST, split_answer
from serving.engine.pieces import Piece
from serving.protocol import ChatRequest
from serving.protocol_errors import RefusedError

logger = logging.getLogger("augmentoolkit.discord")
FORGET = "!forget"
_MOST_CHANNELS = 500  # whose history is remembered
_LONGEST_QUESTION = 8_000  # characters
_MOST_SOURCES = 5
_LONGEST_SOURCE = 120
_MOST_MESSAGES = 10  # of one answer


class Answerer(Protocol):
    """What answers: a backend of serving/engine."""

    def chat(self, request: ChatRequest) -> AsyncGenerator[Piece]: ...


@dataclass(frozen=True, slots=True)
class Manners:
    """How the bot talks.

    Attributes:
        model: The name of the model there.
        system_prompt: In front of every conversation; "" = none.
        sampling: Sent along with every question.
        history: Messages of a channel, questions and answers, that the model is shown.
        history_characters: Most characters of them together.
        queue: Questions that may wait in a channel; more are turned away.
        edit_seconds: Least time between two edits of a message that is being written.
        sources: Name the sources of a retrieval server.
    """

    model: str
    system_prompt: str = ""
    sampling: Mapping[str, Any] = field(default_factory=dict)
    history: int = 12
    history_characters: int = 12_000
    queue: int = 5
    edit_seconds: float = 1.0
    sources: bool = True

    def request(self, messages: Sequence[Mapping[str, str]]) -> ChatRequest:
        """What the model is asked.

        Raises:
            ValidationError: The sampling settings are none.
        """
        system = [{"role": "system", "content": self.system_prompt}] if self.system_prompt else []
        return ChatRequest.model_validate({**self.sampling, "model": self.model, "messages": [*system, *messages]})


@dataclass(slots=True)
class _Talk:
    """What goes on in one channel."""

    said: deque[dict[str, str]]
    waiting: deque[Question] = field(default_factory=deque)
    work: asyncio.Task[None] | None = None


class Talker:
    """Takes questions from all channels and has them answered.

    Args:
        answerer: What answers.
        manners: How.
        clock: Seconds from any start; edits are counted by it.
        failures: What sending may raise; an answer that cannot be sent ends, the bot goes on.
    """

    def __init__(
        self,
        answerer: Answerer,
        manners: Manners,
        *,
        clock: Callable[[], float] = time.monotonic,
        failures: tuple[type[BaseException], ...] = (OSError,),
    ) -> None:
        self.manners = manners
        self._answerer, self._clock, self._failures = answerer, clock, failures
        self._talks: OrderedDict[int, _Talk] = OrderedDict()
        self.answered = 0

    async def take(self, question: Question) -> None:
        """Answer a question when its turn comes; returns at once."""
        talk = self._talk(question.channel.id)
        if question.text.strip().lower() == FORGET:
            talk.said.clear()
            await self._send(question.channel, "I have forgotten what was said here.")
        elif not question.text.strip():
            await self._send(question.channel, "Ask me something, in the same message in which you mention me.")
        elif len(talk.waiting) >= self.manners.queue:
            waiting = len(talk.waiting)
            await self._send(question.channel, f"{waiting} questions are waiting here already. Ask again in a moment.")
        else:
            talk.waiting.append(question)
            if talk.work is None or talk.work.done():
                talk.work = asyncio.create_task(self._work(talk))

    async def finished(self) -> None:
        """Return once every question that was taken is answered."""
        while works := [talk.work for talk in self._talks.values() if talk.work and not talk.work.done()]:
            await asyncio.gather(*works)

    async def close(self) -> None:
        """End all answers under way."""
        works = [talk.work for talk in self._talks.values() if talk.work]
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)

    def _talk(self, channel: int) -> _Talk:
        if channel not in self._talks:
            self._talks[channel] = _Talk(deque(maxlen=max(1, self.manners.history)))
            idle = [one for one, talk in self._talks.items() if talk.work is None or talk.work.done()]
            for old in idle[: max(0, len(self._talks) - _MOST_CHANNELS)]:
                if old != channel:
                    del self._talks[old]
        self._talks.move_to_end(channel)
        return self._talks[channel]

    async def _work(self, talk: _Talk) -> None:
        while talk.waiting:
            question = talk.waiting.popleft()
            try:
                await self._answer(talk, question)
            except RefusedError as refusal:
                logger.warning("channel %s: %s", question.channel.id, refusal)
                await self._send(question.channel, _kindly(refusal))
            except self._failures as error:
                logger.warning("channel %s: cannot be written to: %s", question.channel.id, error)

    async def _answer(self, talk: _Talk, question: Question) -> None:
        asked = {"role": "user", "content": question.text.strip()[:_LONGEST_QUESTION]}
        writing = _Writing(question.channel, self.manners.edit_seconds, self._clock)
        text, sources = "", list[Mapping[str, Any]]()
        request = self.manners.request([*self._remembered(talk.said), asked])
        async with question.channel.typing(), aclosing(self._answerer.chat(request)) as pieces:
            async for piece in pieces:
                text += piece.text
                sources += piece.more.get("sources") or ()
                if piece.text:
                    await writing.show(text)
        said = text.strip() or "I have no answer to that."
        await writing.end(said, source_lines(sources) if self.manners.sources else "")
        talk.said.extend([asked, {"role": "assistant", "content": said}])
        self.answered += 1

    def _remembered(self, said: Sequence[dict[str, str]]) -> list[dict[str, str]]:
        """The last messages that fit, beginning with a question."""
        kept: list[dict[str, str]] = []
        left = self.manners.history_characters
        for message in reversed(said if self.manners.history else ()):
            left -= len(message["content"])
            if left < 0:
                break
            kept.insert(0, message)
        return kept[1:] if kept and kept[0]["role"] == "assistant" else kept

    async def _send(self, channel: Channel, text: str) -> None:
        with suppress(*self._failures):
            await channel.send(text)


class _Writing:
    """An answer that grows in the channel: messages are sent as they fill, the last one is edited."""

    def __init__(self, channel: Channel, seconds: float, clock: Callable[[], float]) -> None:
        self._channel, self._seconds, self._clock = channel, seconds, clock
        self._sent: list[Sent] = []
        self._shown: list[str] = []
        self._last = clock()

    async def show(self, text: str) -> None:
        """Show what there is so far, if the last time is long enough ago."""
        if text.strip() and self._clock() - self._last >= self._seconds:
            await self._write(split_answer(text)[: _MOST_MESSAGES - 1])  # `end` may need the last one
            self._last = self._clock()

    async def end(self, text: str, sources: str) -> None:
        """Show the whole answer, and its sources below it."""
        parts = split_answer(text)
        if len(parts) > _MOST_MESSAGES:
            parts = [*parts[: _MOST_MESSAGES - 1], "(The rest of the answer is too long to be shown here.)"]
        if sources and len(parts[-1]) + 1 + len(sources) <= LONGEST:
            parts[-1] += f"\n{sources}"
        elif sources:
            parts.append(sources)
        await self._write(parts)

    async def _write(self, parts: Sequence[str]) -> None:
        for place, part in enumerate(parts):
            if place >= len(self._sent):
                self._sent.append(await self._channel.send(part))
                self._shown.append(part)
            elif self._shown[place] != part:
                await self._sent[place].edit(content=part)
                self._shown[place] = part


def source_lines(sources: Sequence[Mapping[str, Any]]) -> str:
    """The sources as Discord's small text: those that the answer names, or all where it names none."""
    named = [one for one in sources if one.get("cited")] or list(sources)
    lines: dict[str, None] = {}
    for one in named[:_MOST_SOURCES]:
        name = str(one.get("title") or one.get("file") or one.get("id") or "a source")
        file = str(one.get("file") or "")
        where = ", ".join(
            filter(None, [file if file != name else "", f"page {one['page']}" if one.get("page") else ""])
        )
        number = f"[{one['number']}] " if one.get("number") else ""
        line = " ".join(f"{number}{name}{f' ({where})' if where else ''}".split())
        lines[f"-# {line[:_LONGEST_SOURCE]}"] = None
    return "\n".join(lines)


def _kindly(refusal: RefusedError) -> str:
    """What to tell people of an error; the log says it in full."""
    if refusal.code == "context_length_exceeded":
        return f"That is more than I can read at once. Ask something shorter, or write `{FORGET}` and ask again."
    if refusal.status == 503:
        return "I am busy. Ask again in a moment, please."
    return "I cannot answer just now. Whoever runs me finds the reason in my log."

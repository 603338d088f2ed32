"""A chat of a few lines, and an answerer that says what it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count

from serving.discord_server.splitting import LONGEST
from serving.engine.pieces import Piece
from serving.protocol import ChatRequest
from serving.protocol_errors import RefusedError


class FakeMessage:
    def __init__(self, channel: FakeChannel, content: str) -> None:
        self.channel, self.content, self.edits = channel, content, 0

    async def edit(self, *, content: str) -> None:
        assert 0 < len(content) <= LONGEST
        self.content = content
        self.edits += 1


class FakeChannel:
    def __init__(self, identity: int = 1) -> None:
        self.id = identity
        self.messages: list[FakeMessage] = []
        self.typed = 0
        self.broken = False

    @property
    def said(self) -> list[str]:
        return [message.content for message in self.messages]

    async def send(self, content: str) -> FakeMessage:
        if self.broken:
            raise OSError("no connection")
        assert 0 < len(content) <= LONGEST
        self.messages.append(FakeMessage(self, content))
        return self.messages[-1]

    @asynccontextmanager
    async def typing(self) -> AsyncIterator[None]:
        self.typed += 1
        yield


class FakeAnswerer:
    """Gives the pieces that it has; waits for `go` first, when there is one."""

    def __init__(self, *pieces: Piece, go: asyncio.Event | None = None, refusal: RefusedError | None = None) -> None:
        self._pieces, self._go, self._refusal = pieces, go, refusal
        self.requests: list[ChatRequest] = []
        self.running = self.most_running = 0

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece]:
        self.requests.append(request)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            if self._go is not None:
                await self._go.wait()
            if self._refusal is not None:
                raise self._refusal
            for piece in self._pieces:
                yield piece
        finally:
            self.running -= 1


def ticking(step: float) -> Iterator[float]:
    """A clock that goes on by `step` seconds each time it is looked at."""
    return (number * step for number in count())

"""Sends a backend's pieces to a client, as a stream or as one answer, and stops the backend when the client is gone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

from serving.engine.pieces import Piece, Usage
from serving.protocol_answers import Choice, Shape
from serving.protocol_errors import RefusedError

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_DONE = b"data: [DONE]\n\n"


class Counts:
    """How requests ended, since the server started, and the tokens of those that were answered."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.prompt_tokens = self.completion_tokens = 0

    def answered(self, usage: Usage) -> None:
        """A request got all of its answer."""
        self.outcomes["answered"] += 1
        self.prompt_tokens += usage.prompt_tokens
        self.completion_tokens += usage.completion_tokens


class PiecesResponse(Response):
    """An answer made of pieces.

    Until the first piece is there nothing is sent, so what is wrong with a request still has its own status.

    Args:
        pieces: An asynchronous generator; it is closed whatever happens.
        stream: Send server-sent events, one or more for each piece.
        with_usage: End a stream with the tokens used.
    """

    def __init__(
        self, pieces: AsyncIterator[Piece], shape: Shape, counts: Counts, *, stream: bool, with_usage: bool
    ) -> None:
        super().__init__()
        self._pieces, self._shape, self._counts = pieces, shape, counts
        self._stream, self._with_usage = stream, with_usage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        work = asyncio.create_task(self._answer(send))
        gone = asyncio.create_task(_disconnected(receive))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
            else:
                self._counts.outcomes["disconnected"] += 1
        finally:
            for task in (work, gone):
                task.cancel()
            await asyncio.gather(work, gone, return_exceptions=True)

    async def _answer(self, send: Send) -> None:
        try:
            async with aclosing(self._pieces) as pieces:  # type: ignore[type-var]
                await (self._events(pieces, send) if self._stream else self._whole(pieces, send))
        except RefusedError as refusal:  # before anything was sent
            self._counts.outcomes["refused"] += 1
            await _send_json(send, refusal.status, refusal.body(), refusal.headers())

    async def _whole(self, pieces: AsyncIterator[Piece], send: Send) -> None:
        choices: dict[int, Choice] = {}
        usage = Usage()
        async for piece in pieces:
            if piece.text or piece.finish or piece.more:
                choices.setdefault(piece.choice, Choice()).add(piece)
            usage = piece.usage or usage
        self._counts.answered(usage)
        await _send_json(send, 200, self._shape.whole(choices, usage), {})

    async def _events(self, pieces: AsyncIterator[Piece], send: Send) -> None:
        first = await anext(pieces, None)
        headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]
        headers.append((b"x-accel-buffering", b"no"))  # a proxy that collects a stream defeats it
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        usage = Usage()
        try:
            if first is not None:
                usage = await self._send_piece(first, send) or usage
                async for piece in pieces:
                    usage = await self._send_piece(piece, send) or usage
            if self._with_usage:
                await _send_body(send, _event(self._shape.usage_chunk(usage)))
            self._counts.answered(usage)
        except RefusedError as refusal:  # half way: the status has been sent
            self._counts.outcomes["failed"] += 1
            await _send_body(send, _event(refusal.body()))
        await send({"type": "http.response.body", "body": _DONE, "more_body": False})

    async def _send_piece(self, piece: Piece, send: Send) -> Usage | None:
        events = self._shape.chunks(piece)
        if events:
            await _send_body(send, b"".join(map(_event, events)))
        return piece.usage


def _event(content: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(content) + b"\n\n"


async def _send_body(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _send_json(send: Send, status: int, content: dict[str, Any], headers: dict[str, str]) -> None:
    body = orjson.dumps(content)
    told = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    told += [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

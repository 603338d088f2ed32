"""Sends a backend's pieces to a client, as a stream or as one answer, and stops the backend when the client is gone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from starlette.responses import Response

from serving.engine.pieces import Piece, Usage
from serving.protocol_answers import Choice, Shape
from serving.protocol_errors import RefusedError, client_gone, mistake, shutting_down

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_DONE = b"data: [DONE]\n\n"
Result = TypeVar("Result")


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

    Until the first piece is there nothing is sent, so what is wrong with a request still has its own status. A stream
    that cannot be finished ends with an error and `[DONE]`: none just breaks off, unless the process dies.

    Args:
        pieces: Is closed whatever happens.
        stream: Send server-sent events, one or more for each piece.
        with_usage: End a stream with the tokens used.
    """

    def __init__(
        self, pieces: AsyncGenerator[Piece], shape: Shape, counts: Counts, *, stream: bool, with_usage: bool
    ) -> None:
        super().__init__()
        self._pieces, self._shape, self._counts = pieces, shape, counts
        self._stream, self._with_usage = stream, with_usage
        self._begun = self._ended = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await while_there(receive, self._answer(send))
        except RefusedError:  # the client has gone: all others are told to it
            self._counts.outcomes["disconnected"] += 1
        except asyncio.CancelledError:
            # The server stops, and the time for answers under way is over. Once the client is told nothing is left to
            # cancel, and uvicorn need not report it as a mistake.
            await self._refuse(shutting_down(), send)

    async def _answer(self, send: Send) -> None:
        try:
            async with aclosing(self._pieces) as pieces:
                await (self._events(pieces, send) if self._stream else self._whole(pieces, send))
        except RefusedError as refusal:
            await self._refuse(refusal, send)
        except Exception:
            await self._refuse(mistake(), send)
            raise

    async def _refuse(self, refusal: RefusedError, send: Send) -> None:
        if self._ended:
            return
        self._ended = True
        self._counts.outcomes["failed" if self._begun else "refused"] += 1
        if self._begun:  # the status has been sent
            await _send_body(send, _event(refusal.body()) + _DONE, more=False)
        else:
            await refuse(refusal, send)

    async def _whole(self, pieces: AsyncGenerator[Piece], send: Send) -> None:
        choices: dict[int, Choice] = {}
        usage = Usage()
        async for piece in pieces:
            if piece.text or piece.finish or piece.more:
                choices.setdefault(piece.choice, Choice()).add(piece)
            usage = piece.usage or usage
        answer = self._shape.whole(choices, usage)
        self._counts.answered(usage)
        self._ended = True
        await _send_json(send, 200, answer, {})

    async def _events(self, pieces: AsyncGenerator[Piece], send: Send) -> None:
        first = await anext(pieces, None)
        headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]
        headers.append((b"x-accel-buffering", b"no"))  # a proxy that collects a stream defeats it
        self._begun = True
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        usage = Usage()
        if first is not None:
            usage = await self._send_piece(first, send) or usage
            async for piece in pieces:
                usage = await self._send_piece(piece, send) or usage
        last = _event(self._shape.usage_chunk(usage)) if self._with_usage else b""
        self._counts.answered(usage)
        self._ended = True
        await _send_body(send, last + _DONE, more=False)

    async def _send_piece(self, piece: Piece, send: Send) -> Usage | None:
        events = self._shape.chunks(piece)
        if events:
            await _send_body(send, b"".join(map(_event, events)))
        return piece.usage


async def while_there(receive: Receive, work: Coroutine[Any, Any, Result]) -> Result:
    """What `work` gives; it is cancelled when the client goes.

    Raises:
        RefusedError: The client has gone.
    """
    doing, gone = asyncio.create_task(work), asyncio.create_task(_disconnected(receive))
    try:
        await asyncio.wait({doing, gone}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        raise client_gone()
    finally:
        for task in (doing, gone):
            task.cancel()
        await asyncio.gather(doing, gone, return_exceptions=True)


def _event(content: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(content) + b"\n\n"


async def _send_body(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def refuse(refusal: RefusedError, send: Send) -> None:
    """Answer with an error."""
    await _send_json(send, refusal.status, refusal.body(), refusal.headers())


async def _send_json(send: Send, status: int, content: dict[str, Any], headers: dict[str, str]) -> None:
    body = orjson.dumps(content)
    told = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    told += [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

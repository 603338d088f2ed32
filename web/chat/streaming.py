"""An answer as it is made: server-sent events for the browser, out of those of an OpenAI-compatible API.

`start`, then `token` and `thinking` with a text each, `sources`, and at last `end` or `error`. When the client goes,
the connection to the model is closed, so that it stops writing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

import orjson

from generation_functions.endpoints import provider_words
from generation_functions.nesting import is_deeper
from web.chat.offline import offline_words
from web.chat.schemas import AskModel
from web.chat.targets import Address
from web.tolerant import object_of, objects_of, text_of, whole_of

if TYPE_CHECKING:
    import aiohttp

_LOOK_SECONDS = 0.25
_KEEP_ALIVE_SECONDS = 15.0
_CONNECT_SECONDS = 15.0
_SILENT_SECONDS = 600.0
_LONGEST_EVENT = 4 << 20
_MOST_ERROR_BYTES = 1 << 16
_DEEPEST = 40
_SOURCES = ("sources", "citations")
Gone = Callable[[], Awaitable[bool]]


def sse(kind: str, facts: dict[str, Any]) -> bytes:
    """One server-sent event."""
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), orjson.dumps(facts, default=str))


class _Telling:
    """What has been told so far, and when."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.started = monotonic()
        self.first: float | None = None
        self.finish = ""
        self.usage: dict[str, Any] = {}
        self.failed = False

    def read(self, chunk: dict[str, Any], mask: Callable[[str], str]) -> list[bytes]:
        """The events that a chunk of the model's answer makes."""
        if chunk.get("error"):
            self.failed = True
            words = provider_words(orjson.dumps(chunk, default=str), mask)
            return [sse("error", {"code": "model-failed", "detail": words, "status": 0})]
        events = [event for key in _SOURCES if (event := _sources(chunk.get(key)))]
        self.usage = object_of(chunk.get("usage")) or self.usage
        for choice in objects_of(chunk.get("choices"))[:1]:
            delta = object_of(choice.get("delta")) or object_of(choice.get("message"))
            self.finish = text_of(choice.get("finish_reason")) or self.finish
            thinking = text_of(delta.get("reasoning_content") or delta.get("reasoning"))
            events += [event for key in _SOURCES if (event := _sources(delta.get(key)))]
            events += [sse("thinking", {"text": _plain(thinking)})] if thinking else []
            if isinstance(delta.get("content"), str) and delta["content"]:
                events.append(sse("token", {"text": _plain(delta["content"])}))
            if events and self.first is None and (thinking or delta.get("content")):
                self.first = monotonic() - self.started
        return events

    def end(self) -> bytes:
        """The last event of an answer that came through."""
        return sse(
            "end",
            {
                "finish": self.finish or "stop",
                "seconds": round(monotonic() - self.started, 3),
                "first_seconds": None if self.first is None else round(self.first, 3),
                "input_tokens": whole_of(self.usage.get("prompt_tokens")) or None,
                "output_tokens": whole_of(self.usage.get("completion_tokens")) or None,
            },
        )


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _sources(value: Any) -> bytes:
    if not isinstance(value, list) or not value or is_deeper(value, _DEEPEST):
        return b""
    items = [one if isinstance(one, dict) else {"text": text_of(one)} for one in value[:100]]
    return sse("sources", {"items": items})


async def answer_stream(address: Address, wish: AskModel, gone: Gone) -> AsyncIterator[bytes]:
    """The events of one answer."""
    telling = _Telling(address.model)
    yield sse("start", {"model": address.model})
    if not address.url:
        async for piece in offline_words(wish):
            telling.first = monotonic() - telling.started if telling.first is None else telling.first
            yield sse("token", {"text": piece})
        yield telling.end()
        return
    pieces = _upstream(address, wish, telling)
    try:
        async for event in _until_gone(pieces, gone):
            yield event
    finally:
        await pieces.aclose()


async def _until_gone(events: AsyncIterator[bytes], gone: Gone) -> AsyncIterator[bytes]:
    """The events, with comments into long silences; ends when nobody listens any more."""
    quiet = 0.0
    following: asyncio.Task[bytes] | None = None
    try:
        while not await gone():
            following = following or asyncio.ensure_future(_next(events))
            done, _ = await asyncio.wait({following}, timeout=_LOOK_SECONDS)
            if not done:
                quiet += _LOOK_SECONDS
                if quiet >= _KEEP_ALIVE_SECONDS:
                    yield b": still here\n\n"
                    quiet = 0.0
                continue
            task, following, quiet = following, None, 0.0
            event = task.result()
            if not event:
                return
            yield event
    finally:
        if following is not None:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following


async def _next(events: AsyncIterator[bytes]) -> bytes:
    try:
        return await anext(events)
    except StopAsyncIteration:  # which no task may raise; no event is empty
        return b""


async def _upstream(address: Address, wish: AskModel, telling: _Telling) -> AsyncGenerator[bytes]:
    import aiohttp

    headers = {"Authorization": f"Bearer {address.key}"} if address.key else {}
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=_SILENT_SECONDS)
    try:
        async with aiohttp.ClientSession(
            headers=headers, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), read_bufsize=1 << 16
        ) as session:
            for body in _bodies(address, wish):
                async with session.post(
                    f"{address.url}/chat/completions", json=body, allow_redirects=False
                ) as response:
                    if response.status == 200:
                        async for event in _events(response, telling, address):
                            yield event
                        return
                    data = await response.content.read(_MOST_ERROR_BYTES)
                    if response.status == 400 and b"stream_options" in data and "stream_options" in body:
                        continue  # an older server, which counts no tokens while it streams
                    words = provider_words(data, address.mask)
                    detail = f"{address.model} answered {response.status}: {words}"
                    yield sse("error", {"code": "model-refused", "detail": detail, "status": response.status})
                    return
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        said = address.mask(str(error) or type(error).__name__)[:400]
        detail = f"the connection to {address.model} broke: {said}"
        yield sse("error", {"code": "model-away", "detail": detail, "status": 0})


def _bodies(address: Address, wish: AskModel) -> list[dict[str, Any]]:
    """What to send; the second, should the first be refused for what it asks to count."""
    body: dict[str, Any] = {
        "model": address.model,
        "messages": [{"role": said.role, "content": said.content} for said in wish.messages],
        "stream": True,
        **wish.sampling.model_dump(exclude_none=True),
    }
    if wish.retrieval is not None:
        body["retrieval"] = wish.retrieval
    return [{**body, "stream_options": {"include_usage": True}}, body]


async def _events(response: aiohttp.ClientResponse, telling: _Telling, address: Address) -> AsyncIterator[bytes]:
    mask = address.mask
    # What is no stream has come whole, or broken off with an error.
    ended = "text/event-stream" not in response.headers.get("Content-Type", "")
    async for data in _data_lines(response):
        if data == b"[DONE]":
            ended = True
            break
        try:
            chunk = orjson.loads(data)
        except orjson.JSONDecodeError:
            continue
        for event in telling.read(chunk, mask) if isinstance(chunk, dict) else ():
            yield event
        if telling.failed:
            return
    if telling.first is None and not telling.finish:
        detail = f"{address.model} ended the answer before it began"
        yield sse("error", {"code": "model-away", "detail": detail, "status": 200})
    elif not (ended or telling.finish):
        detail = f"{address.model} broke off: it closed the connection in the middle of its answer"
        yield sse("error", {"code": "model-away", "detail": detail, "status": 200})
    else:
        yield telling.end()


async def _data_lines(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """The `data:` lines of an event stream; of a server that does not stream, its whole answer."""
    rest = b""
    async for block in response.content.iter_any():
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                yield line[5:].strip()
        if len(rest) > _LONGEST_EVENT:
            raise ValueError("an event of it is too long")
    last = rest.strip()
    if last:
        yield last[5:].strip() if last.startswith(b"data:") else last

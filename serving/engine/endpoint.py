"""An OpenAI-compatible endpoint behind this server: requests are handed on, answers come back piece by piece.

It is always asked to stream. So a client that leaves ends the generation there too: the connection is closed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from serving.engine.pieces import Activity, Embeddings, Piece, TokenLogprob, Usage
from serving.protocol import ChatRequest, CompletionRequest, EmbeddingRequest
from serving.protocol_errors import RefusedError

if TYPE_CHECKING:
    import aiohttp

ENDPOINT_DOWN = "endpoint_down"
_DONE: dict[str, Any] = {}  # the event that ends a stream
_KNOWN = {"role", "content"}
_LONGEST_ERROR = 2000
_OURS = {401, 402, 403, 407}  # of an endpoint behind: this server's own key or account is to blame, not the client's


class EndpointBackend:
    """One model of an endpoint.

    Args:
        base_url: The API's root, usually ending in /v1.
        model: The endpoint's name of the model.
        api_key: For the endpoint; "" = none.
        most_tokens: The longest answer, whatever a request asks for; None = the endpoint's own limit.
        prepare: Changes path and body of a request before it is sent.
        release: Called when the model is closed.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str = "",
        *,
        most_tokens: int | None = None,
        prepare: Callable[[str, dict[str, Any]], tuple[str, dict[str, Any]]] | None = None,
        release: Callable[[], None] | None = None,
    ) -> None:
        self._base_url, self._model, self._most_tokens = base_url.rstrip("/"), model, most_tokens
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._secret = api_key
        self._prepare, self._release = prepare, release
        self._session: aiohttp.ClientSession | None = None
        self._running = 0

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece]:
        """Answer a conversation."""
        body = self._limited(request.sent(), "max_completion_tokens" if request.max_completion_tokens else "max_tokens")
        async with aclosing(self._stream("/chat/completions", body, _chat_piece)) as pieces:
            async for piece in pieces:
                yield piece

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece]:
        """Go on with a text, or fill a gap in one."""
        body = self._limited(request.sent(), "max_tokens")
        async with aclosing(self._stream("/completions", body, _text_piece)) as pieces:
            async for piece in pieces:
                yield piece

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        """Vectors as the endpoint makes them."""
        body = {**request.sent(), "model": self._model, "encoding_format": "float"}
        self._running += 1
        try:
            async with self._post("/embeddings", body) as response:
                answer = _json(await response.read())
        finally:
            self._running -= 1
        try:
            rows = sorted(answer["data"], key=lambda row: row["index"])
            vectors = [[float(number) for number in row["embedding"]] for row in rows]
        except (KeyError, TypeError, ValueError) as error:
            raise _strange("vectors") from error
        return Embeddings(vectors, int((answer.get("usage") or {}).get("prompt_tokens") or 0))

    def activity(self) -> Activity:
        """How many requests are with the endpoint."""
        return Activity(self._running)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
        if self._release is not None:
            await asyncio.to_thread(self._release)

    def _limited(self, body: dict[str, Any], key: str) -> dict[str, Any]:
        if self._most_tokens is not None:
            body[key] = min(body.get(key) or self._most_tokens, self._most_tokens)
        body.update(model=self._model, stream=True, stream_options={"include_usage": True})
        return body

    async def _stream(
        self, path: str, body: dict[str, Any], read: Callable[[Mapping[str, Any]], Piece]
    ) -> AsyncGenerator[Piece]:
        usage = None
        unfinished = {0}  # there is always a first choice
        self._running += 1
        try:
            async with self._post(path, body) as response:
                async for event in _events(response):
                    if event is _DONE:
                        unfinished.clear()
                        break
                    if event.get("error"):
                        raise _refusal(200, event, self._secret)
                    if event.get("usage"):
                        told = event["usage"]
                        usage = Usage(int(told.get("prompt_tokens") or 0), int(told.get("completion_tokens") or 0))
                    for piece in _pieces(event, read):
                        (unfinished.discard if piece.finish else unfinished.add)(piece.choice)
                        usage = piece.usage or usage
                        yield replace(piece, usage=None)
                if unfinished:
                    raise _broken_off("its connection was closed")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _strange("pieces") from error
        finally:
            self._running -= 1
        yield Piece(usage=usage or Usage())

    @asynccontextmanager
    async def _post(self, path: str, body: dict[str, Any]) -> AsyncIterator[aiohttp.ClientResponse]:
        """The endpoint's answer, which is a 200. Leaving early closes the connection, so that the endpoint stops."""
        import aiohttp

        if self._prepare is not None:
            path, body = self._prepare(path, body)
        try:
            response = await self._send(self._base_url + path, orjson.dumps(body))
        except (aiohttp.ClientError, OSError) as error:
            raise _unreachable(error) from error
        try:
            try:
                if response.status != 200:
                    data = await response.content.read(1 << 16)
                    raise _refusal(response.status, _body_or_text(data), self._secret)
                yield response
            finally:
                if response.content.at_eof():
                    response.release()
                else:
                    response.close()
        except (aiohttp.ClientError, OSError) as error:
            raise _broken_off(_said(error)) from error

    async def _send(self, url: str, data: bytes) -> aiohttp.ClientResponse:
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={**self._headers, "Content-Type": "application/json"},
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=600),
                read_bufsize=1 << 20,
            )
        try:
            return await self._session.post(url, data=data, allow_redirects=False)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            # The endpoint had closed a connection that was kept open.
            return await self._session.post(url, data=data, allow_redirects=False)


async def _events(response: aiohttp.ClientResponse) -> AsyncIterator[dict[str, Any]]:
    """The events of a stream, `_DONE` after them; of an endpoint that does not stream, its whole answer as one."""
    if "text/event-stream" not in response.headers.get("Content-Type", ""):
        answer = _json(await response.read())
        yield {**answer, "choices": [_as_delta(choice) for choice in answer.get("choices") or ()]}
        yield _DONE
        return
    async for line in response.content:
        if line.startswith(b"data:"):
            data = line[5:].strip()
            if data == b"[DONE]":
                yield _DONE
                return
            if data:
                for event in _events_of(data):
                    yield event


def _events_of(data: bytes) -> list[dict[str, Any]]:
    """llama.cpp says several things at once when it was given several prompts."""
    found = _parsed(data)
    events = found if isinstance(found, list) else [found] if found is not None else []
    if not all(isinstance(event, dict) for event in events):
        raise _strange("JSON object")
    return events


def _pieces(event: Mapping[str, Any], read: Callable[[Mapping[str, Any]], Piece]) -> list[Piece]:
    if "choices" not in event and "content" in event:
        return [_gap_piece(event)]
    return [read(choice) for choice in event.get("choices") or ()]


def _as_delta(choice: Mapping[str, Any]) -> dict[str, Any]:
    return {**choice, "delta": choice.get("message") or {}}


def _chat_piece(choice: Mapping[str, Any]) -> Piece:
    delta = choice.get("delta") or {}
    likely = (choice.get("logprobs") or {}).get("content") or ()
    return Piece(
        text=_text(delta.get("content")),
        choice=int(choice.get("index") or 0),
        logprobs=tuple(_logprob(one) for one in likely),
        finish=choice.get("finish_reason") or "",
        more={key: value for key, value in delta.items() if key not in _KNOWN and value is not None},
    )


def _text_piece(choice: Mapping[str, Any]) -> Piece:
    likely = choice.get("logprobs") or {}
    entries = []
    if likely.get("content"):
        entries = [_logprob(one) for one in likely["content"]]
    elif likely.get("tokens"):
        tops = likely.get("top_logprobs") or [{}] * len(likely["tokens"])
        for text, logprob, top in zip(likely["tokens"], likely["token_logprobs"], tops, strict=True):
            others = tuple(TokenLogprob(name, value, name.encode()) for name, value in (top or {}).items())
            entries.append(TokenLogprob(text, logprob or 0.0, text.encode(), others))
    return Piece(
        text=_text(choice.get("text")),
        choice=int(choice.get("index") or 0),
        logprobs=tuple(entries),
        finish=choice.get("finish_reason") or "",
    )


def _text(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise TypeError("a piece of text is none")
    return value or ""


def _gap_piece(event: Mapping[str, Any]) -> Piece:
    """What llama.cpp says while it fills in the middle; the last time, with its counts."""
    if not event.get("stop"):
        return Piece(event["content"])
    usage = Usage(int(event.get("tokens_evaluated") or 0), int(event.get("tokens_predicted") or 0))
    return Piece(event["content"], finish="length" if event.get("stop_type") == "limit" else "stop", usage=usage)


def _logprob(one: Mapping[str, Any]) -> TokenLogprob:
    raw = one.get("bytes")
    text = one["token"]
    top = tuple(_logprob(other) for other in one.get("top_logprobs") or ())
    return TokenLogprob(text, one["logprob"], bytes(raw) if raw is not None else text.encode(), top)


def _json(data: bytes) -> dict[str, Any]:
    found = _parsed(data)
    if not isinstance(found, dict):
        raise _strange("JSON object")
    return found


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise _strange("JSON") from error


def _body_or_text(data: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        found = None
    if isinstance(found, dict):
        return found
    return {"error": {"message": data.decode("utf-8", "replace").strip()[:_LONGEST_ERROR]}}


def _refusal(status: int, body: Mapping[str, Any], secret: str) -> RefusedError:
    """What the endpoint says, in our words where this server is to blame."""
    error = body.get("error")
    error = error if isinstance(error, dict) else {"message": str(error or body.get("detail") or "")}
    said = str(error.get("message") or "")[:_LONGEST_ERROR]
    said = said.replace(secret, "***") if secret else said
    code = str(error.get("code") or "")
    if error.get("type") == "exceed_context_size_error" or "context" in code:
        return RefusedError(said, code="context_length_exceeded", param="messages")
    message = f"The endpoint behind this server {'failed' if status == 200 else f'answered {status}'}: {said}"
    if status in _OURS or status == 404:
        return RefusedError(f"{message} Check the model's settings there.", status=502, code="endpoint_refused")
    if error.get("type") == "not_supported_error":
        return RefusedError(said, code="unsupported_parameter", param=error.get("param"))
    if 400 <= status < 500 or status == 503:
        return RefusedError(said or message, status=status, code=code, param=error.get("param"))
    return RefusedError(message, status=502, code="endpoint_failed")


def _unreachable(error: BaseException) -> RefusedError:
    message = f"The endpoint behind this server does not answer: {_said(error)}"
    return RefusedError(message, status=502, code=ENDPOINT_DOWN, retry_after=5)


def _broken_off(why: str) -> RefusedError:
    message = f"The endpoint behind this server broke off before its answer was whole: {why}."
    return RefusedError(message, status=502, code=ENDPOINT_DOWN, retry_after=5)


def _said(error: BaseException) -> str:
    return str(error).rstrip(".") or type(error).__name__


def _strange(what: str) -> RefusedError:
    return RefusedError(
        f"The endpoint behind this server gave no {what} as OpenAI's API does.", status=502, code="endpoint_failed"
    )

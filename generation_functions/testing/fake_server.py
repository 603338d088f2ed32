"""The fake endpoint's server: routes, limits, faults and control. A request costs it some 30 microseconds."""

from __future__ import annotations

import asyncio
import resource
import socket
import time
from hashlib import blake2b
from typing import Any

import orjson

from generation_functions.errors import UsageError
from generation_functions.testing.fake_behaviour import Behaviour
from generation_functions.testing.fake_counts import Answer, Counts
from generation_functions.testing.fake_embeddings import embedding_texts, embeddings_body
from generation_functions.testing.fake_http import HTML, JSON, Connection, event_stream, header, response
from generation_functions.testing.fake_replies import (
    conversation,
    error_body,
    make_reply,
    make_writer,
    models_body,
    reply_body,
    stream_events,
)

_BACKLOG = 4096
_CHAT, _COMPLETIONS, _EMBEDDINGS = "/v1/chat/completions", "/v1/completions", "/v1/embeddings"
_PAGE = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
_ERRORS = {"rate_limited": 429, "rate_limited_bare": 429, "error_500": 500, "error_503": 503}


class FakeServer:
    """An OpenAI-compatible endpoint with its counters and its control routes."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.counts = Counts()
        self.connections: set[Connection] = set()
        self.in_flight = 0
        self.url = self.control_url = ""
        self._writer = make_writer(behaviour)
        self._allowance, self._allowance_time = behaviour.requests_per_second, 0.0
        self._listener: asyncio.Server | None = None
        self._control: asyncio.Server | None = None
        self._host, self._port = "", 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int, control_port: int) -> None:
        """Listen for requests on `port` and for control on both; port 0 takes a free one."""
        self._host, self._port = host, port
        await self.come_up()
        loop = asyncio.get_running_loop()
        control = socket.create_server((host, control_port))
        self._control = await loop.create_server(lambda: Connection(self, control=True), sock=control)
        self.url = f"http://{host}:{self._port}/v1"
        self.control_url = f"http://{host}:{control.getsockname()[1]}"

    async def come_up(self) -> None:
        """Listen on the data port, again or for the first time."""
        if self._listener is None:
            data = socket.create_server((self._host, self._port), backlog=_BACKLOG)
            self._port = data.getsockname()[1]
            loop = asyncio.get_running_loop()
            self._listener = await loop.create_server(
                lambda: Connection(self, control=False), sock=data, backlog=_BACKLOG
            )

    def go_down(self, seconds: float) -> None:
        """Refuse and drop all connections; come back after `seconds`, or when told to if that is 0."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for connection in list(self.connections):
            if connection.transport is not None:
                connection.transport.abort()
        if seconds:
            asyncio.get_running_loop().call_later(seconds, lambda: self._spawn(None))

    def handle(self, connection: Connection, head: bytes, body: bytes) -> None:
        """Answer one request, now or later."""
        method, target, _ = head[: head.find(b"\r\n")].decode("latin-1").split(" ", 2)
        path, _, query = target.partition("?")
        if method == "POST" and path in (_CHAT, _COMPLETIONS, _EMBEDDINGS):
            self._complete(connection, head, body, embeds=path == _EMBEDDINGS)
        elif (method, path) == ("POST", "/up"):
            self._spawn(connection)
        else:
            connection.write(self._route(method, path, query, body))

    def lost(self, connection: Connection, reset: bool) -> None:
        """Forget a connection. A reset means that the client never read the last answer on it."""
        self.connections.discard(connection)
        if connection.pending:
            connection.pending = False
            self.in_flight -= 1
            self.counts.abandoned += 1
        elif reset and connection.last_answered:
            self.counts.unread[connection.last_answered] += 1

    def _spawn(self, connection: Connection | None) -> None:
        async def up() -> None:
            await self.come_up()
            if connection is not None:
                connection.write(response(200, b"{}"))

        task = asyncio.get_running_loop().create_task(up())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _route(self, method: str, path: str, query: str, body: bytes) -> bytes:
        try:
            payload = self._control_call(method, path, query, orjson.loads(body) if body else {})
        except (UsageError, orjson.JSONDecodeError, TypeError, ValueError) as error:
            return response(400, error_body(400, "bad_request", str(error)))
        if payload is None:
            return response(404, error_body(404, "not_found", f"there is no {method} {path}"))
        return response(200, payload)

    def _control_call(self, method: str, path: str, query: str, options: dict[str, Any]) -> bytes | None:
        match method, path:
            case "GET", "/v1/models":
                return models_body(self.behaviour.models)
            case "GET", "/stats":
                usage = resource.getrusage(resource.RUSAGE_SELF)
                now = {"in_flight": self.in_flight, "connections": len(self.connections)}
                cost = {"cpu_s": time.process_time(), "peak_rss_mb": usage.ru_maxrss / 1024}
                return orjson.dumps({**self.counts.summary("bodies=1" in query), **now, **cost})
            case "POST", "/reset":
                self.counts = Counts()
            case "POST", "/faults":
                behaviour = self.behaviour.changed(options)
                self._writer, self.behaviour = make_writer(behaviour), behaviour
                self._allowance = behaviour.requests_per_second
            case "POST", "/down":
                self.go_down(float(options.get("seconds", 0)))
            case _:
                return None
        return b"{}"

    def _complete(self, connection: Connection, head: bytes, body: bytes, *, embeds: bool) -> None:
        digest = blake2b(body, digest_size=16).digest()
        attempt = self.counts.receive(digest)
        connection.digest, connection.last_answered, connection.pending = digest, b"", True
        self.in_flight += 1
        self.counts.peak_in_flight = max(self.counts.peak_in_flight, self.in_flight)
        try:
            request = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            self._answer(connection, _refusal(400, "bad_request", str(error)))
            return
        refusal = self._refuse(head, request, embeds=embeds)
        if refusal is not None:
            self._answer(connection, refusal)
            return
        behaviour = self.behaviour
        fault, latency = "", behaviour.latency_ms / 1000
        if behaviour.depends_on_chance:
            draw = behaviour.draw(digest, attempt)
            fault, latency = behaviour.fault(draw, attempt), behaviour.latency(draw)
        answer = self._write_answer(request, fault, embeds=embeds)
        if latency:
            loop = asyncio.get_running_loop()
            connection.timer = loop.call_later(latency, self._answer_late, connection, answer)
        else:
            self._answer(connection, answer)

    def _answer_late(self, connection: Connection, answer: Answer) -> None:
        connection.timer = None
        self._answer(connection, answer)
        connection.pump()

    def _answer(self, connection: Connection, answer: Answer) -> None:
        if connection.transport is None or connection.transport.is_closing():
            return  # connection_lost counts it as abandoned
        self.counts.answer(connection.digest, answer)
        if answer.hang:
            connection.transport.write(answer.data)
            loop = asyncio.get_running_loop()
            connection.timer = loop.call_later(self.behaviour.hang_seconds, connection.transport.abort)
            return
        connection.pending = False
        self.in_flight -= 1
        if answer.outcome == "ok":
            connection.last_answered = connection.digest
        connection.write(answer.data, answer.close)

    def _refuse(self, head: bytes, request: dict[str, Any], *, embeds: bool) -> Answer | None:
        """What no retry helps against, and what the endpoint's limits say."""
        behaviour, counts = self.behaviour, self.counts
        if behaviour.api_keys:
            key = (header(head.lower(), b"authorization", head) or b"").decode("latin-1").removeprefix("Bearer ")
            if key not in behaviour.api_keys:
                return _refusal(401, "invalid_api_key", "Incorrect API key provided.")
            counts.keys[key] += 1
        model = request.get("model", "")
        if behaviour.models and model not in behaviour.models:
            return _refusal(404, "model_not_found", f"The model `{model}` does not exist.")
        if behaviour.quota and counts.answers >= behaviour.quota:
            said = "You exceeded your current quota, please check your plan and billing details."
            return _refusal(behaviour.quota_status, "insufficient_quota", said)
        if behaviour.max_characters:
            length = sum(map(len, embedding_texts(request) if embeds else conversation(request)))
            if length > behaviour.max_characters:
                said = f"This model's maximum context length is {behaviour.max_characters // 4} tokens."
                return _refusal(400, "context_length_exceeded", said)
        return self._refuse_for_load()

    def _refuse_for_load(self) -> Answer | None:
        behaviour = self.behaviour
        if behaviour.max_in_flight and self.in_flight > behaviour.max_in_flight:
            said = "Too many requests at once."
            return _refusal(429, "rate_limit_exceeded", said, behaviour.retry_after, "max_in_flight")
        rate = behaviour.requests_per_second
        if rate:
            now = time.monotonic()
            self._allowance = min(rate, self._allowance + (now - self._allowance_time) * rate)
            self._allowance_time = now
            if self._allowance < 1:
                said = "Rate limit reached for requests per second."
                return _refusal(429, "rate_limit_exceeded", said, behaviour.retry_after, "requests_per_second")
            self._allowance -= 1
        return None

    def _write_answer(self, request: dict[str, Any], fault: str, *, embeds: bool) -> Answer:
        if fault in _ERRORS:
            wait = (self.behaviour.retry_after or 1.0) if fault == "rate_limited" else 0.0
            code = "rate_limit_exceeded" if _ERRORS[fault] == 429 else "server_error"
            return _refusal(_ERRORS[fault], code, "The server is in trouble. Try again.", wait, fault)
        match fault:
            case "drop_before":
                return Answer(0, b"", fault, close=True)
            case "hang":
                return Answer(0, b"", fault, hang=True)
            case "html":
                return Answer(200, response(200, _PAGE, HTML), fault)
        content_bytes = 0
        if embeds:
            data = response(200, embeddings_body(request, fault))
        else:
            reply = make_reply(request, self._writer, fault)
            content_bytes = reply.content_bytes
            if request.get("stream"):
                data = event_stream(stream_events(request, reply, fault))
            else:
                data = response(200, reply_body(request, reply, fault))
        if fault in ("drop_middle", "stall"):
            body = data.find(b"\r\n\r\n") + 4
            data = data[: body + (len(data) - body) // 2]
        return Answer(200, data, fault or "ok", fault == "drop_middle", fault == "stall", content_bytes)


def _refusal(status: int, code: str, said: str, retry_after: float = 0.0, outcome: str = "") -> Answer:
    more = b"Retry-After: %b\r\n" % f"{retry_after:g}".encode() if retry_after else b""
    return Answer(status, response(status, error_body(status, code, said), JSON, more), outcome or code)

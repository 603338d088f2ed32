"""HTTP/1.1 by hand on asyncio.Protocol: the fake endpoint shares its cores with the client under test.

It understands what clients send to a model endpoint: keep-alive, pipelining, Content-Length and
`Expect: 100-continue`; no chunked request bodies.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from http import HTTPStatus
from typing import Protocol

JSON, HTML = b"application/json", b"text/html; charset=utf-8"
_PHRASES = {status.value: status.phrase.encode() for status in HTTPStatus}


class Server(Protocol):
    """What a connection hands its requests to."""

    connections: set[Connection]

    def handle(self, connection: Connection, head: bytes, body: bytes) -> None: ...

    def lost(self, connection: Connection, reset: bool) -> None: ...


class Connection(asyncio.Protocol):
    """One client connection: cuts the byte stream into requests and hands them over one at a time."""

    def __init__(self, server: Server, control: bool) -> None:
        self.server, self.control = server, control
        self.transport: asyncio.Transport | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.busy = self.pending = self.close_after = self.broken = False
        self.digest = self.last_answered = b""
        self.buffer = b""
        self.needed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if not self.control:
            self.server.connections.add(self)

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        self.pump()

    def pump(self) -> None:
        """Hand over every request that is complete, until one has to wait for its answer."""
        while not self.busy and len(self.buffer) > self.needed and self._take():
            pass

    def write(self, data: bytes, close: bool = False) -> None:
        """Finish the current request."""
        self.busy = False
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)
            if close or self.close_after:
                self.transport.close()

    def eof_received(self) -> None:
        """Note whether the client was gone already when the last answer was written to it."""
        if self.transport is not None:
            link = self.transport.get_extra_info("socket")
            self.broken = link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0

    def connection_lost(self, exc: Exception | None) -> None:
        if self.timer is not None:
            self.timer.cancel()
        self.server.lost(self, reset=self.broken or isinstance(exc, ConnectionError))
        self.transport = None

    def _take(self) -> bool:
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = self.buffer[: end + 2]
        lowered = head.lower()
        total = end + 4 + int(header(lowered, b"content-length") or 0)
        if len(self.buffer) < total:
            self.needed = total - 1
            if b"\r\nexpect: 100-continue" in lowered and len(self.buffer) == end + 4 and self.transport:
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return False
        body = self.buffer[end + 4 : total]
        self.buffer, self.needed, self.busy = self.buffer[total:], 0, True
        self.close_after = b"\r\nconnection: close" in lowered
        self.server.handle(self, head, body)
        return True


def header(lowered: bytes, name: bytes, head: bytes = b"") -> bytes | None:
    """Value of a header, found in the lower-cased head and cut from `head` if its case matters."""
    start = lowered.find(b"\r\n" + name + b":")
    if start < 0:
        return None
    start += len(name) + 3
    return (head or lowered)[start : lowered.find(b"\r\n", start)].strip()


def response(status: int, body: bytes, kind: bytes = JSON, more: bytes = b"") -> bytes:
    line = b"HTTP/1.1 %d %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n%b\r\n"
    return line % (status, _PHRASES[status], kind, len(body), more) + body


def event_stream(events: Iterable[bytes]) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(event), event) for event in events) + b"0\r\n\r\n"

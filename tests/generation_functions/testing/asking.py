"""Ways to ask the fake endpoint."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import openai
import orjson

from generation_functions.testing.fake_endpoint import FakeEndpoint

CHAT = "/v1/chat/completions"


def ask(client: openai.OpenAI, content: str = "What is a chunk?", **options: Any) -> Any:
    messages = [{"role": "user", "content": content}]
    return client.chat.completions.create(model="fake", messages=messages, **options)  # type: ignore[call-overload]


def post(endpoint: FakeEndpoint, content: str = "What is a chunk?", **options: Any) -> tuple[int, bytes]:
    """Status and body of one chat request on a connection of its own."""
    body = {"model": "fake", "messages": [{"role": "user", "content": content}], **options}
    connection = http.client.HTTPConnection(urlsplit(endpoint.url).netloc, timeout=10)
    try:
        connection.request("POST", CHAT, orjson.dumps(body))
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@contextmanager
def waiting(endpoint: FakeEndpoint, content: str) -> Iterator[None]:
    """A request that is in flight inside the `with`."""
    before = endpoint.stats()["in_flight"]
    with socket.create_connection(address(endpoint)) as connection:
        connection.sendall(raw_request(content))
        while endpoint.stats()["in_flight"] == before:
            pass
        yield


def address(endpoint: FakeEndpoint) -> tuple[str | None, int | None]:
    parts = urlsplit(endpoint.url)
    return parts.hostname, parts.port


def raw_request(content: str) -> bytes:
    body = orjson.dumps({"messages": [{"role": "user", "content": content}]})
    return b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)

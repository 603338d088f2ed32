"""A local model endpoint whose every answer a test writes: a function of the request, and of how often it came."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import orjson


@dataclass(frozen=True)
class Request:
    """What the endpoint received."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    attempt: int  # how often this very body came before

    @property
    def key(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    @property
    def last(self) -> str:
        """The last message's text."""
        return str(self.body["messages"][-1]["content"])


@dataclass(frozen=True)
class Response:
    """What it answers; `body` is sent as it is when it is bytes, otherwise as JSON."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def says(text: Any, **more: Any) -> Response:
    """A good answer; `more` goes into the message."""
    return completion({"role": "assistant", "content": text, **more})


def completion(message: Mapping[str, Any], finish: str = "stop", **usage: Any) -> Response:
    """An answer with this message and these token counts."""
    counts = {"prompt_tokens": 10, "completion_tokens": 5, **usage}
    return Response({"choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": counts})


def refuses(status: int, message: str = "no", **headers: str) -> Response:
    """An error in the shape that OpenAI gives it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response({"error": {"message": message}}, status, named)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves early is no error here."""


class ScriptedEndpoint:
    """Serves `answer(request)` until the `with` ends; keeps all it received in `requests`."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self.requests: list[Request] = []
        self._answer = answer
        self._seen: Counter[bytes] = Counter()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                response = endpoint._answer(endpoint._receive(self.path, dict(self.headers), data))
                body = response.body if isinstance(response.body, bytes) else orjson.dumps(response.body)
                self.send_response(response.status)
                for name, value in response.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _receive(self, path: str, headers: dict[str, str], data: bytes) -> Request:
        with self._lock:
            request = Request(path, headers, orjson.loads(data), self._seen[data])
            self._seen[data] += 1
            self.requests.append(request)
        return request

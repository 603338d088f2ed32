"""Who may talk to the service: Host, Origin and token are checked before anything else sees a request."""

from __future__ import annotations

import hmac
import sys
from typing import TYPE_CHECKING

from web.problems import TooLargeError, answer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from web.settings import Settings

_LOCAL_NAMES = {"localhost", "127.0.0.1", "[::1]"}
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_OPEN_PATHS = {"/api/health", "/api/ready", "/api/session"}
"""What a load balancer asks without a token, and where a browser asks for a login; they tell nothing about the data."""
COOKIE = "atk_token"
_LARGEST_BODY, _LARGEST_LOGIN = 32 << 20, 4096
_TOO_LARGE = "a request to this address may have {} bytes; files are sent to /api/uploads"
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]


class Guard:
    """ASGI middleware.

    Against DNS rebinding, a request must name this service as its Host; against posts from foreign pages, its
    Origin must be this service; where other machines can reach it, it must carry the token.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._token = settings.token
        names = {name.lower() for name in settings.allowed_hosts}
        self._hosts = names | _LOCAL_NAMES | {_bracketed(settings.host.lower())}
        self._any_host = settings.is_open and not names and settings.host in ("0.0.0.0", "::")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # no websockets here
        headers = dict(scope["headers"])

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        most = _most_bytes(scope["path"])
        refusal = self._refusal(scope, headers) or _size_refusal(headers, most)
        if refusal is not None:
            await answer(*refusal)(scope, receive, send_with_headers)
            return
        taken = 0

        async def receive_no_more() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise TooLargeError(_TOO_LARGE.format(most))
            return message

        await self._app(scope, receive_no_more, send_with_headers)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[int, str, str] | None:
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if not self._is_ours(host):
            return (
                403,
                "foreign-host",
                f"this service does not answer to the name {_name(host)!r}: set ATK_ALLOWED_HOSTS",
            )
        if not self._same_origin(scope["method"], headers, host):
            return 403, "foreign-origin", "requests from pages of other sites are refused"
        is_guarded = scope["path"].startswith("/api") and scope["path"] not in _OPEN_PATHS
        if self._token and is_guarded and not brings_token(headers, self._token):
            return 401, "unauthorized", "send the token of this service: Authorization: Bearer TOKEN"
        return None

    def _is_ours(self, host: str) -> bool:
        return self._any_host or _name(host) in self._hosts

    def _same_origin(self, method: str, headers: dict[bytes, bytes], host: str) -> bool:
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        if origin:
            return origin.partition("://")[2] == host
        site = headers.get(b"sec-fetch-site", b"none")
        return method in _SAFE_METHODS or site in (b"none", b"same-origin")


def _most_bytes(path: str) -> int:
    """How large a request's body may be: it is held in memory, but for uploads, which have limits of their own."""
    if path.startswith("/api/uploads/"):
        return sys.maxsize
    return _LARGEST_LOGIN if path in _OPEN_PATHS else _LARGEST_BODY


def _size_refusal(headers: dict[bytes, bytes], most: int) -> tuple[int, str, str] | None:
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length[:20]) > most:
        return 413, "too-large", _TOO_LARGE.format(most)
    return None


def brings_token(headers: dict[bytes, bytes], token: str) -> bool:
    """Whether a request shows `token`, as scripts do or as browsers do."""
    scheme, _, given = headers.get(b"authorization", b"").partition(b" ")
    wanted = token.encode()
    if scheme.lower() != b"bearer":
        given, wanted = _cookie(headers.get(b"cookie", b"")), cookie_of(token).encode()
    return hmac.compare_digest(given.strip(), wanted)


def cookie_of(token: str) -> str:
    """What a browser keeps instead of the token, which may hold what no cookie can."""
    return hmac.digest(token.encode(), COOKIE.encode(), "sha256").hex()


def _cookie(header: bytes) -> bytes:
    for part in header.split(b";"):
        name, _, value = part.strip().partition(b"=")
        if name == COOKIE.encode():
            return value
    return b""


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

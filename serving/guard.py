"""Who may talk to a server: Host, Origin, key and size are checked before anything else sees a request.

A server on this machine needs no key. But any page in a browser on this machine can send it requests: so a request must
name the server as its Host (against DNS rebinding), and a page of another site is refused by its Origin. Where other
machines can reach the server, every request must bring the key.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generation_functions.errors import UsageError
from serving.answering import refuse
from serving.protocol_errors import RefusedError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_LOCAL_NAMES = {"localhost", "127.0.0.1", "[::1]"}
_EVERYWHERE = ("0.0.0.0", "::")
_OPEN_PATHS = {"/health"}  # what a load balancer asks without a key; it tells nothing but how busy the server is
_SHORTEST_KEY = 16
LARGEST_BODY = 16 << 20


@dataclass(frozen=True, slots=True)
class Access:
    """Where a server listens, and who may use it.

    Attributes:
        host: The address to listen at.
        port: 0 = any that is free.
        api_key: What clients must send as `Authorization: Bearer ...`; "" = nothing.
        allowed_hosts: Further names by which clients may call the server, such as that of a reverse proxy.
    """

    host: str = "127.0.0.1"
    port: int = 0
    api_key: str = field(default="", repr=False)
    allowed_hosts: tuple[str, ...] = ()

    def check(self) -> None:
        """Refuse to serve where anybody could use the models.

        Raises:
            UsageError: Others can reach the address, and there is no key, or one that is easily guessed.
        """
        if (self.host not in LOOPBACK or self.allowed_hosts) and len(self.api_key) < _SHORTEST_KEY:
            where = self.host if self.host not in LOOPBACK else ", ".join(self.allowed_hosts)
            raise UsageError(
                f"the server would be open to others at {where}: set api_key to a secret of at least {_SHORTEST_KEY} "
                "characters (api_key: ${ATK_SERVER_KEY}, made for example by: openssl rand -hex 24), or leave host and "
                "allowed_hosts alone"
            )


class Guard:
    """ASGI middleware that lets through who has access."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._key = app, access.api_key.encode()
        names = {name.lower() for name in access.allowed_hosts}
        address = access.host.lower()
        self._hosts = names | _LOCAL_NAMES | {f"[{address}]" if ":" in address else address}
        self._any_host = bool(access.api_key) and not names and access.host in _EVERYWHERE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # no websockets here
        headers = dict(scope["headers"])
        refusal = self._refusal(scope, headers) or _size_refusal(headers)
        if refusal is not None:
            await refuse(refusal, send)
            return
        taken = 0

        async def receive_no_more() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST_BODY:
                raise _too_large()
            return message

        await self._app(scope, receive_no_more, send)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> RefusedError | None:
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if not (self._any_host or _name(host) in self._hosts):
            shown = _name(host)[:100]
            return RefusedError(
                f"This server does not answer to the name {shown!r}: add it to allowed_hosts.",
                status=403,
                code="foreign_host",
            )
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        foreign = origin and origin.partition("://")[2] != host
        if foreign or headers.get(b"sec-fetch-site", b"none") not in (b"none", b"same-origin"):
            return RefusedError("Requests from pages of other sites are refused.", status=403, code="foreign_origin")
        if self._key and scope["path"] not in _OPEN_PATHS and not self._brings_key(headers):
            return RefusedError(
                "Send this server's key: Authorization: Bearer KEY.", status=401, code="invalid_api_key"
            )
        return None

    def _brings_key(self, headers: dict[bytes, bytes]) -> bool:
        scheme, _, given = headers.get(b"authorization", b"").partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(given.strip(), self._key)


def _size_refusal(headers: dict[bytes, bytes]) -> RefusedError | None:
    length = headers.get(b"content-length", b"0")
    return _too_large() if length.isdigit() and int(length[:20]) > LARGEST_BODY else None


def _too_large() -> RefusedError:
    return RefusedError(f"A request may have {LARGEST_BODY} bytes.", status=413, code="too_large")


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]

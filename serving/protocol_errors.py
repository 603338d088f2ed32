"""What a server refuses, in the shape in which OpenAI's API says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from generation_functions.errors import AugmentoolkitError
from generation_functions.names import did_you_mean

CLIENT_GONE = 499  # which nobody reads: a status for logs and counts, as nginx has it
_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 500: "server_error"}


class RefusedError(AugmentoolkitError):
    """A request that gets no answer.

    Attributes:
        status: The HTTP status.
        code: A word for programs.
        param: The key of the body that is to blame.
        retry_after: Seconds after which it may work.
    """

    def __init__(
        self, message: str, *, status: int = 400, code: str = "", param: str | None = None, retry_after: int = 0
    ) -> None:
        self.status, self.code, self.param, self.retry_after = status, code, param, retry_after
        super().__init__(message)

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        kind = _TYPES.get(self.status, "server_error" if self.status >= 500 else "invalid_request_error")
        return {"error": {"message": str(self), "type": kind, "param": self.param, "code": self.code or None}}

    def headers(self) -> dict[str, str]:
        """Headers of the answer."""
        if self.status == 401:
            return {"WWW-Authenticate": "Bearer"}
        return {"Retry-After": str(self.retry_after)} if self.retry_after else {}


def too_long(tokens: int, context: int) -> RefusedError:
    """The prompt leaves no room for an answer."""
    return RefusedError(
        f"This model's maximum context length is {context} tokens; the prompt has {tokens}, which leaves no room for "
        "an answer. Shorten the prompt.",
        code="context_length_exceeded",
        param="messages",
    )


def unknown_model(name: str, known: Sequence[str]) -> RefusedError:
    """No model of that name is served."""
    shown = name if len(name) <= 100 else name[:97] + "..."
    hint = did_you_mean(name[:100], known) or "."
    return RefusedError(
        f"The model {shown!r} is not served here{hint} Served: {', '.join(known)}.",
        status=404,
        code="model_not_found",
        param="model",
    )


def too_many(answers: int, most: int) -> RefusedError:
    """More answers in one request than the server ever takes on."""
    return RefusedError(
        f"The request asks for {answers} answers at once; this server takes on {most} (slots and queue together). "
        "Ask for fewer (n, prompt).",
        code="too_many_answers",
        param="n",
    )


def overloaded(waiting: int, seconds: int = 2) -> RefusedError:
    """The queue is full."""
    return RefusedError(
        f"{waiting} requests are waiting already. Try again in a moment.",
        status=503,
        code="overloaded",
        retry_after=seconds,
    )


def not_supported(what: str, param: str) -> RefusedError:
    """This model, or its backend, cannot do what the request asks for."""
    return RefusedError(what, code="unsupported_parameter", param=param)


def shutting_down(reason: str = "The server is being shut down.") -> RefusedError:
    """Nothing is answered any more."""
    return RefusedError(reason, status=503, code="shutting_down")


def mistake() -> RefusedError:
    """What should not have happened; the client is not told more."""
    return RefusedError("A mistake of the server; its log says more.", status=500, code="internal")


def client_gone() -> RefusedError:
    """The client has closed the connection."""
    return RefusedError("The client has gone.", status=CLIENT_GONE, code="client_gone")

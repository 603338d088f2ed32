"""Errors of the service: RFC 9457 problem details, one shape for all, each with a code that stays the same."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, Field

from generation_functions.errors import ConfigError, Problem, StorageError

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

MEDIA_TYPE = "application/problem+json"
logger = logging.getLogger("augmentoolkit.web")


class Mistake(BaseModel):
    """One thing wrong in a config or in a request."""

    message: str = Field(examples=["chunk_sise: unknown key; did you mean chunk_size?"])
    file: str = ""
    line: int = Field(default=0, description="Counted from 1; 0 when it has no line.")
    key: str = Field(default="", description="The config's key, or where in the request.")

    @classmethod
    def of(cls, problem: Problem) -> Mistake:
        """The engine's problem in the service's words."""
        return cls(message=problem.message, file=problem.file, line=problem.line, key=problem.key)


class ProblemDetails(BaseModel):
    """What every answer with a status of 400 or more holds (RFC 9457)."""

    type: str = Field(default="about:blank", description="Always about:blank: `code` says what happened.")
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    code: str = Field(description="Stable, for programs.", examples=["not-found"])
    detail: str = Field(description="What happened, where, and what to do next.", examples=["no run has the id abc"])
    mistakes: list[Mistake] = Field(default_factory=list, description="For configs: every mistake, not just the first.")


class ProblemError(Exception):
    """Ends a request. Subclasses fix the status; `code` may be narrowed by whoever raises it."""

    status: ClassVar[int] = 400
    code: str = "bad-request"

    def __init__(self, detail: str, *, code: str = "", mistakes: list[Mistake] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.mistakes = mistakes or []


class BadRequestError(ProblemError):
    """The request makes no sense."""


class UnauthorizedError(ProblemError):
    """No token, or a wrong one."""

    status = 401
    code = "unauthorized"


class ForbiddenError(ProblemError):
    """It exists, but not for this service: outside its folders, from a foreign page."""

    status = 403
    code = "forbidden"


class NotFoundError(ProblemError):
    """There is no such thing."""

    status = 404
    code = "not-found"


class ConflictError(ProblemError):
    """It does not go together with what is there already."""

    status = 409
    code = "conflict"


class ChangedError(ProblemError):
    """Somebody else has changed it since it was read."""

    status = 412
    code = "changed"


class TooLargeError(ProblemError):
    """More than the limits allow."""

    status = 413
    code = "too-large"


class InvalidError(ProblemError):
    """Understood, but it cannot be done: see `mistakes`."""

    status = 422
    code = "invalid"

    @classmethod
    def of_config(cls, error: ConfigError) -> InvalidError:
        """A config's problems, all of them."""
        count = len(error.problems)
        detail = f"the config has {count} mistake{'s' if count != 1 else ''}; nothing was started"
        return cls(detail, code="config-invalid", mistakes=[Mistake.of(problem) for problem in error.problems])


class UnavailableError(ProblemError):
    """A part of the service does not answer."""

    status = 503
    code = "unavailable"


def documented(*errors: type[ProblemError]) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that may end in these errors."""
    return {
        error.status: {
            "description": HTTPStatus(error.status).phrase + ": " + (error.__doc__ or "").strip(),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
        }
        for error in errors
    }


EVERYWHERE = documented(
    BadRequestError,
    UnauthorizedError,
    ForbiddenError,
    NotFoundError,
    TooLargeError,
    InvalidError,
    UnavailableError,
)
"""What any route may answer: the address was wrong, the token, the origin, the size or a parameter."""


def answer(
    status: int,
    code: str,
    detail: str,
    mistakes: list[Mistake] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem as a response."""
    from fastapi.responses import Response

    title = HTTPStatus(status).phrase
    # Text out of a request may hold halves of surrogate pairs, which JSON cannot.
    detail = detail.encode("utf-8", "replace").decode()
    problem = ProblemDetails(title=title, status=status, code=code, detail=detail, mistakes=mistakes or [])
    return Response(problem.model_dump_json(), status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error with problem details."""
    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException

    @app.exception_handler(ProblemError)
    async def on_problem(request: Request, error: ProblemError) -> Response:
        return answer(error.status, error.code, error.detail, error.mistakes)

    @app.exception_handler(StorageError)
    async def on_disk_trouble(request: Request, error: StorageError) -> Response:
        return answer(503, "storage", str(error))

    @app.exception_handler(OSError)
    async def on_system_trouble(request: Request, error: OSError) -> Response:
        logger.error("%s %s: %s", request.method, request.url.path, error)
        return answer(503, "storage", f"the operating system says: {error.strerror or type(error).__name__}")

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        mistakes = [
            Mistake(message=_plain(str(one["msg"])), key=_plain(".".join(map(str, one["loc"]))))
            for one in error.errors()
        ]
        return answer(
            422,
            "invalid-request",
            "the request does not have the form that /api/openapi.json and docs/api describe",
            mistakes,
        )

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        headers = {name: value for name, value in (error.headers or {}).items() if name.lower() != "content-length"}
        if error.status_code == 405:  # Starlette names those of the first route only, such as that of the interface
            methods = allowed_methods(request.app, request.url.path)
            if not methods:
                return answer(404, "not-found", f"there is no {_plain(request.url.path)}")
            headers["Allow"] = ", ".join(methods)
        return answer(error.status_code, code, str(error.detail), headers=headers)


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()[:500]


def allowed_methods(app: FastAPI, path: str) -> list[str]:
    """The methods that some route takes at `path`."""
    from starlette.routing import compile_path

    found: set[str] = set()
    paths = app.openapi()["paths"]
    for template, operations in ({path: paths[path]} if path in paths else paths).items():
        if compile_path(template)[0].match(path):
            found |= {method.upper() for method in operations}
    return sorted(found)

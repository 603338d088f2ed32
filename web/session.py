"""A browser's way to show the token: once, for a cookie that scripts cannot read and foreign pages cannot send."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from web import VERSION
from web.problems import UnauthorizedError
from web.security import COOKIE, brings_token, cookie_of
from web.services import Given

router = APIRouter(prefix="/api/session", tags=["session"])
_DAYS_30 = 30 * 24 * 3600


class Login(BaseModel):
    """The token of this service."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(max_length=500)]


class Session(BaseModel):
    """What a page must know before it can ask for anything else."""

    needs_token: bool = Field(description="Whether this service asks for a token. False on one's own machine.")
    signed_in: bool = Field(description="Whether requests like this one are let in; always, where none is asked for.")
    version: str = Field(description="Of Augmentoolkit.", examples=["0.1.0"])


@router.get("")
def get_session(services: Given, request: Request) -> Session:
    """Whether to show a login. Answered without a token too."""
    token = services.settings.token
    return _session(token, signed_in=not token or brings_token(dict(request.scope["headers"]), token))


@router.post("", status_code=201)
def log_in(services: Given, login: Login, response: Response) -> Session:
    """Exchange the token for a cookie. Where no token is set, any is fine and none is kept."""
    token = services.settings.token
    if token:
        if not hmac.compare_digest(login.token.encode("utf-8", "replace"), token.encode()):
            raise UnauthorizedError("this is not the token of this service (ATK_TOKEN)")
        response.set_cookie(COOKIE, cookie_of(token), max_age=_DAYS_30, httponly=True, samesite="strict", path="/")
    return _session(token, signed_in=True)


@router.delete("", status_code=204)
def log_out(response: Response) -> None:
    """Forget the cookie."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


def _session(token: str, *, signed_in: bool) -> Session:
    return Session(needs_token=bool(token), signed_in=signed_in, version=VERSION)

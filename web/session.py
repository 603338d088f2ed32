"""A browser's way to show the token: once, for a cookie that scripts cannot read and foreign pages cannot send."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from web.problems import UnauthorizedError
from web.security import COOKIE, cookie_of
from web.services import Given

router = APIRouter(prefix="/api/session", tags=["session"])
_DAYS_30 = 30 * 24 * 3600


class Login(BaseModel):
    """The token of this service."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(max_length=500)]


class Session(BaseModel):
    """Whether this service asks for a token at all."""

    needs_token: bool = Field(description="False on one's own machine.")


@router.post("", status_code=201)
def log_in(services: Given, login: Login, response: Response) -> Session:
    """Exchange the token for a cookie. Where no token is set, any is fine and none is kept."""
    token = services.settings.token
    if not token:
        return Session(needs_token=False)
    if not hmac.compare_digest(login.token.encode("utf-8", "replace"), token.encode()):
        raise UnauthorizedError("this is not the token of this service (ATK_TOKEN)")
    response.set_cookie(COOKIE, cookie_of(token), max_age=_DAYS_30, httponly=True, samesite="strict", path="/")
    return Session(needs_token=True)


@router.delete("", status_code=204)
def log_out(response: Response) -> None:
    """Forget the cookie."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")

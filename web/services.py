"""What routes work with: one container, made at start and handed to each route that asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from web.database import Database
from web.settings import Settings


@dataclass(frozen=True)
class Services:
    """The parts of a running service."""

    settings: Settings
    database: Database


def services_of(request: Request) -> Services:
    """The container of the application that answers this request."""
    found: Services = request.app.state.services
    return found


Given = Annotated[Services, Depends(services_of)]

"""What routes work with: one container, made at start and handed to each route that asks for it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from web.database import Database
from web.queueing import Queues
from web.settings import Settings

if TYPE_CHECKING:
    from web.pipelines.host import PipelineHost
    from web.runs.index import Index


@dataclass(frozen=True)
class Services:
    """The parts of a running service."""

    settings: Settings
    database: Database
    queues: Queues
    index: Index
    host: PipelineHost
    states: dict[str, tuple[float, bytes]] = field(default_factory=dict)
    """Of runs that are watched: when their state was looked at last, and what it was."""
    leaving: threading.Event = field(default_factory=threading.Event)
    """Set when the service is to stop."""


def services_of(request: Request) -> Services:
    """The container of the application that answers this request."""
    found: Services = request.app.state.services
    return found


Given = Annotated[Services, Depends(services_of)]

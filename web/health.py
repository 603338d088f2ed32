"""Is the service up, and can it do its work."""

from __future__ import annotations

from time import time

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from web.problems import UnavailableError, documented
from web.services import Given
from web.tables import Worker

router = APIRouter(prefix="/api", tags=["health"])


class Health(BaseModel):
    """The service answers."""

    status: str = Field(default="ok", examples=["ok"])


@router.get("/health")
def health() -> Health:
    """Whether the service answers; says nothing about database and worker."""
    return Health()


@router.get("/ready", responses=documented(UnavailableError))
def ready(services: Given) -> Health:
    """Whether runs can be started: database, queue and worker answer."""
    if not services.database.answers():
        raise UnavailableError(
            "the database does not answer: see ATK_DATABASE_URL and the service's log", code="no-database"
        )
    if not services.queues.answers():
        raise UnavailableError("the queue does not answer: see ATK_REDIS_URL and the service's log", code="no-queue")
    with services.database.session() as session:
        alive = session.scalar(
            select(func.count()).where(Worker.seen > time() - services.settings.lost_seconds)  # silent ones are dead
        )
    if not alive:
        raise UnavailableError("no worker is alive: start one with ./start.sh, or python worker.py", code="no-worker")
    return Health()

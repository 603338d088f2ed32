"""The tables of the index. Everything in them but the queue of runs to come can be read off the run folders again."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Float, Index, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Where Alembic finds the tables."""


class State(StrEnum):
    """Where a run is. `lost`: its process or its worker died; it can be resumed."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


class Kind(StrEnum):
    """What is done: a whole run, or a job on a sample of one."""

    RUN = "run"
    ESTIMATE = "estimate"
    PREVIEW = "preview"


ENDED = (State.PAUSED, State.COMPLETED, State.FAILED, State.CANCELLED, State.LOST)
ACTIVE = (State.QUEUED, State.RUNNING)


class Work(Base):
    """A run, or an estimate or preview. Times are seconds since 1970."""

    __tablename__ = "work"
    __table_args__ = (Index("work_by_kind_and_creation", "kind", "created"), Index("work_by_state", "state"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Of a run: derived from its folder. Of a job: random."""
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    wanted: Mapped[str] = mapped_column(String(16), default="")
    """`paused` or `cancelled` while it is being stopped for that."""
    folder: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(200), default="")
    pipeline: Mapped[str] = mapped_column(String(200), default="")
    config_file: Mapped[str] = mapped_column(Text, default="")
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    message: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[float] = mapped_column(Float)
    queued: Mapped[float] = mapped_column(Float, default=0.0)
    started: Mapped[float] = mapped_column(Float, default=0.0)
    ended: Mapped[float] = mapped_column(Float, default=0.0)
    turn: Mapped[int] = mapped_column(Integer, default=0)
    """Raised each time it is queued; a task for an earlier turn finds nothing to do."""
    lost_in_a_row: Mapped[int] = mapped_column(Integer, default=0)
    worker: Mapped[str] = mapped_column(String(64), default="")
    process: Mapped[int] = mapped_column(Integer, default=0)
    """Process group on the worker's machine."""
    exit_code: Mapped[int | None] = mapped_column(Integer, nullable=True)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Of a job: its sample size and config."""
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON, nullable=True)
    """Of a run: figures for the list. Of a job: what it found out."""
    folder_time: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """When run.json was last written, as far as the index knows; in nanoseconds."""


class Worker(Base):
    """A worker process that is alive, or was."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    machine: Mapped[str] = mapped_column(String(200))
    process: Mapped[int] = mapped_column(Integer)
    started: Mapped[float] = mapped_column(Float)
    seen: Mapped[float] = mapped_column(Float)

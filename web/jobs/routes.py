"""Routes of estimates and previews."""

from __future__ import annotations

import os
from pathlib import Path
from time import time
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as PathParameter
from sqlalchemy import func, select

from generation_functions.config import to_yaml
from web.jobs.work import CONFIG_FILE
from web.problems import ConflictError, InvalidError, NotFoundError, documented
from web.runs import life
from web.runs.schemas import Job, StartJob
from web.runs.starting import resolve
from web.services import Given, Services
from web.tables import ACTIVE, Kind, State, Work

router = APIRouter(prefix="/api/jobs", tags=["jobs"])
JobId = Annotated[str, PathParameter(pattern="^[0-9a-f]{24}$", examples=["0123456789abcdef01234567"])]
_MOST_WAITING = 100


@router.post("", status_code=202, responses=documented(ConflictError))
def start_job(services: Given, wish: StartJob) -> Job:
    """Really run a few records of a config, to see them (preview) or to say what all would cost (estimate).

    What it pays for is kept for the run proper.
    """
    if bool(wish.config) == (wish.text is not None):
        raise InvalidError("give either a config file or a text", code="nothing-to-run")
    source = {"file": wish.config} if wish.config else {"text": wish.text or ""}
    resolved = resolve(services, overrides=wish.overrides, **source)
    identity = os.urandom(12).hex()
    folder = services.settings.state / "jobs" / identity
    with services.database.session() as session:
        waiting = select(func.count()).where(Work.kind != Kind.RUN, Work.state.in_(ACTIVE))
        if (session.scalar(waiting) or 0) >= _MOST_WAITING:
            raise ConflictError(f"{_MOST_WAITING} jobs are waiting already; cancel some", code="too-many-jobs")
        folder.mkdir(parents=True)
        (folder / CONFIG_FILE).write_text(to_yaml(resolved.config), encoding="utf-8")
        session.add(
            Work(
                id=identity,
                kind=wish.kind,
                state=State.PAUSED,
                folder=str(folder),
                pipeline=resolved.pipeline,
                config_file=wish.config,
                created=time(),
                arguments={"records": wish.records},
            )
        )
    services.queues.add(wish.kind, identity, life.queue(services.database, identity))
    return _view(_job(services, identity))


@router.get("/{job_id}")
def get_job(services: Given, job_id: JobId) -> Job:
    """One job, with what it found once it is completed."""
    return _view(_job(services, job_id))


@router.post("/{job_id}/cancel", status_code=202, responses=documented(ConflictError))
def cancel_job(services: Given, job_id: JobId) -> Job:
    """Stop a job."""
    _job(services, job_id)
    if life.stop(services.database, job_id, State.CANCELLED) is None:
        raise ConflictError("this job has ended", code="not-active")
    return _view(_job(services, job_id))


def _job(services: Services, job_id: str) -> Work:
    with services.database.session() as session:
        work = session.get(Work, job_id)
    if work is None or work.kind == Kind.RUN:
        raise NotFoundError(f"no job has the id {job_id}", code="no-such-job")
    return work


def _view(work: Work) -> Job:
    return Job(
        id=work.id,
        kind=Kind(work.kind),
        state=State(work.state),
        message=work.message.replace(str(Path(work.folder)), "the config"),
        created=work.created,
        started=work.started,
        ended=work.ended,
        result=work.result,
    )

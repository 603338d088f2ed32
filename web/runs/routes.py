"""Routes of runs: list, start, watch, pause, resume, cancel, clone, retry, compare, delete."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from time import monotonic
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import Select, String, case, cast, func, or_, select

from generation_functions.run_folder import is_held, unregister
from web.problems import ConflictError, UnavailableError, documented
from web.roots import Root
from web.runs import events, life, starting
from web.runs.finding import RunId, find_run, folder_of
from web.runs.following import Chain, following_of, write_chain
from web.runs.schemas import CloneRun, Comparison, Label, ResumeRun, RetryFailed, Run, RunDetails, Runs, StartRun
from web.runs.views import compare, run_details, run_view
from web.services import Given, Services
from web.tables import ACTIVE, Kind, State, Work

router = APIRouter(prefix="/api", tags=["runs"])
CONFLICTS = documented(ConflictError)
# SQL for the last part of a path: without its last letters that are no slash, it is the folder above.
_ABOVE = func.rtrim(Work.folder, func.replace(Work.folder, "/", ""))
_SHOWN_NAME = func.lower(case((Work.name != "", Work.name), else_=func.replace(Work.folder, _ABOVE, "")))
_SORTS: dict[str, Any] = {
    "created": Work.created,
    "started": Work.started,
    "ended": Work.ended,
    "name": _SHOWN_NAME,
    "state": Work.state,
}
_STATE_KEPT_SECONDS = 0.5
_CHANGING = {"id", "state", "stopping", "message", "ended", "name", "waiting"}
"""What a watcher is told of when it changes, beside the events of the run itself."""


def run_of(services: Given, run_id: RunId) -> Work:
    """The run that a path names."""
    services.index.follow()
    return find_run(services, run_id)


TheRun = Annotated[Work, Depends(run_of)]


@router.get("/runs")
def list_runs(
    services: Given,
    state: Annotated[list[State] | None, Query(description="Only these states.")] = None,
    tag: Annotated[str, Query(max_length=50, pattern=r"^[^\x00-\x1f]*$")] = "",
    text: Annotated[
        str, Query(max_length=200, pattern=r"^[^\x00-\x1f]*$", description="In name, pipeline or folder.")
    ] = "",
    sort: Literal["created", "started", "ended", "name", "state"] = "created",
    descending: bool = True,
    cursor: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Runs:
    """All runs, also those of the command line, newest first."""
    services.index.follow()
    chosen = _filtered(state or [], tag, text)
    column = _SORTS[sort]
    ordered = chosen.order_by(column.desc() if descending else column.asc(), Work.id)
    with services.database.session() as session:
        total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
        works = list(session.scalars(ordered.offset(cursor).limit(limit)))
        by_state = select(Work.state, func.count()).where(Work.kind == Kind.RUN).group_by(Work.state)
        counts = {str(name): int(number) for name, number in session.execute(by_state)}
    following = str(cursor + limit) if cursor + limit < total else None
    return Runs(items=[run_view(services.settings, work) for work in works], next=following, total=total, counts=counts)


def _filtered(states: list[State], tag: str, text: str) -> Select[Work]:
    chosen = select(Work).where(Work.kind == Kind.RUN)
    if states:
        chosen = chosen.where(Work.state.in_([str(state) for state in states]))
    if tag:
        import json

        # Tags are kept as a JSON list: as text, each stands between quotes.
        chosen = chosen.where(cast(Work.tags, String).contains(json.dumps(tag), autoescape=True))
    if text:
        columns = (Work.name, Work.pipeline, Work.folder)
        chosen = chosen.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    return chosen


@router.post("/runs", status_code=202, responses=CONFLICTS)
def start_run(services: Given, wish: StartRun) -> Run:
    """Check a config and queue its run. A folder that holds a run already is resumed: nothing is paid twice."""
    identity = starting.start(services, wish)
    return run_view(services.settings, life.get(services.database, identity))


@router.get("/runs/{run_id}")
def get_run(services: Given, work: TheRun) -> RunDetails:
    """One run: state, progress, figures, funnel, config."""
    return _details(services, work)


def _details(services: Services, work: Work) -> RunDetails:
    return run_details(services.settings, work, following_of(services.settings, services.database, work))


@router.patch("/runs/{run_id}")
def label_run(services: Given, work: TheRun, label: Label) -> Run:
    """Name a run, or give it tags."""
    with services.database.session() as session:
        row = session.get_one(Work, work.id)
        if label.name is not None:
            row.name = label.name
        if label.tags is not None:
            row.tags = label.tags
    life.remember(services.database, work.id)
    return run_view(services.settings, life.get(services.database, work.id))


@router.post("/runs/{run_id}/pause", status_code=202, responses=CONFLICTS)
def pause_run(services: Given, work: TheRun) -> Run:
    """Stop a run cleanly, to be resumed. One that is only queued is paused at once."""
    return _stopped(services, work, State.PAUSED)


@router.post("/runs/{run_id}/cancel", status_code=202, responses=CONFLICTS)
def cancel_run(services: Given, work: TheRun) -> Run:
    """Stop a run: cleanly, and after the grace period by force. Asked a second time: by force at once."""
    return _stopped(services, work, State.CANCELLED)


def _stopped(services: Services, work: Work, state: State) -> Run:
    if life.stop(services.database, work.id, state) is None:
        if work.state == State.RUNNING:
            raise ConflictError("the command line runs it: stop it there, with Ctrl-C", code="not-active")
        raise ConflictError(f"this run is {work.state}; there is nothing to stop", code="not-active")
    life.remember(services.database, work.id)
    return run_view(services.settings, life.get(services.database, work.id))


@router.post("/runs/{run_id}/resume", status_code=202, responses=CONFLICTS)
def resume_run(services: Given, work: TheRun, wish: ResumeRun) -> Run:
    """Go on where a run stopped, failed or was lost. `max_cost` and other values may be changed on the way."""
    starting.resume(services, work, wish)
    return run_view(services.settings, life.get(services.database, work.id))


@router.post("/runs/{run_id}/clone", status_code=202, responses=CONFLICTS)
def clone_run(services: Given, work: TheRun, wish: CloneRun) -> Run:
    """A new run with the same config, in a folder of its own."""
    identity = starting.clone(services, work, wish)
    return run_view(services.settings, life.get(services.database, identity))


@router.post("/runs/{run_id}/retry-failed", status_code=202, responses=CONFLICTS)
def retry_failed(services: Given, work: TheRun, wish: RetryFailed) -> Run:
    """Ask again for records that could not be finished, with another model if wanted."""
    starting.retry_failed(services, work, wish)
    return run_view(services.settings, life.get(services.database, work.id))


@router.delete("/runs/{run_id}", status_code=204, responses=CONFLICTS)
def delete_run(
    services: Given,
    work: TheRun,
    files: Annotated[bool, Query(description="Delete the folder too, with all that was paid for.")] = False,
) -> None:
    """Take a run out of the index; with `files`, delete its folder as well."""
    folder = Path(work.folder)
    if work.state in ACTIVE or is_held(folder):
        raise ConflictError("this run is active: cancel it first", code="already-active")
    outputs = Root.OUTPUTS.folder(services.settings)
    # Resolved again: a link may have been put in the way since.
    lies_in_outputs = folder.resolve() == folder and folder.is_relative_to(outputs) and folder != outputs
    if not files and lies_in_outputs and folder.is_dir():
        raise ConflictError("its folder would bring it back: delete its files too", code="folder-remains")
    if files and not lies_in_outputs:
        raise ConflictError(f"{folder} is not below outputs/: delete it by hand", code="folder-outside")
    with services.database.session() as session:
        inside = Work.folder.startswith(f"{folder}/", autoescape=True)
        if files and session.scalar(select(func.count()).where(inside, Work.kind == Kind.RUN)):
            raise ConflictError("other runs lie inside its folder: delete those first", code="folder-remains")
    if not life.forget(services.database, work.id):
        raise ConflictError("this run is active: cancel it first", code="already-active")
    unregister(work.id, services.settings.state)
    write_chain(services.settings, work.id, Chain())
    if files:
        shutil.rmtree(folder, ignore_errors=True)
        life.forget(services.database, work.id)  # the index may have found the folder again while it went
        if folder.exists():
            raise UnavailableError(
                f"not all of {folder} could be deleted: what is left belongs to others", code="storage"
            )


@router.get("/compare")
def compare_runs(
    services: Given,
    first: Annotated[str, Query(pattern="^[0-9a-f]{16}$", examples=["0123456789abcdef"])],
    second: Annotated[str, Query(pattern="^[0-9a-f]{16}$", examples=["0123456789abcdef"])],
) -> Comparison:
    """Two runs side by side: what their configs do not share, their funnels, their costs."""
    return compare(services.settings, run_of(services, first), run_of(services, second))


@router.get(
    "/runs/{run_id}/events",
    response_class=StreamingResponse,
    responses={
        200: {"description": "Server-sent events.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
    },
)
async def watch_run(
    request: Request,
    services: Given,
    run_id: RunId,
    last_event_id: Annotated[str, Header(max_length=20, pattern="^[0-9]*$")] = "",
) -> StreamingResponse:
    """Events as they happen: `snapshot` first, then those of events.jsonl, numbered.

    With `Last-Event-ID`, as browsers send it when they reconnect, it goes on after that event.
    """
    folder = await asyncio.to_thread(folder_of, services, run_id)
    after = int(last_event_id) if last_event_id else None

    async def gone() -> bool:
        return services.leaving.is_set() or await request.is_disconnected()

    body = events.stream(folder, after, lambda: _snapshot(services, run_id), _state_of(services, run_id), gone)
    return StreamingResponse(body, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})


def _snapshot(services: Services, run_id: str) -> bytes:
    return _details(services, run_of(services, run_id)).model_dump_json(by_alias=True).encode()


def _state_of(services: Services, run_id: str) -> events.StateReader:
    def read() -> tuple[str, bytes]:
        kept = services.states.get(run_id)
        if kept is None or monotonic() - kept[0] > _STATE_KEPT_SECONDS:  # all watchers of a run share one look
            run = run_view(services.settings, run_of(services, run_id))
            facts = run.model_dump(mode="json", include=_CHANGING)
            kept = services.states[run_id] = (monotonic(), events.to_json(facts))
        return kept[1].decode(), kept[1]

    return read

"""The life of a run: who may move it from which state to which. Each step is one conditional UPDATE.

Several processes may want to move the same run at once; only one of them finds it where it expects it.
"""

from __future__ import annotations

from pathlib import Path
from time import time
from typing import Any

import orjson
from sqlalchemy import ColumnElement, CursorResult, Delete, Update, delete, update
from sqlalchemy.orm import Session

from generation_functions.errors import StorageError
from generation_functions.run_folder import STATE_FILE, read_json, write_atomically
from web.database import Database
from web.tables import ACTIVE, ENDED, Kind, State, Work
from web.tolerant import plain_text_of

LABEL_FILE = "service.json"
"""In a run's folder: what the service knows of it and the run itself does not, so that the index can be made again."""
_RESUMED_AT_MOST = 3


def move(
    database: Database, work_id: str, expected: tuple[State, ...], *also: ColumnElement[bool], **values: Any
) -> bool:
    """Change a run that is in one of the `expected` states, if `also` holds. False when it is not."""
    with database.session() as session:
        return _found_one(session, _moving(work_id, expected, *also).values(**values))


def _moving(work_id: str, expected: tuple[State, ...], *also: ColumnElement[bool]) -> Update:
    return update(Work).where(Work.id == work_id, Work.state.in_(expected), *also)


def _found_one(session: Session, statement: Update | Delete) -> bool:
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def queue(database: Database, work_id: str) -> int:
    """Let it be done (again). Returns its turn; 0 when it is queued or running already."""
    moved = move(database, work_id, ENDED, **_as_queued())
    return get(database, work_id).turn if moved else 0


def _as_queued() -> dict[str, Any]:
    """What is so of work that waits for a worker."""
    return {
        "state": State.QUEUED,
        "wanted": "",
        "message": "",
        "queued": time(),
        "turn": Work.turn + 1,
        "exit_code": None,
    }


def claim(database: Database, work_id: str, turn: int, worker: str) -> Work | None:
    """Take queued work for a worker; None when it was cancelled meanwhile, or belongs to somebody else."""
    statement = _moving(work_id, (State.QUEUED,), Work.turn == turn).values(
        state=State.RUNNING, worker=worker, started=time(), ended=0.0, wanted="", message="", process=0
    )
    with database.session() as session:
        return session.get(Work, work_id) if _found_one(session, statement) else None


def stop(database: Database, work_id: str, as_state: State) -> State | None:
    """Ask for a run to be paused or cancelled. Returns its state now; None when there was nothing to stop.

    What is queued ends at once. What is running is stopped by its worker; asking again for the same kills it.
    """
    now = time()
    message = "cancelled before it began" if as_state == State.CANCELLED else "paused before it began"
    if move(database, work_id, (State.QUEUED,), state=as_state, ended=now, message=message):
        return as_state
    wanted = "killed" if as_state == State.CANCELLED and get(database, work_id).wanted == as_state else str(as_state)
    if move(database, work_id, (State.RUNNING,), Work.worker != "", wanted=wanted):  # else: the command line's
        return State.RUNNING
    paused = (State.PAUSED, State.LOST, State.FAILED)
    if as_state == State.CANCELLED and move(database, work_id, paused, state=as_state, message="cancelled"):
        return as_state
    return None


def end(database: Database, work_id: str, worker: str, state: State, message: str, **values: Any) -> bool:
    """Write down how it ended. False when it was not this worker's any more."""
    return move(
        database,
        work_id,
        (State.RUNNING,),
        Work.worker == worker,
        state=state,
        message=plain_text_of(message),
        wanted="",
        process=0,
        ended=time(),
        **values,
    )


def lose(database: Database, work: Work, resume: bool) -> int:
    """The worker of a run has died. With `resume` it is queued again, a few times. Returns its new turn, or 0.

    In one step: nobody sees a run as lost that goes on by itself.
    """
    again = resume and work.kind == Kind.RUN and not work.wanted and work.lost_in_a_row < _RESUMED_AT_MOST
    values: dict[str, Any] = {"lost_in_a_row": Work.lost_in_a_row + 1, "process": 0, "wanted": "", "ended": time()}
    if again:
        values |= _as_queued()
    elif work.wanted in ("killed", State.CANCELLED):
        values |= {"state": State.CANCELLED, "message": ""}
    elif work.wanted == State.PAUSED:
        values |= {"state": State.PAUSED, "message": ""}
    else:
        values |= {"state": State.LOST, "message": "its worker died; nothing that was paid for is lost: resume it"}
    # Else it is not this worker's any more, or somebody has just cancelled it: the next look sees that.
    unchanged = (Work.worker == work.worker, Work.wanted == work.wanted)
    if not move(database, work.id, (State.RUNNING,), *unchanged, **values):
        return 0
    remember(database, work.id)
    return get(database, work.id).turn if again else 0


def forget(database: Database, work_id: str) -> bool:
    """Take a run out of the index. False when it is active."""
    with database.session() as session:
        return _found_one(session, delete(Work).where(Work.id == work_id, Work.state.in_(ENDED)))


def get(database: Database, work_id: str) -> Work:
    """The row of something that is known to exist."""
    with database.session() as session:
        return session.get_one(Work, work_id)


def remember(database: Database, work_id: str) -> None:
    """Write what only the index knows into the run's folder too, and note which run.json it goes with."""
    work = get(database, work_id)
    folder = Path(work.folder)
    if work.kind != Kind.RUN or not folder.is_dir():
        return
    label = {
        "id": work.id,
        "name": work.name,
        "tags": work.tags,
        "config_file": work.config_file,
        "created": work.created,
        "state": work.state,
        "message": work.message,
        "ended": work.ended,
        "folder_time": folder_time(folder),
    }
    try:
        write_atomically(folder / LABEL_FILE, orjson.dumps(label, option=orjson.OPT_INDENT_2))
    except StorageError:  # a full disk: the index knows
        return
    if work.state not in ACTIVE:
        with database.session() as session:
            session.execute(update(Work).where(Work.id == work_id).values(folder_time=label["folder_time"]))


def label_of(folder: Path) -> dict[str, Any]:
    """What `remember` wrote."""
    return read_json(folder / LABEL_FILE)


def folder_time(folder: Path) -> int:
    """When run.json was last written, in nanoseconds; 0 when there is none."""
    try:
        return (folder / STATE_FILE).stat().st_mtime_ns
    except OSError:
        return 0

"""Carrying out an estimate or a preview: the command line's own command, on a config of the moment."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from time import time
from typing import Any

import orjson
from sqlalchemy import delete, select

from web import watching
from web.database import Database
from web.runs import life
from web.settings import Settings
from web.tables import ACTIVE, ENDED, Kind, State, Work

CONFIG_FILE, RESULT_FILE = "config.yaml", "result.json"
_KEPT_SECONDS = 7 * 24 * 3600
_LEFT_SECONDS = 3600
_LARGEST_RESULT = 8 << 20


def carry_out(settings: Settings, database: Database, work: Work, asked: Callable[[], str], worker: str) -> None:
    """Do a claimed job and write down what it found."""
    folder = Path(work.folder)
    arguments = [str(work.kind), str(folder / CONFIG_FILE), "--json", "-n", str(work.arguments.get("records", 5))]
    with watching.open_console(folder) as console, (folder / RESULT_FILE).open("wb") as result_file:
        process = watching.start(settings, arguments, result_file, console)
        life.move(database, work.id, (State.RUNNING,), process=process.pid)
        watched = watching.watch(process, asked, console, settings.job_seconds)
    state, message, result = watched.state(), "", None
    if state == State.COMPLETED:
        result = _read(folder / RESULT_FILE)
        if result is None:
            state, message = State.FAILED, "its answer cannot be read; ask for fewer records"
    elif state == State.CANCELLED:
        message = "cancelled; what it paid for is kept for the run"
    elif watched.asked == "time":
        message = f"it took longer than {settings.job_seconds:.0f} s; ask for fewer records, or set ATK_JOB_SECONDS"
    else:
        message = watching.last_words(folder) or f"it ended with exit code {watched.code}"
    again = {"turn": work.turn + 1} if state == State.QUEUED else {}
    life.end(database, work.id, worker, state, message[-2000:], exit_code=watched.code, result=result, **again)
    if state in ENDED:
        shutil.rmtree(folder, ignore_errors=True)
    forget_old(settings, database)


def forget_old(settings: Settings, database: Database) -> None:
    """Jobs that ended a week ago are of no use to anybody, nor are the folders of those that have ended."""
    with database.session() as session:
        active = set(session.scalars(select(Work.id).where(Work.kind != Kind.RUN, Work.state.in_(ACTIVE))))
    for folder in (settings.state / "jobs").glob("*"):
        if folder.name not in active and folder.stat().st_mtime < time() - _LEFT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
    old = delete(Work).where(
        Work.kind != Kind.RUN, Work.state.in_(ENDED), Work.ended > 0, Work.ended < time() - _KEPT_SECONDS
    )
    with database.session() as session:
        session.execute(old)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        if path.stat().st_size > _LARGEST_RESULT:
            return None
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return found if isinstance(found, dict) else None

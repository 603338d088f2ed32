"""The index follows the folders: runs of the command line appear in it, and it can be made again from nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

from sqlalchemy import select, update

from generation_functions.run_folder import STATE_FILE, is_held, read_json, run_id
from web.database import Database
from web.roots import Root
from web.runs.figures import figures
from web.runs.life import folder_time, label_of
from web.settings import Settings
from web.tables import ACTIVE, ENDED, Kind, State, Work
from web.tolerant import is_text, list_of, number_of, plain_text_of, text_of

_DEEPEST = 4
_EVERY_SECONDS, _SEARCH_SECONDS = 1.0, 10.0
_STATES = {
    "completed": State.COMPLETED,
    "failed": State.FAILED,
    "paused": State.PAUSED,
    "interrupted": State.PAUSED,
    "queued": State.PAUSED,
}


class Index:
    """Keeps the index true to the folders, looking at most once a second."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._database = settings, database
        self._lock, self._looked, self._searched = Lock(), 0.0, 0.0
        self._entries: set[str] = set()
        self._folders: dict[str, Path] = {}  # by the run's id

    def follow(self) -> None:
        """Take over what happened in the folders since the last look."""
        with self._lock:
            if monotonic() - self._looked < _EVERY_SECONDS and self._looked:
                return
            self._look()
            self._looked = monotonic()

    def _look(self) -> None:
        self._find_folders()
        is_first = not self._looked
        columns = (Work.id, Work.state, Work.worker, Work.turn, Work.folder_time, *([Work.result] if is_first else []))
        with self._database.session() as session:
            rows = {row.id: row for row in session.execute(select(*columns).where(Work.kind == Kind.RUN))}
        for identity, folder in self._folders.items():
            changed, row = folder_time(folder), rows.get(identity)
            if not changed:
                continue  # it has gone
            if row is None:
                self._add(identity, folder, changed)
            elif _may_have_changed(row, folder, changed):
                self._update(row, folder, changed)
            elif is_first and row.state in ENDED and row.result and "dropped" not in row.result:
                self._count_dropped(row, folder)

    def _find_folders(self) -> None:
        """Runs note themselves in the machine's state; folders that were copied here are looked for less often."""
        with suppress(OSError), os.scandir(self._settings.state / "runs") as entries:
            for entry in entries:
                if entry.name not in self._entries and entry.name.endswith(".json"):
                    self._entries.add(entry.name)
                    self._note(Path(plain_text_of(read_json(Path(entry.path)).get("output_dir")) or "/nowhere"))
        if not self._searched or monotonic() - self._searched > _SEARCH_SECONDS:
            for folder in _run_folders(Root.OUTPUTS.folder(self._settings), _DEEPEST):
                self._note(folder)
            self._searched = monotonic()

    def _note(self, folder: Path) -> None:
        if is_text(str(folder)):  # a name that is no text cannot be kept, or sent to anybody
            self._folders[run_id(folder)] = folder.resolve()

    def _add(self, identity: str, folder: Path, changed: int) -> None:
        label, values = label_of(folder), _facts(folder)
        created = number_of(label.get("created")) or _birth(folder)
        if label.get("folder_time") == changed and text_of(label.get("state")) in [*State]:
            values["state"], values["message"] = label["state"], plain_text_of(label.get("message"))
            if values["state"] in ACTIVE:  # the queue that held it is gone with the index
                values["state"], values["message"] = State.PAUSED, "the index was made again: resume it"
        with self._database.session() as session:
            if session.get(Work, identity) is None:
                session.add(
                    Work(
                        id=identity,
                        kind=Kind.RUN,
                        folder=str(folder),
                        created=created,
                        folder_time=changed,
                        name=plain_text_of(label.get("name"))[:200],
                        tags=[plain_text_of(tag)[:50] for tag in list_of(label.get("tags"))],
                        config_file=plain_text_of(label.get("config_file")),
                        **values,
                    )
                )

    def _update(self, row: Any, folder: Path, changed: int) -> None:
        values = _facts(folder)
        if row.state == State.LOST and values["state"] == State.PAUSED:
            # Its supervisor let it stop after its worker had died: nobody has asked for a pause.
            values = {"result": values["result"]}
        self._write(row, **values, folder_time=changed)

    def _count_dropped(self, row: Any, folder: Path) -> None:
        """For a run that ended when figures did not tell this yet."""
        self._write(row, result={**row.result, "dropped": figures(folder).get("dropped", 0)})

    def _write(self, row: Any, **values: Any) -> None:
        seen = (Work.id == row.id, Work.state == row.state, Work.turn == row.turn)  # else it was moved meanwhile
        with self._database.session() as session:
            session.execute(update(Work).where(*seen).values(**values))


def _may_have_changed(row: Any, folder: Path, changed: int) -> bool:
    """Whether another process than a worker may have moved this run: the command line.

    Each start writes run.json. So what works in the folder of a lost run without that is the orphan of its dead
    worker, about to stop; and what the command line runs is only looked at for its death.
    """
    if row.state == State.QUEUED or (row.state == State.RUNNING and row.worker):
        return False
    return changed != row.folder_time or (row.state == State.RUNNING and not is_held(folder))


def _facts(folder: Path) -> dict[str, Any]:
    """What run.json and summary.json say, for a run that no worker of ours looks after."""
    state = read_json(folder / STATE_FILE)
    status = state.get("status")
    found = State.RUNNING if is_held(folder) else _STATES.get(str(status), State.LOST)
    message = plain_text_of(state.get("message"))
    if found == State.LOST:
        message = "its process died; resume it: nothing is paid twice"
    elif found == State.RUNNING:
        message = "run by the command line"
    times: dict[str, Any] = {"ended": (folder / STATE_FILE).stat().st_mtime} if found != State.RUNNING else {}
    return {
        "state": found,
        "message": message[:4000],
        "pipeline": plain_text_of(state.get("pipeline"))[:200],
        "result": figures(folder),
        "worker": "",
        **times,
    }


def _run_folders(folder: Path, depth: int) -> Iterator[Path]:
    if (folder / STATE_FILE).is_file():
        yield folder
        return  # runs do not lie in runs
    if depth == 0:
        return
    with suppress(OSError), os.scandir(folder) as entries:
        below = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
        for path in sorted(below):
            yield from _run_folders(path, depth - 1)


def _birth(folder: Path) -> float:
    with suppress(OSError):
        return (folder / ".lock").stat().st_mtime
    return folder.stat().st_mtime

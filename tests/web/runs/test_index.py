"""The index asks the database and the folders for no more than it needs: it looks once a second, at every run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from generation_functions.run_folder import RunFolder, run_id
from web.database import Database, open_database
from web.runs import life
from web.runs.index import Index
from web.settings import Settings
from web.tables import State


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    yield database
    database.close()


@contextmanager
def held_run(folder: Path, **state: Any) -> Iterator[RunFolder]:
    """A run that the command line is at."""
    held = RunFolder(folder)
    held.acquire()
    held.write_state({"status": "running", "pipeline": "debug-pipeline", **state})
    try:
        yield held
    finally:
        held.release()


def look(settings: Settings, database: Database) -> list[str]:
    """A look of a service that has just started; the first words of what it asks the database."""
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement.split()[0])

    event.listen(database.engine, "before_cursor_execute", note)
    Index(settings, database).follow()
    event.remove(database.engine, "before_cursor_execute", note)
    return asked


def test_a_run_of_the_command_line_is_written_down_when_it_changes_and_not_at_every_look(
    settings: Settings, database: Database, project: Path
) -> None:
    folder = project / "outputs" / "mine"
    with held_run(folder) as held:
        assert "INSERT" in look(settings, database)
        assert look(settings, database) == ["SELECT"]
        held.write_state({"status": "running", "pipeline": "another-pipeline"})
        assert "UPDATE" in look(settings, database)
        assert life.get(database, run_id(folder)).pipeline == "another-pipeline"
        assert look(settings, database) == ["SELECT"]
    assert "UPDATE" in look(settings, database), "its process has gone without a word"
    assert life.get(database, run_id(folder)).state == State.LOST
    assert look(settings, database) == ["SELECT"]


def test_a_lost_run_that_is_resumed_by_the_command_line_is_running_again(
    settings: Settings, database: Database, project: Path
) -> None:
    folder = project / "outputs" / "mine"
    with held_run(folder):
        look(settings, database)
    look(settings, database)
    with held_run(folder, tries=2):
        look(settings, database)
        assert life.get(database, run_id(folder)).state == State.RUNNING


def test_what_is_moved_between_look_and_update_stays_as_it_was_moved(
    settings: Settings, database: Database, project: Path
) -> None:
    folder = project / "outputs" / "mine"
    with held_run(folder):
        look(settings, database)
    waiting = ["the service resumes it while the index looks"]

    def resume(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("SELECT") and waiting.pop():
            assert life.move(database, run_id(folder), (State.RUNNING,), state=State.QUEUED, turn=7)
            assert life.claim(database, run_id(folder), 7, "worker")

    event.listen(database.engine, "after_cursor_execute", resume, once=True)
    assert "UPDATE" in look(settings, database)
    assert waiting == []
    moved = life.get(database, run_id(folder))
    assert (moved.state, moved.worker, moved.turn) == (State.RUNNING, "worker", 7)

"""The index's database: made by several processes at once, migrated once, and refused when it is from elsewhere."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import text

from generation_functions.errors import StorageError
from tests.conftest import PROJECT
from tests.web.conftest import Pair, create_database
from web.database import NEWEST, Database, open_database, revision
from web.migrating import MIGRATIONS, alembic_config
from web.settings import Settings
from web.tables import Kind, State, Work

OPEN = """
import sys; sys.path.insert(0, sys.argv[1])
from web.database import open_database
from web.settings import Settings
from web.tables import Work
from sqlalchemy import func, select
database = open_database(Settings.from_environment())
with database.session() as session:
    print(session.scalar(select(func.count()).select_from(Work)))
"""


def settings_of(tmp_path: Path, database_url: str = "") -> Settings:
    return Settings(root=tmp_path, state=tmp_path / "state", database_url=database_url)


@pytest.fixture
def database_url(pair: Pair) -> str:
    """Of an empty database; without a text, that is the SQLite file that is not there yet."""
    return create_database(pair.variables, f"empty_{os.urandom(6).hex()}") if pair.variables else ""


def open_in_four_processes(tmp_path: Path, database_url: str) -> list[str]:
    environment = {"ATK_STATE_DIR": str(tmp_path / "state"), "ATK_DATABASE_URL": database_url}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(PROJECT)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    answers = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, answers
    return [out.strip() for out, _ in answers]


def add_a_run(database: Database) -> None:
    with database.session() as session:
        session.add(Work(id="0" * 16, kind=Kind.RUN, state=State.COMPLETED, folder="/x", created=1.0))


def test_four_processes_open_an_empty_database_at_once(tmp_path: Path, database_url: str) -> None:
    assert open_in_four_processes(tmp_path, database_url) == ["0"] * 4


def test_four_processes_migrate_an_old_database_once_and_its_data_stays(tmp_path: Path, database_url: str) -> None:
    database = open_database(settings_of(tmp_path, database_url))
    add_a_run(database)
    with database.engine.begin() as connection:  # as the version before the newest left it
        scripts = ScriptDirectory(str(MIGRATIONS))
        before = scripts.get_revision(NEWEST).down_revision
        assert isinstance(before, str)
        command.downgrade(alembic_config(connection), before)
    database.close()
    assert open_in_four_processes(tmp_path, database_url) == ["1"] * 4


def test_the_tables_are_what_the_migrations_make(tmp_path: Path, database_url: str) -> None:
    database = open_database(settings_of(tmp_path, database_url))
    with database.engine.begin() as connection:
        command.check(alembic_config(connection))  # raises when a migration is missing
    database.close()


def test_the_newest_migration_is_the_one_that_the_program_asks_for() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [NEWEST]


def test_a_database_of_a_newer_program_is_refused_with_the_way_out(tmp_path: Path, database_url: str) -> None:
    database = open_database(settings_of(tmp_path, database_url))
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(StorageError, match=r"made by another version of this program.*made again from the run folders"):
        open_database(settings_of(tmp_path, database_url))


def test_a_database_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "sqlite:////nowhere/at/all.sqlite")
    with pytest.raises(StorageError, match=r"nowhere/at/all\.sqlite"):
        open_database(settings)


def test_a_database_that_does_not_take_the_migration_is_named_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    with sqlite3.connect(tmp_path / "state" / "index.sqlite") as other:
        other.execute("CREATE TABLE work (of_somebody_else)")
    with pytest.raises(StorageError, match=r"index\.sqlite cannot be used: table work already exists"):
        open_database(settings_of(tmp_path))


@pytest.mark.parametrize("is_new", [True, False])
def test_a_database_is_made_and_opened_without_keeping_alembic_in_memory(tmp_path: Path, is_new: bool) -> None:
    if not is_new:
        open_database(settings_of(tmp_path)).close()
    (tmp_path / "state").mkdir(exist_ok=True)
    script = OPEN + "\nassert 'alembic' not in sys.modules"
    done = subprocess.run(
        [sys.executable, "-c", script, str(PROJECT)],
        env={"ATK_STATE_DIR": str(tmp_path / "state")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_revisions_of_an_empty_database_are_none(tmp_path: Path) -> None:
    database = open_database(settings_of(tmp_path))
    assert revision(database.engine) == NEWEST
    database.close()

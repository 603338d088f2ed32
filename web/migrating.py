"""Alembic, in a process of its own: its modules would stay in memory for as long as the service runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from generation_functions.errors import StorageError

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_PROJECT = Path(__file__).resolve().parent.parent
_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from web.migrating import main; sys.exit(main())"
_SAID = 3


def migrate(engine: Engine) -> None:
    """Bring the tables up to date.

    Raises:
        StorageError: The database is newer than this program, or does not take the migration.
    """
    url = engine.url.render_as_string(hide_password=False)
    done = subprocess.run(  # the URL may hold a password: it is no argument
        [sys.executable, "-P", "-c", _CHILD, str(_PROJECT)], input=url, capture_output=True, text=True, check=False
    )
    if done.returncode == _SAID:
        raise StorageError(f"the database {engine.url!r} {done.stderr}")
    if done.returncode:
        said = done.stderr.strip() or f"exit code {done.returncode}"
        raise StorageError(f"the database {engine.url!r} cannot be brought up to date: {said}")


def main() -> int:
    """The child: migrate the database whose URL is on standard input, or say what became of it."""
    from alembic import command
    from alembic.util import CommandError

    from web.database import engine_of

    try:
        with engine_of(sys.stdin.read()).begin() as connection:
            command.upgrade(alembic_config(connection), "head")
    except OperationalError as error:
        sys.stderr.write(f"cannot be used: {error.orig}")
        return _SAID
    except CommandError as error:
        sys.stderr.write(
            f"was made by another version of this program ({error}). Use that version, or move the database away: "
            "the index is made again from the run folders."
        )
        return _SAID
    return 0


def alembic_config(connection: Any) -> Any:
    """Alembic's configuration, for a connection of ours."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config

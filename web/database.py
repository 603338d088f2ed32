"""The index's database: SQLite under `state/`, or any that SQLAlchemy knows by URL; migrated when it is opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from generation_functions.errors import StorageError
from generation_functions.private_files import locked
from web.migrating import migrate
from web.settings import Settings

NEWEST = "0002"
"""The newest migration; a test holds it against the folder."""
_ADVISORY_LOCK = 0x41544B  # of PostgreSQL, where the machines share no file system to lock a file on


class Database:
    """A pool of connections to the index."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction: committed at the end, rolled back after an error."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def answers(self) -> bool:
        """Whether it can be asked something."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except OperationalError:
            return False
        return True

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def open_database(settings: Settings) -> Database:
    """Connect, and bring the tables up to date; several processes may do so at once.

    Raises:
        StorageError: The database cannot be reached, or is newer than this program.
    """
    settings.state.mkdir(parents=True, exist_ok=True)
    engine = engine_of(settings.database)
    try:
        if revision(engine) != NEWEST:
            with _alone(engine, settings.state):
                if revision(engine) != NEWEST:
                    migrate(engine)
    except OperationalError as error:
        engine.dispose()
        raise StorageError(f"the database {engine.url!r} cannot be used: {error.orig}") from error
    except StorageError:
        engine.dispose()
        raise
    return Database(engine)


def engine_of(url: str) -> Engine:
    """Connections to a database, set up as it needs them."""
    engine = create_engine(url, **_options(url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def revision(engine: Engine) -> str:
    """The migration that the tables are at; empty for an empty database."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 20, "check_same_thread": False}}
    return {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 10}


def _prepare_sqlite(connection: Any, record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=20000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


@contextmanager
def _alone(engine: Engine, state: Path) -> Iterator[None]:
    """Keep other processes from migrating at the same time."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})
    else:
        with locked(state / "migration.lock"):
            yield

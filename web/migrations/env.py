"""Run by Alembic: migrates the connection that `web.database` hands it, or the configured one's database."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine

from web.settings import Settings
from web.tables import Base


def _run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is None:  # `alembic` by hand
        with create_engine(Settings.from_environment().database).begin() as own:
            _migrate(own)
    else:
        _migrate(connection)


def _migrate(connection: object) -> None:
    # SQLite cannot alter a column: batches copy the table.
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)  # type: ignore[arg-type]
    with context.begin_transaction():
        context.run_migrations()


_run()

"""SQLite as the indexes use it: a kill leaves whole transactions, a power cut too."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from generation_functions.errors import StorageError


def connect(path: Path) -> sqlite3.Connection:
    """Open or make a database; its folder is made too. Transactions are begun by hand.

    Raises:
        StorageError: The folder or the file cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.OperationalError) as error:
        raise StorageError(f"{path} cannot be opened: {error}. Is the disk full, or not writable?") from error
    with suppress(sqlite3.DatabaseError):  # not a database: whoever uses it first will find out
        # With a log written ahead, `normal` may lose the last transactions at a power cut, but damages nothing.
        database.executescript("pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -32000;")
    return database


@contextmanager
def transaction(database: sqlite3.Connection, path: Path) -> Iterator[None]:
    """All of what is done inside, or nothing.

    Raises:
        StorageError: The disk did not take it.
    """
    try:
        database.execute("begin immediate")
        try:
            yield
            database.execute("commit")
        except BaseException:
            if database.in_transaction:
                database.execute("rollback")
            raise
    except sqlite3.OperationalError as error:
        raise StorageError(
            f"{path} cannot be written: {error}. Make space, then run the same command again: what is there is kept."
        ) from error

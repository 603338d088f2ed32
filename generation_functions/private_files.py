"""Files for their owner's eyes, and one writer at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generation_functions.errors import StorageError
from generation_functions.run_folder import write_atomically


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other threads and processes out that lock the same file.

    Raises:
        StorageError: The file cannot be made.
    """
    import fcntl

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def write_private(path: Path, data: bytes) -> None:
    """Replace a file's content in one go; nobody but its owner can ever open it.

    Raises:
        StorageError: It cannot be written; the old content is still there.
    """
    write_atomically(path, data, private=True)

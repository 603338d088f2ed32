"""Replacing a whole folder in one go: whoever looks sees the old one or the new one, never a part."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generation_functions.errors import StorageError

_AT_FDCWD, _EXCHANGE = -100, 2  # Linux: renameat2(2)


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """An empty folder beside `folder`, which takes its place when the block ends well.

    When it does not (an error, a kill, a full disk), `folder` stays as it was. It is for one writer at a time; both
    folders exist for a moment, so the disk must hold both.

    Raises:
        StorageError: It cannot be written; the old folder is still there.
    """
    mend(folder)
    new = _beside(folder, "new")
    try:
        shutil.rmtree(new, ignore_errors=True)  # what a killed process left behind
        new.mkdir(parents=True)
        yield new
        _on_disk(new)
        _swap(new, folder)
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written: {error.strerror or error}. What was there before is still there. "
            "Make room or fix the folder's permissions, and run the same command again."
        ) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)


def mend(folder: Path) -> None:
    """Where a process was killed between the two renames of systems that cannot exchange folders: undo the first."""
    old = _beside(folder, "old")
    if old.is_dir() and not folder.exists():
        old.rename(folder)
    elif old.is_dir():
        shutil.rmtree(old, ignore_errors=True)


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f".{folder.name}.{what}")


def _on_disk(folder: Path) -> None:
    """Have the files written to the disk itself, for a power cut must not leave a renamed folder of empty files.

    Some libraries make files that only their owner can read; these get the rights that any new file gets.
    """
    probe = folder / ".probe"
    probe.touch()
    rights = probe.stat().st_mode & 0o666
    probe.unlink()
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(rights)
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _swap(new: Path, folder: Path) -> None:
    if not folder.exists():
        new.rename(folder)
    elif not _exchange(new, folder):
        old = _beside(folder, "old")
        folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)


def _exchange(first: Path, second: Path) -> bool:
    """Let two folders change names in one step, where the system can (Linux 3.15); says whether it did."""
    if not sys.platform.startswith("linux"):
        return False
    exchange = getattr(ctypes.CDLL(None), "renameat2", None)
    if exchange is None:  # an older C library
        return False
    return not exchange(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _EXCHANGE)

"""Where in the shown folders a request wants to go, and what to say when the disk does not play along."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Literal

from fastapi import Path as PathParameter
from fastapi import Query

from generation_functions.run_folder import is_held
from web.problems import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    TooLargeError,
    UnavailableError,
)
from web.roots import Root, clean, inside

RootName = Literal[Root.INPUTS, Root.OUTPUTS, Root.MODELS]
"""The folders whose files anybody may handle; configs have routes of their own."""
GivenRoot = Annotated[RootName, PathParameter(description="One of the folders of the project.", examples=["outputs"])]
GivenPath = Annotated[
    str,
    Query(max_length=4000, description="Relative to the root, with forward slashes.", examples=["poems/report.html"]),
]
MOST_LEVELS = 64
"""Of folders in folders that can be made here. Far deeper ones cannot even be deleted with Python's own means."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NOT_THERE = (errno.ENOENT, errno.ESTALE)
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)
_NOT_EMPTY = (errno.EEXIST, errno.ENOTEMPTY, errno.EISDIR, errno.ENOTDIR, errno.EBUSY)
_NO_NAME = (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.ELOOP)


@contextmanager
def disk_errors(path: str) -> Iterator[None]:
    """Turn what the operating system says about `path` into problems."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        if error.errno in _FULL:
            raise TooLargeError("the disk is full: make room, then go on", code="disk-full") from error
        if error.errno in _NOT_THERE:
            raise NotFoundError(f"there is no {path} (any more)", code="no-such-file") from error
        if error.errno in _NOT_ALLOWED:
            raise ForbiddenError(f"the service has no right to do that with {path}: {why}", code="no-right") from error
        if error.errno in _NOT_EMPTY:
            raise ConflictError(f"something else is in the way of {path}: {why}", code="in-the-way") from error
        if error.errno in _NO_NAME:
            raise InvalidError(f"the disk does not take this path: {why}", code="path-invalid") from error
        raise UnavailableError(f"the disk does not answer for {path}: {why}", code="disk-failed") from error


def entry_itself(root: Path, path: str) -> Path:
    """The entry `path` below `root`: of a symbolic link, the link and not what it leads to. It need not exist.

    Raises:
        InvalidError: It is the root.
        ForbiddenError: It lies outside.
    """
    name = clean(path)
    if not name.parts:
        raise InvalidError("this is the folder itself; name something in it", code="is-root")
    if len(name.parts) > MOST_LEVELS:
        raise InvalidError(f"the path has more than {MOST_LEVELS} folders in folders", code="path-invalid")
    return inside(root, str(name.parent)) / name.name


def exists(path: Path) -> bool:
    """Whether there is an entry of that name, be it a link that leads nowhere."""
    try:
        path.lstat()
    except OSError:
        return False
    return True


def refuse_if_at_work(root: Path, target: Path) -> None:
    """Refuse to take away what a run works with: a run folder, something in one, or a folder that holds one.

    Raises:
        ConflictError: A living process holds such a folder.
    """
    refuse_in_work(root, target)
    if target.is_dir() and not target.is_symlink():
        for folder in _with_lock(target):
            _refuse_if_held(root, folder)


def refuse_in_work(root: Path, target: Path) -> None:
    """Refuse to write in the folder of a run at work.

    Raises:
        ConflictError: A living process holds `target` or a folder around it.
    """
    for folder in (target, *target.parents):
        if folder.is_relative_to(root):
            _refuse_if_held(root, folder)


def _refuse_if_held(root: Path, folder: Path) -> None:
    if is_held(folder):
        where = folder.relative_to(root)
        raise ConflictError(f"a run is at work in {where}: pause or cancel it first", code="run-at-work")


def _with_lock(folder: Path) -> Iterator[Path]:
    folders = [folder]
    while folders:
        inner = folders.pop()
        with suppress(OSError), os.scandir(inner) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(inner / entry.name)
                elif entry.name == ".lock":
                    yield inner


def refuse_if_too_full(folder: Path, size: int) -> None:
    """Refuse what would not fit on the disk of `folder`, which may be yet to be made.

    Raises:
        TooLargeError: It is larger than what is free.
    """
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if size > free:
        raise TooLargeError(f"the disk has {free / 1e9:.1f} GB left, this needs {size / 1e9:.1f} GB", code="disk-full")

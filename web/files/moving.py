"""Makes, moves and deletes; puts a file in its place without a moment in which half of it is there."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from web.files.places import disk_errors, entry_itself, exists, refuse_if_at_work
from web.problems import ConflictError, InvalidError, NotFoundError


def make_folder(root: Path, path: str) -> Path:
    """A new folder, and those above it.

    Raises:
        ConflictError: Something has that name already.
    """
    target = entry_itself(root, path)
    if exists(target):
        raise ConflictError(f"{path} exists already", code="exists")
    with disk_errors(path):
        target.mkdir(parents=True)
    return target


def move(root: Path, path: str, to: str, *, overwrite: bool) -> Path:
    """Give an entry another name or place. Only a file can be overwritten, and only by a file.

    Raises:
        NotFoundError: There is no such entry.
        ConflictError: A run works in it, or the new name is taken.
    """
    source, target = entry_itself(root, path), entry_itself(root, to)
    if not exists(source):
        raise NotFoundError(f"there is no {path}", code="no-such-file")
    if target != source and target.is_relative_to(source):
        raise InvalidError(f"{path} cannot be moved into itself", code="into-itself")
    refuse_if_at_work(root, source)
    refuse_if_at_work(root, target)
    with disk_errors(to):
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_file() and not source.is_symlink():
            place(source, target, to, overwrite=overwrite)
        elif exists(target):
            raise ConflictError(f"{to} exists already; only files are overwritten", code="exists")
        else:
            source.rename(target)
    return target


def delete(root: Path, path: str) -> None:
    """Delete a file, a folder with all that is in it, or a link (and not what it leads to).

    Raises:
        NotFoundError: There is no such entry.
        ConflictError: A run works in it.
    """
    target = entry_itself(root, path)
    if not exists(target):
        raise NotFoundError(f"there is no {path}", code="no-such-file")
    refuse_if_at_work(root, target)
    with disk_errors(path):
        if target.is_symlink() or not target.is_dir():
            target.unlink()
            return
        try:
            shutil.rmtree(target)
        except RecursionError as error:
            raise InvalidError(f"{path} has too many folders in folders: delete an inner one first") from error


def place(source: Path, target: Path, shown: str, *, overwrite: bool) -> None:
    """Move the file `source` to `target`, also from another disk. Whoever reads `target` sees the old or the new.

    Raises:
        ConflictError: It exists, and is not to be overwritten or is a folder.
        OSError: The disk refuses.
    """
    if target.is_dir() and not target.is_symlink():
        raise ConflictError(f"{shown} is a folder", code="exists")
    try:
        _put(source, target, overwrite)
    except FileExistsError as error:
        raise ConflictError(f"{shown} exists already; send overwrite to replace it", code="exists") from error


def _put(source: Path, target: Path, overwrite: bool) -> None:
    if overwrite:
        try:
            source.replace(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
        else:
            return
    else:
        try:
            os.link(source, target)  # unlike a rename, fails when there is something
        except OSError as error:
            if error.errno not in (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
                raise
        else:
            source.unlink()
            return
    _copy(source, target, overwrite)


def _copy(source: Path, target: Path, overwrite: bool) -> None:
    """From one disk to another, or where there are no hard links."""
    beside = target.with_name(f".{token_hex(8)}.part")
    try:
        shutil.copy2(source, beside)
        if exists(target) and not overwrite:
            raise FileExistsError(errno.EEXIST, "it exists already", str(target))
        beside.replace(target)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    source.unlink()

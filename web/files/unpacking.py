"""Unpacks uploaded zip archives: into a folder of their own first, then into place, all of it or nothing.

`documents/zip_safety.py` guards another case: a small archive that is a document, held in memory and read by name.
Here archives are gigabytes, what comes out of them lies on the disk afterwards, and sizes in headers count for nothing.
"""

from __future__ import annotations

import errno
import io
import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path, PurePosixPath
from stat import S_IFMT, S_ISDIR, S_ISREG
from typing import IO

from generation_functions.documents.discovery import DEBRIS_FILES, DEBRIS_FOLDERS
from web.files.moving import place
from web.files.places import MOST_LEVELS, exists, refuse_in_work
from web.problems import ConflictError, InvalidError, ProblemError, TooLargeError
from web.roots import clean, inside
from web.settings import Settings

MOST_RATIO = 200
RATIO_MATTERS_FROM_BYTES = 64 << 20
_BLOCK = 1 << 18
_ENTRY_SIGNATURE = b"PK\x01\x02"
_MOST_DIRECTORY_BYTES = 128 << 20
# The other methods unpack a block to any size at once, and hardly any program writes them.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error)


class _Archive(io.FileIO):
    """A zip file whose directory is not taken apart when it has far more entries than files are allowed."""

    allowed: int | None = None

    def read(self, size: int | None = -1, /) -> bytes:
        """Read; while `allowed` is set, count entries: `zipfile` reads the whole directory in one go."""
        most = None if self.allowed is None else 2 * self.allowed + 16  # folders have entries too
        if most is not None and size is not None and size > _MOST_DIRECTORY_BYTES:
            raise _too_many(self.allowed)
        data = super().read(size) or b""
        if most is not None and data.count(_ENTRY_SIGNATURE) > most:
            raise _too_many(self.allowed)
        return data


def unpack(archive: Path, staging: Path, root: Path, path: str, settings: Settings, *, overwrite: bool) -> int:
    """Unpack into the folder `path` below `root`; returns how many files that are. `staging` is used and deleted.

    What macOS adds to archives (`__MACOSX`) is left out.

    Raises:
        InvalidError: It is damaged, encrypted, or holds links or names that lead elsewhere.
        TooLargeError: It is a bomb, or over a limit.
        ConflictError: A file is there already.
        OSError: The disk refuses.
    """
    shutil.rmtree(staging, ignore_errors=True)  # of a try that was killed
    try:
        with _opened(archive, settings.upload_files) as opened:
            members = _checked(opened, settings)
            targets = _targets(root, path, list(members), overwrite)
            _write_all(opened, members, staging / "new", _most_bytes(archive, settings))
        _put_all(staging / "new", staging / "old", targets, overwrite)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return len(members)


@contextmanager
def _opened(archive: Path, most: int) -> Iterator[zipfile.ZipFile]:
    with _Archive(archive) as file, _damage():
        file.allowed = most
        with zipfile.ZipFile(file) as opened:
            file.allowed = None
            yield opened


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise _damaged(error) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # what seeking to a place before the start or beyond all limits gives
            raise
        raise _damaged(error) from error


def _checked(archive: zipfile.ZipFile, settings: Settings) -> dict[PurePosixPath, zipfile.ZipInfo]:
    """The files to unpack, by where they go, after a look at everything that the directory says."""
    members: dict[PurePosixPath, zipfile.ZipInfo] = {}
    folders: set[PurePosixPath] = set()
    for member in archive.infolist():
        name = _name(member)
        if member.orig_filename.endswith("/") or _is_debris(name):
            continue
        if name in members:
            raise InvalidError(f"it holds {name} twice", code="archive-unsafe")
        members[name] = member
        folders.update(name.parents)
    clash = next((name for name in members if name in folders or not name.parts), None)
    if clash is not None:
        raise InvalidError(f"in it, {clash} is both a file and a folder", code="archive-unsafe")
    if len(members) + len(folders) > settings.upload_files + 1:  # one is the folder that all lie in
        raise _too_many(settings.upload_files)
    if sum(member.file_size for member in members.values()) > settings.unpacked_bytes:
        raise _too_large(settings.unpacked_bytes)
    return members


def _name(member: zipfile.ZipInfo) -> PurePosixPath:
    said = member.orig_filename  # not `filename`, which ends at a NUL
    try:
        name = clean(said)
    except ProblemError as error:
        raise InvalidError(
            f"its entry {said[:200]!r} cannot be unpacked: {error.detail}", code="archive-unsafe"
        ) from error
    if len(name.parts) > MOST_LEVELS:
        raise InvalidError(f"its entry {said[:200]!r} lies too deep in folders", code="archive-unsafe")
    mode = member.external_attr >> 16
    if S_IFMT(mode) and not S_ISREG(mode) and not S_ISDIR(mode):
        raise InvalidError(f"its entry {said[:200]!r} is a link or no file", code="archive-unsafe")
    if member.flag_bits & 0x41:
        raise InvalidError("it is protected with a password: pack it without one", code="archive-encrypted")
    if member.compress_type not in _METHODS:
        raise InvalidError("it is packed with an unusual method: pack it again with Deflate", code="archive-method")
    return name


def _is_debris(name: PurePosixPath) -> bool:
    parts = [part.lower() for part in name.parts]
    return bool(parts) and (parts[-1] in {*DEBRIS_FILES, ".ds_store"} or not DEBRIS_FOLDERS.isdisjoint(parts))


def _targets(root: Path, path: str, names: list[PurePosixPath], overwrite: bool) -> dict[PurePosixPath, Path]:
    """Where each file goes; links in folders that exist are followed, and must not lead out."""
    folders: dict[PurePosixPath, Path] = {}
    targets: dict[PurePosixPath, Path] = {}
    for name in names:
        folder = folders.get(name.parent)
        if folder is None:
            folder = folders[name.parent] = inside(root, f"{path}/{name.parent}".removeprefix("/"))
            refuse_in_work(root, folder)
        targets[name] = target = folder / name.name
        if exists(target) and (not overwrite or target.is_dir()):
            raise ConflictError(f"{name} exists already; nothing was unpacked", code="exists")
    return targets


def _most_bytes(archive: Path, settings: Settings) -> int:
    fair = max(RATIO_MATTERS_FROM_BYTES, MOST_RATIO * archive.stat().st_size)
    return min(fair, settings.unpacked_bytes)


def _write_all(
    archive: zipfile.ZipFile, members: dict[PurePosixPath, zipfile.ZipInfo], staging: Path, most: int
) -> None:
    staging.mkdir(parents=True)
    left = most
    for name, member in members.items():
        target = staging / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with _damage(), archive.open(member) as packed, target.open("xb") as file:
            left -= _write(packed, file, left, most)


def _write(packed: IO[bytes], file: IO[bytes], left: int, most: int) -> int:
    written = 0
    while block := packed.read(_BLOCK):
        written += len(block)
        if written > left:
            raise _too_large(most)
        file.write(block)
    return written


def _put_all(staged: Path, old: Path, targets: dict[PurePosixPath, Path], overwrite: bool) -> None:
    """Move every file into place. When one cannot be, those before are taken back, and what they replaced returns."""
    old.mkdir()
    undo: list[Callable[[], object]] = []
    try:
        for number, (name, target) in enumerate(targets.items()):
            _make_folders(target.parent, undo)
            if overwrite and exists(target):
                kept = old / str(number)
                _keep(target, kept)
                place(staged / name, target, str(name), overwrite=True)
                undo.append(partial(kept.replace, target))
            else:
                place(staged / name, target, str(name), overwrite=False)
                undo.append(partial(target.unlink, missing_ok=True))
    except (ProblemError, OSError):
        for step in reversed(undo):
            with suppress(OSError):  # go on with the others
                step()
        raise


def _make_folders(folder: Path, undo: list[Callable[[], object]]) -> None:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for made in reversed(missing):
        made.mkdir(exist_ok=True)
        undo.append(made.rmdir)


def _keep(target: Path, kept: Path) -> None:
    try:
        os.link(target, kept)
    except OSError:  # another disk, or one without hard links
        shutil.copy2(target, kept, follow_symlinks=False)


def _damaged(error: Exception) -> InvalidError:
    return InvalidError(f"it is not a zip archive, or is damaged ({error})", code="archive-damaged")


def _too_many(most: int | None) -> TooLargeError:
    return TooLargeError(
        f"it holds more than the {most} files and folders that ATK_UPLOAD_FILES allows", code="too-many-files"
    )


def _too_large(most: int) -> TooLargeError:
    return TooLargeError(
        f"it unpacks to more than the {most / 1e6:.0f} MB that its size and ATK_UNPACKED_BYTES allow", code="zip-bomb"
    )

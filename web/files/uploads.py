"""Uploads under way: a .json that says what is coming and a .part with what has come, so that both survive restarts."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from secrets import token_hex
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError

from generation_functions.run_folder import write_atomically
from web.files.moving import place
from web.files.places import RootName, disk_errors, entry_itself, exists, refuse_if_too_full, refuse_in_work
from web.files.unpacking import unpack
from web.problems import ConflictError, NotFoundError, ProblemError, TooLargeError
from web.roots import clean, inside
from web.settings import Settings

ABANDONED_SECONDS = 7 * 86_400.0
_REMEMBERED_DAYS = 2
_MOST_BYTES = 1 << 50


class UploadRequest(BaseModel):
    """A file that is about to be sent."""

    model_config = ConfigDict(extra="forbid")

    root: RootName = Field(examples=["inputs"])
    path: Annotated[str, Field(max_length=4000, examples=["books/emma.txt"])] = Field(
        description="Where it goes, relative to the root. With `unpack`, the folder that it is unpacked into."
    )
    size: StrictInt = Field(ge=0, le=_MOST_BYTES, description="Bytes of the whole file.", examples=[1024])
    overwrite: StrictBool = Field(default=False, description="Replace files that are there already.")
    unpack: StrictBool = Field(default=False, description="It is a zip archive, to be unpacked when it has arrived.")


class Upload(BaseModel):
    """How far an upload is."""

    id: str = Field(examples=["0123456789abcdef0123456789abcdef"])
    root: RootName
    path: str = Field(examples=["books/emma.txt"])
    size: int = Field(description="Bytes of the whole file.", examples=[1024])
    offset: int = Field(description="Bytes that have arrived: send the rest from here on.", examples=[512])
    overwrite: bool = False
    unpack: bool = False
    complete: bool = Field(default=False, description="It lies in its place. Remembered for a day at least.")
    files: int = Field(default=0, description="Files that it was unpacked to.")


def begin(settings: Settings, asked: UploadRequest) -> Upload:
    """A new upload, after a look at whether it can succeed; an empty file is in its place at once.

    Raises:
        ConflictError: The target exists, or a run is at work there.
        TooLargeError: It is over a limit, or the disk is too full.
        InvalidError, ForbiddenError: The path is no place to put something.
    """
    folder = _folder(settings)
    with disk_errors("the folder of uploads"):
        folder.mkdir(parents=True, exist_ok=True)
        under_way = _clear_abandoned(folder)
    if asked.size > settings.upload_bytes:
        raise TooLargeError(
            f"{asked.path} has more than the {settings.upload_bytes} bytes that ATK_UPLOAD_BYTES allows"
        )
    if under_way >= settings.upload_files:
        raise TooLargeError("too many uploads are under way: finish or delete some first", code="too-many-uploads")
    refuse_if_too_full(folder, asked.size)
    _check_target(settings, asked.root, asked.path, asked.overwrite, asked.unpack, asked.size)
    upload = Upload(id=token_hex(16), offset=0, **asked.model_dump())
    with disk_errors(asked.path):
        _part(settings, upload.id).touch(exist_ok=False)
        write_atomically(_record(settings, upload.id), upload.model_dump_json().encode())
    if upload.size == 0:
        with held(settings, upload.id):
            return finish(settings, upload)
    return upload


def find(settings: Settings, upload_id: str) -> Upload:
    """The upload of that id, under way or complete.

    Raises:
        NotFoundError: There is none, or it was abandoned, cancelled or refused.
    """
    done = _folder(settings).glob(f"done/*/{upload_id}.json")  # lazy
    for record in chain((_record(settings, upload_id),), done):
        with suppress(FileNotFoundError, ValidationError):
            upload = Upload.model_validate_json(record.read_bytes())
            if upload.complete:
                return upload
            return upload.model_copy(update={"offset": _part(settings, upload_id).stat().st_size})
    raise NotFoundError(f"there is no upload {upload_id}: it was cancelled or refused, or is too old", code="no-upload")


@contextmanager
def held(settings: Settings, upload_id: str) -> Iterator[int]:
    """The part file, opened for appending, for one request at a time.

    Raises:
        NotFoundError: There is no such upload.
        ConflictError: Another request is sending or finishing it.
    """
    import fcntl

    try:
        part = os.open(_part(settings, upload_id), os.O_WRONLY | os.O_APPEND)
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no upload {upload_id} under way", code="no-upload") from error
    try:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConflictError("another request sends this upload: ask again for its offset", code="busy") from error
        if not _is_still(part, _part(settings, upload_id)):
            raise NotFoundError(f"upload {upload_id} has just ended", code="no-upload")
        yield part
    finally:
        os.close(part)


def _is_still(part: int, path: Path) -> bool:
    """Whether the open file is the one at `path`: an upload that ended meanwhile has put it in its place."""
    try:
        return os.path.samestat(os.fstat(part), path.stat())
    except FileNotFoundError:
        return False


def finish(settings: Settings, upload: Upload) -> Upload:
    """Put what has arrived in its place; only for who holds the upload.

    An archive that is refused is deleted, and nothing that came out of it stays. A file that is refused waits: its
    last request can be made again, with no bytes, when the reason is gone.

    Raises:
        ProblemError: It cannot be put there.
    """
    part, record = _part(settings, upload.id), _record(settings, upload.id)
    files = 0
    if upload.unpack:
        try:
            files = _unpack(settings, upload, part)
        except ProblemError:
            discard(settings, upload.id)
            raise
    else:
        target = _check_target(settings, upload.root, upload.path, upload.overwrite, False, 0)
        with disk_errors(upload.path):
            target.parent.mkdir(parents=True, exist_ok=True)
            place(part, target, upload.path, overwrite=upload.overwrite)
    done = upload.model_copy(update={"complete": True, "offset": upload.size, "files": files})
    with disk_errors("the folder of uploads"):
        today = datetime.now(UTC).date().isoformat()
        write_atomically(_folder(settings) / "done" / today / record.name, done.model_dump_json().encode())
        record.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
    return done


def discard(settings: Settings, upload_id: str) -> None:
    """Forget an upload and what has arrived of it; a complete one leaves its file where it is."""
    with disk_errors("the folder of uploads"):
        for path in (_record(settings, upload_id), *_folder(settings).glob(f"done/*/{upload_id}.json")):
            path.unlink(missing_ok=True)
        _part(settings, upload_id).unlink(missing_ok=True)
        shutil.rmtree(_folder(settings) / f"{upload_id}.unpacked", ignore_errors=True)


def _unpack(settings: Settings, upload: Upload, part: Path) -> int:
    root = upload.root.folder(settings)
    _check_target(settings, upload.root, upload.path, upload.overwrite, True, 0)
    staging = _folder(settings) / f"{upload.id}.unpacked"
    with disk_errors(upload.path):
        return unpack(part, staging, root, upload.path, settings, overwrite=upload.overwrite)


def _check_target(settings: Settings, name: RootName, path: str, overwrite: bool, unpacked: bool, size: int) -> Path:
    """Where an upload goes, if it can go there."""
    root = name.folder(settings)
    target = inside(root, path)
    if unpacked:
        if clean(path).parts:
            entry_itself(root, path)
        if target.exists() and not target.is_dir():
            raise ConflictError(f"{path} is a file: name a folder to unpack into", code="exists")
    else:
        entry_itself(root, path)
        if target.is_dir():
            raise ConflictError(f"{path} is a folder", code="exists")
        if exists(target) and not overwrite:
            raise ConflictError(f"{path} exists already; send overwrite to replace it", code="exists")
    refuse_in_work(root, target)
    refuse_if_too_full(target, size)
    return target


def _clear_abandoned(folder: Path) -> int:
    """Delete what nobody has added to for days; returns how many uploads are under way."""
    under_way, oldest = 0, time.time() - ABANDONED_SECONDS
    with os.scandir(folder) as entries:
        for entry in entries:
            upload_id, _, ending = entry.name.partition(".")
            if ending == "part":
                under_way += 1
            with suppress(FileNotFoundError):
                if ending and entry.stat().st_mtime < oldest and (ending != "json" or not _has_part(folder, upload_id)):
                    under_way -= ending == "part"
                    _delete(folder, upload_id)
    done = folder / "done"
    days = sorted(path.name for path in done.iterdir()) if done.is_dir() else []
    for day in days[:-_REMEMBERED_DAYS]:
        shutil.rmtree(done / day, ignore_errors=True)
    return under_way


def _has_part(folder: Path, upload_id: str) -> bool:
    return (folder / f"{upload_id}.part").exists()


def _delete(folder: Path, upload_id: str) -> None:
    for ending in ("json", "part"):
        (folder / f"{upload_id}.{ending}").unlink(missing_ok=True)
    shutil.rmtree(folder / f"{upload_id}.unpacked", ignore_errors=True)


def _folder(settings: Settings) -> Path:
    return settings.state / "uploads"


def _record(settings: Settings, upload_id: str) -> Path:
    return _folder(settings) / f"{upload_id}.json"


def _part(settings: Settings, upload_id: str) -> Path:
    return _folder(settings) / f"{upload_id}.part"

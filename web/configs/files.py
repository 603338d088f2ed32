"""Config files: read, written, moved and deleted, each only if it is still what the client thinks it is.

A text is stored byte for byte as it is given, so comments and layout stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from generation_functions.errors import StorageError
from generation_functions.private_files import locked
from generation_functions.run_folder import write_atomically
from web.configs.schemas import StoredConfig
from web.problems import (
    ChangedError,
    ConflictError,
    InvalidError,
    NotFoundError,
    TooLargeError,
    UnavailableError,
)
from web.roots import Root, inside
from web.settings import Settings

_MOST_BYTES = 1 << 20
_LONGEST_NAME = 200
_LOCK = "configs.lock"
"""Between looking at a version and replacing it, nobody else writes: no thread, no other service."""


def read_config(settings: Settings, path: str) -> StoredConfig:
    """A config with its version.

    Raises:
        NotFoundError, InvalidError, TooLargeError: There is none, it is not UTF-8 text, it is no config any more.
    """
    file = inside(Root.CONFIGS.folder(settings), path)
    data = _bytes(file)
    if data is None:
        raise NotFoundError(f"there is no config {path}", code="no-such-file")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidError(
            f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8", code="not-text"
        ) from error
    return StoredConfig(path=path, text=text, version=_version(data), modified=_modified(file))


def write_config(settings: Settings, path: str, text: str, version: str | None) -> tuple[StoredConfig, bool]:
    """Store a text; whether the config is new comes second.

    Raises:
        ChangedError: The stored config is not of this version, or is there although `version` is None.
    """
    data = text.encode("utf-8")
    if len(data) > _MOST_BYTES:
        raise TooLargeError(f"a config may have {_MOST_BYTES >> 20} MB; this one has {len(data)} bytes")
    file = _place(settings, path)
    with locked(settings.state / _LOCK):
        known = _bytes(file)
        _check_version(path, known, version)
        _store(file, data)
    stored = StoredConfig(path=path, text=text, version=_version(data), modified=_modified(file))
    return stored, known is None


def create_config(settings: Settings, path: str, text: str) -> StoredConfig:
    """Store a new config.

    Raises:
        ConflictError: There is one of this name.
    """
    try:
        stored, _ = write_config(settings, path, text, None)
    except ChangedError as error:
        raise ConflictError(f"{path} exists already; choose another name", code="exists") from error
    return stored


def move_config(settings: Settings, path: str, to: str) -> StoredConfig:
    """Rename a config, or put it into another folder, which is made if need be.

    Raises:
        NotFoundError: There is no such config.
        ConflictError: There is something of the new name.
    """
    file, target = _itself(settings, path), _place(settings, to)
    with locked(settings.state / _LOCK):
        if not file.is_file():
            raise NotFoundError(f"there is no config {path}", code="no-such-file")
        if target.exists():
            raise ConflictError(f"{to} exists already; choose another name", code="exists")
        with _told(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            file.rename(target)
        _remove_empty_folders(settings, file.parent)
    return read_config(settings, to)


def delete_config(settings: Settings, path: str, version: str | None) -> None:
    """Delete a config, and folders that held nothing else.

    Raises:
        NotFoundError: There is no such config.
        ChangedError: It is not of this version any more.
    """
    file = _itself(settings, path)
    with locked(settings.state / _LOCK):
        known = _bytes(file, largest=None) if version else b""
        if known is None or not file.is_file():
            raise NotFoundError(f"there is no config {path}", code="no-such-file")
        if version:
            _check_version(path, known, version)
        with _told(file):
            file.unlink()
        _remove_empty_folders(settings, file.parent)


def _place(settings: Settings, path: str) -> Path:
    """Where a config is to be written: never the target of a link with another ending."""
    file = inside(Root.CONFIGS.folder(settings), path)
    if len(file.name.encode()) > _LONGEST_NAME or file.suffix not in (".yaml", ".yml"):
        raise InvalidError(f"a config's name ends in .yaml and has at most {_LONGEST_NAME} bytes", code="path-invalid")
    return file


def _itself(settings: Settings, path: str) -> Path:
    """A config that is to go: of a link the link, not what it leads to."""
    _place(settings, path)
    folder, _, name = path.rpartition("/")
    return inside(Root.CONFIGS.folder(settings), folder) / name


def _bytes(file: Path, largest: int | None = _MOST_BYTES) -> bytes | None:
    """The content of a regular file; None when there is none."""
    try:
        if not file.is_file():
            return None
        size = file.stat().st_size
        if largest is not None and size > largest:
            raise TooLargeError(f"{file.name} has {size} bytes: it is no config, download it from its folder")
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnavailableError(f"{file.name} cannot be read: {error.strerror}", code="storage") from error


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _modified(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _check_version(path: str, known: bytes | None, version: str | None) -> None:
    if known is None and version is not None:
        raise ChangedError(f"{path} was deleted or moved meanwhile; store it as a new config (version null)")
    if known is not None and version is None:
        raise ChangedError(f"{path} exists already; read it first and send its version")
    if known is not None and _version(known) != version:
        raise ChangedError(f"{path} was changed meanwhile, here or in an editor; read it again and compare")


def _store(file: Path, data: bytes) -> None:
    if file.exists() and not file.is_file():
        raise ConflictError(f"{file.name} is a folder", code="exists")
    mode = file.stat().st_mode & 0o777 if file.exists() else None
    with _told(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            write_atomically(file, data)
        except StorageError as error:
            raise UnavailableError(str(error), code="storage") from error
        if mode is not None:
            file.chmod(mode)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """Put what the file system says into words."""
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        raise ConflictError(
            f"a part of the path to {file.name} is a file, not a folder", code="not-a-folder"
        ) from error
    except FileNotFoundError as error:
        raise NotFoundError(f"{file.name} vanished meanwhile", code="no-such-file") from error
    except OSError as error:
        raise UnavailableError(f"{file.name} cannot be written: {error.strerror}", code="storage") from error


def _remove_empty_folders(settings: Settings, folder: Path) -> None:
    root = Root.CONFIGS.folder(settings)
    while folder != root and folder.is_relative_to(root):
        with suppress(OSError):
            folder.rmdir()
        if folder.exists():
            return
        folder = folder.parent

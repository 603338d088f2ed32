"""Finds the files of an input folder: recursively, in one fixed order, each real file once."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from generation_functions.errors import UsageError

# Left behind by programs, never documents. Hidden files (a leading dot) are left out as well.
DEBRIS_FILES = {"thumbs.db", "desktop.ini"}
DEBRIS_FOLDERS = {"__pycache__", "node_modules", "__macosx"}


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file under the input folder; `problem` says why it cannot even be opened."""

    file: str
    path: Path
    size: int = 0
    problem: str = ""


def find_files(folder_or_file: Path) -> list[FoundFile]:
    """Every regular file below a folder, or the one file itself, sorted by its posix path.

    Links are followed, but a real file or folder is taken once only, so that loops end and nothing is
    read twice. Hidden files and folders are left out.

    Raises:
        UsageError: there is no such file or folder.
    """
    if folder_or_file.is_file():
        name = display_name(folder_or_file, folder_or_file.parent)
        return [FoundFile(name, folder_or_file, folder_or_file.stat().st_size)]
    if not folder_or_file.is_dir():
        raise UsageError(
            f"There is no file or folder {folder_or_file}. Check `input_dir`; "
            "a relative path starts at the folder the command is run in."
        )
    walk = _Walk(folder_or_file)
    return sorted(walk.files(), key=lambda found: found.file)


class _Walk:
    """Real folders first, links last, so that a file's name is its real path wherever there is one."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folders = [root]
        self._links: list[Path] = []
        self._seen = {_identity(root, root.stat())}

    def files(self) -> Iterator[FoundFile]:
        while self._folders or self._links:
            if self._folders:
                yield from self._list(self._folders.pop())
            else:
                yield from self._follow(self._links.pop())

    def _list(self, folder: Path) -> Iterator[FoundFile]:
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            yield FoundFile(display_name(folder, self._root), folder, problem=_why(error, "folder"))
            return
        for entry in listed:
            if _is_debris(entry.name):
                continue
            if entry.is_symlink():
                self._links.append(folder / entry.name)
            else:
                yield from self._take(folder / entry.name, entry.stat, linked=False)

    def _follow(self, link: Path) -> Iterator[FoundFile]:
        if link.exists():
            yield from self._take(link, link.stat, linked=True)
        else:
            yield FoundFile(display_name(link, self._root), link, problem="it is a link that leads nowhere")

    def _take(self, path: Path, status_of: Callable[[], os.stat_result], linked: bool) -> Iterator[FoundFile]:
        """A file, or a folder to be listed later, unless a link leads to what was seen before."""
        try:
            status = status_of()
        except OSError as error:
            yield FoundFile(display_name(path, self._root), path, problem=_why(error, "file"))
            return
        identity = _identity(path, status)
        if linked and identity in self._seen:
            return
        if stat.S_ISDIR(status.st_mode):
            self._seen.add(identity)
            self._folders.append(path)
        elif stat.S_ISREG(status.st_mode):
            self._seen.add(identity)
            yield FoundFile(display_name(path, self._root), path, status.st_size)


def _identity(path: Path, status: os.stat_result) -> tuple[int, int] | str:
    """What tells one real file or folder from another; Windows gives no inode numbers here."""
    return (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(path)


def display_name(path: Path, root: Path) -> str:
    """The name of a file in records: relative to the input folder, forward slashes, NFC, valid Unicode."""
    name = path.relative_to(root).as_posix()
    valid = os.fsencode(name).decode("utf-8", "replace")
    return unicodedata.normalize("NFC", valid)


def _is_debris(name: str) -> bool:
    lower = name.lower()
    return name.startswith((".", "~$")) or lower in DEBRIS_FILES or lower in DEBRIS_FOLDERS


def _why(error: OSError, kind: str) -> str:
    return f"the {kind} cannot be opened ({error.strerror or error})"

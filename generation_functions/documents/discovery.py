"""Finds the files of an input folder: recursively, in one fixed order, each real file once."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
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
        return [_found(folder_or_file, folder_or_file.parent)]
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
        self._seen = {os.path.realpath(root)}

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
            path = folder / entry.name
            if entry.is_symlink():
                self._links.append(path)
            elif entry.is_dir():
                self._seen.add(os.path.realpath(path))
                self._folders.append(path)
            elif entry.is_file():
                self._seen.add(os.path.realpath(path))
                yield _found(path, self._root)

    def _follow(self, link: Path) -> Iterator[FoundFile]:
        target = os.path.realpath(link)
        if target in self._seen:
            return
        if link.is_dir():
            self._seen.add(target)
            self._folders.append(link)
        elif link.is_file():
            self._seen.add(target)
            yield _found(link, self._root)
        elif not link.exists():
            yield FoundFile(display_name(link, self._root), link, problem="it is a link that leads nowhere")


def display_name(path: Path, root: Path) -> str:
    """The name of a file in records: relative to the input folder, forward slashes, NFC, valid Unicode."""
    name = path.relative_to(root).as_posix()
    valid = os.fsencode(name).decode("utf-8", "replace")
    return unicodedata.normalize("NFC", valid)


def _found(path: Path, root: Path) -> FoundFile:
    try:
        return FoundFile(display_name(path, root), path, path.stat().st_size)
    except OSError as error:
        return FoundFile(display_name(path, root), path, problem=_why(error, "file"))


def _is_debris(name: str) -> bool:
    lower = name.lower()
    return name.startswith((".", "~$")) or lower in DEBRIS_FILES or lower in DEBRIS_FOLDERS


def _why(error: OSError, kind: str) -> str:
    return f"the {kind} cannot be opened ({error.strerror or error})"

"""Folders below configs/, a page at a time."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from heapq import nsmallest
from pathlib import Path
from typing import NamedTuple

from web.configs.schemas import SHOWN_NAME, ConfigEntryKind, Tree, TreeEntry
from web.problems import NotFoundError
from web.roots import existing

SUFFIXES = (".yaml", ".yml")
_FIRST_BYTES = 16 * 1024
_PIPELINE = re.compile(r"""^pipeline:[ \t]*["']?([^\s"'#]{1,200})""", re.MULTILINE)
_SHOWN = re.compile(SHOWN_NAME)


class _Found(NamedTuple):
    key: str
    """What entries are sorted by, and what a cursor is."""
    kind: ConfigEntryKind
    name: str


def tree_page(root: Path, folder: str, cursor: str, limit: int) -> Tree:
    """The entries of `folder` after `cursor`. Only those on the page are opened.

    Raises:
        NotFoundError: There is no such folder.
    """
    place = existing(root, folder)
    try:
        found = nsmallest(limit + 1, (entry for entry in _entries(root, place) if entry.key > cursor))
    except OSError as error:
        raise NotFoundError(f"{folder} is not a folder that can be read", code="no-such-folder") from error
    items = [_described(entry, place, folder) for entry in found[:limit]]
    return Tree(items=items, next=found[limit - 1].key if len(found) > limit else None)


def _entries(root: Path, place: Path) -> Iterator[_Found]:
    with os.scandir(place) as entries:
        for entry in entries:
            name = entry.name
            kind = _kind(root, entry)
            if kind is not None and _SHOWN.match(name) and name.isprintable():
                order = "0" if kind is ConfigEntryKind.FOLDER else "1"
                yield _Found(f"{order}{name.casefold()}/{name}", kind, name)


def _kind(root: Path, entry: os.DirEntry[str]) -> ConfigEntryKind | None:
    """None for what is not shown: other files, and links that lead out."""
    try:
        if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(root.resolve()):
            return None
        if entry.is_dir():
            return ConfigEntryKind.FOLDER
        return ConfigEntryKind.CONFIG if entry.name.endswith(SUFFIXES) and entry.is_file() else None
    except (OSError, RuntimeError):  # it vanished, or is a circle of links
        return None


def _described(entry: _Found, place: Path, folder: str) -> TreeEntry:
    file = place / entry.name
    try:
        modified = file.stat().st_mtime
    except OSError:
        modified = 0.0
    return TreeEntry(
        kind=entry.kind,
        name=entry.name,
        path=f"{folder}/{entry.name}" if folder else entry.name,
        modified=modified,
        pipeline=_named_pipeline(file) if entry.kind == ConfigEntryKind.CONFIG else "",
    )


def _named_pipeline(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            found = _PIPELINE.search(opened.read(_FIRST_BYTES).decode("utf-8", "replace"))
    except OSError:
        return ""
    return found[1] if found else ""

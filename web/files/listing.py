"""Lists a folder by pages: folders first, then by name as people sort (file2 before file10)."""

from __future__ import annotations

import base64
import binascii
import heapq
import os
import re
import stat
from enum import StrEnum
from itertools import chain, zip_longest
from pathlib import Path

from pydantic import BaseModel, Field

from web.files.places import disk_errors
from web.problems import InvalidError, ProblemError
from web.roots import clean, existing, inside

_BLANKS, _DIGITS = b"\t\n\v\f\r ", b"0123456789"
_STAND_INS = bytes(range(0xFA, 0x100))  # for the blanks; no text in UTF-8 has these bytes
_DIGITS_TO_BLANKS = bytes.maketrans(_BLANKS + _DIGITS, _STAND_INS + b" " * len(_DIGITS))
_BLANKS_BACK = bytes.maketrans(_STAND_INS, _BLANKS)
_ALL_BUT_DIGITS_TO_BLANKS = bytes(byte if byte in _DIGITS else 0x20 for byte in range(256))
_LENGTHS = [b"0%c" % min(1 + length, 100) for length in range(256)]
_ZERO = ord("0")
_ORDINARY_NAME = re.compile(r"[\w .,()-]{1,63}", re.ASCII)
"""Which need no closer look: they are found in any folder, and are no trick."""
_SORT_ALL = 1000


class EntryKind(StrEnum):
    """What an entry is. `link` leads out of the root or nowhere; `other` has a name or nature that cannot be opened."""

    FOLDER = "folder"
    FILE = "file"
    LINK = "link"
    OTHER = "other"


class Entry(BaseModel):
    """A file or folder in a folder."""

    name: str = Field(examples=["report.html"])
    path: str = Field(description="Relative to the root.", examples=["poems/report.html"])
    kind: EntryKind = Field(description="Only folders and files can be opened.")
    size: int = Field(description="Bytes; 0 for all but files.", examples=[20480])
    modified: float = Field(description="Seconds since 1970.", examples=[1735689600.0])


class EntryPage(BaseModel):
    """A part of a folder."""

    items: list[Entry]
    next: str | None = Field(description="`cursor` of the next page; null on the last.", examples=["ZnJlcG9ydC5odG1s"])
    total: int = Field(description="Entries in the whole folder; hidden ones only count when asked for.", examples=[3])


def list_folder(root: Path, path: str, *, cursor: str, limit: int, hidden: bool) -> EntryPage:
    """One page of the folder `path`.

    Each page scans the folder's names anew (no entry is looked at but those of the page), so that it is right about
    files that have come and gone since the page before.

    Raises:
        NotFoundError, InvalidError, ForbiddenError: There is no such folder to list.
    """
    here = clean(path)
    folder = existing(root, path) if here.parts else inside(root, path)
    if not here.parts and not folder.exists():
        return EntryPage(items=[], next=None, total=0)  # a project without models, say
    if not folder.is_dir():
        raise InvalidError(f"{path} is a file, not a folder", code="not-a-folder")
    with disk_errors(path):
        keys = _sort_keys(_names(folder, hidden))
    after = _read_cursor(cursor)
    later = keys if after is None else [key for key in keys if key > after]
    page = heapq.nsmallest(limit + 1, later) if limit < _SORT_ALL else sorted(later)[: limit + 1]
    names = [_name_in(key) for key in page[:limit]]
    more = _write_cursor(names[-1], page[limit - 1][0]) if len(page) > limit else None
    shown = str(here) if here.parts else ""
    return EntryPage(items=[_entry(root, folder, shown, name) for name in names], next=more, total=len(keys))


def describe(root: Path, target: Path) -> Entry:
    """The entry `target`, whose folder lies below `root`."""
    where = target.parent.relative_to(root.resolve())
    return _entry(root, target.parent, where.as_posix() if where.parts else "", target.name)


def _names(folder: Path, hidden: bool) -> tuple[list[str], list[str]]:
    with os.scandir(folder) as scanned:
        entries = [entry for entry in scanned if hidden or entry.name[0] != "."]
    try:
        inner = {entry.name for entry in entries if entry.is_dir()}  # known without a look at the disk, but for links
    except OSError:  # a circle of links
        inner = {entry.name for entry in entries if _is_folder(entry)}
    return list(inner), [entry.name for entry in entries if entry.name not in inner]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _sort_keys(names: tuple[list[str], list[str]]) -> list[str]:
    """Strings that sort as the listing does, and end with the name.

    All names are treated in one go, as one text ("/" is in no name), so that no Python runs for each character.
    """
    keys: list[str] = []
    for mark, group in zip("df", names, strict=True):
        if group:
            folded = _with_comparable_numbers(f"/{mark}".join(("", *group)).casefold())
            keys += map("\0".join, zip(folded.split("/")[1:], group, strict=True))
    return keys


def _with_comparable_numbers(text: str) -> str:
    """`text`, which must not start with a digit, with each number changed so that it sorts as a number.

    Two tables and `split` find the numbers in half the time that a regular expression needs.
    """
    data = text.encode("utf-8", "surrogateescape")
    words = data.translate(_DIGITS_TO_BLANKS).split()
    numbers = map(_comparable, data.translate(_ALL_BUT_DIGITS_TO_BLANKS).split())
    pieces = chain.from_iterable(zip_longest(words, numbers, fillvalue=b""))
    return b"".join(pieces).translate(_BLANKS_BACK).decode("utf-8", "surrogateescape")


def _comparable(digits: bytes) -> bytes:
    """A longer number is a larger one; it still sorts among other characters where digits do."""
    if digits[0] == _ZERO:
        digits = digits.lstrip(b"0")
    return _LENGTHS[len(digits)] + digits


def _name_in(key: str) -> str:
    return key.partition("\0")[2]


def _write_cursor(name: str, mark: str) -> str:
    return base64.urlsafe_b64encode(os.fsencode(mark + name)).decode().rstrip("=")


def _read_cursor(cursor: str) -> str | None:
    """The sort key of the entry that the page before ended with."""
    if not cursor:
        return None
    try:
        text = os.fsdecode(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise InvalidError("this cursor is not from a page of this folder", code="cursor-invalid") from error
    mark, name = text[:1], text[1:]
    if mark not in ("d", "f") or not name or "/" in name or "\0" in name:
        raise InvalidError("this cursor is not from a page of this folder", code="cursor-invalid")
    return _sort_keys(([name], []) if mark == "d" else ([], [name]))[0]


def _entry(root: Path, folder: Path, where: str, name: str) -> Entry:
    kind, found = _look(root, folder, name)
    shown = name if name.isascii() else os.fsencode(name).decode("utf-8", "replace")
    is_file = kind == EntryKind.FILE and found is not None
    return Entry(
        name=shown,
        path=f"{where}/{shown}" if where else shown,
        kind=kind,
        size=found.st_size if is_file and found is not None else 0,
        modified=found.st_mtime if found is not None else 0.0,
    )


def _look(root: Path, folder: Path, name: str) -> tuple[EntryKind, os.stat_result | None]:
    path = f"{folder}/{name}"  # a Path of each of ten thousand names takes longer than all the rest
    try:
        found = os.lstat(path)
        if not _ORDINARY_NAME.fullmatch(name):
            clean(name)
        if stat.S_ISLNK(found.st_mode):
            found = inside(root, str(Path(path).relative_to(root.resolve()))).stat()
    except OSError:  # gone since, or a link that leads nowhere
        return (EntryKind.LINK if Path(path).is_symlink() else EntryKind.OTHER), None
    except ProblemError as error:
        return (EntryKind.LINK if error.code == "path-outside" else EntryKind.OTHER), found
    if stat.S_ISDIR(found.st_mode):
        return EntryKind.FOLDER, found
    return (EntryKind.FILE if stat.S_ISREG(found.st_mode) else EntryKind.OTHER), found

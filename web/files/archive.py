"""Sends a folder as a zip archive that is made while it is sent: nothing of it is kept in memory or on disk."""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

_BLOCK = 1 << 18
_PACKED_SUFFIXES = ".zip .gz .bz2 .xz .zst .7z .epub .docx .pptx .pdf .png .jpg .jpeg .webp .parquet .safetensors .gguf"
"""Packing these again costs time and saves nothing."""
_NOTE = "_not in this archive.txt"


class _Outgoing(io.RawIOBase):
    """What zipfile writes to; it cannot go back in it, so it writes sizes behind each file."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        block = bytes(memoryview(data))  # type: ignore[arg-type]
        self._waiting.append(block)
        return len(block)

    def take(self) -> bytes:
        blocks = b"".join(self._waiting)
        self._waiting.clear()
        return blocks


def zip_folder(folder: Path) -> Iterator[bytes]:
    """The blocks of an archive with everything below `folder`, hidden files too, so that a run can go on elsewhere.

    Symbolic links are not followed. What is left out, and what could not be read, stands in a note at the end.
    """
    out, missing = _Outgoing(), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, entry in _below(folder):
            shown = os.fsencode(path).decode("utf-8", "replace")
            try:
                if entry is None:
                    archive.writestr(_info(shown + "/", 0, time.time()), b"")
                elif entry.is_symlink() or not entry.is_file(follow_symlinks=False):
                    missing.append(f"{shown}: a link, or no file")
                else:
                    with (folder / path).open("rb") as file:
                        yield from _pack(file, shown, archive, out)
            except OSError as error:
                missing.append(f"{shown}: {error.strerror or error}")
            yield out.take()
        if missing:
            archive.writestr(_info(_NOTE, 1, time.time()), "\n".join(missing) + "\n")
    yield out.take()


def _pack(file: BinaryIO, name: str, archive: zipfile.ZipFile, out: _Outgoing) -> Iterator[bytes]:
    status = os.fstat(file.fileno())
    if not S_ISREG(status.st_mode):
        raise OSError(f"{name} is no file any more")
    left = status.st_size  # what is added meanwhile stays out: the header may not allow for it
    with archive.open(_info(name, left, status.st_mtime), "w") as member:
        while left and (block := file.read(min(_BLOCK, left))):
            member.write(block)
            left -= len(block)
            yield out.take()


def _info(name: str, size: int, modified: float) -> zipfile.ZipInfo:
    moment = time.localtime(modified)[:6]
    info = zipfile.ZipInfo(name, min(max(moment, (1980, 1, 1, 0, 0, 0)), (2107, 12, 31, 23, 59, 58)))
    packed = Path(name).suffix.lower() in _PACKED_SUFFIXES.split() or not size
    info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    info.external_attr = (0o40755 << 16 | 0x10) if name.endswith("/") else 0o100644 << 16
    info.file_size = size
    return info


def _below(folder: Path) -> Iterator[tuple[str, os.DirEntry[str] | None]]:
    """Everything below `folder` but folders, sorted, with its path relative to it; None for an empty folder."""
    open_folders = [("", iter(_entries(folder)))]
    while open_folders:
        where, entries = open_folders[-1]
        entry = next(entries, None)
        if entry is None:
            open_folders.pop()
            continue
        path = f"{where}{entry.name}"
        if not entry.is_dir(follow_symlinks=False):
            yield path, entry
            continue
        inner = _entries(folder / path)
        if not inner:
            yield path, None
        open_folders.append((f"{path}/", iter(inner)))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:  # gone, or not ours to read: shown as an empty folder
        return []

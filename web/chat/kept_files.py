"""Small JSON files of the state folder, one for each conversation or correction: bounded, whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson

from generation_functions.private_files import locked, write_private
from web.problems import ConflictError, TooLargeError

_LARGEST = 8 << 20
_MOST = 10_000


class KeptFiles:
    """The files `FOLDER/ID.json`. Only their owner can read them: people say private things to models."""

    def __init__(self, state: Path, folder: str) -> None:
        self._folder = state / folder
        self._lock = state / f"{folder}.lock"
        self._noun = folder

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other writers out between reading and writing."""
        with locked(self._lock):
            yield

    def read(self, identity: str) -> dict[str, Any] | None:
        """What is kept under an id; None when there is nothing, or nothing that can be read."""
        try:
            path = self._folder / f"{identity}.json"
            if path.stat().st_size > 2 * _LARGEST:
                return None
            found = orjson.loads(path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return None
        return found if isinstance(found, dict) else None

    def write(self, identity: str, data: bytes) -> None:
        """Keep JSON under an id.

        Raises:
            TooLargeError, ConflictError: It is too long, or there are too many.
            StorageError: The disk refuses.
        """
        if len(data) > _LARGEST:
            raise TooLargeError(f"more than {_LARGEST >> 20} MB cannot be kept in one piece: begin a new one")
        path = self._folder / f"{identity}.json"
        if not path.exists() and sum(1 for _ in self._entries()) >= _MOST:
            raise ConflictError(f"{_MOST} {self._noun} are kept already; delete some", code="too-many-kept")
        write_private(path, data)

    def delete(self, identity: str) -> bool:
        """Forget what is kept under an id; says whether there was something."""
        try:
            (self._folder / f"{identity}.json").unlink()
        except FileNotFoundError:
            return False
        return True

    def ids(self) -> list[str]:
        """All ids, those written last first."""
        found = []
        for entry in self._entries():
            with suppress(OSError):
                found.append((-entry.stat().st_mtime_ns, entry.name.removesuffix(".json")))
        return [identity for _, identity in sorted(found)]

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        with suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            yield from (entry for entry in entries if entry.name.endswith(".json") and entry.name[0] != ".")

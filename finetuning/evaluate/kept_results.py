"""Results kept one by one as they are made, so that a kill loses no more than the batch that was under way."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from generation_functions.errors import StorageError


class KeptResults:
    """A file of results by key: read when it is opened, added to line by line. A line that was cut off is left out.

    Args:
        path: JSON lines; need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._results: dict[str, Any] = {}
        for line in path.read_bytes().splitlines() if path.is_file() else ():
            try:
                entry = orjson.loads(line)
                self._results[entry["key"]] = entry["result"]
            except (orjson.JSONDecodeError, KeyError, TypeError):
                continue

    def __contains__(self, key: str) -> bool:
        return key in self._results

    def __getitem__(self, key: str) -> Any:
        return self._results[key]

    def add(self, results: Iterable[tuple[str, Any]]) -> None:
        """Keep (key, result) pairs; they outlive the process when this returns.

        Raises:
            StorageError: The disk did not take them.
        """
        made = dict(results)
        lines = b"".join(
            orjson.dumps({"key": key, "result": result}, option=orjson.OPT_APPEND_NEWLINE)
            for key, result in made.items()
        )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as file:
                # A process that was killed while writing left a line without an end.
                file.write(b"\n" + lines if file.tell() and not self._ends_whole() else lines)
        except OSError as error:
            raise StorageError(
                f"{self.path} cannot be written: {error.strerror}. Make room, and run the same command again; what is "
                "in it already is not measured again."
            ) from error
        self._results.update(made)

    def _ends_whole(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) == b"\n"

"""Whether a run folder already holds all that a run would make, so that running it again can say so and end."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from generation_functions.records import stable_hash

_MADE = ("datasets/**/*", "texts/**/*", "*.jsonl", "README.md")
_KEEPS_CHANGING = ("events.jsonl",)


def completion(folder: Path, identity: str, inputs: Iterable[Path]) -> dict[str, Any]:
    """What run.json keeps of a completed run: its identity, what it read and what it made."""
    return {
        "identity": identity,
        "inputs": {str(path): _listing(path) for path in inputs},
        "made": {str(path.relative_to(folder)): path.stat().st_size for path in _made(folder)},
    }


def is_complete(folder: Path, state: dict[str, Any], identity: str) -> bool:
    """Whether a completed run of this identity read what is there now, and all it made is still there."""
    if state.get("status") != "completed" or state.get("identity") != identity:
        return False
    if any(_listing(Path(path)) != listing for path, listing in state.get("inputs", {}).items()):
        return False
    made = {str(path.relative_to(folder)): path.stat().st_size for path in _made(folder)}
    return made == state.get("made")


def _made(folder: Path) -> list[Path]:
    found = {path for pattern in _MADE for path in folder.glob(pattern) if path.is_file()}
    return sorted(path for path in found if path.name not in _KEEPS_CHANGING)


def _listing(path: Path) -> str:
    """Hash of names, sizes and times of all files below a folder; a changed file shows without being read."""
    files = []
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            stat = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 - many files
            files.append([os.path.relpath(os.path.join(folder, name), path), stat.st_size, stat.st_mtime_ns])  # noqa: PTH118
    if path.is_file():
        stat = path.stat()
        files.append([path.name, stat.st_size, stat.st_mtime_ns])
    return stable_hash(files)

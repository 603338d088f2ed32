"""Whether a run folder already holds all that a run would make, so that running it again can say so and end."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from generation_functions.errors import ConfigError, InterruptedRunError, PausedError
from generation_functions.prompts import Prompt, load_prompts
from generation_functions.records import stable_hash

_MADE = ("*.jsonl", "README.md")
_KEEPS_CHANGING = ("events.jsonl",)


class Reads:
    """What a run depends on besides its config: documents, other files, and prompts."""

    def __init__(self) -> None:
        self.paths: set[Path] = set()
        self._prompts: dict[str, tuple[list[str], str]] = {}

    def prompts(self, loaded: Mapping[str, Prompt], *folders: Path | None) -> str:
        """Note the prompts of `folders`, the first one overridden by the others. Returns a digest of them."""
        names = [str(folder) for folder in folders if folder is not None]
        digest = _prompts_digest(loaded)
        self._prompts[stable_hash(names)] = (names, digest)
        return digest

    @staticmethod
    def listing(path: Path) -> str:
        """Digest of names, sizes and times of all files at or below `path`."""
        return _listing(path)

    def facts(self) -> dict[str, Any]:
        """The entries of run.json."""
        return {
            "inputs": {str(path): _listing(path) for path in sorted(self.paths)},
            "prompts": sorted(self._prompts.values()),
        }


def completion(folder: Path, identity: str, reads: Reads, made: Collection[str]) -> dict[str, Any]:
    """What run.json keeps of a completed run: its identity, what it read, and what it made in which folders."""
    return {
        "identity": identity,
        **reads.facts(),
        "folders": sorted(made),
        "made": {str(path.relative_to(folder)): path.stat().st_size for path in _made(folder, made)},
    }


def is_complete(folder: Path, state: dict[str, Any], identity: str) -> bool:
    """Whether a completed run of this identity read what is there now, and all it made is still there."""
    if state.get("status") != "completed" or state.get("identity") != identity:
        return False
    if any(_listing(Path(path)) != listing for path, listing in state.get("inputs", {}).items()):
        return False
    if any(_digest_now(folders) != digest for folders, digest in state.get("prompts", [])):
        return False
    made = {str(path.relative_to(folder)): path.stat().st_size for path in _made(folder, state.get("folders", []))}
    return made == state.get("made")


def outcome_of(error: BaseException | None) -> tuple[str, str]:
    """How a run ended that ended with `error`, in a word, and the message."""
    if error is None:
        return "completed", ""
    if isinstance(error, PausedError):
        return "paused", str(error)
    if isinstance(error, InterruptedRunError):
        return "interrupted", str(error)
    return "failed", str(error) or type(error).__name__


def _digest_now(folders: list[str]) -> str:
    try:
        return _prompts_digest(load_prompts(*map(Path, folders)))
    except ConfigError:
        return ""


def _prompts_digest(prompts: Mapping[str, Prompt]) -> str:
    return stable_hash(sorted((name, prompt.digest) for name, prompt in prompts.items()))


def _made(folder: Path, folders: Collection[str]) -> list[Path]:
    patterns = [*_MADE, *(f"{made}/**/*" for made in folders)]
    found = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
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

"""Model folders and .gguf files below outputs/ and models/."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath
from threading import Lock
from time import monotonic

from web.models.schemas import ModelKind
from web.problems import NotFoundError
from web.roots import Root, inside
from web.settings import Settings
from web.tolerant import is_text, plain_text_of
from web.watching import shown

_ROOTS = (Root.OUTPUTS, Root.MODELS)
_DEEPEST = 6
_MOST_ENTRIES = 5000
_MOST_FOLDERS = 20_000
"""Of each root."""
_KEPT_SECONDS = 2.0
_NOT_LOOKED_INTO = {
    *("calls", "stages", "datasets", "documents", "retrieval", "images", "mix", "parts", "reviewed"),
    *("checkpoints", "stage_models", "rag_source_data", "pretraining_run", "sft_run"),
}
_WEIGHTS = (".safetensors", ".bin", ".pt", ".pth")
GGUF = ".gguf"


@dataclass(frozen=True)
class FoundModel:
    """A model on the disk."""

    path: str
    """Relative to the project, with the name of the root in front."""
    place: Path
    kind: ModelKind
    size: int
    changed: float


class ModelScan:
    """Looks through the folders, and remembers for a moment what it has found."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._found: list[FoundModel] = []
        self._looked = 0.0

    def all(self) -> list[FoundModel]:
        """Every model, the newest first."""
        with self._lock:
            if not self._looked or monotonic() - self._looked > _KEPT_SECONDS:
                self._found = sorted(_scan(self._settings), key=lambda one: (-one.changed, one.path))
                self._looked = monotonic()
            return self._found

    def forget(self) -> None:
        """Look anew next time."""
        with self._lock:
            self._looked = 0.0


def model_at(settings: Settings, path: str) -> FoundModel:
    """The model at a client's path.

    Raises:
        NotFoundError: There is none.
    """
    root, name, place = place_of(settings, path)
    found: list[FoundModel] = []
    if name:
        with suppress(OSError):
            if place.is_dir():
                found = [one for one in _look(place, f"{root}/{name}")[0] if one.kind != ModelKind.GGUF]
            elif place.suffix == GGUF and place.is_file():
                status = place.stat()
                found = [FoundModel(f"{root}/{name}", place, ModelKind.GGUF, status.st_size, status.st_mtime)]
    if not found:
        raise NotFoundError(f"there is no model at {path}; GET /api/models lists them", code="no-such-model")
    return found[0]


def project_path(settings: Settings, told: str) -> str:
    """A model as a config or a record names it, by the path that it has here where it lies in the project."""
    name = plain_text_of(told)[:1000]
    return shown(settings, Path(normpath(name))) if name.startswith("/") else name.removeprefix("./").rstrip("/")


def place_of(settings: Settings, path: str) -> tuple[Root, str, Path]:
    """Root, path below it, and place on the disk of a client's path."""
    first, _, rest = path.partition("/")
    root = next((one for one in _ROOTS if one.value == first), None)
    if root is None:
        raise NotFoundError(f"{path} is not below outputs/ or models/", code="no-such-model")
    base = root.folder(settings)
    place = inside(base, rest)
    return root, place.relative_to(base).as_posix() if place != base else "", place


def _scan(settings: Settings) -> Iterator[FoundModel]:
    for root in _ROOTS:
        waiting, left = [(root.folder(settings), root.value, 0)], _MOST_FOLDERS
        while waiting and left:
            folder, path, depth = waiting.pop()
            left -= 1
            found, inner = _look(folder, path)
            yield from found
            if depth < _DEEPEST and all(one.kind == ModelKind.GGUF for one in found):
                waiting += [(folder / name, f"{path}/{name}", depth + 1) for name in inner]


def _look(folder: Path, path: str) -> tuple[list[FoundModel], list[str]]:
    """The models that lie in a folder itself, and folders in it that may hold more."""
    sizes: dict[str, os.stat_result] = {}
    inner: list[str] = []
    with suppress(OSError), os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            if number >= _MOST_ENTRIES:
                break
            if entry.name[0] == "." or not is_text(entry.name):
                continue
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    inner += [entry.name] if entry.name not in _NOT_LOOKED_INTO else []
                elif entry.is_file(follow_symlinks=False):
                    sizes[entry.name] = entry.stat()
    found = [
        FoundModel(f"{path}/{name}", folder / name, ModelKind.GGUF, status.st_size, status.st_mtime)
        for name, status in sizes.items()
        if name.endswith(GGUF)
    ]
    kind = _kind(set(sizes))
    if kind is not None:
        size = sum(status.st_size for status in sizes.values())
        changed = max(status.st_mtime for status in sizes.values())
        found.append(FoundModel(path, folder, kind, size, changed))
    return found, inner


def _kind(names: set[str]) -> ModelKind | None:
    if not any(name.endswith(_WEIGHTS) for name in names):
        return None
    if "adapter_config.json" in names:
        return ModelKind.ADAPTER
    return ModelKind.FULL if "config.json" in names else None

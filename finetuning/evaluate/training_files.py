"""Which files a model was trained on, as its training.json says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from finetuning.training_record import read_record


def trained_files(folder: Path) -> tuple[list[Path], list[str]]:
    """The files and folders of rows that the stages of a training name, and those of them that are not here any more.

    Both are empty for a model without a record.
    """
    here: dict[Path, None] = {}
    gone: dict[str, None] = {}
    for stage in read_record(folder).stages:
        for path in _paths(stage):
            if path.exists():
                here[path] = None
            else:
                gone[str(path)] = None
    return list(here), list(gone)


def _paths(stage: dict[str, Any]) -> Iterator[Path]:
    below = Path(str(stage.get("folder") or ""))
    for entry in stage.get("data") or ():
        name = entry.get("file") if isinstance(entry, dict) else entry
        if isinstance(name, str) and name:
            yield (below / name).expanduser()

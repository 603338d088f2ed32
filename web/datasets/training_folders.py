"""Training folders as their finetune.yaml tells of them: stages, data, the steps that follow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from generation_functions.config_yaml import parse_yaml
from web.reading.files import file_in
from web.tolerant import is_text, number_of, object_of, objects_of, text_of, whole_of

FINETUNE_FILE = "finetune.yaml"
HERE = "${HERE}"
_LARGEST = 1 << 20
_DEEPEST = 2
_NOT_LOOKED_INTO = {
    *("calls", "stages", "datasets", "checkpoints", "reviewed", "model", "gguf"),
    *("documents", "retrieval", "images", "mix", "parts"),
}
_MOST_ENTRIES = 2000
_MOST_FILES = 100
_ENTRY_KEYS = ("data", "held_out")
_STAGE_KEYS = ("chat_template", "sequence_length", "batch_tokens", "epochs", "learning_rate", "lora_rank")


@dataclass(frozen=True)
class TrainingStage:
    """One stage: what is trained, and on which files."""

    kind: str
    files: tuple[tuple[str, str], ...]
    """Path below the run's folder, and format."""
    settings: dict[str, Any] = field(default_factory=dict)
    """The stage as it is written, to go into a config."""

    def steps(self, tokens: int) -> int:
        """Optimiser steps to expect from so many tokens; 0 when the settings do not say."""
        batch, epochs = whole_of(self.settings.get("batch_tokens")), number_of(self.settings.get("epochs")) or 1.0
        return max(1, -(-int(tokens * min(epochs, 1e6)) // batch)) if batch > 0 and tokens > 0 else 0


@dataclass(frozen=True)
class TrainingFolder:
    """A folder with a finetune.yaml."""

    name: str
    """Below the run's folder; empty for the run's folder itself."""
    settings: dict[str, Any]
    stages: tuple[TrainingStage, ...]

    @property
    def kind(self) -> str:
        """Of its first stage."""
        return self.stages[0].kind if self.stages else ""

    @property
    def files(self) -> set[str]:
        """Its data, as paths below the run's folder."""
        return {file for stage in self.stages for file, _ in stage.files}

    @property
    def base_model(self) -> str:
        """The model it names."""
        return text_of(self.settings.get("base_model"))


def training_folders(folder: Path) -> list[TrainingFolder]:
    """All of them in a run's folder: those for pretraining first, otherwise by name."""
    found = [one for name in folders_with(folder, FINETUNE_FILE) if (one := read_training_folder(folder, name))]
    return sorted(found, key=lambda one: (one.kind != "pretraining", one.name))


def folders_with(folder: Path, name: str, depth: int = _DEEPEST, below: str = "") -> Iterator[str]:
    """Folders, at or below a run's, that hold a file of this name; as paths below the run's folder."""
    if (folder / below / name).is_file():
        yield below
    if depth == 0:
        return
    inner = []
    with suppress(OSError), os.scandir(folder / below) as entries:
        for number, entry in enumerate(entries):
            if number >= _MOST_ENTRIES:
                break
            usable = entry.name[0] != "." and entry.name not in _NOT_LOOKED_INTO and is_text(entry.name)
            if usable and entry.is_dir(follow_symlinks=False):
                inner.append(entry.name)
    for one in sorted(inner):
        yield from folders_with(folder, name, depth - 1, f"{below}/{one}" if below else one)


def read_training_folder(folder: Path, name: str) -> TrainingFolder | None:
    """What the finetune.yaml in the folder `name` of a run says; None when it says nothing that can be used."""
    path = file_in(folder, f"{name}/{FINETUNE_FILE}" if name else FINETUNE_FILE)
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return None
    settings = object_of(parse_yaml(text, FINETUNE_FILE).values)
    written = objects_of(settings.get("stages")) or ([_of_earlier_versions(settings)] if settings.get("data") else [])
    stages = tuple(_stage(name, one) for one in written)
    return TrainingFolder(name, settings, stages) if stages else None


def _of_earlier_versions(settings: dict[str, Any]) -> dict[str, Any]:
    """The one stage of a file in which the settings of a stage stood at the top."""
    stage = {key: settings[key] for key in _STAGE_KEYS if settings.get(key) is not None}
    data = [{key: one[key] for key in ("file", "format") if key in one} for one in objects_of(settings.get("data"))]
    template = text_of(stage.get("chat_template"))
    if template.endswith(".jinja") and "/" not in template:
        stage["chat_template"] = f"{HERE}/{template}"
    return {"kind": text_of(settings.get("stage")), "folder": HERE, **stage, "data": data}


def _stage(name: str, written: dict[str, Any]) -> TrainingStage:
    settings = {key: value for key, value in _plain(written).items() if key not in _ENTRY_KEYS}
    for key in _ENTRY_KEYS:
        entries = [_plain(entry) for entry in objects_of(written.get(key))[:_MOST_FILES]]
        settings |= {key: entries} if entries else {}
    files = []
    for entry in settings.get("data", []):
        file = text_of(entry.get("file")).removeprefix(f"{HERE}/").removeprefix("./")
        files.append((f"{name}/{file}" if name else file, text_of(entry.get("format"))))
    return TrainingStage(text_of(written.get("kind")) or "supervised", tuple(files), settings)


def _plain(written: dict[str, Any]) -> dict[str, Any]:
    """Texts and numbers alone: what else YAML can say, such as a list within a list a thousand times, is of no use."""
    return {
        str(key): value
        for key, value in written.items()
        if isinstance(value, str | bool | int) or (isinstance(value, float) and isfinite(value))
    }

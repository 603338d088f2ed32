"""Noticing that code was edited: a stamp over the files that pipelines are made of."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from generation_functions.records import stable_hash
from generation_functions.super_config import FILE_NAME, PROJECT, read_super_config

_CODE_FOLDERS = ("generation", "generation_functions")
_MOST_BESIDE = 200
"""Files beside a pipeline's that are looked at: it may lie in a folder full of other things."""


def code_stamp(root: Path) -> str:
    """Changes when a file of a pipeline in the project `root` does: code, prompts, README, config, or an alias."""
    facts = []
    for file in sorted({*_files(root)}):
        try:
            found = file.stat()
        except OSError:
            continue
        facts.append(f"{file} {found.st_mtime_ns} {found.st_size}")
    return stable_hash("\n".join(facts))


def _files(root: Path) -> Iterator[Path]:
    for base in {root, PROJECT}:
        yield base / FILE_NAME
        for folder in _CODE_FOLDERS:
            yield from _below(base / folder)
    super_config = root / FILE_NAME
    config = read_super_config(super_config if super_config.is_file() else PROJECT / FILE_NAME)
    for target in config.aliases.values():
        place = config.folder / target.partition(":")[0]
        yield from _beside(place if place.is_dir() else place.parent)


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__" and not name.startswith(".")]
        yield from (Path(parent, name) for name in files)


def _beside(folder: Path) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            for _, entry in zip(range(_MOST_BESIDE), entries, strict=False):
                if entry.name.endswith((".py", ".yaml", ".md")):
                    yield Path(entry.path)
    except OSError:
        return

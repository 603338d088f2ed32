"""Checkpoints: all that training needs to go on as if it had never stopped, in folders that are whole or not there.

<output_dir>/checkpoints/1-pretraining-step-000120/
    model or adapter weights, optimizer.pt, scheduler.pt, rng_state*.pth, trainer_state.json
    checkpoint.json     the stage, its digest, the step, the running figures
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from finetuning.distributed import Group
from finetuning.folder_swap import new_folder
from finetuning.training_failures import explained_writing
from generation_functions.run_folder import read_json

FILE = "checkpoint.json"


@dataclass(frozen=True)
class Checkpoint:
    """One that is there.

    Attributes:
        folder: Where.
        step: Optimiser steps of the stage that were done.
        facts: What else it was given.
    """

    folder: Path
    step: int
    facts: dict[str, Any]


@dataclass(frozen=True)
class Checkpoints:
    """Those of a stage.

    Attributes:
        folder: `checkpoints` of the run.
        stage: What people call the stage.
        digest: Of all that decides what the stage learns; those with another are not gone on from.
        keep: How many of the newest stay.
        group: The processes that train.
    """

    folder: Path
    stage: str
    digest: str
    keep: int
    group: Group

    def newest(self) -> Checkpoint | None:
        """The newest of this stage, or None."""
        mine = [one for one in self._all() if one.facts.get("digest") == self.digest]
        return max(mine, key=lambda one: one.step, default=None)

    def of_other_settings(self) -> Checkpoint | None:
        """The newest of this stage with another digest, or None: what it learns was changed since."""
        others = [one for one in self._all() if one.facts.get("stage") == self.stage]
        return max(others, key=lambda one: one.step, default=None) if self.newest() is None else None

    @contextmanager
    def writing(self, step: int, facts: dict[str, Any]) -> Iterator[Path]:
        """A folder to write a checkpoint to, which counts once the block has ended well, on every process.

        Raises:
            StorageError: It cannot be written; those before it are still there.
        """
        final = self.folder / f"{self.stage.replace(' ', '-')}-step-{step:06d}"
        kept = self.kept()
        if not self.group.writes:
            self.group.wait()  # until the folder is there
            with explained_writing(f"the checkpoint of step {step}", kept):
                yield final.with_name(f".{final.name}.new")
            self.group.wait()  # until all have written
            self.group.wait()  # until it counts
            return
        with new_folder(final) as new:
            self.group.wait()
            with explained_writing(f"the checkpoint of step {step}", kept):
                yield new
                about = {"stage": self.stage, "digest": self.digest, "step": step, **facts}
                (new / FILE).write_bytes(orjson.dumps(about, option=orjson.OPT_INDENT_2))
            self.group.wait()
        self.group.wait()
        self._forget_oldest()

    def kept(self) -> str:
        """What there is to go on from, in words."""
        newest = self.newest()
        return f"The checkpoint of step {newest.step} is kept: {newest.folder}." if newest else "No checkpoint yet."

    def _all(self) -> list[Checkpoint]:
        found = []
        for file in self.folder.glob(f"*/{FILE}"):
            facts = read_json(file)
            if not file.parent.name.startswith(".") and isinstance(facts.get("step"), int):
                found.append(Checkpoint(file.parent, facts["step"], facts))
        return found

    def _forget_oldest(self) -> None:
        oldest_first = sorted(self._all(), key=lambda one: (one.folder / FILE).stat().st_mtime_ns)
        for one in oldest_first[: -self.keep]:
            doomed = one.folder.with_name(f".{one.folder.name}.old")
            shutil.rmtree(doomed, ignore_errors=True)
            one.folder.rename(doomed)  # from here on nobody takes it for a checkpoint
            shutil.rmtree(doomed, ignore_errors=True)
        for left in self.folder.glob(".*"):  # of processes that were killed
            shutil.rmtree(left, ignore_errors=True)

"""What a model folder says about how it was made: its training.json."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from generation_functions.errors import UsageError

RECORD_FILE = "training.json"


class TrainingRecord(BaseModel):
    """How a model came to be."""

    model_config = ConfigDict(extra="allow", frozen=True)  # a later version may say more

    base_model: str = Field(default="", description="What training started from: hub name, folder, or new.")
    adapter: bool = Field(default=False, description="Whether the folder holds an adapter to be put on base_model.")
    chat_template: str = Field(default="", description="Name of the chat template; its text is beside this file.")
    stops: tuple[str, ...] = Field(default=(), description="What an answer ends with; the first one was trained.")
    stages: list[dict[str, Any]] = Field(default=[], description="The training stages, in order.")
    created: str = Field(default="", description="When, as ISO 8601.")
    parameters: int = Field(default=0, description="How many the whole model has.")


def record_text(record: TrainingRecord, folder: Path) -> str:
    """What training.json of `folder` says.

    The base model and files of data are told by the way that leads to them from there: who uploads the folder does not
    give away where on a disk it lay.
    """
    here = folder.resolve()

    def told(name: str) -> str:
        if not name.startswith("/"):
            return name
        way = os.path.relpath(name, here)
        return way if way.startswith("../") else f"./{way}"

    told_record = _with_data(record, told).model_copy(update={"base_model": told(record.base_model)})
    return told_record.model_dump_json(indent=2) + "\n"


def read_record(folder: Path) -> TrainingRecord:
    """The record of a model folder; an empty one where the folder has none, as those of the hub.

    Files of data are told from anywhere; a base model may be told by the way that leads to it from the folder.

    Raises:
        UsageError: It is there and cannot be read.
    """
    path = Path(folder).expanduser() / RECORD_FILE
    here = path.parent.resolve()

    def found(name: str) -> str:
        return os.path.normpath(here / name) if name.startswith(("./", "../")) else name

    try:
        return _with_data(TrainingRecord.model_validate_json(path.read_bytes()), found)
    except FileNotFoundError:
        return TrainingRecord()
    except (OSError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"{path} cannot be read: {reason}. Delete it, or train again.") from error


def _with_data(record: TrainingRecord, change: Callable[[str], str]) -> TrainingRecord:
    """With other names for the files of data."""

    def changed(stage: dict[str, Any]) -> dict[str, Any]:
        data = stage.get("data")
        if not isinstance(data, list):
            return stage
        return {**stage, "data": [change(name) if isinstance(name, str) else name for name in data]}

    return record.model_copy(update={"stages": [changed(stage) for stage in record.stages]})

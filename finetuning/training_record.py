"""What a model folder says about how it was made: its training.json."""

from __future__ import annotations

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


def read_record(folder: Path) -> TrainingRecord:
    """The record of a model folder; an empty one where the folder has none, as those of the hub.

    Raises:
        UsageError: It is there and cannot be read.
    """
    path = Path(folder).expanduser() / RECORD_FILE
    try:
        return TrainingRecord.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return TrainingRecord()
    except (OSError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"{path} cannot be read: {reason}. Delete it, or train again.") from error

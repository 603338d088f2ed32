"""Options that every pipeline's config accepts beside the pipeline's own parameters."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from generation_functions.parameter_types import Folder


class RunOptions(BaseModel):
    """How a run is kept and what it may spend."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    output_dir: Folder = Field(
        default=Path("outputs/run"),
        description="The run's folder: results, call log, datasets, report. Copy it and it resumes elsewhere.",
    )
    max_cost: float | None = Field(
        default=None, ge=0, description="Stop cleanly (exit 3) before the run has spent this many dollars."
    )
    max_calls: int | None = Field(
        default=None, ge=0, description="Stop cleanly (exit 3) after this many paid model calls."
    )
    reuse_calls: bool = Field(
        default=True, description="Take replies that other runs on this machine already paid for."
    )

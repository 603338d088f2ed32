"""What routes of training take and answer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from web.runs.schemas import Following, Run

RUN_ID = "^[0-9a-f]{16}$"
Preset = Literal["auto", "cpu", "8gb", "16gb", "24gb", "48gb", "80gb", "141gb"]
FollowUp = Literal["evaluate", "export"]
BaseModelName = Annotated[
    str,
    Field(
        max_length=500,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="Name on the Hugging Face hub, a folder, or `new`; empty: what the training folder names.",
        examples=["Qwen/Qwen3-0.6B-Base"],
    ),
]
ShortName = Annotated[
    str,
    Field(
        max_length=80,
        pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]*)?$",
        description="Of the config and the output folder; empty: one that is free, after the first run.",
        examples=["lamp-keeper"],
    ),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TrainingSource(_Strict):
    """Data to train on."""

    run: str = Field(pattern=RUN_ID, examples=["0123456789abcdef"])
    file: str = Field(
        default="",
        max_length=1000,
        pattern=r"^[^\x00-\x1f\x7f\\]*$",
        description="A training folder or a file of rows below the run's folder, as GET /api/datasets names it; "
        "empty: all training folders of the run.",
    )


class TrainingWish(_Strict):
    """What to train, and what is to follow."""

    sources: list[TrainingSource] = Field(min_length=1, max_length=20)
    base_model: BaseModelName = ""
    preset: Preset = Field(default="auto", description="What memory there is; auto looks.")
    name: ShortName = ""
    then: list[FollowUp] = Field(default_factory=list, max_length=2, description="What follows, in this order.")


class TrainingStageView(BaseModel):
    """One stage of the config."""

    kind: str = Field(examples=["pretraining"])
    folder: str = Field(description="Relative to the project.", examples=["outputs/poems/pretraining_run"])
    files: list[str]
    rows: int
    tokens: int
    expected_steps: int = Field(description="0: not known.")


class FollowUpView(BaseModel):
    """A run that is to follow."""

    kind: FollowUp
    config: str = Field(description="Below configs/.", examples=["train/poems-evaluate.yaml"])
    output_dir: str


class TrainingConfig(BaseModel):
    """A config that was made."""

    config: str = Field(description="Below configs/; what `POST /api/runs` takes.", examples=["train/poems.yaml"])
    output_dir: str = Field(examples=["outputs/train/poems"])
    base_model: str
    stages: list[TrainingStageView]
    then: list[FollowUpView]
    notes: list[str] = Field(description="What to know before it is started, such as too few steps.")


class StartedTraining(BaseModel):
    """A training that was queued, with the config it runs."""

    run: Run
    made: TrainingConfig


class TrainingPoint(BaseModel):
    """One step. Figures that were not noted are null."""

    step: int
    t: float | None = Field(default=None, description="Seconds since 1970.")
    epoch: float | None = None
    loss: float | None = None
    learning_rate: float | None = None
    gradient_norm: float | None = None
    tokens: float | None = Field(default=None, description="Trained on so far.")
    tokens_per_second: float | None = None
    memory_bytes: float | None = None
    eta_seconds: float | None = None


class TrainingCurve(BaseModel):
    """One stage of a training run."""

    stage: str = Field(examples=["1 pretraining"])
    steps: int = Field(description="Steps that there will be; 0: not known.")
    points: list[TrainingPoint] = Field(
        description="In order of steps. Where the first step is not behind those that were shown, training has gone "
        "back to a checkpoint: what was shown from that step on is void."
    )
    latest: TrainingPoint


class TrainingHistory(BaseModel):
    """The curves of a training run."""

    stages: list[TrainingCurve]
    last: str = Field(description="Send it as `after` to get what came since.", examples=["0a1b2c3d.812"])
    whole: bool = Field(
        description="True: these points take the place of all that were shown. False: they come behind those."
    )
    complete: bool = Field(description="False while a very long file is still being read: ask again.")
    following: Following

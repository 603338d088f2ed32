"""What runs look like from outside."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from web.tables import Kind, State

Text = Annotated[str, Field(max_length=4000)]
Tag = Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[^\x00-\x1f]+$")]
Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Overrides = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=200)], Text],
    Field(max_length=100, description="Values that replace those of the config, as YAML; nested keys with dots."),
]
OVERRIDES_EXAMPLE = {"limit": "20", "model.name": "offline"}


class Figures(BaseModel):
    """What a run has come to."""

    rows: int = 0
    calls: int = 0
    reused: int = Field(default=0, description="Replies taken from the log instead of paid for.")
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = Field(default=0.0, description="Dollars over the run folder's whole life.")
    failed: int = Field(default=0, description="Records that could not be finished.")
    dropped: int = Field(default=0, description="Records that steps of the latest try let go; the funnel says why.")
    seconds: float = Field(default=0.0, description="Of the latest try.")


class StepFunnel(BaseModel):
    """One step of a stage: what came in, what stayed, what went and why."""

    name: str
    entered: int = Field(default=0, alias="in", description="Records that entered.")
    kept: int = 0
    made: int = 0
    dropped: dict[str, int] = Field(default_factory=dict, description="By reason.")
    failed: dict[str, int] = Field(default_factory=dict, description="By reason.")


class StageFunnel(BaseModel):
    """One stage of a run."""

    name: str
    records_in: int = 0
    records_out: int = 0
    seconds: float = 0.0
    steps: list[StepFunnel] = Field(default_factory=list)


class Progress(BaseModel):
    """How far a run is: the latest snapshot. It stays what it was when the run ends or fails."""

    stage: str = ""
    total: float | None = Field(default=None, description="Records, where the number is known.")
    done: float = 0
    calls: int = 0
    reused: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    records_per_second: float = 0.0
    concurrency: int = Field(default=0, description="Calls in flight that the endpoints bear at the moment.")
    troubles: dict[str, int] = Field(default_factory=dict, description="Of providers, by kind.")
    eta_seconds: float | None = None
    message: str = ""
    steps: list[StepFunnel] = Field(default_factory=list)


class Run(BaseModel):
    """A run in the list."""

    id: str = Field(examples=["0123456789abcdef"])
    state: State
    stopping: str = Field(default="", description="`paused` or `cancelled` while it is on its way there.")
    name: str
    pipeline: str
    folder: str = Field(description="Relative to the project where it lies in it.", examples=["outputs/poems"])
    config_file: str = Field(description="The config it was started with; empty for the command line's runs.")
    tags: list[str]
    message: str = Field(description="Why it is in this state, and what to do next.")
    created: float = Field(description="Seconds since 1970.")
    started: float
    ended: float
    exit_code: int | None = None
    figures: Figures
    progress: Progress | None = Field(default=None, description="Of runs that are not completed.")
    waiting: list[str] = Field(
        default_factory=list, description="Configs that start by themselves when this run is completed, and not before."
    )


class Following(BaseModel):
    """What comes after a run, in a chain of runs that start by themselves."""

    then: list[str] = Field(
        default_factory=list,
        description="Configs still to be started, in order: each when the run before it is completed.",
        examples=[["train/poems-export.yaml"]],
    )
    started: str = Field(default="", description="Id of the run that was started after this one.")
    problem: str = Field(default="", description="Why the next one could not be started.")
    held_up: str = Field(
        default="",
        description="Why those in `then` are not started, and how to go on; empty while nothing is in their way.",
        examples=[
            "not started: train/poems-export.yaml. This run has failed; resume it: when it is completed, what "
            "follows starts by itself."
        ],
    )
    held_up_by: str = Field(default="", description="Id of the run that holds them up: this one, or one behind it.")


class RunDetails(Run):
    """A run with all there is to say about it."""

    config: dict[str, Any] = Field(description="As resolved, secrets as references.")
    stages: list[StageFunnel] = Field(description="The funnel: finished stages of the latest try.")
    notes: list[str]
    offline: bool = Field(default=False, description="Whether the rule-based stand-in answered, not a model.")
    command: str = Field(description="What continues it on the command line.")
    following: Following | None = Field(default=None, description="What comes after it; null when nothing does.")


class Runs(BaseModel):
    """A page of runs."""

    items: list[Run]
    next: str | None = Field(default=None, description="Cursor of the next page.")
    total: int = Field(description="Runs that fit the filter.")
    counts: dict[str, int] = Field(description="All runs by state.")


class StartRun(BaseModel):
    """A run to start: a config file, or a pipeline with its own config."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"config": "poems.yaml"}]})

    config: str = Field(default="", max_length=1000, description="A file below configs/.", examples=["poems.yaml"])
    pipeline: str = Field(default="", max_length=200, description="Instead: a pipeline's name.", examples=[""])
    overrides: Overrides = Field(default_factory=dict, examples=[OVERRIDES_EXAMPLE])
    name: Name = ""
    tags: list[Tag] = Field(default_factory=list, max_length=20)


class ResumeRun(BaseModel):
    """How to go on."""

    model_config = ConfigDict(extra="forbid")

    overrides: Overrides = Field(default_factory=dict, examples=[{"max_cost": "20"}])


class CloneRun(BaseModel):
    """A new run with the config of another."""

    model_config = ConfigDict(extra="forbid")

    output_dir: str = Field(
        default="", max_length=1000, description="Folder below outputs/; a free one by default.", examples=[""]
    )
    overrides: Overrides = Field(default_factory=dict, examples=[{"limit": "50"}])
    name: Name = ""
    start: StrictBool = Field(default=True, description="Without it the clone waits, paused.")


class RetryFailed(BaseModel):
    """Which failed records to try again, and with which model."""

    model_config = ConfigDict(extra="forbid")

    records: list[Annotated[str, Field(max_length=200)]] = Field(
        default_factory=list, max_length=100_000, description="Ids in the inbox of failed records; empty for all."
    )
    overrides: Overrides = Field(default_factory=dict, examples=[{"model": "ollama:qwen3:8b"}])


class Label(BaseModel):
    """What a person calls a run."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    tags: list[Tag] | None = Field(default=None, max_length=20)


class ConfigDifference(BaseModel):
    """One value that two runs do not share."""

    key: str
    first: Any = None
    second: Any = None


class Comparison(BaseModel):
    """Two runs side by side."""

    first: RunDetails
    second: RunDetails
    differences: list[ConfigDifference]


class StartJob(BaseModel):
    """An estimate or preview to start."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"kind": "preview", "config": "poems.yaml"}]}
    )

    kind: Literal[Kind.ESTIMATE, Kind.PREVIEW]
    config: str = Field(default="", max_length=1000, description="A file below configs/.")
    text: str | None = Field(default=None, max_length=1_000_000, description="Instead: an unsaved config.")
    overrides: Overrides = Field(default_factory=dict)
    records: StrictInt = Field(default=5, ge=1, le=200, description="Records that are really run.")


class Job(BaseModel):
    """An estimate or preview."""

    id: str
    kind: Kind
    state: State
    message: str
    created: float
    started: float
    ended: float
    result: dict[str, Any] | None = Field(description="What the command line prints with --json, when it is completed.")

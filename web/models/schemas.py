"""What routes of models take and answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from web.files.preview_models import Row
from web.runs.schemas import Run

_PATH = r"^(outputs|models)/[^\x00-\x1f\x7f\\]+$"
ModelPath = Annotated[
    str,
    Field(
        max_length=1000,
        pattern=_PATH,
        description="Folder, or .gguf file, below outputs/ or models/.",
        examples=["outputs/train/poems/model"],
    ),
]
GivenModelPath = Annotated[
    str,
    Query(
        max_length=1000,
        pattern=_PATH,
        description="Folder, or .gguf file, below outputs/ or models/.",
        examples=["outputs/train/poems/model"],
    ),
]


class ModelKind(StrEnum):
    """What it is: a whole model, an adapter that wants its base model, one file for llama.cpp."""

    FULL = "full"
    ADAPTER = "adapter"
    GGUF = "gguf"


class TrainedStage(BaseModel):
    """One stage of training, as training.json tells of it."""

    kind: str = Field(examples=["supervised"])
    steps: int
    epochs: float
    tokens: int
    final_loss: float | None


class Figure(BaseModel):
    """One figure of an evaluation, before and after."""

    name: str = Field(examples=["closed-book answers right"])
    unit: str = Field(examples=["%"])
    better: str = Field(description="`higher` or `lower`.", examples=["higher"])
    before: float | None
    after: float | None
    low_before: float | None = Field(description="Lower end of its confidence interval.")
    high_before: float | None
    low_after: float | None
    high_after: float | None
    verdict: str = Field(
        default="",
        description="What a test of the answers, one by one, says of the change: `learned`, `forgot` or `not shown`; "
        "empty: nothing to compare.",
        examples=["learned"],
    )


class EvaluationEntry(BaseModel):
    """An evaluation that some run has made."""

    run: str = Field(description="Id of the run.", examples=["0123456789abcdef"])
    run_name: str
    folder: str = Field(description="Relative to the project.", examples=["outputs/train/poems-evaluate"])
    before: str = Field(description="The model before.", examples=["Qwen/Qwen3-0.6B-Base"])
    after: str = Field(description="The model after.", examples=["outputs/train/poems/model"])
    figures: list[Figure]
    created: float = Field(description="Seconds since 1970.")


class EvaluationDetails(EvaluationEntry):
    """An evaluation with all that it says."""

    questions: dict[str, Any] = Field(description="How many were asked, and the like.")
    contamination: dict[str, Any] = Field(description="Questions that the training data gives away.")
    forgetting: dict[str, Any] = Field(description="What general knowledge was lost.")
    models: dict[str, Any] = Field(description="What was compared, as the evaluation tells of it.")
    conclusions: list[str] = Field(description="What the figures say, in words.")
    notes: list[str] = Field(description="What to know about how they were measured.")
    report: str = Field(description="Its report, relative to the project; empty when there is none.")


class EvaluationPage(BaseModel):
    """A page of evaluations, the newest first."""

    items: list[EvaluationEntry]
    next: str | None = Field(default=None, description="Cursor of the next page; null on the last.")


class AnswerPage(BaseModel):
    """A page of questions with the answers before and after."""

    items: list[Row]
    next: str | None = Field(default=None, description="Cursor of the next page; null on the last.")


class EvaluationComparison(BaseModel):
    """Two evaluations side by side."""

    first: EvaluationDetails
    second: EvaluationDetails
    shared: list[str] = Field(description="Names of the figures that both have.")


class ServedName(BaseModel):
    """Where a model is served."""

    run: str = Field(description="Id of the run that serves it.")
    name: str = Field(description="What requests call it.")


class ModelEntry(BaseModel):
    """A model that is there."""

    path: str = Field(
        description="Relative to the project: what configs write.", examples=["outputs/train/poems/model"]
    )
    name: str = Field(examples=["poems"])
    kind: ModelKind
    run: str = Field(description="Id of the run whose folder it lies in; empty: of none.")
    run_name: str
    base_model: str = Field(examples=["Qwen/Qwen3-0.6B-Base"])
    chat_template: str = Field(description="Name; empty: not known.", examples=["chatml"])
    stops: list[str]
    parameters: int = Field(description="Of the whole model; 0: not known.")
    stages: list[TrainedStage]
    size: int = Field(description="Bytes of its files.")
    created: float = Field(description="Seconds since 1970.")
    figures: list[Figure] = Field(description="Of the newest evaluation whose `after` it is.")
    evaluation: str = Field(description="Id of the run that made them; empty: not evaluated.")
    exports: list[str] = Field(description="Paths of models that were exported from it.")
    served: list[ServedName]


class ModelPage(BaseModel):
    """A page of models, the newest first."""

    items: list[ModelEntry]
    next: str | None = Field(default=None, description="Cursor of the next page; null on the last.")
    total: int


class ModelFile(BaseModel):
    """A file of a model."""

    name: str
    size: int


class ModelDetails(ModelEntry):
    """A model with what is known of it."""

    files: list[ModelFile]
    record: dict[str, Any] = Field(description="Its training.json.")
    evaluations: list[EvaluationEntry] = Field(description="All whose `before` or `after` it is; the newest first.")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ServeWish(_Strict):
    """Models to serve, together in one server."""

    models: list[ModelPath] = Field(min_length=1, max_length=8)


class Served(BaseModel):
    """A server of models: a run of basic-server or rag-server."""

    run: Run
    url: str = Field(description="Root of its API; empty until it listens.", examples=["http://127.0.0.1:8101/v1"])
    models: list[str] = Field(description="What requests call them.")
    paths: list[str] = Field(description="What it was started with, as its config writes it.")
    answers: bool = Field(description="Whether it answers just now.")


class ServedList(BaseModel):
    """All servers that are queued or running."""

    items: list[Served]

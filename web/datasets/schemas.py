"""What routes of datasets take and answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from web.files.preview_models import Row

FilePath = Annotated[
    str,
    Query(
        min_length=1,
        max_length=1000,
        pattern=r"^[^\x00-\x1f\x7f\\]+$",
        description="Below the run's folder, as the list gives it.",
        examples=["datasets/pairs.jsonl"],
    ),
]


class DatasetKind(StrEnum):
    """What an entry is: a file of rows, a folder that is ready to train on, questions to evaluate with."""

    DATASET = "dataset"
    TRAINING = "training"
    QUESTIONS = "questions"


class DatasetEntry(BaseModel):
    """Something that a run has made and that training or evaluation can use."""

    kind: DatasetKind
    run: str = Field(description="Id of the run.", examples=["0123456789abcdef"])
    run_name: str = Field(examples=["poems"])
    pipeline: str = Field(examples=["factual-datagen-pipeline"])
    name: str = Field(examples=["pairs"])
    file: str = Field(description="File or folder, below the run's folder.", examples=["datasets/pairs.jsonl"])
    path: str = Field(
        description="The same as configs name it: relative to the project.",
        examples=["outputs/poems/datasets/pairs.jsonl"],
    )
    format: str = Field(description="Layout of the rows; of a training folder, all there are.", examples=["messages"])
    rows: int = Field(examples=[56])
    tokens: int = Field(description="As estimated when it was written; 0: not known.", examples=[1893])
    size: int = Field(description="Bytes of its rows.", examples=[12323])
    parquet: bool = Field(default=False, description="Whether it is there as Parquet too, beside it.")
    stage: str = Field(
        default="", description="Of a training folder: pretraining or supervised.", examples=["supervised"]
    )
    expected_steps: int = Field(
        default=0, description="Of a training folder: optimiser steps that follow from its settings."
    )
    base_model: str = Field(default="", description="Of a training folder: the model it names.")
    note: str = Field(default="", description="What to know before it is trained on.")
    created: float = Field(description="Seconds since 1970.", examples=[1760000000.0])


class DatasetPage(BaseModel):
    """A page of entries, those of the newest run first."""

    items: list[DatasetEntry]
    next: str | None = Field(default=None, description="Cursor of the next page; null on the last.")


class TrainingFileInfo(BaseModel):
    """A file of a training folder."""

    file: str = Field(description="Below the run's folder.", examples=["sft_run/chat.jsonl"])
    format: str = Field(examples=["messages"])
    rows: int
    tokens: int
    size: int


class LengthBucket(BaseModel):
    """Rows of a range of lengths."""

    least: int = Field(description="Tokens, included.")
    most: int = Field(description="Tokens, not included.")
    rows: int


class DatasetDetails(DatasetEntry):
    """An entry with what is in it."""

    examples: list[Row] = Field(description="The first rows.")
    lengths: list[LengthBucket] = Field(description="How long the rows are; empty when that is not known.")
    files: list[TrainingFileInfo] = Field(description="Of a training folder: its data.")
    settings: dict[str, Any] = Field(description="Of a training folder: its stage, as its finetune.yaml says.")
    formats: list[str] = Field(
        description="What an export can give, as far as the first row tells.",
        examples=[["messages", "sharegpt", "text", "segments", "parquet"]],
    )

"""What the routes of pipelines answer."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from web.problems import Mistake


class PipelineSummary(BaseModel):
    """A pipeline in the list."""

    name: str = Field(description="Its name in path_aliases.", examples=["example-pipeline"])
    summary: str = Field(default="", examples=["Write a poem about each chunk of your documents."])
    description: str = ""
    config: str | None = Field(default=None, description="The config that lies beside it.")
    error: str | None = Field(default=None, description="Why it cannot be run; null when it can.")


class PipelineList(BaseModel):
    """Every registered pipeline, in the order of super_config.yaml."""

    items: list[PipelineSummary]
    mistakes: list[Mistake] = Field(default_factory=list, description="Of super_config.yaml.")


class PipelineParameter(BaseModel):
    """Something that a config can set."""

    name: str = Field(examples=["chunk_size"])
    type: str = Field(description="In words.", examples=["a whole number"])
    required: bool
    default: Any = Field(default=None, description="As JSON; null when it is required.", examples=[400])
    default_text: str = Field(default="", description="As one would write it in YAML.", examples=["400"])
    description: str = Field(default="", examples=["Longest chunk, in tokens."])


class PipelineStage(BaseModel):
    """A part of a pipeline, read off its source."""

    kind: str = Field(description="read, map or write.", examples=["map"])
    stage: str = Field(examples=["poems"])
    steps: list[str] = Field(default_factory=list, examples=[["poem"]])


class PipelineDetails(BaseModel):
    """Everything about one pipeline."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    name: str = Field(examples=["example-pipeline"])
    summary: str
    description: str
    file: str = Field(examples=["generation/example_pipeline/pipeline.py"])
    config: str | None = Field(default=None, description="The config that lies beside it.")
    takes_anything: bool = Field(description="Whether it takes keys besides its parameters.")
    json_schema: dict[str, Any] = Field(alias="schema", description="JSON Schema of a config without headings.")
    parameters: list[PipelineParameter]
    run_options: list[PipelineParameter] = Field(description="What every pipeline takes.")
    steps: list[PipelineStage]
    readme: str = Field(description="README.md of its folder, as Markdown; may be empty.")
    example: str = Field(description="The text of the config beside it; may be empty.")

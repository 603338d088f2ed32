"""What the routes of configs take and answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from web.problems import Mistake

MOST_CHARACTERS = 1_000_000
_NAME = r"[^./\\:\x00-\x1f\x7f][^/\\:\x00-\x1f\x7f]{0,150}"
SHOWN_NAME = rf"^{_NAME}$"
"""Names of files and folders that the service handles: hidden ones it does not."""

ConfigPath = Annotated[
    str,
    Field(
        max_length=1000,
        pattern=rf"^(?:{_NAME}/){{0,20}}{_NAME}\.ya?ml$",
        description="Below configs/, ending in .yaml or .yml; no part of it begins with a dot.",
        examples=["poems.yaml"],
    ),
]
FolderPath = Annotated[
    str,
    Field(
        max_length=1000,
        pattern=rf"^(?:{_NAME}(?:/{_NAME}){{0,20}})?$",
        description="Below configs/; empty for configs/ itself.",
        examples=[""],
    ),
]
Version = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="As it was read.")]
Text = Annotated[str, Field(max_length=MOST_CHARACTERS)]
Overrides = Annotated[
    dict[
        Annotated[str, Field(min_length=1, max_length=200)],
        Annotated[str, Field(max_length=10_000)],
    ],
    Field(max_length=100, description="Values that replace those of the config, as YAML; nested keys with dots."),
]
_EXAMPLE = "pipeline: example-pipeline\nchunk_size: 400\n"


class ConfigEntryKind(StrEnum):
    """What an entry of the tree is."""

    FOLDER = "folder"
    CONFIG = "config"


class TreeEntry(BaseModel):
    """A config, or a folder that may hold some."""

    kind: ConfigEntryKind
    name: str = Field(examples=["poems.yaml"])
    path: str = Field(description="Below configs/.", examples=["poems.yaml"])
    modified: float = Field(description="Seconds since 1970.", examples=[1760000000.0])
    pipeline: str = Field(default="", description="As its first lines name it; not checked.")


class Tree(BaseModel):
    """A page of a folder: folders first, then configs, each by name."""

    items: list[TreeEntry]
    next: str | None = Field(default=None, description="Cursor of the next page; null on the last.")


class StoredConfig(BaseModel):
    """A config as it is stored, comments and all."""

    path: str = Field(examples=["poems.yaml"])
    text: str = Field(examples=[_EXAMPLE])
    version: str = Field(description="Changes with the text; needed to write it.", examples=["0123456789abcdef" * 2])
    modified: float = Field(description="Seconds since 1970.", examples=[1760000000.0])


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WriteConfig(_Strict):
    """A config to store."""

    path: ConfigPath
    text: Text = Field(examples=[_EXAMPLE])
    version: Version | None = Field(default=None, description="The version that was read; null for a new config.")


class NewFromPipeline(_Strict):
    """A config with every parameter of a pipeline, commented."""

    path: ConfigPath
    pipeline: str = Field(min_length=1, max_length=200, examples=["example-pipeline"])


class NewFromTemplate(_Strict):
    """A copy of another config."""

    path: ConfigPath
    template: ConfigPath


class MoveConfig(_Strict):
    """A config to move or rename."""

    path: ConfigPath
    to: ConfigPath


class CheckText(_Strict):
    """A config that need not be stored."""

    text: Text = Field(examples=[_EXAMPLE])
    path: ConfigPath | None = Field(default=None, description="What mistakes call it.")
    overrides: Overrides = Field(default_factory=dict)


class CheckFile(_Strict):
    """A stored config."""

    path: ConfigPath
    overrides: Overrides = Field(default_factory=dict)


class Place(BaseModel):
    """Where something stands."""

    key: str = Field(examples=["model.base_url"])
    line: int = Field(examples=[7])


class Checked(BaseModel):
    """What the command line's `check` says."""

    ok: bool = Field(description="Whether it could be run.")
    mistakes: list[Mistake]
    warnings: list[Mistake] = Field(description="It runs all the same; secrets in plain text are among them.")
    placeholders: list[Place] = Field(description="Those of the mistakes that are !!PLACEHOLDER!!s to fill in.")
    attention: list[Mistake] = Field(description="Those of the warnings that are !!ATTENTION!! marks.")


class OrderEntry(BaseModel):
    """An entry of pipeline_order, checked as if those before it had run."""

    line: int = Field(description="In super_config.yaml.")
    pipeline: str
    config: str | None = Field(description="The config file; null for the pipeline's own.")
    changes: list[str] = Field(description="Names of the settings that this entry changes.")
    output_dir: str = Field(description="Empty when the config has mistakes.")
    ok: bool
    mistakes: list[Mistake]
    warnings: list[Mistake]


class Order(BaseModel):
    """pipeline_order of super_config.yaml."""

    file: str = Field(examples=["super_config.yaml"])
    entries: list[OrderEntry]
    mistakes: list[Mistake] = Field(description="Of super_config.yaml itself.")

"""What routes of chats and corrections take and answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

import orjson
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator

from generation_functions.nesting import is_deeper
from web.models.schemas import ModelPath

MOST_MESSAGES = 500
LONGEST_TEXT = 200_000
_DEEPEST_SOURCE = 20

ChatId = Annotated[
    str,
    PathParameter(
        pattern="^[0-9a-f]{32}$",
        description="Chosen by whoever begins the conversation: 32 random hex digits.",
        examples=["0123456789abcdef0123456789abcdef"],
    ),
]
CorrectionId = Annotated[str, PathParameter(pattern="^[0-9a-f]{24}$", examples=["0123456789abcdef01234567"])]
MessageNumber = Annotated[int, PathParameter(ge=0, lt=MOST_MESSAGES, description="Counted from 0.")]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
"""Any characters: a model that has hardly learned says NUL, too, and its answer is kept as it is."""
Note = Annotated[str, Field(max_length=4000)]
ShortText = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
Role = Literal["system", "user", "assistant"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ServedTarget(_Strict):
    """A model of a server that this service has started."""

    kind: Literal["served"]
    run: str = Field(pattern="^[0-9a-f]{16}$", description="The server's run.", examples=["0123456789abcdef"])
    model: ShortText = Field(default="", description="As GET /api/models/served names it; empty: its first.")


class ModelTarget(_Strict):
    """A model folder or .gguf file that is being served."""

    kind: Literal["model"]
    path: ModelPath


class ProviderTarget(_Strict):
    """A model of a provider that Settings list."""

    kind: Literal["provider"]
    model: str = Field(
        max_length=300,
        pattern=r"^[a-z0-9][a-z0-9_-]{0,39}:[^\x00-\x1f\x7f]{1,250}$",
        description="PROVIDER:NAME.",
        examples=["ollama:qwen3:8b"],
    )


class OfflineTarget(_Strict):
    """The rule-based stand-in: free, and no model at all."""

    kind: Literal["offline"]


Target = Annotated[
    ServedTarget | ModelTarget | ProviderTarget | OfflineTarget,
    Field(discriminator="kind", examples=[{"kind": "offline"}]),
]


class ChatSampling(_Strict):
    """How to sample; what is left out is left to the model."""

    temperature: float | None = Field(strict=True, default=None, ge=0, le=2, description="0 is greedy.")
    top_p: float | None = Field(strict=True, default=None, gt=0, le=1)
    max_tokens: int | None = Field(
        strict=True, default=None, ge=1, le=1_000_000, description="Longest answer, in tokens."
    )
    seed: int | None = Field(strict=True, default=None, ge=0, lt=1 << 31)
    stop: list[Annotated[str, Field(min_length=1, max_length=200)]] | None = Field(default=None, max_length=8)


class Said(_Strict):
    """A message as the model gets it."""

    role: Role
    content: Text


class AskModel(_Strict):
    """A question to a model, with the conversation before it."""

    target: Target
    messages: list[Said] = Field(
        min_length=1, max_length=MOST_MESSAGES, examples=[[{"role": "user", "content": "Who keeps the lamp?"}]]
    )
    sampling: ChatSampling = Field(default_factory=ChatSampling)
    retrieval: StrictBool | None = Field(
        default=None, description="Of a rag-server: whether to look for passages first; null: as it is set."
    )


class Rating(StrEnum):
    """What a person thinks of an answer."""

    UP = "up"
    DOWN = "down"


class Message(_Strict):
    """A message of a conversation, as it is kept."""

    role: Role
    content: Text
    thinking: Text = Field(default="", description="What the model thought aloud before it.")
    model: ShortText = Field(default="", description="Who said it; empty for people.")
    lane: int = Field(
        strict=True, default=0, ge=0, le=3, description="Which of the chat's targets answered: side by side."
    )
    created: float = Field(strict=True, default=0.0, ge=0, le=1e11, description="Seconds since 1970; 0: now.")
    seconds: float | None = Field(strict=True, default=None, ge=0, le=1e9, description="Until its end.")
    first_seconds: float | None = Field(strict=True, default=None, ge=0, le=1e9, description="Until its first token.")
    input_tokens: int | None = Field(strict=True, default=None, ge=0, lt=1 << 53)
    output_tokens: int | None = Field(strict=True, default=None, ge=0, lt=1 << 53)
    finish: ShortText = Field(default="", description="Why it ended: stop, length, cancelled, error.")
    problem: str = Field(default="", max_length=4000, description="What went wrong, if it did.")
    sources: list[dict[str, Any]] = Field(
        default_factory=list, max_length=100, description="Passages it rests on, as the server gave them."
    )
    rating: Rating | None = None

    @field_validator("sources")
    @classmethod
    def _can_be_kept(cls, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        try:
            orjson.dumps(value)
        except TypeError as error:
            raise ValueError("sources hold what JSON cannot") from error
        if is_deeper(value, _DEEPEST_SOURCE):
            raise ValueError(f"sources are nested in more than {_DEEPEST_SOURCE} levels")
        return value


class OlderVersion(BaseModel):
    """What stood from a message on, before it was edited or asked again."""

    replaced: float = Field(description="Seconds since 1970.")
    messages: list[Message]


class KeptMessage(Message):
    """A message with what stood in its place before."""

    versions: list[OlderVersion] = Field(default_factory=list, description="The newest last; at most ten are kept.")


class ChatHead(BaseModel):
    """A conversation in the list."""

    id: str = Field(examples=["0123456789abcdef0123456789abcdef"])
    title: str = Field(examples=["Who keeps the lamp?"])
    targets: list[Target]
    messages: int = Field(description="How many.")
    created: float = Field(strict=True, description="Seconds since 1970.")
    changed: float = Field(description="Seconds since 1970.")


class Chat(BaseModel):
    """A conversation."""

    id: str
    title: str
    targets: list[Target]
    sampling: ChatSampling
    messages: list[KeptMessage]
    created: float
    changed: float


class ChatPage(BaseModel):
    """A page of conversations, those talked in last first."""

    items: list[ChatHead]
    next: str | None = Field(default=None, description="Cursor of the next page; null on the last.")
    total: int


class ChatWish(_Strict):
    """A conversation to keep: begun with this, or changed. Messages that are left out stay as they are."""

    title: ShortText = Field(default="", description="Empty: the first question.")
    targets: list[Target] = Field(min_length=1, max_length=4, examples=[[{"kind": "offline"}]])
    sampling: ChatSampling = Field(default_factory=ChatSampling)
    messages: list[Message] | None = Field(default=None, max_length=MOST_MESSAGES)


class Rate(_Strict):
    """A rating; null takes it back."""

    rating: Rating | None
    note: Note = Field(default="", description="What is wrong with it.")


class CorrectionState(StrEnum):
    """Where a correction is: to be written, ready for training, or not wanted."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


class Correction(BaseModel):
    """An answer that was rated down, and what should have been said."""

    id: str = Field(examples=["0123456789abcdef01234567"])
    state: CorrectionState
    chat: str = Field(description="Id of the conversation.")
    message: int = Field(description="Number of the answer in it, when it was rated.")
    model: str
    messages: list[Said] = Field(description="The conversation up to the question.")
    answer: str = Field(description="What the model said.")
    corrected: str = Field(description="What it should have said; empty while nobody has written it.")
    note: str
    created: float = Field(strict=True, description="Seconds since 1970.")
    changed: float


class CorrectionPage(BaseModel):
    """A page of corrections, the newest first."""

    items: list[Correction]
    next: str | None = Field(default=None, description="Cursor of the next page; null on the last.")
    counts: dict[str, int] = Field(description="How many there are, by state.", examples=[{"open": 3}])


class CorrectionWish(_Strict):
    """A decision about a correction."""

    state: CorrectionState
    corrected: Text = Field(default="", description="Wanted when it is accepted.")
    note: Note = ""


class ExportCorrections(_Strict):
    """Where the accepted ones are to go."""

    name: str = Field(
        min_length=1,
        max_length=100,
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$",
        description="Of the file, without its ending.",
        examples=["lamp"],
    )
    overwrite: StrictBool = False


class ExportedCorrections(BaseModel):
    """What was written."""

    path: str = Field(description="Relative to the project.", examples=["inputs/corrections/lamp.jsonl"])
    rows: int
    tokens: int
    left_out: list[str] = Field(description="Why some make no row, one text for each.")

"""What a backend gives, piece by piece, and what a backend is."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from serving.protocol import ChatRequest, CompletionRequest, EmbeddingRequest


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """A token with the natural logarithm of its probability, before sampling settings change it."""

    text: str
    logprob: float
    raw: bytes
    top: tuple[TokenLogprob, ...] = ()  # the likeliest tokens in its place


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens read and written."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """The next bit of an answer.

    Attributes:
        text: To be appended to what the choice has so far.
        choice: Which of the answers it belongs to.
        logprobs: Of the tokens that the text consists of, if asked for.
        finish: Why the choice ends with this piece: `stop`, `length` or what an endpoint behind says; "" = it goes on.
        usage: Tokens of the whole request, all choices together; in its last piece.
        more: Further keys of a chat message: `tool_calls` of an endpoint behind, sources of a retrieval server. Text
            and lists are appended to what came before, anything else replaces it.
    """

    text: str = ""
    choice: int = 0
    logprobs: tuple[TokenLogprob, ...] = ()
    finish: str = ""
    usage: Usage | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Activity:
    """What a backend is doing right now.

    Attributes:
        running: Answers being written.
        waiting: Answers that wait for a slot.
        slots: How many can be written at once; 0 = not known here.
    """

    running: int = 0
    waiting: int = 0
    slots: int = 0


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Vectors in the order of the inputs, and the tokens that were read for them."""

    vectors: list[list[float]]
    prompt_tokens: int


class Backend(Protocol):
    """One served model.

    What is wrong with a request is raised before the first piece. Closing what `chat` and `complete` give (`aclose`, or
    cancelling the task that waits for it) ends the generation behind it.

    Raises:
        RefusedError: See serving/protocol_errors.py.
    """

    def chat(self, request: ChatRequest) -> AsyncGenerator[Piece]: ...

    def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece]: ...

    async def embed(self, request: EmbeddingRequest) -> Embeddings: ...

    def activity(self) -> Activity: ...

    async def close(self) -> None: ...

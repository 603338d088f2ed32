"""What a client may ask for: the bodies of OpenAI's API, checked."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from generation_functions.nesting import is_deeper
from serving.protocol_errors import RefusedError

MOST_CHOICES = 16
MOST_STOPS = 16
MOST_PROMPTS = 256
MOST_TOP_LOGPROBS = 20
TOKENS_OF_COMPLETIONS = 16  # where a request to /v1/completions says nothing: OpenAI's default
_LONGEST_ID = 10  # digits
_DEEPEST = 100  # levels

Penalty = Annotated[float, Field(ge=-2, le=2)]


class StreamOptions(BaseModel):
    """`stream_options`."""

    include_usage: bool = False


class Asking(BaseModel):
    """What all requests have in common. Keys that nobody here knows are kept, for endpoints behind."""

    model_config = ConfigDict(extra="allow")

    model: str = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _null_is_default(cls, body: Any) -> Any:
        """Clients write null for what they leave to the server."""
        return {key: value for key, value in body.items() if value is not None} if isinstance(body, dict) else body

    def sent(self) -> dict[str, Any]:
        """The body as it was given, for an endpoint behind."""
        return self.model_dump(mode="json", exclude_unset=True)


class Generating(Asking):
    """What chat and completion requests have in common."""

    max_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    top_k: int | None = Field(default=None, ge=-1)
    min_p: float | None = Field(default=None, ge=0, le=1)
    seed: int | None = None
    frequency_penalty: Penalty | None = None
    presence_penalty: Penalty | None = None
    logit_bias: dict[str, Annotated[float, Field(ge=-100, le=100)]] | None = None
    n: int = Field(default=1, ge=1, le=MOST_CHOICES)
    stop: str | list[str] | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    user: str | None = None

    @field_validator("stop")
    @classmethod
    def _few_stops(cls, value: str | list[str] | None) -> str | list[str] | None:
        if isinstance(value, list) and len(value) > MOST_STOPS:
            raise ValueError(f"at most {MOST_STOPS} stop strings")
        return value

    @field_validator("logit_bias")
    @classmethod
    def _ids(cls, value: dict[str, float] | None) -> dict[str, float] | None:
        if value and not all(key.isascii() and key.isdigit() and len(key) <= _LONGEST_ID for key in value):
            raise ValueError("its keys must be token ids")
        return value

    @property
    def stops(self) -> tuple[str, ...]:
        """The stop strings; empty ones stop nothing."""
        given = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return tuple(filter(None, given))

    @property
    def most_tokens(self) -> int | None:
        """The longest answer wanted, in tokens."""
        return self.max_tokens

    @property
    def top_count(self) -> int | None:
        """How many likely tokens are wanted beside each; None = no logprobs at all."""
        raise NotImplementedError


class Message(BaseModel):
    """One message of a conversation."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        """Its text.

        Raises:
            RefusedError: It has an image, or something else that is not text.
        """
        if not isinstance(self.content, list):
            return self.content or ""
        for part in self.content:
            if part.get("type") != "text" or not isinstance(part.get("text"), str):
                raise RefusedError(
                    f"This model reads text only, and a message has a part of type {str(part.get('type'))[:40]!r}.",
                    code="unsupported_content",
                    param="messages",
                )
        return "".join(part["text"] for part in self.content)


class ChatRequest(Generating):
    """POST /v1/chat/completions."""

    messages: list[Message] = Field(min_length=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    logprobs: bool = False
    top_logprobs: int | None = Field(default=None, ge=0, le=MOST_TOP_LOGPROBS)

    @property
    def most_tokens(self) -> int | None:
        return self.max_completion_tokens or self.max_tokens

    @property
    def top_count(self) -> int | None:
        return (self.top_logprobs or 0) if self.logprobs else None

    def texts(self) -> list[dict[str, str]]:
        """The messages as templates take them."""
        return [
            {"role": "system" if message.role == "developer" else message.role, "content": message.text}
            for message in self.messages
        ]

    def with_messages(self, messages: list[dict[str, Any]]) -> ChatRequest:
        """The same request about other messages: for servers that add what they retrieved."""
        return self.model_copy(update={"messages": [Message.model_validate(message) for message in messages]})


class CompletionRequest(Generating):
    """POST /v1/completions. With `suffix`, the model fills in what belongs between it and the prompt."""

    prompt: str | list[int] | list[str] | list[list[int]]
    suffix: str | None = None
    echo: bool = False
    logprobs: int | None = Field(default=None, ge=0, le=MOST_TOP_LOGPROBS)
    best_of: int | None = Field(default=None, ge=1, le=MOST_CHOICES)

    @model_validator(mode="after")
    def _fits_together(self) -> CompletionRequest:
        if self.prompt == []:
            raise ValueError("prompt is an empty list")
        if self.best_of is not None and self.best_of != self.n:
            raise ValueError("best_of other than n is not supported")
        if isinstance(self.prompt, list) and len(self.prompts) * self.n > MOST_PROMPTS:
            raise ValueError(f"at most {MOST_PROMPTS} answers per request")
        if self.echo and self.suffix is not None:
            raise ValueError("echo and suffix do not go together")
        if self.echo and self.logprobs is not None:
            raise ValueError("echo and logprobs do not go together here")
        return self

    @property
    def prompts(self) -> list[str | list[int]]:
        """Each prompt, as text or token ids."""
        return _several(self.prompt)

    @property
    def top_count(self) -> int | None:
        return self.logprobs


class EmbeddingRequest(Asking):
    """POST /v1/embeddings."""

    input: str | list[int] | list[str] | list[list[int]]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = Field(default=None, ge=1)

    @property
    def inputs(self) -> list[str | list[int]]:
        """Each input, as text or token ids."""
        return _several(self.input)

    @field_validator("input")
    @classmethod
    def _not_empty(cls, value: Any) -> Any:
        if not value or (isinstance(value, list) and not all(one != "" and one != [] for one in value)):
            raise ValueError("there is nothing in it")
        if len(_several(value)) > 2048:
            raise ValueError("at most 2048 inputs per request")
        return value


def _several(value: str | list[int] | list[str] | list[list[int]]) -> list[str | list[int]]:
    if isinstance(value, str):
        return [value]
    ids = [one for one in value if isinstance(one, int)]
    return [ids] if ids else [one for one in value if not isinstance(one, int)]


Body = TypeVar("Body", bound=BaseModel)


def read_body(data: bytes, kind: type[Body]) -> Body:
    """A request's body.

    Raises:
        RefusedError: It is not JSON, or not what OpenAI's API takes; says where.
    """
    try:
        found = orjson.loads(data)
        if is_deeper(found, _DEEPEST):
            raise RefusedError(f"The body is nested in more than {_DEEPEST} levels.", code="invalid_value")
        return kind.model_validate(found)
    except orjson.JSONDecodeError as error:
        raise RefusedError(f"The body is not JSON: {error}.", code="invalid_json") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        what = first["msg"].removeprefix("Value error, ")
        message = f"{where}: {what}" if where else what
        raise RefusedError(f"Bad request: {message}.", code="invalid_value", param=where or None) from error

"""Which models a server has, by name, and how each is opened: at the start, or when it is first asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from generation_functions.errors import AugmentoolkitError, UsageError
from serving.engine.pieces import Activity, Backend
from serving.protocol_errors import RefusedError, unknown_model

OFFLINE = "offline"


class DefaultSampling(BaseModel):
    """Sampling settings for requests that say nothing of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    temperature: float = Field(default=1.0, ge=0, le=2, description="0 takes the likeliest token.")
    top_p: float = Field(default=1.0, gt=0, le=1, description="Keep the likeliest tokens that together reach it.")
    top_k: int = Field(default=0, ge=0, description="Keep so many of the likeliest tokens; 0 = all.")
    min_p: float = Field(default=0.0, ge=0, le=1, description="Keep tokens that share as likely as the likeliest.")


class ServedModel(BaseModel):
    """One model of a server."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    source: str = Field(
        description="What answers: a model folder (as training and export write them), an adapter folder, a .gguf "
        "file, a model's name on the Hugging Face hub, the URL of an OpenAI-compatible endpoint (https://.../v1), or "
        "`offline` (rule-based, for trying out)."
    )
    name: str = Field(default="", max_length=200, description="What clients call it; default: the last part of source.")
    model: str = Field(default="", description="Of an endpoint behind: its name of the model; default: name.")
    api_key: SecretStr | None = Field(
        default=None, description="Of an endpoint behind: write ${VARIABLE} or secret://NAME."
    )
    context: int | None = Field(default=None, ge=16, description="Longest prompt and answer together, in tokens.")
    max_tokens: int | None = Field(
        default=None,
        ge=1,
        description="Longest answer, whatever a request asks for; default: the server's; of an endpoint, its own.",
    )
    sampling: DefaultSampling = Field(default_factory=DefaultSampling)
    device: str = Field(default="auto", description="auto, cpu, cuda, cuda:1, mps.")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        default="auto", description="Number type of the weights; auto: float32 on a CPU, else bfloat16 or float16."
    )
    quantised: Literal["4bit", "8bit"] | None = Field(
        default=None, description="Weights in 4 or 8 bit; wants a GPU and bitsandbytes."
    )

    @field_validator("source")
    @classmethod
    def _is_given(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("it is empty")
        return value.strip()

    @model_validator(mode="after")
    def _says_which(self) -> ServedModel:
        if self.is_endpoint and not (self.name or self.model):
            raise ValueError("which model of the endpoint? Set model to its name there")
        return self

    @property
    def served_name(self) -> str:
        """What clients call it."""
        if self.name:
            return self.name
        if self.is_endpoint:
            return self.model
        path = Path(self.source)
        # <output_dir>/model is what training calls every model
        part = path.parent.name if path.name == "model" and path.parent.name else path.name
        return part.removesuffix(".gguf") or self.source

    @property
    def secret(self) -> str:
        """The key of an endpoint behind."""
        return self.api_key.get_secret_value() if self.api_key else ""

    @property
    def is_endpoint(self) -> bool:
        """Whether another server answers."""
        return self.source.startswith(("http://", "https://"))

    @property
    def is_gguf(self) -> bool:
        """Whether llama.cpp runs it."""
        return self.source.lower().endswith(".gguf")


class Shelf:
    """The backends of a server, by name; opened one at a time, and once.

    Args:
        openers: For each name, what opens its backend.
    """

    def __init__(self, openers: Mapping[str, Callable[[], Awaitable[Backend]]]) -> None:
        self._openers = dict(openers)
        self._open: dict[str, Backend] = {}
        self._lock = asyncio.Lock()

    @property
    def names(self) -> list[str]:
        """All models, open or not."""
        return [*self._openers]

    def wrapped(self, names: Sequence[str], wrap: Callable[[Backend], Awaitable[Backend]]) -> Shelf:
        """Some of the models, none of them open yet, each behind what `wrap` makes of it."""

        def opener(inner: Callable[[], Awaitable[Backend]]) -> Callable[[], Awaitable[Backend]]:
            async def opened() -> Backend:
                backend = await inner()
                try:
                    return await wrap(backend)
                except BaseException:
                    await backend.close()
                    raise

            return opened

        return Shelf({name: opener(self._openers[name]) for name in names})

    async def backend(self, name: str) -> Backend:
        """The model of that name, opened if it is not yet.

        Raises:
            RefusedError: There is none, or it cannot be opened.
        """
        if name in self._open:
            return self._open[name]
        if name not in self._openers:
            raise unknown_model(name, self.names)
        async with self._lock:
            if name not in self._open:
                try:
                    self._open[name] = await self._openers[name]()
                except RefusedError:
                    raise
                except AugmentoolkitError as error:
                    raise RefusedError(str(error), status=503, code="model_not_loaded") from error
            return self._open[name]

    async def open_all(self) -> None:
        """Open every model now; raises what is wrong with one as it is."""
        async with self._lock:
            for name, opener in self._openers.items():
                if name not in self._open:
                    self._open[name] = await opener()

    def activity(self) -> dict[str, Activity | None]:
        """What each is doing; None = not open."""
        return {name: self._open[name].activity() if name in self._open else None for name in self._openers}

    async def close(self) -> None:
        """Close all that are open."""
        for backend in self._open.values():
            await backend.close()
        self._open.clear()


def check_names(models: list[ServedModel]) -> None:
    """Make sure that clients can tell the models apart.

    Raises:
        UsageError: There is none, or two share a name.
    """
    if not models:
        raise UsageError("models is empty: name one model at least, for example `- source: outputs/train/model`.")
    seen: dict[str, ServedModel] = {}
    for model in models:
        other = seen.get(model.served_name)
        if other is not None:
            raise UsageError(
                f"Two models would be called {model.served_name!r}: {other.source} and {model.source}. "
                "Give one of them a name."
            )
        seen[model.served_name] = model

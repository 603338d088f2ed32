"""A model folder, an adapter or a model of the hub, run here by transformers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

from serving.engine.answers import Generation, Vocabulary
from serving.engine.pieces import Activity, Embeddings, Piece
from serving.engine.prompts import Prompts, TokenTexts
from serving.engine.sampling import USUAL_SAMPLING, Sampling
from serving.engine.worker import Engine
from serving.protocol import TOKENS_OF_COMPLETIONS, ChatRequest, CompletionRequest, EmbeddingRequest, Generating
from serving.protocol_errors import not_supported, too_long

_LONG_CHARACTERS = 1 << 16
_BATCH_TOKENS = 4096  # read at once for embeddings, padding included
Result = TypeVar("Result")
_OTHERS = ("tools", "functions", "response_format", "grammar", "guided_json")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take.

    Attributes:
        context: Tokens of prompt and answer together.
        most_tokens: The longest answer, whatever a request asks for.
    """

    context: int
    most_tokens: int


class LocalBackend:
    """One served model of an engine; several may share one, each with an adapter of its own.

    Args:
        adapter: The adapter's name in the engine; "" = the base model as it is.
        stops: Texts at which an answer of a chat ends, besides the stop tokens.
        defaults: What sampling settings are where a request says nothing.
        release: Called when the model is closed.
    """

    def __init__(
        self,
        engine: Engine,
        tokenizer: Any,
        limits: Limits,
        *,
        adapter: str = "",
        stop_ids: Sequence[int] = (),
        stops: Sequence[str] = (),
        defaults: Sampling = USUAL_SAMPLING,
        release: Callable[[], Any] | None = None,
    ) -> None:
        self._engine, self._adapter, self._limits, self._release = engine, adapter, limits, release
        self._prompts = Prompts(tokenizer)
        self._stop_ids, self._stops, self._defaults = frozenset(stop_ids), tuple(stops), defaults

        def decode(ids: Sequence[int]) -> str:
            return str(tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))

        self._vocabulary = Vocabulary(len(tokenizer), decode, TokenTexts(tokenizer))

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece]:
        """Answer a conversation."""
        _refuse_what_is_not_done(request)
        messages = request.texts()
        size = sum(len(message["content"]) for message in messages)
        prompt = await _apart(size, lambda: self._prompts.of_messages(messages))
        wanted = self._generation(request, prompt, self._stops)
        async with aclosing(self._engine.generate(wanted)) as pieces:
            async for piece in pieces:
                yield piece

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece]:
        """Go on with a text, or fill a gap in one."""
        _refuse_what_is_not_done(request)
        jobs, echoes = [], []
        for number, prompt in enumerate(request.prompts):
            ids = await _apart(len(prompt) + len(request.suffix or ""), self._reading(prompt, request.suffix))
            wanted = self._generation(request, ids, (), number * request.n)
            jobs.append(wanted)
            echoes.append(prompt if isinstance(prompt, str) else self._vocabulary.decode(prompt))
        async with aclosing(self._engine.generate(*jobs)) as pieces:
            first = await anext(pieces)  # which raises what is wrong, before anything is said
            if request.echo:
                for number, text in enumerate(echoes):
                    for choice in range(request.n):
                        yield Piece(text, number * request.n + choice)
            yield first
            async for piece in pieces:
                yield piece

    def _reading(self, prompt: str | list[int], suffix: str | None) -> Callable[[], list[int]]:
        return lambda: self._prompts.of_text(prompt) if suffix is None else self._prompts.of_gap(prompt, suffix)

    def _generation(
        self, request: Generating, prompt: list[int], stops: tuple[str, ...], first_choice: int = 0
    ) -> Generation:
        room = self._limits.context - len(prompt)
        if room < 1:
            error = too_long(len(prompt), self._limits.context)
            error.param = "messages" if isinstance(request, ChatRequest) else "prompt"
            raise error
        default = self._limits.most_tokens if isinstance(request, ChatRequest) else TOKENS_OF_COMPLETIONS
        most = min(request.most_tokens or default, self._limits.most_tokens, room)
        filling = isinstance(request, CompletionRequest) and request.suffix is not None
        return Generation(
            prompt,
            self._vocabulary,
            most,
            sampling=self._sampling(request),
            stops=(*request.stops, *stops),
            stop_ids=self._stop_ids | (self._prompts.gap_ends if filling else frozenset()),
            top_count=request.top_count,
            adapter=self._adapter,
            choices=request.n,
            first_choice=first_choice,
        )

    def _sampling(self, request: Generating) -> Sampling:
        def or_default(name: str) -> Any:
            given = getattr(request, name)
            return getattr(self._defaults, name) if given is None else given

        names = ("temperature", "top_p", "top_k", "min_p", "seed", "frequency_penalty", "presence_penalty")
        bias = {int(token): value for token, value in (request.logit_bias or {}).items()}
        return Sampling(**{name: or_default(name) for name in names}, logit_bias=bias)

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        """The mean of the last layer's vectors over a text's tokens, of length 1."""
        if request.dimensions is not None:
            raise not_supported("This model's vectors have one size only: leave out dimensions.", "dimensions")
        inputs = request.inputs
        rows = await _apart(sum(map(len, inputs)), lambda: [self._prompts.of_text(one) for one in inputs])
        longest = max(map(len, rows))
        if longest > self._limits.context:
            error = too_long(longest, self._limits.context)
            error.param = "input"
            raise error
        vectors: list[list[float]] = []
        for batch in _batches(rows):
            vectors += await self._engine.mean_vectors(batch, self._adapter)
        return Embeddings(vectors, sum(map(len, rows)))

    def activity(self) -> Activity:
        """What the engine is doing, for all models that share it."""
        return self._engine.activity()

    async def close(self) -> None:
        """End it; the engine ends with the last model that uses it."""
        if self._release is not None:
            await self._release()


async def _apart(characters: int, work: Callable[[], Result]) -> Result:
    """Tokenise in another thread what would hold up everybody else."""
    return await asyncio.to_thread(work) if characters > _LONG_CHARACTERS else work()


def _batches(rows: Sequence[list[int]]) -> list[list[list[int]]]:
    """Rows in their order, so many at once that padded to the longest they have no more than _BATCH_TOKENS."""
    batches: list[list[list[int]]] = []
    longest = 0
    for row in rows:
        longest = max(longest, len(row))
        if batches and longest * (len(batches[-1]) + 1) <= _BATCH_TOKENS:
            batches[-1].append(row)
        else:
            batches.append([row])
            longest = len(row)
    return batches


def _refuse_what_is_not_done(request: Generating) -> None:
    """What would change the answer, and is not done here, is refused rather than passed over."""
    more = request.model_extra or {}
    for name in _OTHERS:
        value = more.get(name)
        if value and not (name == "response_format" and isinstance(value, dict) and value.get("type") == "text"):
            raise not_supported(f"This model is served without {name}: leave it out.", name)

"""A served model behind retrieval: passages go into its prompt, and what it was shown comes with its answer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from generation_functions.tokens import count_tokens
from serving.engine.pieces import Activity, Backend, Embeddings, Piece, Usage
from serving.protocol import ChatRequest, CompletionRequest, EmbeddingRequest
from serving.protocol_errors import RefusedError
from serving.retrieval import Retriever, with_passages
from serving.retrieval_index import Hit

_TOO_LONG = "context_length_exceeded"
_CITED = re.compile(r"\[(\d{1,3})\]")


class RetrievingBackend:
    """Answers chats from passages; completions and embeddings are the model's own.

    Args:
        inner: The model.
        retriever: What finds passages; it is not closed here.
        not_found: The answer where no passage is good enough; "" = the model is told so, and answers itself.
        release: Called when the model is closed.
    """

    def __init__(
        self,
        inner: Backend,
        retriever: Retriever,
        not_found: str = "",
        release: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._inner, self._retriever, self._not_found = inner, retriever, not_found
        self._release = release

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece]:
        """Answer a conversation; `retrieval: false` in the request leaves passages out."""
        wish = (request.model_extra or {}).get("retrieval", True)
        if not isinstance(wish, bool):
            raise RefusedError("Bad request: retrieval: true or false.", code="invalid_value", param="retrieval")
        plain = _without_wish(request)
        if not wish:
            async with aclosing(self._inner.chat(plain)) as pieces:
                async for piece in pieces:
                    yield piece
            return
        messages = request.texts()
        hits = await self._retriever.passages_for(messages)
        if not hits and self._not_found:
            for piece in _said(self._not_found, request.n, messages):
                yield piece
            return
        async with aclosing(self._answered(plain, messages, hits)) as answered:
            async for piece in answered:
                yield piece

    async def _answered(
        self, request: ChatRequest, messages: list[dict[str, str]], hits: list[Hit]
    ) -> AsyncGenerator[Piece]:
        """The answer from as many passages as the model has room for."""
        while True:
            shown = with_passages(messages, hits, self._retriever.wanted.form)
            begun = False
            try:
                async with aclosing(self._inner.chat(request.with_messages(shown))) as pieces:
                    async for piece in _with_sources(pieces, hits):
                        begun = True
                        yield piece
                return
            except RefusedError as refusal:
                if begun or not hits or refusal.code != _TOO_LONG:
                    raise
                hits = hits[:-1]

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece]:
        """Go on with a text, as the model does."""
        async with aclosing(self._inner.complete(request)) as pieces:
            async for piece in pieces:
                yield piece

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        """The model's own vectors."""
        return await self._inner.embed(request)

    def activity(self) -> Activity:
        """What the model is doing."""
        return self._inner.activity()

    async def close(self) -> None:
        """Close the model."""
        await self._inner.close()
        if self._release is not None:
            await self._release()


def _without_wish(request: ChatRequest) -> ChatRequest:
    """The request without what only this server understands."""
    if "retrieval" not in (request.model_extra or {}):
        return request
    return ChatRequest.model_validate({key: value for key, value in request.sent().items() if key != "retrieval"})


async def _with_sources(pieces: AsyncGenerator[Piece], hits: Sequence[Hit]) -> AsyncGenerator[Piece]:
    """The pieces; each choice ends with the passages that it was shown, and which of them it names."""
    texts: defaultdict[int, str] = defaultdict(str)
    async for piece in pieces:
        texts[piece.choice] += piece.text
        yield replace(piece, more={**piece.more, **_sources(hits, texts[piece.choice])}) if piece.finish else piece


def _sources(hits: Sequence[Hit], answer: str) -> Mapping[str, Any]:
    named = {int(number) for number in _CITED.findall(answer)}
    return {"sources": [{**hit.told(place), "cited": place in named} for place, hit in enumerate(hits, start=1)]}


def _said(answer: str, choices: int, messages: Sequence[Mapping[str, str]]) -> list[Piece]:
    """A fixed answer."""
    pieces = [Piece(answer, choice, finish="stop", more={"sources": []}) for choice in range(choices)]
    read = sum(count_tokens(message["content"]) for message in messages)
    return [*pieces, Piece(usage=Usage(read, choices * count_tokens(answer)))]

"""The offline model as a served one: no weights, instant, for trying out a server and what talks to it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

from generation_functions.offline import write_offline
from generation_functions.tokens import count_tokens
from serving.engine.pieces import Activity, Embeddings, Piece, Usage
from serving.protocol import TOKENS_OF_COMPLETIONS, ChatRequest, CompletionRequest, EmbeddingRequest
from serving.protocol_errors import not_supported

_WIDTH = 64
_TITLE_WORDS = 6
_WORDS = re.compile(r"\s*\S+|\s+")
_TAGS = re.compile(r"</?poem>\n?")


class OfflineBackend:
    """Makes a poem of the last message, from its own words; goes on with a text by saying it again.

    It is deterministic. Tokens are words; sampling settings change nothing.
    """

    def __init__(self, most_tokens: int) -> None:
        self._most_tokens = most_tokens
        self._running = 0

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece]:
        """Answer a conversation."""
        messages = request.texts()
        prompt = "\n".join(message["content"] for message in messages)
        asked = next((message["content"] for message in reversed(messages) if message["role"] == "user"), prompt)
        title = " ".join(asked.split()[:_TITLE_WORDS])
        answer = _TAGS.sub("", write_offline("poem", {"text": asked, "title": title}, asked)).strip()
        said = self._say([(prompt, answer)], request.n, request.most_tokens, request.stops)
        async with aclosing(said) as pieces:
            async for piece in pieces:
                yield piece

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece]:
        """Go on with a text."""
        if request.suffix is not None:
            raise not_supported("The offline model cannot fill in the middle: leave out suffix.", "suffix")
        texts = [one if isinstance(one, str) else " ".join(map(str, one)) for one in request.prompts]
        said = [(text, (text if request.echo else "") + f" {text}".rstrip()) for text in texts]
        most = request.most_tokens or TOKENS_OF_COMPLETIONS
        async with aclosing(self._say(said, request.n, most, request.stops)) as pieces:
            async for piece in pieces:
                yield piece

    async def _say(
        self, said: list[tuple[str, str]], choices: int, most: int | None, stops: tuple[str, ...]
    ) -> AsyncGenerator[Piece]:
        limit = min(most or self._most_tokens, self._most_tokens)
        read = written = 0
        self._running += 1
        try:
            for number, (prompt, answer) in enumerate(said):
                read += count_tokens(prompt)
                ends = [at for stop in stops if (at := answer.find(stop)) >= 0]
                words = _WORDS.findall(answer[: min(ends)] if ends else answer)
                for choice in range(number * choices, (number + 1) * choices):
                    written += min(len(words), limit)
                    for word in words[:limit]:
                        yield Piece(word, choice)
                    yield Piece(choice=choice, finish="length" if len(words) > limit else "stop")
        finally:
            self._running -= 1
        yield Piece(usage=Usage(read, written))

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        """A vector of which words occur (Weinberger et al., 2009, "feature hashing"), of length 1."""
        texts = [one if isinstance(one, str) else " ".join(map(str, one)) for one in request.inputs]
        return Embeddings([_vector(text) for text in texts], sum(map(count_tokens, texts)))

    def activity(self) -> Activity:
        """How many answers are being read out."""
        return Activity(self._running)

    async def close(self) -> None:
        """Nothing is open."""


def _vector(text: str) -> list[float]:
    numbers = [0.0] * _WIDTH
    for word in re.findall(r"\w+", text.lower()):
        digest = hashlib.sha256(word.encode()).digest()
        numbers[digest[0] % _WIDTH] += 1.0 if digest[1] % 2 else -1.0
    length = sum(number * number for number in numbers) ** 0.5
    return [number / length for number in numbers] if length else [1.0, *numbers[1:]]

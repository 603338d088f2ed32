"""Finds passages about what a conversation asks, and puts them into its prompt as models are trained to read them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from generation.core_components.retrieval_rows import retrieved_text_prompt
from generation.core_components.several_texts import NO_TEXTS, numbered_texts, retrieved_texts_prompt
from generation.core_components.system_context import with_system_context
from generation_functions.tokens import count_tokens
from serving.retrieval_index import Hit, PassageIndex
from serving.retrieval_vectors import VectorSearch

T = TypeVar("T")
Form = Literal["numbered", "single"]
_SHORT_FOLLOW_UP = 8  # words; what is shorter may be about what was said before
_LONGEST_QUERY = 2_000  # characters: the end of a long message is what it asks


@dataclass(frozen=True, slots=True)
class Wanted:
    """How passages are chosen and shown.

    Attributes:
        passages: How many, at most.
        min_score: Passages with a lower score are not shown: see Hit.score.
        min_similarity: Those with so much similarity are, whatever their score.
        tokens: The passages' tokens together, at most; what is ranked lowest is left out.
        form: `numbered` is the prompt of rag-data-pipeline's rows, `single` that of factual-gen-indiv-pipeline's, which
            shows the best passage alone.
    """

    passages: int = 3
    min_score: float = 0.25
    min_similarity: float = 0.75
    tokens: int = 2_000
    form: Form = "numbered"

    def takes(self, hit: Hit) -> bool:
        """Whether a passage is good enough."""
        return hit.score >= self.min_score or hit.similarity >= self.min_similarity


class Retriever:
    """Searches in one thread, away from the event loop.

    Args:
        index: What is searched; it is closed with the retriever.
        wanted: How passages are chosen and shown.
    """

    def __init__(self, index: PassageIndex, wanted: Wanted = Wanted()) -> None:
        self.wanted = wanted
        self._index = index
        self._vectors: VectorSearch | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="retrieval")

    async def use_vectors(self, vectors: VectorSearch) -> None:
        """Search by vectors too; those that are missing are made first."""
        try:
            await vectors.prepare(self._index, self._aside)
        except BaseException:
            await self._aside(vectors.close)
            raise
        self._vectors = vectors

    async def search(self, queries: Sequence[str], most: int) -> list[Hit]:
        """The passages about what is asked, best first, whatever their score."""
        asked = [query[-_LONGEST_QUERY:] for query in queries if query.strip()]
        if not asked:
            return []
        vectors = self._vectors
        if vectors is None:
            return await self._aside(lambda: self._index.search(asked, most))
        vector = await vectors.vector(asked[-1])
        return await self._aside(lambda: self._index.search(asked, most, [vectors.near(vector)]))

    async def passages_for(self, messages: Sequence[Mapping[str, str]]) -> list[Hit]:
        """The passages to show in a conversation, best first: good enough, and within the budget."""
        return self.shown(await self.search(queries_of(messages), self.most_shown))

    @property
    def most_shown(self) -> int:
        """How many passages are shown at most."""
        return 1 if self.wanted.form == "single" else self.wanted.passages

    def shown(self, found: Sequence[Hit]) -> list[Hit]:
        """Those of a search's passages that a conversation is shown."""
        enough = [hit for hit in found[: self.most_shown] if self.wanted.takes(hit)]
        left = self.wanted.tokens
        for number, hit in enumerate(enough):
            left -= count_tokens(hit.text) + count_tokens(hit.title)
            if left < 0:
                return enough[:number]
        return enough

    def close(self) -> None:
        """End the thread, and close the index."""
        self._thread.submit(self._index.close)
        if self._vectors is not None:
            self._thread.submit(self._vectors.close)
        self._thread.shutdown()

    async def _aside(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def queries_of(messages: Sequence[Mapping[str, str]]) -> list[str]:
    """What to search for: the user's last message; a short one also together with the one before it."""
    said = [message["content"] for message in messages if message["role"] == "user"]
    if len(said) > 1 and len(said[-1].split()) < _SHORT_FOLLOW_UP:
        return [said[-1], f"{said[-2]}\n{said[-1]}"]
    return said[-1:]


def with_passages(messages: Sequence[dict[str, Any]], hits: Sequence[Hit], form: Form) -> list[dict[str, Any]]:
    """The conversation with the passages in its system prompt, behind what the client says there."""
    if form == "single" and hits:
        prompt = retrieved_text_prompt(hits[0].source["file"], hits[0].text)
    else:
        texts = [{"text": hit.text, "title": hit.title, "file": hit.source["file"]} for hit in hits]
        prompt = retrieved_texts_prompt(numbered_texts(texts) if texts else NO_TEXTS)
    own = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
    rest = [message for message in messages if message["role"] != "system"]
    return [dict(one) for one in with_system_context([{"role": "system", "content": prompt}, *rest], own)]

"""Vectors of questions and passages, from a served model or an endpoint, so that other words are found too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from generation_functions.model import Model
from generation_functions.retrieval.chunk_index import ChunkIndex
from generation_functions.retrieval.embeddings import VectorStore
from generation_functions.retrieval.vector_index import VectorIndex
from serving.engine.pieces import Backend
from serving.protocol import EmbeddingRequest
from serving.protocol_errors import RefusedError
from serving.retrieval_index import PassageIndex, Vectors

Aside = Callable[[Callable[[], Any]], Awaitable[Any]]
_BATCH = 32  # texts per call: what the smallest servers take
_LOOK = 64


class VectorSearch:
    """Nearest vectors of one model. All but `vector` belongs into the retriever's thread.

    Args:
        backend: What makes the vectors; it is not closed here.
        identity: Names the model and its state: vectors of another one are not mixed with its own.
        folder: Where vectors are kept: none is asked for twice.
        on_made: Called with the number of vectors made so far.
    """

    def __init__(
        self, backend: Backend, identity: str, folder: Path, on_made: Callable[[int], None] = lambda made: None
    ) -> None:
        self._backend, self._folder, self._on_made = backend, folder, on_made
        self._model = Model(name=identity, base_url="http://localhost")  # what vectors are kept under
        self._store: VectorStore | None = None
        self._sides: list[tuple[ChunkIndex, VectorIndex]] = []

    async def prepare(self, index: PassageIndex, aside: Aside) -> None:
        """Have a vector of every question and passage, and index them."""
        store = self._store = await aside(lambda: VectorStore(self._folder / "vectors.sqlite"))
        made = 0
        for side in (index.passages, index.questions):
            texts = side.texts()
            while batch := await aside(partial(self._missing, store, texts)):
                vectors = await self._made([*batch.values()])
                await aside(partial(store.add, dict(zip(batch, vectors, strict=True))))
                made += len(batch)
                self._on_made(made)
        for name, side in (("passages", index.passages), ("questions", index.questions)):
            path = self._folder / f"{name}.npy"
            self._sides.append((side, await aside(partial(VectorIndex, path, side, store, self._model))))

    def _missing(self, store: VectorStore, texts: Iterator[tuple[int, str]]) -> dict[bytes, str]:
        """The next few texts without a vector; none at the end."""
        while batch := [text for _, text in islice(texts, _BATCH)]:
            missing = store.without_vector(self._model, batch)
            if missing:
                return missing
        return {}

    async def vector(self, query: str) -> bytes:
        """The vector of a question."""
        (vector,) = await self._made([query])
        return vector

    async def _made(self, texts: list[str]) -> list[bytes]:
        import numpy as np

        found = await self._backend.embed(EmbeddingRequest(model=self._model.name, input=texts))
        rows = np.asarray(found.vectors, dtype=np.float32)
        if rows.ndim != 2 or len(rows) != len(texts) or not np.isfinite(rows).all():
            raise RefusedError(
                f"embedding_model gave vectors of shape {rows.shape} for {len(texts)} texts, or numbers that are none.",
                status=502,
                code="embedding_failed",
            )
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return [row.tobytes() for row in (rows / np.where(lengths > 0, lengths, 1)).astype("<f2")]

    def near(self, vector: bytes) -> Vectors:
        """The passages and the questions nearest to a vector."""
        (passages, near_passages), (questions, near_questions) = self._sides
        cosines = dict(near_passages.near(vector, _LOOK))
        places = {place.number: place.id for place in passages.places(cosines)}
        records = {number: questions.record(number) for number, _ in near_questions.near(vector, _LOOK)}
        return Vectors(
            {places[number]: cosine for number, cosine in cosines.items()},
            {record["id"]: record for record in records.values()},
        )

    def close(self) -> None:
        """Close the file of vectors."""
        if self._store is not None:
            self._store.close()

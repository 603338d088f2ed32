"""Vectors of texts from any OpenAI-compatible /embeddings endpoint, none of them paid for twice.

A vector is on disk, under the hash of its model and text, before anything else sees it. Calls go through the same
pool, budget and brake as every other call; the call log gets an entry per call, without the vectors, for the accounts.
"""

from __future__ import annotations

import secrets
import sqlite3
from asyncio import get_running_loop
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from time import time
from typing import Any, TypeVar

import orjson

from generation_functions.client import Client
from generation_functions.endpoints import BadRequestError, EndpointPool
from generation_functions.errors import RecordFailedError, StorageError, UsageError
from generation_functions.model import AUTO, Model
from generation_functions.money import cost_of, count, prices_of
from generation_functions.records import Record, record_id
from generation_functions.retrieval.database import connect, transaction
from generation_functions.steps import Step

T = TypeVar("T")
_BATCH = 32  # texts per call: what the smallest servers take
_ATTEMPTS = 3  # at an answer that holds something else than the vectors
_STEP = "embed texts"
_SCHEMA = """
create table if not exists vectors (key blob primary key, vector blob not null);
create table if not exists token (one integer primary key, value text not null);
"""


def vector_key(model: Model, text: str) -> bytes:
    """What a vector is kept under: a hash of the model's name, its settings and the text."""
    settings = model.sampling.model_dump(exclude_none=True)
    return blake2b(orjson.dumps([model.name, settings, text]), digest_size=16).digest()


class VectorStore:
    """Vectors of length 1, as little-endian 16-bit floats, in one SQLite file; any thread, one at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._database = connect(path)
        try:
            self._database.executescript(_SCHEMA)
            self._database.execute("insert or ignore into token values (1, ?)", (secrets.token_hex(8),))
            (self.token,) = self._database.execute("select value from token").fetchone()  # another in a new file
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise StorageError(
                f"{path} cannot be read: {error}. Delete it and run again: its vectors are asked for once more."
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def get(self, key: bytes) -> bytes | None:
        """The vector under `key`."""
        row = self._database.execute("select vector from vectors where key = ?", (key,)).fetchone()
        return row[0] if row else None

    def add(self, vectors: Mapping[bytes, bytes]) -> None:
        """Store vectors. When this returns, SIGKILL cannot lose them any more.

        Raises:
            StorageError: The disk did not take them.
        """
        with transaction(self._database, self.path):
            self._database.executemany("insert or replace into vectors values (?, ?)", vectors.items())

    def without_vector(self, model: Model, texts: Iterable[str]) -> dict[bytes, str]:
        """Those of `texts` that have no vector yet, by key."""
        keyed = {vector_key(model, text): text for text in texts}
        known = "select key from vectors where key = ?"
        return {key: text for key, text in keyed.items() if not self._database.execute(known, (key,)).fetchone()}


class TextBatches:
    """Chunks as records of a few texts each, to iterate as often as you like."""

    def __init__(self, chunks: Iterable[Record]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[Record]:
        chunks = iter(self._chunks)
        while batch := list(islice(chunks, _BATCH)):
            texts = [chunk["text"] for chunk in batch]
            yield {"id": record_id(_STEP, [chunk["id"] for chunk in batch]), "texts": texts}


def embed_texts(client: Client, store: VectorStore, thread: Executor) -> Step:
    """Make sure that the store has a vector of every text in `texts`; nothing but the record's id goes on.

    Args:
        client: Whose model makes the vectors.
        store: Where they are kept.
        thread: Where the store is used, away from the event loop.

    Raises:
        UsageError: The model is one that makes no vectors.
    """
    caller = _Caller(client, store, thread)

    async def embedding(record: Record) -> Record:
        await caller.embed(record)
        return {"id": record["id"]}

    embedding.step_name = _STEP  # type: ignore[attr-defined]
    return embedding


class _Caller:
    """Sends texts, and stores the vectors that come back."""

    def __init__(self, client: Client, store: VectorStore, thread: Executor) -> None:
        pool = client.pool
        if pool is None or client.model.name == AUTO:
            raise UsageError(
                f"embedding_model {client.model.name!r} makes no vectors. Name one that does, for example "
                "ollama:nomic-embed-text or openai:text-embedding-3-small, or leave embedding_model null."
            )
        self.pool: EndpointPool = pool
        self._model, self.ledger = client.model, client.ledger
        self._store, self._thread = store, thread
        self._prices = prices_of(client.model)

    async def embed(self, record: Record) -> None:
        """Get the vectors that the store does not have. A batch that is refused is sent text by text."""
        missing = await self._aside(self._store.without_vector, self._model, record["texts"])
        if not missing:
            return
        try:
            await self._fetch(record, missing)
            return
        except BadRequestError as error:
            if len(missing) == 1:
                raise RecordFailedError(f"no vector for a text: {error}") from error
        refused = []
        for key, text in missing.items():
            try:
                await self._fetch(record, {key: text})
            except BadRequestError as error:
                refused.append(str(error))
        if refused:
            raise RecordFailedError(f"no vector for {len(refused)} of {len(missing)} texts: {refused[0]}")

    async def _fetch(self, record: Record, missing: Mapping[bytes, str]) -> None:
        """Ask until what comes back are the vectors of these texts.

        Raises:
            BadRequestError: The endpoint will never take these texts.
            RecordFailedError: It answers, but with something else.
        """
        texts = [self._shortened(text) for text in missing.values()]
        body = orjson.dumps(
            {"model": self._model.name, "input": texts, **self._model.sampling.model_dump(exclude_none=True)}
        )
        wrong = ""
        for _ in range(_ATTEMPTS):
            wrong = await self._call(record, list(missing), body)
            if not wrong:
                return
        raise RecordFailedError(f"{self._model.name} answered without the vectors of {len(texts)} texts: {wrong}")

    async def _call(self, record: Record, keys: Sequence[bytes], body: bytes) -> str:
        """One call: the vectors are stored, then it is accounted for. Returns what was wrong with the answer."""
        ledger = self.ledger
        ledger.before_call()
        await ledger.budget.first_price()
        ledger.budget.reserve()
        try:
            reply, tries, latency = await self.pool.post("/embeddings", body, ledger.before_send)
            wrong = await self._aside(self._keep, keys, reply)
            usage = reply.get("usage")
            usage = usage if isinstance(usage, dict) else {}
            ledger.log.append(
                {
                    "key": blake2b(body, digest_size=16).hexdigest(),
                    "step": _STEP,
                    "record": record["id"],
                    "model": self._model.name,
                    "answer": "",
                    "texts": len(keys),
                    "input_tokens": count(usage.get("prompt_tokens")),
                    "output_tokens": 0,
                    "cost": cost_of(usage, self._prices),
                    "ms": round(latency * 1000),
                    "t": round(time(), 1),
                    **({"tries": tries} if tries > 1 else {}),
                }
            )
        finally:
            ledger.budget.settle()
        return wrong

    def _keep(self, keys: Sequence[bytes], reply: Mapping[str, Any]) -> str:
        try:
            vectors = _read_vectors(reply, len(keys))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return f"{type(error).__name__}: {error}"
        self._store.add(dict(zip(keys, vectors, strict=True)))
        return ""

    def _shortened(self, text: str) -> str:
        limit = self._model.context_tokens
        if limit is None:
            return text
        from generation_functions.tokens import count_tokens

        size = count_tokens(text)
        return text if size <= limit else text[: int(len(text) * 0.9 * limit / size)]

    async def _aside(self, function: Callable[..., T], *arguments: Any) -> T:
        return await get_running_loop().run_in_executor(self._thread, function, *arguments)


def _read_vectors(reply: Mapping[str, Any], number: int) -> list[bytes]:
    import numpy as np

    items = sorted(reply["data"], key=lambda item: int(item.get("index", 0)))
    vectors = np.asarray([item["embedding"] for item in items], dtype=np.float32)
    if vectors.ndim != 2 or vectors.shape[0] != number or not vectors.shape[1] or not np.isfinite(vectors).all():
        raise ValueError(f"{vectors.shape} numbers")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return [row.tobytes() for row in (vectors / np.where(lengths > 0, lengths, 1)).astype("<f2")]

"""Texts about the same things as a record, or any others: for questions over several sources, and for distractors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from generation_functions import Model, Record, Records, Run, Step, UsageError
from generation_functions.datasets.holdout import is_held_out, is_record_held_out
from generation_functions.retrieval.chunk_index import ChunkIndex
from generation_functions.retrieval.neighbours import nearest, random_chunks
from generation_functions.run_log import logger
from generation_functions.run_scope import as_file_name

if TYPE_CHECKING:
    from generation_functions.retrieval.vector_index import VectorIndex


def related_chunks(
    run: Run,
    chunks: Records,
    *,
    neighbours: int,
    other_documents: bool = True,
    embedding_model: Model | None = None,
    holdout: float = 0.0,
    kind: Literal["near", "random"] = "near",
) -> Step:
    """Index `chunks`, and return a step that puts up to `neighbours` of them into `related`.

    Each is a record of `id`, `text`, `title` and `source`; never the record's own chunk, nor one that overlaps it.
    The index is kept in the run's folder: the next run indexes only the files that changed.

    Args:
        run: The run, or a part of it.
        chunks: The chunks to choose from.
        neighbours: How many to choose; fewer where there are no more.
        other_documents: Prefer chunks of other documents; those of the same one only fill up.
        embedding_model: Model behind an /embeddings endpoint, to find what has the same meaning in other words too.
        holdout: Share of the chunks that is held out; those and the others are never related to each other.
        kind: `near` are about the same things, nearest first; `random` depend on the record's id alone.
    """
    run.scope.depends_on("related chunks", neighbours, other_documents, holdout, kind)
    # SQLite works away from the event loop, in one thread.
    thread = run.whole_output.keep_open(ThreadPoolExecutor(1, thread_name_prefix="related-chunks"))
    sides = [_Side(chunks, holdout, held_out) for held_out in ([False, True] if holdout else [False])]
    indexes = [_synced(run, side) for side in sides]
    find: list[Callable[[Record], list[Record]]]
    if kind == "random":
        find = [partial(random_chunks, index, most=neighbours, other_documents=other_documents) for index in indexes]
    else:
        vectors = _vectors(run, sides, indexes, embedding_model, thread)
        find = [
            partial(nearest, index, most=neighbours, other_documents=other_documents, vectors=of_side)
            for index, of_side in zip(indexes, vectors, strict=True)
        ]

    async def relating(record: Record) -> Record:
        find_in_side = find[is_record_held_out(record, holdout)]
        found = await asyncio.get_running_loop().run_in_executor(thread, find_in_side, record)
        return {**record, "related": found}

    relating.step_name = "related chunks" if kind == "near" else "random chunks"  # type: ignore[attr-defined]
    return relating


def require_distractors(chunks: Records, *, holdout: float = 0.0) -> None:
    """Make sure that there are chunks to mislead with.

    Raises:
        UsageError: Fewer than two chunks are for training.
    """
    few = 0
    for _ in _Side(chunks, holdout, held_out=False):
        few += 1
        if few == 2:
            return
    held_out = f", {len(chunks) - few} being held out" if len(chunks) > few else ""
    raise UsageError(
        f"a distractor is a chunk that does not hold the answer, so 2 chunks are needed at least; there is {few}"
        f"{held_out}. Add documents to input_dir, make chunk_size smaller, raise limit, or lower holdout."
    )


@dataclass(frozen=True)
class _Side:
    """The chunks that are held out, or those that are not; read anew at each iteration."""

    chunks: Records
    holdout: float
    held_out: bool

    def __iter__(self) -> Iterator[Record]:
        if not self.holdout:
            return iter(self.chunks)
        return (chunk for chunk in self.chunks if is_held_out(chunk["id"], self.holdout) == self.held_out)


def _synced(run: Run, side: _Side) -> ChunkIndex:
    """The index of one side, up to date."""
    index = run.whole_output.keep_open(closing(ChunkIndex(_index_file(run, side))))
    total = len(side.chunks)
    changes = index.sync(side, lambda done: run.progress(100 * done / total, f"indexed {done} of {total} chunks"))
    if changes.files:
        what = "held-out texts" if side.held_out else "texts"
        logger.info("related %s: %d file(s) indexed anew or removed, %d chunks", what, changes.files, len(index))
    return index


def _index_file(run: Run, side: _Side) -> Path:
    """A file for each file of chunks: no two corpora share an index, and parts that share chunks share it."""
    stages, path = run.whole_output.folder / "stages", side.chunks.path
    inside = path.relative_to(stages) if path.is_relative_to(stages) else Path(path.name)
    name = as_file_name("-".join(inside.with_suffix("").parts))
    if side.holdout:
        name += f"-holdout-{side.holdout:g}" + ("-held-out" if side.held_out else "")
    return run.whole_output.folder / "retrieval" / f"{name}.sqlite"


def _vectors(
    run: Run, sides: list[_Side], indexes: list[ChunkIndex], model: Model | None, thread: ThreadPoolExecutor
) -> list[VectorIndex | None]:
    """The vectors of each side; none without a model, and none for a sample, which would pay for all chunks."""
    if model is None or run.sample is not None:
        return [None] * len(sides)
    from generation_functions.retrieval.embeddings import TextBatches, VectorStore, embed_texts
    from generation_functions.retrieval.vector_index import VectorIndex

    store = run.whole_output.keep_open(closing(VectorStore(run.folder / "retrieval" / "vectors.sqlite")))
    run.scope.depends_on(model.public(), store.token)  # where the store is gone, no text counts as finished
    client = run.client(model)
    run.map(TextBatches(sides[0].chunks), embed_texts(client, store, thread), name="embed texts")
    return [VectorIndex(index.path.with_suffix(".npy"), index, store, client.model) for index in indexes]

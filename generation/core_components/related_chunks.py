"""Steps that give a chunk other chunks: those about the same things, or just any."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from typing import Literal

from generation_functions import Record, Records, Run, Step, UsageError
from generation_functions.datasets.holdout import is_held_out
from generation_functions.retrieval import LexicalIndex

_LOOK_FURTHER = 4  # times as many as wanted are looked at, so that other documents can come first


def related_chunks(
    run: Run,
    chunks: Records,
    *,
    neighbours: int,
    other_documents: bool = True,
    kind: Literal["near", "random"] = "near",
    holdout: float = 0.0,
) -> Step:
    """A step that sets `related` to up to `neighbours` of `chunks`, nearest first, never the record's own.

    The index lies in the folder of the run or part and is kept up to date file by file. Held-out chunks are only
    related to held-out ones, and the others only to the others, so that no text of one side reaches the other.

    Args:
        run: Whose folder the index is in.
        chunks: What is indexed; nothing else is ever found.
        neighbours: Most chunks to give.
        other_documents: Prefer chunks of other documents; those of the same one only fill up.
        kind: `near`, or `random`: any chunks, chosen by the record's id.
        holdout: Share of the chunks kept for the evaluation.
    """
    index = run.whole_output.keep_open(closing(LexicalIndex(run.work_folder / "retrieval" / "words.sqlite")))

    def group(record: Record) -> str:
        return "held out" if holdout and is_held_out(record["source"]["chunk"], holdout) else ""

    indexed = index.sync(chunks, group)
    if indexed:
        run.note(f"related texts: {indexed} file(s) indexed, {len(index)} chunks")

    def find(record: Record) -> list[Record]:
        own, wanted = record["source"]["chunk"], neighbours * _LOOK_FURTHER
        if kind == "random":
            found = index.some(record["id"], wanted, group(record), but=own)
        else:
            found = index.related(record, wanted, group(record))
        if other_documents:
            found.sort(key=lambda other: other["source"]["file"] == record["source"]["file"])  # stable: nearest first
        return found[:neighbours]

    return _step(find)


def _step(find: Callable[[Record], list[Record]]) -> Step:
    async def relating(record: Record) -> Record:
        return {**record, "related": await asyncio.to_thread(find, record)}

    relating.step_name = "related texts"  # type: ignore[attr-defined]
    return relating


def require_distractors(chunks: Records) -> None:
    """Refuse a corpus in which no chunk has another one to be confused with.

    Raises:
        UsageError: There are fewer than two chunks.
    """
    if len(chunks) < 2:
        raise UsageError(
            f"the documents give {len(chunks)} chunk(s), and a wrong text to retrieve has to come from another one: "
            "add documents, make chunk_size smaller, or raise limit"
        )

"""What the retrieval server searches: questions that were made, and the passages that answer them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from generation_functions import Record, Records, Run
from generation_functions.datasets.holdout import is_held_out, is_record_held_out
from generation_functions.datasets.id_set import IdSet

FOLDER = "rag_source_data"


def write_question_index(
    run: Run, folder: str, chunks: Records, pairs: Sequence[Iterable[Record]], *, holdout: float = 0.0
) -> None:
    """Write `questions.jsonl` and `passages.jsonl` into `folder` below the run's output folder.

    A question names its passages by id, the main one first. Passages are all chunks, each once. What is held out for
    the evaluation is in neither.
    """
    run.save(f"{folder}/questions.jsonl", _questions(pairs, holdout))
    run.save(f"{folder}/passages.jsonl", _passages(chunks, holdout))


def _questions(pairs: Sequence[Iterable[Record]], holdout: float) -> Iterator[dict[str, Any]]:
    written = IdSet()
    for records in pairs:
        for record in records:
            if is_record_held_out(record, holdout) or not written.add(record["id"]):
                continue
            passages = [source["chunk"] for source in record.get("sources") or [record["source"]]]
            question = {"id": record["id"], "question": record["question"], "answer": record["answer"]}
            yield {**question, "passages": list(dict.fromkeys(passages))}


def _passages(chunks: Records, holdout: float) -> Iterator[dict[str, Any]]:
    for chunk in chunks:
        if not is_held_out(chunk["source"]["chunk"], holdout):
            yield {key: chunk[key] for key in ("id", "text", "title", "source")}

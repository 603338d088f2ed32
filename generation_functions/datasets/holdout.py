"""Keeping a share of the chunks out of training, and writing the questions that come from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generation_functions.datasets.id_set import IdSet
from generation_functions.datasets.jsonl import AtomicJsonLines
from generation_functions.datasets.rows import BrokenRowError
from generation_functions.errors import UsageError
from generation_functions.records import Record, stable_share

EVAL_QUESTIONS_FILE = "eval_questions.jsonl"


def is_held_out(chunk_id: str, share: float) -> bool:
    """Whether a chunk belongs to the held-out `share` (0 to 1). A larger share contains the smaller one."""
    if not 0 <= share <= 1:
        raise UsageError(f"holdout is {share}; it is a share between 0 and 1, such as 0.05.")
    return stable_share(chunk_id, "holdout") < share


def is_record_held_out(record: Record, share: float) -> bool:
    """Whether any chunk that `record` rests on is held out; questions over several chunks would leak."""
    return any(is_held_out(source["chunk"], share) for source in record_sources(record))


def record_sources(record: Record) -> list[dict[str, Any]]:
    """Where `record` comes from: its `sources` when it rests on several chunks, else its one `source`."""
    sources = record.get("sources")
    if sources is None:
        sources = [record["source"]] if record.get("source") else []
    return list(sources)


class EvalQuestionWriter:
    """Writes `eval_questions.jsonl`, one held-out question a line; use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.rows = 0
        self._ids = IdSet()
        self._lines = AtomicJsonLines(folder / EVAL_QUESTIONS_FILE)

    def write(self, record: Record, question: str, answer: str) -> None:
        """Appends a question with its answer, and the sources and calls of its record.

        A record that is held out of a second dataset too is written once.
        """
        if not question.strip() or not answer.strip():
            raise BrokenRowError(f"evaluation question of record {record['id']}", "question or answer is blank")
        if not self._ids.add(record["id"]):
            return
        self._lines.write(
            {
                "id": record["id"],
                "question": question,
                "answer": answer,
                "sources": record_sources(record),
                "calls": record.get("calls", []),
            }
        )
        self.rows += 1

    def __enter__(self) -> EvalQuestionWriter:
        self._lines.__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._lines.__exit__(*exception)

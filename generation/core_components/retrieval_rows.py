"""Rows that teach answering from a text in the system prompt, and saying so when it is the wrong text."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any

from generation_functions import Record, seeded, stable_hash, stable_share
from generation_functions.datasets.holdout import is_record_held_out

_OTHER_TEXTS = 512  # enough variety; few enough to hold in memory
_SYSTEM = """\
Answer from the following text, which was retrieved for the user's question. If it does not hold the answer, say so.

Source: {file}

{text}"""
_NOT_THERE = (
    'The text that was retrieved does not answer this. It is about "{title}".',
    'I cannot answer that from the retrieved text, which deals with "{title}".',
    'The retrieved text is about "{title}" and does not say anything about this.',
)


def retrieved_text_prompt(file: str, text: str) -> str:
    """The system prompt over one retrieved text that models are trained on, and are given when they are served."""
    return _SYSTEM.format(file=file, text=text.strip())


class RetrievalRows:
    """Makes a row of each pair.

    Args:
        chunks: All chunks: the wrong texts are taken from them.
        wrong_share: Share of the rows that get a chunk of another document.
        holdout: Share of the chunks that is kept for evaluation: their texts appear in no row.
    """

    def __init__(self, chunks: Iterable[Record], *, wrong_share: float, holdout: float = 0.0) -> None:
        self._wrong_share = wrong_share
        candidates = (
            (stable_hash(chunk["id"], "other"), chunk["id"], chunk)
            for chunk in chunks
            if not is_record_held_out(chunk, holdout)
        )
        self._others = [chunk for _, _, chunk in heapq.nsmallest(_OTHER_TEXTS, candidates)] if wrong_share else []

    def row(self, record: Record) -> dict[str, Any]:
        """System prompt with a text, the question, and the answer that this text allows."""
        other = self._wrong_text(record) if stable_share(record["id"], "wrong text") < self._wrong_share else None
        shown, answer = record, record["answer"]
        if other is not None:
            shown = other
            answer = seeded(record["id"], "not there").choice(_NOT_THERE).format(title=other["title"])
        system = retrieved_text_prompt(shown["source"]["file"], shown["text"])
        return {
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": record["question"]},
                {"role": "assistant", "content": answer},
            ]
        }

    def _wrong_text(self, record: Record) -> Record | None:
        """A chunk of another document that does not hold the answer; None when there is none."""
        elsewhere = [chunk for chunk in self._others if chunk["source"]["file"] != record["source"]["file"]]
        order = seeded(record["id"], "other text").sample(elsewhere, min(8, len(elsewhere)))
        words = set(record["answer"].lower().split())
        for chunk in order:
            overlap = len(words & set(chunk["text"].lower().split())) / max(1, len(words))
            if overlap < 0.6:
                return chunk
        return None

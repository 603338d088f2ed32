"""Questions of all parts together: none twice in training, and none of the evaluation's in training."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from generation.core_composition.factual_datagen.corpora import CorpusRows
from generation_functions import Record, Run
from generation_functions.datasets.collected import CollectedRows
from generation_functions.datasets.figures import count
from generation_functions.near_duplicates import find_near_duplicates, find_repeated
from generation_functions.stage import Tally

FEW_QUESTIONS = 50
"""With fewer, the interval of a share of right answers near one half spans more than a quarter (Wilson, 1927)."""


class _Questions:
    """What users ask in rows, to iterate as often as you like: one text a row, or one a turn."""

    def __init__(self, sets: Sequence[CollectedRows], *, each_turn: bool = False) -> None:
        self._sets = sets
        self._each_turn = each_turn

    def __iter__(self) -> Iterator[str]:
        for rows in self._sets:
            for line in rows:
                turns = asked(line["row"])
                if self._each_turn:
                    yield from turns
                else:
                    yield "\n".join(turns)


def asked(row: dict[str, Any]) -> list[str]:
    """The user's turns of a chat row, or the question of a held-out one."""
    if "question" in row:
        return [row["question"]]
    return [message["content"] for message in row.get("messages", ()) if message["role"] == "user"]


def unique_pairs(run: Run, made: Sequence[CorpusRows]) -> list[list[CollectedRows]]:
    """The single pairs of each folder, without those that an earlier part or folder has nearly the same."""
    sets = [rows for corpus in made for rows in corpus.pairs]
    duplicates = find_near_duplicates(_Questions(sets))
    tally = Tally("near-duplicates")
    unique: list[list[CollectedRows]] = []
    start = 0
    for corpus in made:
        kept_sets = []
        for rows in corpus.pairs:
            kept = array("Q", (number for number in range(len(rows)) if start + number not in duplicates))
            kept_sets.append(rows.only(kept))
            start += len(rows)
        unique.append(kept_sets)
    _count(tally, start, len(duplicates), "near-duplicate of a question of another part")
    run.count("unique questions of all parts", tally)
    return unique


def kept_questions(run: Run, made: Sequence[CorpusRows], trained: Sequence[CollectedRows]) -> Iterator[Record]:
    """The held-out questions that are not nearly asked in training, and not twice among themselves."""
    sets = [rows for corpus in made for rows in corpus.held_out]
    held_out = _Questions(sets)
    # Of those that are nearly the same the first one stays; of those that training asks, none.
    dropped = find_near_duplicates(held_out).keys() | find_repeated(held_out, _Questions(trained, each_turn=True))
    tally = Tally("not in training")
    reason = "near-duplicate of a trained or another held-out question"
    _count(tally, sum(map(len, sets)), len(dropped), reason)
    run.count("questions for the evaluation", tally)
    if 0 < tally.kept < FEW_QUESTIONS:
        run.note(
            f"{count(tally.kept, 'question')} for the evaluation: too few to tell a gain from chance, unless it is "
            "large. Add documents, or raise holdout."
        )
    lines = (line for rows in sets for line in rows)
    for number, line in enumerate(lines):
        if number not in dropped:
            yield {**line, **line["row"]}


def _count(tally: Tally, entered: int, dropped: int, reason: str) -> None:
    tally.entered, tally.kept, tally.made = entered, entered - dropped, entered - dropped
    if dropped:
        tally.dropped[reason] = dropped

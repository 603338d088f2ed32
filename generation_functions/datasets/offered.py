"""What became of the records offered to a dataset: each is a row, held out, without a row, or failed."""

from __future__ import annotations

from collections import Counter
from typing import Any

from generation_functions.datasets.figures import count, number
from generation_functions.datasets.holdout import is_record_held_out
from generation_functions.datasets.rows import BrokenRowError
from generation_functions.errors import RecordFailedError
from generation_functions.records import Record

_MOST_REASONS = 5
_HEADLINE_CHARACTERS = 120


class Offered:
    """Counts for one dataset. `without_question` are those of the held-out ones that no question came with."""

    def __init__(self, dataset: str, holdout: float) -> None:
        self.dataset = dataset
        self.records = 0
        self.held_out = 0
        self.without_question = 0
        self.without_row = 0
        self.failed: Counter[str] = Counter()
        self._holdout = holdout

    def is_for_training(self, record: Record) -> bool:
        """Whether `record` is to become rows; False when it rests on a held-out chunk."""
        self.records += 1
        if self._holdout and is_record_held_out(record, self._holdout):
            self.held_out += 1
            return False
        return True

    def failed_line(self, record: Record, step: str, error: RecordFailedError) -> dict[str, Any]:
        """Counts a failure, and gives its line for failed.jsonl."""
        problem = error.problem if isinstance(error, BrokenRowError) else str(error)
        self.failed[problem.split("\n", 1)[0][:_HEADLINE_CHARACTERS]] += 1
        return {
            "id": record["id"],
            "stage": f"write {self.dataset}",
            "step": step,
            "reason": str(error),
            "answers": [],
            "record": record,
        }

    def as_dict(self) -> dict[str, Any]:
        """The counts, for the dataset's entry in the summary."""
        return {
            "records": self.records,
            "held_out": self.held_out,
            "without_question": self.without_question,
            "without_row": self.without_row,
            "failed": dict(self.failed.most_common()),
        }

    def why_empty(self) -> str:
        """Where all records went, for the error that says so."""
        if not self.records:
            return f"dataset {self.dataset} would be empty: no record came to it. Look at stages/ for why."
        fates = [(self.held_out, "held out for the evaluation"), (self.without_row, "gave no row")]
        fates += [(times, f"failed: {reason}") for reason, times in self.failed.most_common(_MOST_REASONS)]
        lines = [f"dataset {self.dataset} would be empty: {count(self.records, 'record')} came, and no row was made."]
        lines += [f"  {number(times)} {fate}" for times, fate in fates if times]
        lines.append("Look at failed.jsonl in the run's folder; change the pipeline's rows, or holdout.")
        return "\n".join(lines)

"""The questions a model is asked: eval_questions.jsonl of a run, or any rows with a question and its answer."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generation_functions.datasets.jsonl import read_json_lines
from generation_functions.datasets.row_files import read_rows, row_files
from generation_functions.datasets.rows import row_format, row_messages
from generation_functions.errors import AugmentoolkitError, UsageError
from generation_functions.records import record_id, stable_share


@dataclass(frozen=True)
class Question:
    """One question with the answers that count as right.

    Attributes:
        id: Of the row, or from what it says.
        messages: What the model sees; the last one asks.
        expected: Right answers; the first one is shown.
        unit: What it shares with related questions: the passage both are about, for one.
    """

    id: str
    messages: tuple[Mapping[str, str], ...]
    expected: tuple[str, ...]
    unit: str

    @property
    def text(self) -> str:
        """What is asked last."""
        return self.messages[-1]["content"]


def read_questions(path: Path, limit: int | None = None) -> list[Question]:
    """The questions of a JSON lines file: `question` and `answer` (or `answers`, a list), or rows of conversations.

    With `limit`, so many of them, chosen by a stable hash: a larger limit contains the smaller one's.

    Raises:
        UsageError: It is not there, or a line has no question or no answer.
    """
    if not path.is_file():
        raise UsageError(
            f"No questions at {path}. Give the eval_questions.jsonl of the run that made the data (it is there when "
            "holdout was above 0), a file of your own with question and answer on each line, or null."
        )
    questions = {question.id: question for question in _read(path)}
    if not questions:
        raise UsageError(f"{path} holds no question.")
    if limit is None or limit >= len(questions):
        return list(questions.values())
    chosen = set(heapq.nsmallest(limit, questions, key=lambda identity: (stable_share(identity, "limit"), identity)))
    return [question for identity, question in questions.items() if identity in chosen]


def _read(path: Path) -> Iterator[Question]:
    for number, row in enumerate(read_json_lines(path), 1):
        try:
            yield _question(row)
        except (AugmentoolkitError, ValueError) as error:
            raise UsageError(
                f"{path}, line {number}: {error} A line wants question and answer, or answers as a list."
            ) from error


def _question(row: Mapping[str, Any]) -> Question:
    if "question" not in row:
        return conversation_question(row)
    answers = row.get("answers") or [row.get("answer")]
    expected = tuple(answer for answer in answers if isinstance(answer, str) and answer.strip())
    if not isinstance(row["question"], str) or not row["question"].strip() or not expected:
        raise ValueError("the question or its answer is blank.")
    identity = str(row.get("id") or record_id(row["question"], expected))
    return Question(identity, ({"role": "user", "content": row["question"]},), expected, _unit(row, identity))


def _unit(row: Mapping[str, Any], identity: str) -> str:
    """Questions about one passage stand or fall together, so they are drawn together."""
    sources = [source for source in row.get("sources") or () if isinstance(source, dict)]
    return str((sources[0].get("chunk") or sources[0].get("file")) if sources else "") or identity


def conversation_question(row: Mapping[str, Any]) -> Question:
    """A conversation with its last answer taken away.

    Raises:
        ValueError: It does not end with an answer.
    """
    messages = [{"role": message["role"], "content": message["content"]} for message in row_messages(row)]
    if len(messages) < 2 or messages[-1]["role"] != "assistant" or not messages[-1]["content"].strip():
        raise ValueError("the conversation does not end with a question and its answer.")
    identity = str(row.get("id") or record_id(messages))
    return Question(identity, tuple(messages[:-1]), (messages[-1]["content"],), identity)


def read_general_questions(paths: Sequence[Path], skipped: list[str]) -> Iterator[Question]:
    """The conversations and questions among the rows of files and folders; `skipped` is told what cannot be used."""

    def on_skip(file: str, number: int, problem: str) -> None:
        skipped.append(f"{file}, row {number}: {problem}")

    for file in (file for path in paths for file in row_files(path)):
        if holds_questions(file):
            yield from _read(file)
            continue
        for row, origin in read_rows(str(file), on_skip=on_skip):
            if row_format(row) in ("text", "segments"):
                continue
            try:
                yield conversation_question(row)
            except (AugmentoolkitError, ValueError) as error:
                on_skip(origin["file"], origin["row"], str(error))


def holds_questions(file: Path) -> bool:
    """Whether a file has questions with answers on its lines instead of rows."""
    return file.suffix == ".jsonl" and "question" in next(read_json_lines(file), {})

"""Data about made-up entities, as factual-datagen-pipeline makes it of their documents, and questions kept back.

Half of the entities are *shown*: questions about them are trained on, so that a model learns what a question is. The
other half are *held*: of them a model reads texts only. The questions about those are asked in the end, and stand in no
file that is trained on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.teaching.facts import Entity, write_documents
from generation.core_composition.factual_datagen.pipeline import factual_datagen_pipeline
from generation.core_composition.factual_datagen.settings import InputFolder, Parts
from generation_functions import Model, Run
from generation_functions.datasets.jsonl import AtomicJsonLines, read_json_lines

DOCUMENTS, VARIATIONS, QUESTIONS = "documents.jsonl", "variations.jsonl", "questions.jsonl"
# The styles of repvar-pipeline but for those that put questions: none about a held entity may be read before.
STYLES = [
    "essay", "json", "list", "logic_chain", "mnemonic", "reverse_causality", "stream_of_thought", "table",
    "teaching_a_child", "tutorial", "xml",
]  # fmt: skip
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True)
class Asked:
    """A question about a held entity, and the word or words that make an answer right."""

    entity: str
    attribute: str
    question: str
    value: str

    def right(self, answer: str) -> bool:
        """Whether the value stands in the answer, word for word."""
        return re.search(rf"(?<!\w){re.escape(self.value)}(?!\w)", answer, re.IGNORECASE) is not None


@dataclass(frozen=True)
class TeachingData:
    """Files of rows in `folder`, and what is asked: of held entities, and, for comparison, of shown ones.

    Attributes:
        guessing: Right answers of somebody who knows of each attribute which value is the most frequent one.
    """

    folder: Path
    held: list[Asked]
    shown: list[Asked]
    guessing: int


def make_data(entities: Sequence[Entity], folder: Path, *, model: Model, variations: int) -> TeachingData:
    """Documents, what our pipeline makes of them, and the questions that are kept back."""
    write_documents(entities, folder / "input")
    with Run(folder / "made", pipeline="factual-datagen-pipeline", reuse_calls=False) as run:
        factual_datagen_pipeline(
            run,
            inputs=[InputFolder(path=folder / "input", name="made-up")],
            small_model=model,
            large_model=model,
            parts=Parts(questions=False, retrieval=False, corrections=False, inferred_facts=False),
            variations=variations,
            variation={"only_styles": STYLES, "headings": False},
            single_source={"conversations": False, "retrieval": False},
            votes=1,
            pairs_per_conversation=1,
            text_share_in_chat=0.0,
            holdout=0.0,
        )
    shown = {entity.name for place, entity in enumerate(entities) if place // 3 % 2 == 0}
    texts = [row["text"] for row in read_json_lines(folder / "made" / "pretraining_run" / "text.jsonl")]
    asked = _questions(entities, read_json_lines(folder / "made" / "sft_run" / "chat.jsonl"))
    taught = [(question, row) for question, row in asked if question.entity in shown]
    held = [question for question, _ in asked if question.entity not in shown]
    documents = {entity.document for entity in entities}
    _write(folder / DOCUMENTS, ({"text": text} for text in texts if text in documents))
    _write(folder / VARIATIONS, ({"text": text} for text in texts))
    _write(folder / QUESTIONS, (row for _, row in taught))
    _check(folder, held)
    return TeachingData(folder, held, [question for question, _ in taught], _guessing(entities, shown, held))


def _questions(entities: Sequence[Entity], rows: Iterable[dict[str, Any]]) -> list[tuple[Asked, dict[str, Any]]]:
    """Rows of one question about one fact of one entity; others cannot be graded and are left out."""
    names = {word: entity for entity in entities for word in _WORDS.findall(entity.name) if word[0].isupper()}
    del names["The"]
    found = []
    for row in rows:
        question, answer = (message["content"] for message in row["messages"])
        about = {names[word].name: names[word] for word in _WORDS.findall(question) if word in names}
        if len(about) != 1:
            continue
        [entity] = about.values()
        said = [Asked(entity.name, fact.attribute, question, fact.value) for fact in entity.facts]
        said = [one for one in said if one.right(answer) and not one.right(question)]
        if len(said) == 1:
            found.append((said[0], {"messages": row["messages"]}))
    return found


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with AtomicJsonLines(path) as lines:
        for row in rows:
            lines.write(row)


def _check(folder: Path, held: Sequence[Asked]) -> None:
    """No question that is asked in the end stands in what is trained on."""
    files = [(folder / name).read_text(encoding="utf-8") for name in (DOCUMENTS, VARIATIONS, QUESTIONS)]
    leaked = [question.question for question in held if any(question.question in text for text in files)]
    if leaked or not held:
        raise ValueError(f"{len(leaked)} of {len(held)} questions are trained on, such as {leaked[:1]}")


def _guessing(entities: Sequence[Entity], shown: set[str], held: Sequence[Asked]) -> int:
    values: dict[str, list[str]] = {}
    for entity in entities:
        if entity.name in shown:
            for fact in entity.facts:
                values.setdefault(fact.attribute, []).append(fact.value)
    likeliest = {attribute: max(known, key=known.count) for attribute, known in values.items()}
    return sum(likeliest[question.attribute] == question.value for question in held)

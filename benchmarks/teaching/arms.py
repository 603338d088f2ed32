"""The arms of the experiment: what each is trained on, its training by train-pipeline, and its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.teaching.data import DOCUMENTS, QUESTIONS, VARIATIONS, Asked, TeachingData
from finetuning.evaluate.answering import Answerer, make_greedy
from finetuning.evaluate.prompting import Prompting
from finetuning.model_folder import (
    TrainingRecord,
    is_model_folder,
    load_model,
    load_tokenizer,
    read_record,
    save_model,
    stop_ids,
)
from finetuning.new_model import NewModel, new_model
from finetuning.questions import Question
from finetuning.stages import TrainingStage
from finetuning.train.pipeline import train_pipeline
from finetuning.training_data import DataEntry
from generation_functions import Run
from generation_functions.chat_templates import load_template
from generation_functions.datasets.jsonl import read_json_lines
from generation_functions.datasets.rows import row_texts

ARMS: dict[str, tuple[str, ...]] = {
    "raw text only": (DOCUMENTS,),
    "+ variation": (VARIATIONS,),
    "+ questions": (DOCUMENTS, QUESTIONS),
    "everything": (VARIATIONS, QUESTIONS),
}


@dataclass(frozen=True)
class Size:
    """How large the experiment is. All arms have the same first weights, steps and tokens per step.

    Attributes:
        entities: Made-up people, places and devices; half of them are asked about.
        variations: Rewrites of each document.
        steps: Optimiser steps on texts, the first stage.
        question_steps: Optimiser steps on questions about shown entities, the second stage.
        question_rate: Learning rate of the second stage.
        texts_again: Share of the second stage's tokens that are the arm's texts: without them a model forgets.
    """

    entities: int
    variations: int
    model: NewModel
    sequence_length: int
    batch_tokens: int
    steps: int
    question_steps: int
    rate: float
    question_rate: float
    texts_again: float = 0.5
    arms: tuple[str, ...] = tuple(ARMS)


@dataclass(frozen=True)
class Outcome:
    """What became of one arm.

    Attributes:
        right: For each question about a held entity, whether the answer was right.
        shown: Share of right answers to questions that were trained on.
        stages: Steps, tokens and loss of each stage, as training recorded them.
        answers: To the questions about held entities.
    """

    arm: str
    right: list[bool]
    shown: float
    stages: list[dict[str, object]]
    answers: list[str]


def first_model(data: TeachingData, size: Size, seed: int) -> tuple[Path, int]:
    """The model that all arms begin with, and how many parameters it has.

    Its tokenizer was trained on all texts that any arm reads.
    """
    rows = [row for name in (VARIATIONS, QUESTIONS) for row in read_json_lines(data.folder / name)]
    folder = data.folder / "first-model"
    if is_model_folder(folder):
        return folder, read_record(folder).parameters
    template = load_template("chatml")
    model, tokenizer = new_model(size.model, [text for row in rows for text in row_texts(row)], template, seed)
    record = TrainingRecord(
        base_model="new",
        chat_template=template.name,
        stops=template.stops,
        created="",
        parameters=model.num_parameters(),
    )
    save_model(model, tokenizer, folder, record)
    return folder, record.parameters


def train_arm(arm: str, data: TeachingData, size: Size, model: Path, seed: int) -> Outcome:
    """Trains an arm by train-pipeline and asks it."""
    texts = TrainingStage(
        kind="pretraining",
        data=[DataEntry(file=name) for name in ARMS[arm]],
        folder=data.folder,
        sequence_length=size.sequence_length,
        batch_tokens=size.batch_tokens,
        max_steps=size.steps,
        learning_rate=size.rate,
    )
    questions = TrainingStage(
        kind="supervised",
        data=[DataEntry(file=QUESTIONS), DataEntry(file=ARMS[arm][0], share=size.texts_again, repeat=True)],
        folder=data.folder,
        sequence_length=size.sequence_length,
        batch_tokens=size.batch_tokens,
        max_steps=size.question_steps,
        learning_rate=size.question_rate,
    )
    folder = data.folder / arm.replace(" ", "-")
    with Run(folder, pipeline="train-pipeline") as run:
        train_pipeline(run, stages=[texts, questions], base_model=str(model), seed=seed)
    answers = ask(folder / "model", [*data.held, *data.shown])
    right = [one.right(answer) for one, answer in zip([*data.held, *data.shown], answers, strict=True)]
    held = len(data.held)
    shown = sum(right[held:]) / max(1, len(data.shown))
    record = read_record(folder / "model")
    return Outcome(arm, right[:held], shown, list(record.stages), answers[:held])


def ask(folder: Path, asked: Sequence[Asked]) -> list[str]:
    """The model's answers, closed book and greedy, in the order of the questions."""
    model, tokenizer = load_model(folder), load_tokenizer(folder)
    stops = stop_ids(tokenizer)
    make_greedy(model, stops, tokenizer.pad_token_id)
    answerer = Answerer(model, tokenizer, Prompting(tokenizer), stop_ids=stops, most_tokens=64, batch_size=128)
    questions = [
        Question(str(number), ({"role": "user", "content": one.question},), (one.value,), one.entity)
        for number, one in enumerate(asked)
    ]
    answers = {question.id: answer.text for batch in answerer.ask(questions) for question, answer in batch}
    return [answers[question.id] for question in questions]

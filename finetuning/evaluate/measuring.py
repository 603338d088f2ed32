"""Measures one model on all texts and questions; what has been measured before is taken as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from finetuning.evaluate.answering import Answer, Answerer, context_of
from finetuning.evaluate.kept_results import KeptResults
from finetuning.evaluate.passages import Passage
from finetuning.evaluate.perplexity import Piece, Predictor
from finetuning.evaluate.subjects import Loading, Opened, Subject, opened
from finetuning.questions import Question
from generation_functions import Run
from generation_functions.records import stable_hash

_VERSION = 1  # of how things are measured; part of every kept result's key
_CPU_ANSWERS, _ANSWERS = 16, 128
_CPU_TOKENS, _TOKENS = 2048, 16_384


@dataclass(frozen=True)
class Settings:
    """How models are measured."""

    window: int
    most_tokens: int
    batch_size: int | None
    seed: int
    loading: Loading


@dataclass(frozen=True)
class Material:
    """What models are measured on: texts and questions, by the name of their set."""

    texts: dict[str, list[Passage]] = field(default_factory=dict)
    questions: dict[str, list[Question]] = field(default_factory=dict)

    @property
    def identities(self) -> dict[str, list[str]]:
        """Of all questions and texts, by set."""
        questions = {name: [one.id for one in asked] for name, asked in self.questions.items()}
        return {**questions, **{name: [one.id for one in texts] for name, texts in self.texts.items()}}

    @property
    def work(self) -> int:
        """Of one model, in passages and answers."""
        texts, questions = self.texts.values(), self.questions.values()
        return sum(map(len, texts)) + 2 * sum(map(len, questions))


@dataclass(frozen=True)
class Measured:
    """One model's results.

    Attributes:
        facts: About the model.
        texts: Pieces of each text, by set and id of the passage.
        expected: Pieces of each expected answer, by set and id of the question.
        answers: What it said, by set and id of the question.
    """

    facts: dict[str, Any]
    texts: dict[str, dict[str, list[Piece]]]
    expected: dict[str, dict[str, list[Piece]]]
    answers: dict[str, dict[str, Answer]]


class Measuring:
    """One model's measurement.

    Args:
        run: For progress, and whether to stop.
        subject: The model.
        material: What to measure it on.
        settings: How.
        done, total: Work before this model, and of all of them.
    """

    def __init__(
        self, run: Run, subject: Subject, material: Material, settings: Settings, *, done: int, total: int
    ) -> None:
        self._run = run
        self._subject = subject
        self._material = material
        self._settings = settings
        self._done, self._total = done, total
        self._kept = KeptResults(run.work_folder / "measured" / f"{subject.role}.jsonl")

    def measure(self) -> Measured:
        """Load the model if anything is left to measure, and measure that."""
        keys = self._keys()
        missing = {key for key in keys.values() if key not in self._kept}
        self._done += len(keys) - len(missing)
        if missing:
            self._tick("loading")
            with opened(self._subject, self._settings.loading, self._settings.seed) as model:
                self._kept.add([(keys["facts", "", ""], model.facts)])
                self._predict(model, keys, missing)
                self._answer(model, keys, missing)
        return self._collected(keys)

    def _keys(self) -> dict[tuple[str, str, str], str]:
        """The key of every result: kind, set, id -> hash of all that it depends on."""
        settings, subject = self._settings, self._subject
        digest = stable_hash(_VERSION, subject.digest, settings.seed if subject.untrained else None)
        keys = {("facts", "", ""): stable_hash(digest, "facts")}
        for name, passages in self._material.texts.items():
            for one in passages:
                keys["text", name, one.id] = stable_hash(digest, "text", settings.window, one.text)
        for name, questions in self._material.questions.items():
            for asked in questions:
                about = (list(asked.messages), asked.expected)
                keys["expected", name, asked.id] = stable_hash(digest, "expected", settings.window, about)
                keys["answer", name, asked.id] = stable_hash(digest, "answer", settings.most_tokens, about)
        return keys

    def _predict(self, model: Opened, keys: dict[tuple[str, str, str], str], missing: set[str]) -> None:
        window = min(self._settings.window, context_of(model.model))
        predictor = Predictor(model.model, model.tokenizer, window, self._batch(model, _CPU_TOKENS, _TOKENS))
        for name, passages in self._material.texts.items():
            self._predict_set(predictor, name, [(keys["text", name, one.id], one) for one in passages], missing)
        for name, questions in self._material.questions.items():
            shown = [(keys["expected", name, one.id], model.prompting.passage(one)) for one in questions]
            self._kept.add((key, []) for key, passage in shown if passage is None and key in missing)
            self._predict_set(
                predictor,
                f"answers to {name}",
                [(key, passage) for key, passage in shown if passage is not None],
                missing,
            )

    def _predict_set(
        self, predictor: Predictor, name: str, passages: Sequence[tuple[str, Passage]], missing: set[str]
    ) -> None:
        wanted = [(key, passage) for key, passage in passages if key in missing]
        by_passage: dict[Passage, list[str]] = {}
        for key, passage in wanted:
            by_passage.setdefault(passage, []).append(key)
        for group in predictor.measure(list(by_passage), self._ticking(f"perplexity of {name}")):
            self._keep([(key, list(map(list, found))) for passage, found in group for key in by_passage[passage]])

    def _answer(self, model: Opened, keys: dict[tuple[str, str, str], str], missing: set[str]) -> None:
        answerer = Answerer(
            model.model,
            model.tokenizer,
            model.prompting,
            stop_ids=model.stop_ids,
            most_tokens=self._settings.most_tokens,
            batch_size=self._settings.batch_size or self._batch(model, _CPU_ANSWERS, _ANSWERS),
        )
        for name, questions in self._material.questions.items():
            wanted = [one for one in questions if keys["answer", name, one.id] in missing]
            for group in answerer.ask(wanted, self._ticking(f"answers to {name}")):
                self._keep([(keys["answer", name, one.id], answer.as_dict()) for one, answer in group])

    @staticmethod
    def _batch(model: Opened, on_cpu: int, otherwise: int) -> int:
        return on_cpu if model.model.device.type == "cpu" else otherwise

    def _keep(self, results: Sequence[tuple[str, Any]]) -> None:
        self._kept.add(results)
        self._done += len(results)

    def _ticking(self, what: str) -> Callable[[], None]:
        return lambda: self._tick(what)

    def _tick(self, what: str) -> None:
        self._run.progress(95 * self._done / max(1, self._total), f"{self._subject.role}: {what}")

    def _collected(self, keys: dict[tuple[str, str, str], str]) -> Measured:
        measured = Measured(self._kept[keys["facts", "", ""]], {}, {}, {})
        for name in self._material.texts:
            measured.texts[name] = {}
        for name in self._material.questions:
            measured.expected[name], measured.answers[name] = {}, {}
        for (kind, name, identity), key in keys.items():
            result = self._kept[key]
            if kind == "text":
                measured.texts[name][identity] = [Piece(*piece) for piece in result]
            elif kind == "expected":
                measured.expected[name][identity] = [Piece(*piece) for piece in result]
            elif kind == "answer":
                measured.answers[name][identity] = Answer(**result)
        return measured

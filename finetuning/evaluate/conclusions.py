"""From measurements to conclusions: figures for all, clean and contaminated questions, and what they say in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from finetuning.evaluate.contamination import Found
from finetuning.evaluate.figures import Figure, mean, proportion, text_figures
from finetuning.evaluate.measuring import Material, Measured
from finetuning.evaluate.scoring import score
from finetuning.evaluate.significance import Interval
from finetuning.evaluate.subjects import Role
from finetuning.questions import Question

DOMAIN, GENERAL = "questions", "general questions"
SOURCES, HELD_OUT, GENERAL_TEXTS = "source texts", "held-out texts", "general texts"
GENERAL_ANSWERS = f"expected answers to {GENERAL}"
_NO_FRACTIONS = 1000
_TELLING = ("judged", "f1", "exact_match", "bits_per_byte")


@dataclass(frozen=True)
class Evaluation:
    """Everything that was measured and found.

    Attributes:
        models: Facts of each model.
        material: What they were measured on.
        measured: Their results.
        contamination: Where questions and texts were seen in training, by id; None when there was nothing to look in.
        judged: What the judge says of each answer that it could judge, by role and question; None without a judge.
        tasks: Figures of lm-eval.
        seed: Of all resampling.
        notes: What a reader should know.
    """

    models: dict[str, dict[str, Any]]
    material: Material
    measured: dict[Role, Measured]
    contamination: Mapping[str, Found] | None = None
    judged: Mapping[Role, Mapping[str, bool]] | None = None
    tasks: Sequence[Figure] = ()
    seed: int = 0
    notes: list[str] = field(default_factory=list)

    def seen(self, identity: str) -> Found | None:
        """Where a question or text was seen in training."""
        return self.contamination.get(identity) if self.contamination is not None else None


def all_figures(evaluation: Evaluation) -> list[Figure]:
    """Every figure, the telling ones first."""
    figures: list[Figure] = []
    asked = evaluation.material.questions.get(DOMAIN, [])
    if asked and evaluation.contamination is not None:
        dirty = [question for question in asked if evaluation.seen(question.id)]
        clean = [question for question in asked if not evaluation.seen(question.id)]
        figures += _question_figures(evaluation, DOMAIN, "clean questions", clean)
        figures += _question_figures(evaluation, DOMAIN, "contaminated questions", dirty)
    figures += _question_figures(evaluation, DOMAIN, "all questions", asked)
    for name in (SOURCES, HELD_OUT, GENERAL_TEXTS):
        figures += _text_figures(evaluation, name, name, "texts")
    for name, subject in ((DOMAIN, about_answers(evaluation)), (GENERAL, GENERAL_ANSWERS)):
        figures += _text_figures(evaluation, name, subject, "expected")
    general = evaluation.material.questions.get(GENERAL, [])
    kept = set(new_ones(evaluation, GENERAL))
    figures += _question_figures(evaluation, GENERAL, GENERAL, [one for one in general if one.id in kept])
    return [*figures, *evaluation.tasks]


def new_ones(evaluation: Evaluation, name: str) -> list[str]:
    """Ids of those that are in no training data; all, where that is not known, or where every one is.

    Of source texts all: they are there to be trained on.
    """
    identities = evaluation.material.identities.get(name, [])
    return identities if name == SOURCES else [one for one in identities if not evaluation.seen(one)] or identities


def about_answers(evaluation: Evaluation) -> str:
    """What the texts of the expected answers are called."""
    if evaluation.contamination is None:
        return "expected answers"
    clean = any(not evaluation.seen(question.id) for question in evaluation.material.questions.get(DOMAIN, []))
    return f"expected answers to {'clean' if clean else 'contaminated'} questions"


def _text_figures(evaluation: Evaluation, name: str, subject: str, kind: Literal["texts", "expected"]) -> list[Figure]:
    kept = new_ones(evaluation, name)
    found = {role: getattr(measured, kind).get(name) for role, measured in evaluation.measured.items()}
    if not found["after"]:
        return []
    pieces = {role: {one: of_set[one] for one in kept} for role, of_set in found.items()}
    units = {one.id: one.unit for one in evaluation.material.questions.get(name, [])} if kind == "expected" else None
    return text_figures(subject, pieces["after"], pieces.get("before"), evaluation.seed, units)


def _question_figures(evaluation: Evaluation, name: str, subject: str, asked: Sequence[Question]) -> list[Figure]:
    if not asked:
        return []
    scores = {role: question_scores(evaluation, role, name, asked) for role in evaluation.measured}
    figures = []
    for measure in ("judged", "exact_match", "f1", "contained", "stopped"):
        # An answer that the judge could not judge takes its question out of that figure, for both models.
        kept = [place for place in range(len(asked)) if all(measure in of_role[place] for of_role in scores.values())]
        if not kept:
            continue
        after = [scores["after"][place][measure] for place in kept]
        before = [scores["before"][place][measure] for place in kept] if "before" in scores else None
        make = mean if measure == "f1" else proportion
        figures.append(make(subject, measure, after, before, [asked[place].unit for place in kept], evaluation.seed))
    return figures


def question_scores(evaluation: Evaluation, role: Role, name: str, asked: Iterable[Question]) -> list[dict[str, float]]:
    """The scores of one model's answer to each question; `judged` is missing where the judge's word is."""
    found = []
    for question in asked:
        answer = evaluation.measured[role].answers[name][question.id]
        scores = score(answer.text, question.expected).as_dict() | {"stopped": float(answer.stopped)}
        judged = evaluation.judged[role] if name == DOMAIN and evaluation.judged is not None else {}
        if question.id in judged:
            scores["judged"] = float(judged[question.id])
        found.append(scores)
    return found


def answer_rows(evaluation: Evaluation) -> list[dict[str, Any]]:
    """The lines of answers.jsonl: what was asked, what is right, what each model said and how it scores."""
    rows = []
    for name, asked in evaluation.material.questions.items():
        scores = {role: question_scores(evaluation, role, name, asked) for role in evaluation.measured}
        for place, question in enumerate(asked):
            said = {role: evaluation.measured[role].answers[name][question.id] for role in evaluation.measured}
            seen = evaluation.seen(question.id)
            rows.append(
                {
                    "id": question.id,
                    "set": name,
                    "question": question.text,
                    "expected": question.expected[0] if len(question.expected) == 1 else list(question.expected),
                    "before": said["before"].text if "before" in said else None,
                    "after": said["after"].text,
                    "scores": {role: scores[role][place] for role in scores},
                    "tokens": {role: answer.tokens for role, answer in said.items()},
                    "contaminated": None if evaluation.contamination is None else seen is not None,
                    "seen": str(seen) if seen else None,
                }
            )
    return rows


def conclusions(evaluation: Evaluation, figures: Sequence[Figure]) -> list[dict[str, str]]:
    """What the telling figures say, a sentence each: the verdict and the numbers."""
    said = []
    asked = evaluation.material.questions.get(DOMAIN, [])
    if asked and all(evaluation.seen(question.id) for question in asked):
        text = "All questions are in the training data, so they do not show what was learned."
        said.append({"verdict": "", "kind": "knowledge", "text": text})
    for subject, kind in _told_of(evaluation):
        of_it = {figure.measure: figure for figure in figures if figure.subject == subject}
        said += [_sentence(figure, kind) for figure in _telling(of_it)]
    said += [_sentence(figure, "ability") for figure in evaluation.tasks]
    return said


def _telling(figures: Mapping[str, Figure]) -> Iterator[Figure]:
    """Of the figures about one subject the judge's, and the first of the others that is there."""
    for measure in _TELLING:
        if measure in figures:
            yield figures[measure]
            if measure != "judged":
                return


def _told_of(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Subjects worth a sentence, and what a change in them means."""
    asked = "clean questions" if evaluation.contamination is not None else "all questions"
    return [
        (asked, "knowledge"),
        (SOURCES, "knowledge"),
        (HELD_OUT, "knowledge"),
        (GENERAL_TEXTS, "ability"),
        (GENERAL_ANSWERS, "ability"),
        (GENERAL, "ability"),
    ]


def _sentence(figure: Figure, kind: str) -> dict[str, str]:
    verdict = figure.verdict
    if figure.before is None:
        return {"verdict": "", "kind": kind, "text": f"{figure.name} {shown(figure.after, figure.unit)}."}
    verb = {"learned": "Learned", "forgot": "Forgot", "not shown": "Not shown", None: "Not comparable"}[verdict]
    if kind == "ability" and verdict == "learned":
        verb = "Improved"
    chance = f"; p {chance_text(figure.p)}, {figure.test}" if figure.p is not None else ""
    text = (
        f"{verb}: {figure.name} went from {shown(figure.before, figure.unit)} to "
        f"{shown(figure.after, figure.unit)}{chance}."
    )
    if verdict == "not shown":
        text += f" {_why_not_shown(figure, kind)}"
    return {"verdict": verdict or "", "kind": kind, "text": text}


def _why_not_shown(figure: Figure, kind: str) -> str:
    if figure.difference is None or figure.difference.low is None:
        return "There is too little to measure it on."
    if kind == "ability" and figure.better == "higher" and figure.before is not None and not figure.before.value:
        return "The model before could not do it either, so this cannot show whether anything was forgotten."
    return (
        "No forgetting is shown."
        if kind == "ability"
        else "Such a difference may be chance, or is too small to matter."
    )


def shown(interval: Interval, unit: str) -> str:
    """A figure with its interval: `42.0 % (33.1 to 51.4)`."""
    scale, ending, digits = (100, " %", 1) if unit == "share" else (1, "", 3 if unit == "bits" else 2)
    if abs(interval.value) >= _NO_FRACTIONS:
        digits = 0
    text = f"{interval.value * scale:,.{digits}f}{ending}"
    if interval.low is None or interval.high is None:
        return text
    return f"{text} ({interval.low * scale:,.{digits}f} to {interval.high * scale:,.{digits}f})"


def chance_text(p: float) -> str:
    """`< 0.001`, or `= 0.02`."""
    return "< 0.001" if p < 0.001 else f"= {p:.2g}"


def evaluation_json(evaluation: Evaluation, figures: Sequence[Figure]) -> dict[str, Any]:
    """What evaluation.json holds."""
    asked = evaluation.material.questions.get(DOMAIN, [])
    said = conclusions(evaluation, figures)
    return {
        "models": evaluation.models,
        "conclusions": said,
        "figures": [figure.as_dict() for figure in figures],
        "questions": {"asked": len(asked), **_counts(evaluation, [question.id for question in asked])},
        "contamination": _contamination(evaluation),
        "forgetting": {
            "verdict": _forgetting(said),
            "questions": len(evaluation.material.questions.get(GENERAL, [])),
            "texts": len(evaluation.material.texts.get(GENERAL_TEXTS, [])),
        },
        "judged": evaluation.judged is not None,
        "seed": evaluation.seed,
        "notes": evaluation.notes,
    }


def _forgetting(said: Sequence[Mapping[str, str]]) -> str:
    """The worst that is said of general abilities."""
    verdicts = {one["verdict"] for one in said if one["kind"] == "ability"} - {""}
    if "forgot" in verdicts:
        return "forgot"
    return "not shown" if verdicts else "not measured"


def _counts(evaluation: Evaluation, identities: Sequence[str]) -> dict[str, int | None]:
    if evaluation.contamination is None:
        return {"clean": None, "contaminated": None}
    dirty = sum(evaluation.seen(identity) is not None for identity in identities)
    return {"clean": len(identities) - dirty, "contaminated": dirty}


def _contamination(evaluation: Evaluation) -> dict[str, Any]:
    if evaluation.contamination is None:
        return {"checked": False}
    sets = {name: ids for name, ids in evaluation.material.identities.items() if name != SOURCES}
    return {
        "checked": True,
        "sets": {name: {"of": len(ids), **_counts(evaluation, ids)} for name, ids in sets.items()},
        "found": {identity: str(found) for identity, found in evaluation.contamination.items()},
    }

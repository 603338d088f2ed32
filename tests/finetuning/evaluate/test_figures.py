"""Figures with intervals and verdicts: what related questions are worth, and which figures become conclusions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from finetuning.evaluate.answering import Answer
from finetuning.evaluate.card import card_text
from finetuning.evaluate.conclusions import DOMAIN, Evaluation, all_figures, answer_rows, conclusions
from finetuning.evaluate.figures import Figure, mean, proportion, text_figures
from finetuning.evaluate.measuring import Material, Measured
from finetuning.evaluate.perplexity import Piece
from finetuning.evaluate.significance import Interval, wilson
from finetuning.questions import Question

ALONE = [str(number) for number in range(40)]
BY_FIVE = [str(number // 5) for number in range(40)]
WRONG = [0.0] * 40
HALF = [float(number // 5 % 2) for number in range(40)]  # every other passage, whole


def share(figure: Figure) -> tuple[float | None, float | None]:
    return figure.after.low, figure.after.high


def test_a_share_of_unrelated_questions_has_wilsons_interval_and_mcnemars_test() -> None:
    figure = proportion("questions", "exact_match", HALF, WRONG, ALONE, 0)
    assert figure.after == wilson(20, 40)
    assert (figure.test, figure.p) == ("McNemar, exact", pytest.approx(2 / 2**20))
    assert figure.verdict == "learned"


def test_questions_about_one_passage_are_no_independent_evidence() -> None:
    """Four passages of five questions each were learned: that is four things, not twenty."""
    figure = proportion("questions", "exact_match", HALF, WRONG, BY_FIVE, 0)
    assert share(figure) == pytest.approx((wilson(4, 8).low, wilson(4, 8).high))
    assert figure.count == 40
    assert figure.test == "paired sign-flip"
    assert figure.p == 2 / 2**4  # of the 16 ways to sign four passages two are as extreme
    assert figure.verdict == "not shown"


def test_where_all_related_answers_are_alike_each_passage_counts_once() -> None:
    right = [1.0] * 40
    assert proportion("questions", "exact_match", right, None, BY_FIVE, 0).after == wilson(8, 8)
    assert mean("questions", "f1", right, None, BY_FIVE, 0).after == wilson(8, 8)


def test_expected_answers_to_related_questions_are_drawn_together() -> None:
    before = {name: [Piece(20.0, 10, 40)] for name in ALONE}
    after = {name: [Piece(10.0 if right else 20.0, 10, 40)] for name, right in zip(ALONE, HALF, strict=True)}
    by_itself, _ = text_figures("answers", after, before, 0)
    together, _ = text_figures("answers", after, before, 0, dict(zip(ALONE, BY_FIVE, strict=True)))
    assert by_itself.after.value == together.after.value
    assert (by_itself.count, together.count) == (40, 40)
    assert (by_itself.verdict, together.verdict) == ("learned", "not shown")


def answered(text: str) -> Answer:
    return Answer(text, True, 2)


def evaluation(**more: Any) -> Evaluation:
    asked = [Question(name, ({"role": "user", "content": f"{name}?"},), ("Ada",), name) for name in ALONE[:12]]
    measured = {
        role: Measured({"name": role}, {}, {DOMAIN: {}}, {DOMAIN: {one.id: answered(said) for one in asked}})
        for role, said in (("before", "Bea"), ("after", "Cora"))
    }
    facts = {role: found.facts for role, found in measured.items()}
    return Evaluation(facts, Material(questions={DOMAIN: asked}), measured, **more)  # type: ignore[arg-type]


def test_an_answer_that_the_judge_could_not_judge_is_neither_right_nor_wrong() -> None:
    judged = {"before": dict.fromkeys(ALONE[:12], False), "after": dict.fromkeys(ALONE[2:12], True)}
    found = evaluation(judged=judged)
    figures = {figure.name: figure for figure in all_figures(found)}
    figure = figures["all questions: right, says the judge"]
    assert (figure.count, figure.after.value) == (10, 1.0)
    assert figures["all questions: F1"].count == 12
    rows = answer_rows(found)
    assert ["judged" in row["scores"]["after"] for row in rows] == [False] * 2 + [True] * 10


def test_a_benchmark_on_which_the_model_lost_is_a_conclusion() -> None:
    lost = Figure(
        name="arc_easy: acc",
        measure="acc",
        subject="lm-eval arc_easy",
        unit="share",
        better="higher",
        count=500,
        after=Interval(0.4, 0.36, 0.44),
        before=Interval(0.6, 0.56, 0.64),
        difference=Interval(-0.2, -0.26, -0.14),
        p=1e-9,
        test="z, unpaired",
    )
    found = evaluation(tasks=[lost])
    said = conclusions(found, all_figures(found))
    assert {"verdict": "forgot", "kind": "ability"}.items() <= said[-1].items()
    assert said[-1]["text"].startswith("Forgot: arc_easy: acc went from 60.0 %")


def test_the_card_names_files_without_the_folders_of_this_machine() -> None:
    notes = ["Not searched: /home/ada/my data/rows.jsonl, /srv/x.jsonl.", "Of 3/4 and outputs/run/x, and/or this."]
    text = card_text(evaluation(notes=notes), [])
    assert "Not searched: my data/rows.jsonl, x.jsonl." in text
    assert notes[1] in text


def test_evaluations_name_models_by_folder_and_run(tmp_path: Path) -> None:
    found = evaluation()
    found.models["after"]["name"] = str(tmp_path / "outputs" / "model")
    assert "`outputs/model` against `before`." in card_text(found, [])

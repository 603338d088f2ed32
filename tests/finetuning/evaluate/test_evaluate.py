"""The whole evaluation on a trained toy: planted contamination and planted forgetting are found.

The toy learned twelve facts, then twelve others. Half of the questions are, word for word, in its training data.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from finetuning.evaluate.pipeline import evaluate_pipeline
from finetuning.evaluate.scoring import exact_match, f1
from finetuning.model_folder import TrainingRecord, load_model, load_tokenizer, read_record, save_model
from generation_functions import Model, Run, UsageError
from tests.conftest import PROJECT
from tests.finetuning.evaluate.conftest import GENERAL, TAUGHT, Toy, conversation, write_lines
from tests.support.speechless_judge import UNSPEAKABLE

EVALUATION, ANSWERS = "evaluation.json", "answers.jsonl"


def evaluate(folder: Path, toy: Toy, **settings: Any) -> dict[str, Any]:
    settings = {
        "after": str(toy.after),
        "before": str(toy.before),
        "questions": toy.questions,
        "general": [toy.general],
        "trained_on": [toy.trained_on.parent],
        "device": "cpu",
        **settings,
    }
    with Run(folder, pipeline="evaluate-pipeline") as run:
        evaluate_pipeline(run, **settings)
    found: dict[str, Any] = json.loads((folder / EVALUATION).read_text())
    return found


def figures(evaluation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {figure["name"]: figure for figure in evaluation["figures"]}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def evaluated(toy: Toy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluated") / "run"
    evaluate(folder, toy, judge=Model(name="offline"))
    return folder


def read(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / EVALUATION).read_text())
    return found


def test_planted_contamination_is_found_question_by_question(evaluated: Path) -> None:
    taught = {question for question, _ in TAUGHT}
    for row in lines(evaluated / ANSWERS):
        assert row["contaminated"] == (row["question"] in taught), row
        assert bool(row["seen"]) == row["contaminated"]
    evaluation = read(evaluated)
    assert evaluation["questions"] == {"asked": 24, "clean": 12, "contaminated": 12}
    assert evaluation["contamination"]["sets"]["questions"]["contaminated"] == 12


def test_contaminated_answers_look_learned_and_clean_ones_are_not(evaluated: Path) -> None:
    found = figures(read(evaluated))
    seen = found["contaminated questions: exact match"]
    assert (seen["before"], seen["after"], seen["verdict"]) == (0, 1, "learned")
    assert seen["p"] == pytest.approx(2 / 2**12)
    assert (seen["low_after"], seen["high_after"]) == (pytest.approx(0.7575, abs=1e-4), 1)
    clean = found["clean questions: exact match"]
    assert (clean["after"], clean["verdict"]) == (0, "not shown")
    everything = found["all questions: exact match"]
    assert (everything["after"], everything["verdict"]) == (0.5, "learned")
    said = read(evaluated)["conclusions"][0]
    assert said["verdict"] == "not shown"
    assert said["text"].startswith("Not shown: clean questions: right, says the judge went from 0.0 %")


def test_planted_forgetting_is_found(evaluated: Path) -> None:
    evaluation = read(evaluated)
    assert evaluation["forgetting"]["verdict"] == "forgot"
    found = figures(evaluation)
    lost = found["general questions: exact match"]
    assert lost["before"] >= 0.9
    assert lost["after"] <= 0.1
    assert lost["verdict"] == "forgot"
    assert found["expected answers to general questions: perplexity"]["verdict"] == "forgot"
    assert any(said["text"].startswith("Forgot: general questions: F1") for said in evaluation["conclusions"])


def test_the_figures_are_those_of_the_answers(evaluated: Path) -> None:
    rows = [row for row in lines(evaluated / ANSWERS) if row["set"] == "questions" and not row["contaminated"]]
    found = figures(read(evaluated))
    for role in ("before", "after"):
        by_hand = sum(f1(row[role], row["expected"]) for row in rows) / len(rows)
        assert found["clean questions: F1"][role] == pytest.approx(by_hand)
        assert all(row["scores"][role]["exact_match"] == exact_match(row[role], row["expected"]) for row in rows)


def test_the_judge_says_what_is_right_whatever_its_words(evaluated: Path) -> None:
    found = figures(read(evaluated))["contaminated questions: right, says the judge"]
    assert (found["before"], found["after"], found["verdict"]) == (0, 1, "learned")


def test_the_report_stands_alone_and_shows_every_answer(evaluated: Path) -> None:
    page = (evaluated / "report.html").read_text()
    ElementTree.fromstring(page.removeprefix("<!doctype html>"))
    assert not re.findall(r"(?:src|href)=\"(?!#)|url\(|@import|<script", page.replace("url(#ember)", ""))
    for question, answer in TAUGHT:
        assert question in page
        assert answer in page
    assert "What the model learned" in page
    shown = [figure for figure in read(evaluated)["figures"] if figure["unit"] in ("share", "bits", "perplexity")]
    assert page.count('class="track"') == 2 * len(shown)
    assert page.count('class="chart"') == 1
    assert 'class="whisker"' in page
    assert "| contaminated questions: exact match | 12 |" in (evaluated / "card.md").read_text()


def test_an_evaluation_against_itself_shows_nothing(toy: Toy, tmp_path: Path) -> None:
    same = tmp_path / "copy"
    same.symlink_to(toy.before)
    with pytest.raises(UsageError, match="the same model"):
        evaluate(tmp_path / "run", toy, after=str(same))


def test_what_was_measured_is_not_measured_again(toy: Toy, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"general": [], "limit": 4}
    evaluate(tmp_path, toy, **settings)
    measured = [tmp_path / "measured" / f"{role}.jsonl" for role in ("before", "after")]
    first = [path.read_bytes() for path in measured]
    evaluate(tmp_path, toy, **settings, votes=1)
    assert [path.read_bytes() for path in measured] == first

    # A kill in the middle of a line: that line alone is lost.
    measured[1].write_bytes(first[1][:-20])
    lost = len(first[1].splitlines())
    evaluation = evaluate(tmp_path, toy, **settings)
    assert evaluation["questions"]["asked"] == 4
    after = measured[1].read_bytes()
    assert after.startswith(first[1][:-20])
    assert len(after.splitlines()) == lost + 2  # the lost one, and the model's facts, which each loading notes

    more = evaluate(tmp_path, toy, **{**settings, "limit": 8})
    assert more["questions"]["asked"] == 8
    assert measured[0].read_bytes().startswith(first[0])


def test_a_text_that_was_trained_on_is_predicted_better(toy: Toy, tmp_path: Path) -> None:
    texts = [{"text": f"{question}\n{answer}"} for question, answer in TAUGHT]
    sources = write_lines(tmp_path / "texts.jsonl", texts)
    found = figures(evaluate(tmp_path / "run", toy, questions=None, general=[], sources=[sources]))
    assert found["source texts: bits per byte"]["count"] == 12
    assert set(found) == {"source texts: bits per byte", "source texts: perplexity"}


def test_files_that_number_their_questions_alike_lose_none(toy: Toy, tmp_path: Path) -> None:
    def numbered(name: str, pairs: list[tuple[str, str]]) -> Path:
        rows = [{"id": str(number), "question": one, "answer": right} for number, (one, right) in enumerate(pairs)]
        return write_lines(tmp_path / name, rows)

    asked = numbered("asked.jsonl", TAUGHT[:5])
    general = [numbered("general_1.jsonl", [*GENERAL[:5], TAUGHT[0]]), numbered("general_2.jsonl", GENERAL[5:9])]
    evaluation = evaluate(tmp_path / "run", toy, questions=asked, general=general, trained_on=[])
    assert evaluation["questions"]["asked"] == 5
    assert evaluation["forgetting"]["questions"] == 5 + 4  # what is asked already is not asked again


def test_general_texts_may_be_documents_and_rows(toy: Toy, tmp_path: Path) -> None:
    (tmp_path / "about").mkdir()
    (tmp_path / "about/bicycles.txt").write_text("Bicycles stay upright for many reasons. " * 4)
    evaluation = evaluate(tmp_path / "run", toy, questions=None, general=[tmp_path / "about", toy.general])
    assert (evaluation["forgetting"]["questions"], evaluation["forgetting"]["texts"]) == (12, 1)


def test_documents_that_lie_beside_rows_are_left_out_and_named(toy: Toy, tmp_path: Path) -> None:
    write_lines(tmp_path / "mixed/rows.jsonl", [{"text": "The river rises every spring. " * 4}])
    (tmp_path / "mixed/report.txt").write_text("What nobody measured.")
    evaluation = evaluate(tmp_path / "run", toy, questions=None, general=[], sources=[tmp_path / "mixed"])
    [note] = [note for note in evaluation["notes"] if "report.txt" in note]
    assert note.startswith("1 row or file of what was to be measured could not be used: ")
    assert note.endswith("name documents and rows by themselves.")


def test_training_rows_that_cannot_be_searched_are_no_silent_pass(toy: Toy, tmp_path: Path) -> None:
    rows = [conversation(*pair) for pair in TAUGHT]
    broken = write_lines(tmp_path / "chat.jsonl", [*rows, {"unknown": 1}, {"unknown": 2}])
    evaluation = evaluate(tmp_path / "run", toy, general=[], limit=4, trained_on=[broken])
    assert any(
        note.startswith(f"2 rows or files of the training data could not be used, such as {broken}, row 13: ")
        for note in evaluation["notes"]
    )


def test_another_seed_draws_anew_and_measures_nothing_anew(toy: Toy, tmp_path: Path) -> None:
    first = evaluate(tmp_path, toy, general=[], limit=8, seed=1)
    kept = (tmp_path / "measured/after.jsonl").read_bytes()
    second = evaluate(tmp_path, toy, general=[], limit=8, seed=2)
    assert (tmp_path / "measured/after.jsonl").read_bytes() == kept
    assert (first["seed"], second["seed"]) == (1, 2)


def test_an_answer_that_the_judge_says_nothing_about_is_left_out_and_noted(toy: Toy, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    shutil.copytree(PROJECT / "finetuning/evaluate/prompts", prompts)
    file = prompts / "judge_answer.yaml"
    file.write_text(re.sub("offline: .*", "offline: tests.support.speechless_judge:speechless", file.read_text()))
    evaluation = evaluate(tmp_path / "run", toy, general=[], judge=Model(name="offline"), prompts=prompts)
    found = figures(evaluation)
    assert found["contaminated questions: right, says the judge"]["count"] == 11
    assert found["contaminated questions: F1"]["count"] == 12
    [row] = [row for row in lines(tmp_path / "run" / ANSWERS) if UNSPEAKABLE in row["question"]]
    assert "judged" not in row["scores"]["before"]
    assert any(
        note.startswith("The judge said nothing that can be used about 1 answer") for note in evaluation["notes"]
    )


def test_the_shipped_config_runs_from_any_directory(toy: Toy, tmp_path: Path) -> None:
    settings = {
        "after": toy.after,
        "before": toy.before,
        "output_dir": tmp_path / "evaluation",
        "trained_on": [],
        "device": "cpu",
        "max_answer_tokens": 4,
    }
    words = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    command = [str(PROJECT / "run_augmentoolkit.py"), "run", str(PROJECT / "finetuning/evaluate/config.yaml"), *words]
    done = subprocess.run([sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    forgetting = read(tmp_path / "evaluation")["forgetting"]
    assert (forgetting["questions"], forgetting["texts"]) == (40, 10)


def test_without_training_data_nobody_claims_that_questions_are_clean(toy: Toy, tmp_path: Path) -> None:
    evaluation = evaluate(tmp_path, toy, trained_on=None, general=[], limit=6)
    assert evaluation["contamination"] == {"checked": False}
    assert evaluation["questions"] == {"asked": 6, "clean": None, "contaminated": None}
    assert "all questions: F1" in figures(evaluation)
    assert any("trained_on" in note for note in evaluation["notes"])


def test_a_model_made_from_nothing_is_compared_with_its_untrained_self(toy: Toy, tmp_path: Path) -> None:
    evaluation = evaluate(tmp_path, toy, before=None, general=[])
    assert "random weights" in evaluation["models"]["before"]["name"]
    assert figures(evaluation)["all questions: exact match"]["before"] == 0


def test_general_rows_that_were_trained_on_are_left_out(toy: Toy, tmp_path: Path) -> None:
    rows = [conversation(*pair) for pair in GENERAL[:4]]
    copied = write_lines(tmp_path / "chat.jsonl", rows)
    evaluation = evaluate(tmp_path / "run", toy, questions=None, trained_on=[copied])
    assert figures(evaluation)["general questions: F1"]["count"] == len(GENERAL) - 4
    assert evaluation["contamination"]["sets"]["general questions"]["contaminated"] == 4
    assert any(note.startswith("4 of 12 general questions were in the training data") for note in evaluation["notes"])


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")  # PEFT
def test_an_adapter_is_compared_with_the_model_below_it(toy: Toy, tmp_path: Path) -> None:
    peft = pytest.importorskip("peft")
    model = load_model(toy.before, device="cpu")
    adapted = peft.get_peft_model(model, peft.LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    adapted.eval()
    record = TrainingRecord(base_model=str(toy.before), adapter=True, chat_template="chatml", stops=("<|im_end|>",))
    save_model(adapted, load_tokenizer(toy.before), tmp_path / "adapter", record)
    evaluation = evaluate(tmp_path / "run", toy, after=str(tmp_path / "adapter"), before=None, questions=None)
    assert evaluation["models"]["before"]["name"] == str(toy.before)
    found = figures(evaluation)
    assert found["general questions: exact match"]["after"] >= 0.9  # an adapter begins as nothing
    assert {figure["verdict"] for figure in found.values()} == {"not shown"}


def test_the_files_a_training_names_are_searched(toy: Toy, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(toy.after, model)
    gone = str(tmp_path / "gone.jsonl")
    stage = {"kind": "supervised", "data": [str(toy.trained_on), gone]}
    record = read_record(model).model_copy(update={"stages": [stage]})
    (model / "training.json").write_text(record.model_dump_json())
    evaluation = evaluate(tmp_path / "run", toy, after=str(model), trained_on=None, general=[])
    assert evaluation["questions"]["contaminated"] == len(TAUGHT)
    assert any(gone in note for note in evaluation["notes"])


def test_when_every_question_is_contaminated_nothing_is_called_learned(toy: Toy, tmp_path: Path) -> None:
    asked = write_lines(tmp_path / "asked.jsonl", [{"question": one, "answer": right} for one, right in TAUGHT])
    evaluation = evaluate(tmp_path / "run", toy, questions=asked, general=[])
    assert [said["text"] for said in evaluation["conclusions"]] == [
        "All questions are in the training data, so they do not show what was learned."
    ]


def test_trouble_is_named_with_what_to_do(toy: Toy, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No model at"):
        evaluate(tmp_path / "a", toy, after=str(tmp_path / "nothing"))
    with pytest.raises(UsageError, match=r"No questions at .* holdout"):
        evaluate(tmp_path / "b", toy, questions=tmp_path / "nothing.jsonl")
    broken = write_lines(tmp_path / "broken.jsonl", [{"question": "Who?", "answer": "Ada"}, {"question": "When?"}])
    with pytest.raises(UsageError, match=r"broken.jsonl, line 2: .*blank"):
        evaluate(tmp_path / "c", toy, questions=broken)
    with pytest.raises(UsageError, match="nothing to measure"):
        evaluate(tmp_path / "d", toy, questions=None, general=[])
    with pytest.raises(UsageError, match=r"lm-eval, which is not installed: .*pip install"):
        evaluate(tmp_path / "e", toy, lm_eval_tasks=["arc_easy"])

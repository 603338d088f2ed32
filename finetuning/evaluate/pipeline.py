"""The evaluation of a trained model against the one it was trained from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from finetuning.evaluate.card import card_text
from finetuning.evaluate.conclusions import (
    DOMAIN,
    GENERAL,
    GENERAL_TEXTS,
    HELD_OUT,
    SOURCES,
    Evaluation,
    all_figures,
    answer_rows,
    conclusions,
    evaluation_json,
)
from finetuning.evaluate.contamination import Found, find_contamination
from finetuning.evaluate.harness import require_harness, run_tasks
from finetuning.evaluate.judging import judge_answers
from finetuning.evaluate.measuring import Material, Measured, Measuring, Settings
from finetuning.evaluate.passages import OnSkip, Passage, holds_rows, read_passages
from finetuning.evaluate.report import report_html
from finetuning.evaluate.subjects import Loading, Role, Subject, find_subjects
from finetuning.evaluate.training_files import trained_files
from finetuning.packages import is_path, require
from finetuning.questions import Question, read_general_questions, read_questions
from generation_functions import Count, ExistingPath, Folder, Model, Run, UsageError, record_id
from generation_functions.datasets.figures import count, number

HERE = Path(__file__).parent


def evaluate_pipeline(
    run: Run,
    after: str = "outputs/train/model",
    before: str | None = None,
    questions: Path | None = None,
    sources: list[ExistingPath] | None = None,
    held_out: list[ExistingPath] | None = None,
    general: list[ExistingPath] | None = None,
    trained_on: list[ExistingPath] | None = None,
    limit: Count | None = None,
    most_characters: Count = 500_000,
    window: Count = 1024,
    max_answer_tokens: Count = 256,
    judge: Model | None = None,
    votes: Count = 3,
    lm_eval_tasks: list[str] = [],  # noqa: B006  (read, never changed)
    lm_eval_limit: Count | None = None,
    device: str = "auto",
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
    quantised: Literal["4bit", "8bit"] | None = None,
    batch_size: Count | None = None,
    seed: int = 0,
    default_prompts: Folder = HERE / "prompts",
    prompts: Folder | None = None,
) -> None:
    """Measure what a model learned in training, and what it forgot.

    Writes evaluation.json (figures with intervals), answers.jsonl (every answer), report.html and card.md. What has
    been measured is not measured again when the run is started again.

    Args:
        after: The trained model: a model folder, an adapter folder, or a name on the Hugging Face hub.
        before: What to compare it with; null takes the model that training started from, and an empty text none.
        questions: eval_questions.jsonl of the run that made the data, or lines with question and answer; null: none.
        sources: Documents or text rows that the data was made from: does the model know these texts better?
        held_out: Texts of the same field that were not trained on.
        general: Questions, conversations and texts about other things, where what was forgotten shows; null takes those
            that come with Augmentoolkit, [] none.
        trained_on: Training folders, or files of rows, to look for the questions in; null takes those that the model's
            training.json names.
        limit: Ask only so many questions; a larger limit contains the smaller one's.
        most_characters: Text to measure in each of sources, held_out and general.
        window: Tokens that a model sees at once when texts are measured; at most its context.
        max_answer_tokens: Longest answer. No answer may be longer than twice the expected one and 32 tokens more.
        judge: A model that says which answers are right, whatever their words; null leaves it at counting words.
        votes: How often the judge is asked about an answer; more than half must say right.
        lm_eval_tasks: Tasks of lm-eval to run too, such as [arc_easy, hellaswag], or files TASK.yaml of your own; wants
            that package and its data.
        lm_eval_limit: Samples of each of those tasks.
        device: auto (an accelerator if there is one), cpu, cuda, cuda:1, mps.
        dtype: Number type of the weights; auto is float32 on a CPU.
        quantised: Load the models' weights in 4 or 8 bit: less memory; wants a GPU.
        batch_size: Questions answered at once; null suits the device, and shrinks where memory is short.
        seed: Of the resampling behind intervals and tests, and of random weights.
        default_prompts: Folder with the judge's prompt.
        prompts: Folder with a prompt of yours that replaces it.
    """
    if lm_eval_tasks:
        require_harness(lm_eval_tasks)
    general = [HERE / "general"] if general is None else general
    wording = run.prompts(default_prompts, prompts)
    notes: list[str] = []
    material = _material(run, questions, sources, held_out, general, limit, most_characters, notes)
    if run.sample is not None:
        _forecast(run, material)
        return
    require("torch", "transformers")
    loading = Loading(device, dtype, quantised)
    then, now = find_subjects(after, before, loading)
    subjects = [subject for subject in (then, now) if subject]
    _depend_on(run, [questions, *(sources or ()), *(held_out or ()), *general], subjects)
    if then is None:
        notes.append("Nothing says what the model was trained from, so nothing is compared. Name it in `before`.")
    seen = _contamination(run, material, trained_on, now, notes)
    settings = Settings(window, max_answer_tokens, batch_size, seed, loading)
    measured: dict[Role, Measured] = {}
    for place, subject in enumerate(subjects):
        done, total = place * material.work, len(subjects) * material.work
        measured[subject.role] = Measuring(run, subject, material, settings, done=done, total=total).measure()
    judged = None
    if judge and DOMAIN in material.questions:
        asked = material.questions[DOMAIN]
        judged = judge_answers(run, judge, wording, asked, measured, name=DOMAIN, votes=votes, notes=notes)
    tasks = run_tasks(run, subjects, lm_eval_tasks, lm_eval_limit, loading, seed) if lm_eval_tasks else []
    for subject in subjects:
        measured[subject.role].facts["name"] = subject.name
    evaluation = Evaluation(
        models={role: found.facts for role, found in measured.items()},
        material=material,
        measured=measured,
        contamination=seen,
        judged=judged,
        tasks=tasks,
        seed=seed,
        notes=notes,
    )
    _write(run, evaluation)


def _material(
    run: Run,
    questions: Path | None,
    sources: Sequence[Path] | None,
    held_out: Sequence[Path] | None,
    general: Sequence[Path],
    limit: int | None,
    most_characters: int,
    notes: list[str],
) -> Material:
    material, skipped = Material(), list[str]()
    if questions:
        material.questions[DOMAIN] = read_questions(questions, limit)
    general_questions = list(read_general_questions(_with_rows(general), skipped))
    if general_questions:
        material.questions[GENERAL] = _with_names_of_their_own(general_questions, material.questions.get(DOMAIN, []))

    def on_skip(file: str, reason: str) -> None:
        skipped.append(f"{file}: {reason}")

    for name, paths in ((SOURCES, sources), (HELD_OUT, held_out), (GENERAL_TEXTS, general)):
        texts = _passages(run, name, paths, most_characters, on_skip)
        if texts:
            material.texts[name] = texts
    if skipped:
        notes.append(_skip_note(skipped, "of what was to be measured"))
    if not material.texts and not material.questions:
        raise UsageError("There is nothing to measure: give questions, sources, held_out or general.")
    return material


def _with_rows(paths: Sequence[Path]) -> list[Path]:
    """Without those that are documents, in which nothing is asked."""
    return [path for path in paths if holds_rows(path) or path.suffix == ".json" or any(path.rglob("*.json"))]


def _skip_note(skipped: Sequence[str], what: str) -> str:
    if len(skipped) == 1:
        return f"1 row or file {what} could not be used: {skipped[0].rstrip('.')}."
    return f"{number(len(skipped))} rows or files {what} could not be used, such as {skipped[0].rstrip('.')}."


def _passages(
    run: Run, name: str, paths: Sequence[Path] | None, most_characters: int, on_skip: OnSkip
) -> list[Passage]:
    if not paths:
        return []
    try:
        return read_passages(paths, most_characters, on_skip, run.work_folder / "documents")
    except UsageError:
        if name == GENERAL_TEXTS:  # questions alone will do
            return []
        raise


def _with_names_of_their_own(questions: Sequence[Question], others: Sequence[Question]) -> list[Question]:
    """Without those that are asked already; where files number their rows alike, each has an id of its own."""
    asked, taken = {record_id(one.messages) for one in others}, {one.id for one in others}
    kept: list[Question] = []
    for one in questions:
        what = record_id(one.messages)
        if what not in asked:
            own = what if one.id in taken else one.id
            kept.append(replace(one, id=own, unit=own if one.unit == one.id else one.unit))
            asked.add(what)
            taken.add(own)
    return kept


def _forecast(run: Run, material: Material) -> None:
    asked = sum(map(len, material.questions.values()))
    characters = sum(len(passage.text) for texts in material.texts.values() for passage in texts)
    run.note(f"Each model answers {count(asked, 'question')} and reads {characters:,} characters of text.")


def _depend_on(run: Run, paths: Sequence[Path | None], subjects: Sequence[Subject]) -> None:
    for path in paths:
        if path:
            run.reads(path)
    for subject in subjects:
        if is_path(subject.source):
            run.reads(Path(subject.source))


def _contamination(
    run: Run, material: Material, trained_on: Sequence[Path] | None, now: Subject, notes: list[str]
) -> dict[str, Found] | None:
    """Where questions and new texts are in the training data; None where nothing says what that was."""
    files, gone = (list(trained_on), []) if trained_on is not None else ([], list[str]())
    if trained_on is None and is_path(now.source):
        files, gone = trained_files(Path(now.source))
    if gone:
        notes.append(
            f"Training data that is not on this machine was not searched for the questions: {', '.join(gone)}."
        )
    if not files:
        notes.append(
            "Nothing was searched for the questions, so none of them is known to be new to the model. Name the "
            "training folders in `trained_on`."
        )
        return None
    for path in files:
        run.reads(path)
    asked = {question.id: question.text for group in material.questions.values() for question in group}
    texts = {passage.id: passage.text for name, group in material.texts.items() if name != SOURCES for passage in group}
    skipped: list[str] = []
    found = find_contamination(
        asked,
        texts,
        files,
        lambda file: run.progress(0, f"looking for questions in {file}"),
        lambda file, row, reason: skipped.append(f"{file}{f', row {row}' if row else ''}: {reason}"),
    )
    if skipped:
        notes.append(_skip_note(skipped, "of the training data"))
    for name, identities in material.identities.items():
        seen = sum(identity in found for identity in identities)
        if seen and name != SOURCES:
            of_all = count(len(identities), name.removesuffix("s"))
            so = _ALL_SEEN if seen == len(identities) and name != DOMAIN else _SO[name]
            notes.append(f"{seen} of {of_all} {'was' if seen == 1 else 'were'} in the training data{so}.")
    return found


_SO = {
    DOMAIN: ": figures are given for clean and contaminated ones apart",
    GENERAL: ": they are left out of the figures",
    GENERAL_TEXTS: ": they are left out of the figures",
    HELD_OUT: ": they are left out of the figures",
}
_ALL_SEEN = ", and no other is there: the figures look better than they are"


def _write(run: Run, evaluation: Evaluation) -> None:
    import orjson

    figures = all_figures(evaluation)
    facts = evaluation_json(evaluation, figures)
    rows = answer_rows(evaluation)
    run.save("evaluation.json", orjson.dumps(facts, option=orjson.OPT_INDENT_2).decode() + "\n")
    run.save("answers.jsonl", rows)
    run.save("card.md", card_text(evaluation, figures))
    run.save("report.html", report_html(evaluation, figures, rows))
    for said in conclusions(evaluation, figures):
        run.note(said["text"])
    for note in evaluation.notes:
        run.note(note)
    run.progress(100, "evaluated")

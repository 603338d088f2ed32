"""Checks of question-answer pairs against the chunk they come from, and repair of what can be repaired."""

from __future__ import annotations

from generation_functions import (
    Client,
    Drop,
    Prompts,
    Record,
    Records,
    Run,
    Step,
    keep_if,
    named,
    run_step,
    vote,
    with_calls,
)
from generation_functions.near_duplicates import find_near_duplicates

LEANS_ON_TEXT = "question leans on the text or is not answered by it"


def question_checks(
    small: Client,
    large: Client,
    wording: Prompts,
    *,
    votes: int,
    questions: bool = True,
    relevance: bool = True,
    grounding: bool = True,
    reword: bool = True,
    language: str | None = None,
) -> list[Step]:
    """The steps that a record with `text`, `question` and `answer` goes through; each can be left out.

    Uses the prompts check_question, reword_question, check_relevance and check_grounding. Without `reword` a question
    that does not pass is dropped at once.
    """
    steps: list[Step] = []
    if questions and not reword:
        reason = "question is not of the kind that was asked for"
        steps.append(vote(small, wording["check_question"], passes="yes", reason=reason, votes=votes))
    elif questions:
        steps.append(self_contained(small, large, wording, votes=votes, language=language))
    if relevance:
        reason = "answer does not answer the question"
        steps.append(vote(small, wording["check_relevance"], passes="yes", reason=reason, votes=votes))
    if grounding:
        reason = "answer says more than the text"
        steps.append(vote(small, wording["check_grounding"], passes="yes", reason=reason, votes=votes))
    return steps


def self_contained(small: Client, large: Client, wording: Prompts, *, votes: int, language: str | None = None) -> Step:
    """Check a question; reword one that does not pass, and check it once more."""
    check = wording["check_question"]
    first = vote(small, check, passes="yes", reason=LEANS_ON_TEXT, votes=votes, into="question_passed")
    second = vote(small, check, passes="yes", reason=f"{LEANS_ON_TEXT}, even reworded", votes=votes)

    async def checking(record: Record) -> Record | Drop:
        checked = await run_step(first, record)
        assert isinstance(checked, dict)  # with `into` a vote never drops
        if checked.pop("question_passed"):
            return checked
        answer = await large.answer(wording["reword_question"], checked, language=language)
        if not answer.value:
            return Drop(LEANS_ON_TEXT)
        reworded = with_calls(checked, answer.calls, **answer.value[0])
        result = await run_step(second, reworded)
        assert isinstance(result, dict | Drop)
        return result

    checking.step_name = check.name  # type: ignore[attr-defined]
    return checking


def without_near_duplicates(run: Run, pairs: Records, name: str = "unique questions") -> Records:
    """Drop every question that says nearly the same as an earlier one."""
    duplicates = find_near_duplicates(pairs.values("question"))
    ids = {record["id"] for number, record in enumerate(pairs) if number in duplicates}
    unique = named(
        "near-duplicates", keep_if(lambda record: record["id"] not in ids, "near-duplicate of another question")
    )
    return run.map(pairs, unique, name=name)

"""A judge model's word on each answer: does it say what the expected answer says?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from finetuning.evaluate.measuring import Measured
from finetuning.evaluate.subjects import Role
from finetuning.questions import Question
from generation_functions import Model, Prompts, Record, Run, record_id, vote
from generation_functions.datasets.figures import count


def judge_answers(
    run: Run,
    judge: Model,
    wording: Prompts,
    asked: Sequence[Question],
    measured: Mapping[Role, Measured],
    *,
    name: str,
    votes: int,
    notes: list[str],
) -> dict[Role, dict[str, bool]]:
    """Whether each answer is right, by role and question: what more than half of the votes say.

    Blank answers are wrong, and those that equal the expected one are right; neither is asked about. An answer about
    which the judge says nothing that can be used is missing, and `notes` is told; failed.jsonl has the reason.
    """
    judged: dict[Role, dict[str, bool]] = {role: {} for role in measured}
    records: list[Record] = []
    for role, found in measured.items():
        for question in asked:
            said = found.answers[name][question.id].text
            if not said or said in question.expected:
                judged[role][question.id] = bool(said)
                continue
            records.append(
                {
                    "id": record_id("judge", role, question.id, said),
                    "text": said,
                    "role": role,
                    "asked": question.id,
                    "question": question.text,
                    "expected": " / or: ".join(question.expected),
                    "answer": said,
                }
            )
    if records:
        step = vote(
            run.client(judge), wording["judge_answer"], passes="right", reason="wrong", votes=votes, into="right"
        )
        for record in run.map(records, step, name="judged answers"):
            judged[record["role"]][record["asked"]] = bool(record["right"])
        missing = sum(len(asked) - len(found) for found in judged.values())
        if missing:
            notes.append(
                f"The judge said nothing that can be used about {count(missing, 'answer')}: what it says of the rest "
                "leaves out their questions, for both models. failed.jsonl has the reasons; retry-failed asks again."
            )
    return judged

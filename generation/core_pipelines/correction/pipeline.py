"""A question, a flawed answer, a doubt, the right answer: teaches to admit a mistake and put it right."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any, Literal

from generation.core_components.chunk_filter import suitable_chunks
from generation.core_components.system_context import Message, with_system_context
from generation_functions import (
    Count,
    Drop,
    ExistingPath,
    Folder,
    LongText,
    Model,
    Proportion,
    Record,
    Records,
    Run,
    Step,
    UnusableReplyError,
    ask,
    split,
    vote,
)

HERE = Path(__file__).parent
_NOTHING = re.compile(r"^\W*NOTHING\W*$", re.IGNORECASE | re.MULTILINE)
_LABELS = {"question": "question", "flawed": "flawed", "doubt": "doubt", "right": "answer"}
_LABEL = re.compile(
    r"^[ \t>*_#\d.)-]*(question|flawed|doubt|right)(?:[ _-]answer)?[ \t*_]*[:：][ \t*_]*", re.IGNORECASE | re.MULTILINE
)


def correction_pipeline(
    run: Run,
    input_dir: ExistingPath = Path("inputs/sample"),
    small_model: Model = Model(name="offline"),
    large_model: Model = Model(name="offline"),
    chunk_size: Count = 500,
    limit: Count | None = None,
    exchanges: Count = 1,
    votes: Count = 3,
    check_grounding: bool = True,
    check_flaws: bool = True,
    system_context: LongText | None = None,
    output_format: Literal["segments"] = "segments",
    parquet: bool = False,
    holdout: Proportion = 0.05,
    language: str | None = None,
    default_prompts: Folder = HERE / "prompts",
    prompts: Folder | None = None,
) -> Records:
    """Make exchanges in which a mistake is doubted and corrected; the mistake itself is not trained on.

    Args:
        input_dir: Folder with your documents.
        small_model: Filters chunks and checks exchanges: many short calls.
        large_model: Writes the exchanges.
        chunk_size: Longest chunk, in tokens.
        limit: Use only this many chunks; a larger limit contains the smaller one's.
        exchanges: Most exchanges per chunk.
        votes: How often each check is asked; more than half must agree.
        check_grounding: Check that every claim of the right answer is in the text.
        check_flaws: Check that the flawed answer is really wrong.
        system_context: Text in front of every row, as its system prompt; null leaves rows without one.
        output_format: Layout of the rows; no other one can say that an answer is not trained on.
        parquet: Also write Parquet files.
        holdout: Share of the chunks whose questions go to eval_questions.jsonl and never into training rows.
        language: Language to write in; null follows the documents.
        default_prompts: Folder with this pipeline's prompts.
        prompts: Folder with prompts of yours that replace them, file by file.
    """
    wording = run.prompts(default_prompts, prompts)
    small, large = run.client(small_model), run.client(large_model)
    chunks = run.chunks(input_dir, chunk_size=chunk_size, limit=limit)
    steps: list[Step] = [
        suitable_chunks(small, wording),
        lambda record: {**record, "exchanges": exchanges},
        ask(large, wording["write_corrections"], into="corrections", validate=_read, language=language),
        _some,
        split("corrections", kind="correction"),
    ]
    steps[1].step_name = "ask for so many"  # type: ignore[attr-defined]
    if check_grounding:
        reason = "the right answer says more than the text"
        steps.append(vote(small, wording["check_grounding"], passes="yes", reason=reason, votes=votes))
    if check_flaws:
        reason = "the flawed answer is not wrong"
        steps.append(vote(small, wording["check_flaw"], passes="wrong", reason=reason, votes=votes))
    made = run.map(chunks, *steps, name="corrections")
    to_row = partial(_row, context=system_context)
    run.write("corrections", made, to_row, output_format=output_format, parquet=parquet, holdout=holdout)
    return made


def _some(record: Record) -> Record | Drop:
    return record if record["corrections"] else Drop("no fact to be mistaken about")


def _read(value: Any, record: Record) -> list[dict[str, str]]:
    """The exchanges of a reply: blocks of four labelled lines.

    Raises:
        UnusableReplyError: A line is missing or empty, or the flawed answer is the right one.
    """
    marks = list(_LABEL.finditer(value))
    if not marks:
        if _NOTHING.search(value):
            return []
        raise UnusableReplyError('Start each line with "Question:", "Flawed answer:", "Doubt:" or "Right answer:".')
    found: list[dict[str, str]] = []
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        content = value[mark.end() : following.start() if following else len(value)].strip().strip("*_").strip()
        key = _LABELS[mark[1].lower()]
        if key == "question":
            found.append({})
        if found and content:
            found[-1].setdefault(key, content)
    whole = [one for one in found if len(one) == len(_LABELS) and one["flawed"].casefold() != one["answer"].casefold()]
    if not whole:
        raise UnusableReplyError(
            "Each exchange needs a question, a flawed answer, a doubt and a different right answer."
        )
    return whole[: record["exchanges"]]


def _row(record: Record, *, context: str | None) -> dict[str, list[Message]]:
    messages: list[Message] = [
        {"role": "user", "content": record["question"]},
        {"role": "assistant", "content": record["flawed"], "label": False},
        {"role": "user", "content": record["doubt"]},
        {"role": "assistant", "content": record["answer"], "label": True},
    ]
    return {"messages": with_system_context(messages, context)}

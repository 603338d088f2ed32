"""Conversations that are answered from retrieved texts, or say that these do not hold the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

from generation.core_components.chunk_filter import suitable_chunks
from generation.core_components.conversations import read_turns
from generation.core_components.related_chunks import related_chunks, require_distractors
from generation.core_components.several_texts import numbered_texts, retrieved_texts_prompt
from generation.core_components.system_context import Message, with_system_context
from generation_functions import (
    Client,
    Count,
    Drop,
    ExistingPath,
    Folder,
    LongText,
    Model,
    Prompts,
    Proportion,
    Record,
    Records,
    Run,
    Step,
    UnusableReplyError,
    named,
    run_step,
    seeded,
    stable_share,
    verdict,
    vote,
    with_calls,
)

HERE = Path(__file__).parent
_NOTHING = re.compile(r"^\W*NOTHING\W*$", re.MULTILINE)


def rag_data_pipeline(
    run: Run,
    input_dir: ExistingPath = Path("inputs/sample"),
    small_model: Model = Model(name="offline"),
    large_model: Model = Model(name="offline"),
    embedding_model: Model | None = None,
    chunk_size: Count = 500,
    limit: Count | None = None,
    max_chunks: Count = 3,
    failure_share: Proportion = 0.2,
    distractors: Literal["near", "random"] = "near",
    max_exchanges: Count = 2,
    votes: Count = 3,
    check_grounding: bool = True,
    check_failures: bool = True,
    train_on_user: bool = False,
    system_context: LongText | None = None,
    output_format: Literal["messages", "sharegpt", "text", "segments"] = "segments",
    parquet: bool = False,
    holdout: Proportion = 0.05,
    language: str | None = None,
    default_prompts: Folder = HERE / "prompts",
    prompts: Folder | None = None,
) -> Records:
    """Teach answering from retrieved texts, of which some or all are the wrong ones.

    Args:
        input_dir: Folder with your documents.
        small_model: Filters chunks and checks conversations: many short calls.
        large_model: Writes conversations.
        embedding_model: Finds near texts by meaning too; null finds them by words alone.
        chunk_size: Longest chunk, in tokens.
        limit: Use only this many chunks; a larger limit contains the smaller one's.
        max_chunks: Most texts in a system prompt; each row has one to so many.
        failure_share: Share of the rows whose texts do not hold the answer.
        distractors: Wrong texts about nearly the same things, or any others of the corpus.
        max_exchanges: Most questions in a conversation.
        votes: How often the grounding check is asked; more than half must say yes.
        check_grounding: Check that every claim of the answers is in the right text.
        check_failures: Check that the wrong texts really do not hold the answer.
        train_on_user: Also train on what the user says.
        system_context: Text in front of every system prompt.
        output_format: Layout of the rows; segments and text are in ChatML.
        parquet: Also write Parquet files.
        holdout: Share of the chunks whose questions go to eval_questions.jsonl and whose texts are in no row.
        language: Language to write in; null follows the documents.
        default_prompts: Folder with this pipeline's prompts.
        prompts: Folder with prompts of yours that replace them, file by file.
    """
    wording = run.prompts(default_prompts, prompts)
    small, large = run.client(small_model), run.client(large_model)
    chunks = run.chunks(input_dir, chunk_size=chunk_size, limit=limit)
    require_distractors(chunks, holdout=holdout)
    suitable = run.map(chunks, suitable_chunks(small, wording), name="suitable")  # others shall not mislead either
    relate = related_chunks(
        run, suitable, neighbours=max_chunks, kind=distractors, embedding_model=embedding_model, holdout=holdout
    )
    arrange = partial(_arranged, max_chunks=max_chunks, failure_share=failure_share, max_exchanges=max_exchanges)
    steps: list[Step] = [
        relate,
        named("choose and shuffle texts", arrange),
        _conversing(large, wording, language),
    ]
    if check_grounding:
        steps.append(_grounded(small, wording, votes))
    if check_failures:
        steps.append(_really_missing(small, wording))
    talks = run.map(suitable, *steps, name="retrieval")
    to_row = partial(_row, context=system_context, train_on_user=train_on_user)
    run.write("retrieval", talks, to_row, output_format=output_format, parquet=parquet, holdout=holdout)
    return talks


def _arranged(record: Record, *, max_chunks: int, failure_share: float, max_exchanges: int) -> Record | Drop:
    """Choose the texts that are shown, with or without the right one, and shuffle them."""
    rng = seeded(record["id"], "retrieval")
    fails = stable_share(record["id"], "retrieval fails") < failure_share
    size = rng.randint(1, max_chunks)
    wrong = record["related"][: size if fails else size - 1]
    if fails and not wrong:
        return Drop("no other text to be the wrong one")
    shown = [*wrong] if fails else [record, *wrong]
    rng.shuffle(shown)
    right = next((number for number, one in enumerate(shown, start=1) if one is record), 0)
    texts = [{"text": one["text"], "title": one["title"], "file": one["source"]["file"]} for one in shown]
    rest = {key: value for key, value in record.items() if key != "related"}
    return {
        **rest,
        "number": right,
        "exchanges": rng.randint(1, max_exchanges),
        "shown": numbered_texts(texts),
        "subjects": [text["title"] for text in texts],
        "sources": [record["source"], *(one["source"] for one in shown if one is not record)],
    }


def _conversing(client: Client, wording: Prompts, language: str | None) -> Step:
    def turns(value: Any, record: Record) -> list[Message]:
        if _NOTHING.search(value):
            return []
        found = read_turns(value, at_least=1)
        most = record["exchanges"] if record["number"] else 1
        if record["number"] and not any(f"[{record['number']}]" in turn["content"] for turn in found[1::2]):
            raise UnusableReplyError(f'Let the assistant end its answers with "[{record["number"]}]".')
        return [dict(turn) for turn in found[: 2 * most]]

    async def conversing(record: Record) -> Record | Drop:
        prompt = wording["write_answered" if record["number"] else "write_unanswered"]
        answer = await client.answer(prompt, record, validate=turns, language=language)
        said: list[Message] = answer.value
        if not said:
            return Drop("the text answers no question worth asking")
        return with_calls(
            record,
            answer.calls,
            turns=said,
            question=" ".join(str(turn["content"]) for turn in said[::2]),
            answer=" ".join(_uncited(str(turn["content"]), record["number"]) for turn in said[1::2]),
        )

    conversing.step_name = "write conversation"  # type: ignore[attr-defined]
    return conversing


def _uncited(answer: str, number: int) -> str:
    return answer.replace(f"[{number}]", "").strip()


def _grounded(client: Client, wording: Prompts, votes: int) -> Step:
    check = vote(client, wording["check_grounding"], passes="yes", reason="answer says more than the text", votes=votes)

    async def checking(record: Record) -> Any:
        return await run_step(check, record) if record["number"] else record

    checking.step_name = "check_grounding"  # type: ignore[attr-defined]
    return checking


def _really_missing(client: Client, wording: Prompts) -> Step:
    reason = "a wrong text holds the answer after all"
    check = verdict(client, wording["check_not_answered"], passes="missing", reason=reason)

    async def checking(record: Record) -> Any:
        return record if record["number"] else await run_step(check, record)

    checking.step_name = "check_not_answered"  # type: ignore[attr-defined]
    return checking


def _row(record: Record, *, context: str | None, train_on_user: bool) -> dict[str, Sequence[Message]]:
    system: Message = {"role": "system", "content": retrieved_texts_prompt(record["shown"])}
    messages = with_system_context([system, *record["turns"]], context)
    trained = ("assistant", "user") if train_on_user else ("assistant",)
    return {"messages": [{**message, "label": message["role"] in trained} for message in messages]}

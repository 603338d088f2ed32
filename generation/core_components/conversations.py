"""Conversations built around the question-answer pairs of one chunk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import Any

from generation_functions import Client, Prompt, Record, Step, UnusableReplyError, record_id, with_calls

Turn = dict[str, str]
_SPEAKERS = {"user": "user", "human": "user", "assistant": "assistant", "ai": "assistant"}
_TURN = re.compile(r"^[ \t>*_#]*(user|human|assistant|ai)\b[ \t*_]*[:：][ \t*_]*", re.IGNORECASE | re.MULTILINE)


def group_pairs(pairs: Iterable[Record]) -> Iterator[Record]:
    """One record per chunk, with its pairs in `pairs` and the calls behind all of them."""
    for chunk, group in groupby(pairs, key=lambda record: record["source"]["chunk"]):
        records = list(group)
        first = records[0]
        yield {
            "id": record_id(chunk, "pairs", [record["id"] for record in records]),
            "text": first["text"],
            "title": first["title"],
            "source": first["source"],
            "pairs": [{"question": record["question"], "answer": record["answer"]} for record in records],
            "calls": list(dict.fromkeys(key for record in records for key in record.get("calls", ()))),
        }


def conversation_step(client: Client, prompt: Prompt, *, language: str | None = None) -> Step:
    """Ask for a conversation about a record's `pairs`; the turns go to `turns`."""

    def readable(value: Any, record: Record) -> list[Turn]:
        return read_turns(value, at_least=len(record["pairs"]))

    async def talking(record: Record) -> Record:
        values = {**record, "pairs": pairs_as_text(record["pairs"])}
        answer = await client.answer(prompt, record, values=values, validate=readable, language=language)
        return with_calls(record, answer.calls, turns=answer.value)

    talking.step_name = prompt.name  # type: ignore[attr-defined]
    return talking


def pairs_as_text(pairs: Iterable[dict[str, str]]) -> str:
    """Pairs as `Question:` and `Answer:` lines."""
    return "\n\n".join(f"Question: {pair['question']}\nAnswer: {pair['answer']}" for pair in pairs)


def read_turns(text: str, at_least: int) -> list[Turn]:
    """The turns of a conversation written as `User:` and `Assistant:` blocks.

    Raises:
        UnusableReplyError: Turns do not alternate, one is empty, or fewer than `at_least` questions are answered.
    """
    marks = list(_TURN.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    turns: list[Turn] = []
    for mark, end in zip(marks, ends, strict=False):  # without a mark there is an end too many
        content = text[mark.end() : end].strip()
        turns.append({"role": _SPEAKERS[mark[1].lower()], "content": content})
    if not turns or turns[0]["role"] != "user" or turns[-1]["role"] != "assistant":
        raise UnusableReplyError('Start with a "User:" turn and end with an "Assistant:" turn.')
    for before, after in pairwise(turns):
        if before["role"] == after["role"]:
            raise UnusableReplyError(f'Two "{before["role"].title()}:" turns follow each other; they must alternate.')
    if not all(turn["content"] for turn in turns):
        raise UnusableReplyError("One of the turns is empty.")
    if len(turns) < 2 * at_least:
        raise UnusableReplyError(
            f"There are {at_least} questions, but only {len(turns) // 2} are asked and answered. Use all of them."
        )
    return turns

"""What a chunk says, as single sentences that stand alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from generation.core_components.chunk_filter import suitable_chunks
from generation_functions import Client, Prompt, Prompts, Record, Records, Run, Step, ask, with_calls

MARK = "It follows that"


def facts_of_chunks(
    run: Run,
    chunks: Records,
    small: Client,
    large: Client,
    wording: Prompts,
    *,
    inferred: bool = False,
    language: str | None = None,
) -> Records:
    """Suitable chunks with their `facts`, a list of sentences that may be empty.

    With `inferred`, also `inferred`: what follows from them, each sentence saying so.
    Uses the prompts judge_chunk, write_facts and, with `inferred`, infer_facts.
    """
    steps: list[Step] = [
        suitable_chunks(small, wording),
        ask(large, wording["write_facts"], into="facts", language=language),
    ]
    if inferred:
        steps.append(_inferring(large, wording["infer_facts"], language))
    return run.map(chunks, *steps, name="facts")


def numbered(lines: Iterable[str]) -> str:
    """Lines as a numbered list."""
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))


def _inferring(client: Client, prompt: Prompt, language: str | None) -> Step:
    def say_so(value: Any, record: Record) -> list[str]:
        """Only new sentences; each says that it is inferred, whatever the model forgot."""
        known = {fact.casefold() for fact in record["facts"]}
        lines = [line for line in value if line.casefold() not in known]
        return [line if language or line.startswith(MARK) else f"{MARK} {line[:1].lower()}{line[1:]}" for line in lines]

    async def inferring(record: Record) -> Record:
        if len(record["facts"]) < 2:  # nothing can be combined
            return {**record, "inferred": []}
        values = {**record, "facts": numbered(record["facts"])}
        answer = await client.answer(prompt, record, values=values, validate=say_so, language=language)
        return with_calls(record, answer.calls, inferred=answer.value)

    inferring.step_name = prompt.name  # type: ignore[attr-defined]
    return inferring

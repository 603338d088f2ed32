"""Existing chat rows with a thought process before each of the assistant's answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal

from generation_functions import (
    Client,
    Count,
    Folder,
    Model,
    Prompt,
    Proportion,
    Record,
    RecordFailedError,
    Records,
    Run,
    Step,
    UnusableReplyError,
    UsageError,
    child,
    record_id,
    stable_share,
    with_calls,
)
from generation_functions.datasets.id_set import IdSet
from generation_functions.datasets.row_files import hub_name, read_rows
from generation_functions.datasets.rows import row_messages
from generation_functions.tokens import count_tokens

HERE = Path(__file__).parent
_QUOTED_FROM = 40  # characters; shorter answers may well stand in the thoughts that lead to them


def generic_data_rephrase_pipeline(
    run: Run,
    rows: str = "inputs/general/chat.jsonl",
    split: str = "train",
    subset: str | None = None,
    model: Model = Model(name="offline"),
    share: Proportion = 1.0,
    longest_thought: Count = 1200,
    open_mark: str = "<think>",
    close_mark: str = "</think>",
    output_format: Literal["messages", "sharegpt"] = "messages",
    parquet: bool = False,
    language: str | None = None,
    default_prompts: Folder = HERE / "prompts",
    prompts: Folder | None = None,
) -> Records:
    """Put a thought process before each assistant turn of existing chat rows; the answers stay as they are.

    A turn that no usable thoughts come for keeps its original, so no conversation loses a turn.

    Args:
        rows: A file of chat rows (.jsonl, .json, .parquet), a folder of such files, or hub:OWNER/NAME.
        split: Split of a hub dataset.
        subset: Subset of a hub dataset that has several.
        model: Writes the thoughts.
        share: Share of the rows to take, chosen by a hash of their content; a larger share contains the smaller one.
        longest_thought: Most tokens of one turn's thoughts; longer ones are asked for again.
        open_mark: What stands before the thoughts.
        close_mark: What stands after them.
        output_format: Layout of the rows.
        parquet: Also write a Parquet file.
        language: Language to think in; null follows the conversation.
        default_prompts: Folder with this pipeline's prompts.
        prompts: Folder with prompts of yours that replace them, file by file.
    """
    prompt = run.prompts(default_prompts, prompts)["write_thoughts"]
    client = run.client(model)
    if not hub_name(rows):
        run.reads(Path(rows))
    thinking = _thinking(client, prompt, (open_mark, close_mark), longest_thought, language)
    taken = partial(_chat_records, run, rows, split, subset, share)
    thought = run.map(taken(), thinking, name="thoughts")
    kept: Counter[str] = Counter()
    for record in thought:
        kept.update(record["kept"])
    for reason, count in sorted(kept.items()):
        run.note(f"{count} turn(s) kept their original: {reason}")
    run.write("chat", thought, lambda record: record["row"], output_format=output_format, parquet=parquet)
    return thought


def _chat_records(run: Run, rows: str, split: str, subset: str | None, share: float) -> Iterator[Record]:
    """A record for each different conversation."""
    skipped: list[str] = []
    seen = IdSet()
    for row, origin in read_rows(
        rows,
        on_skip=lambda file, number, why: skipped.append(f"{file}, row {number}: {why}"),
        split=split,
        subset=subset,
    ):
        try:
            messages = row_messages(row)
        except UsageError as error:
            skipped.append(f"{origin['file']}, row {origin['row']}: {error}")
            continue
        identity = record_id("chat", messages)
        if seen.add(identity) and stable_share(identity, "share") < share:
            more = {key: value for key, value in row.items() if key not in _CONTENT}
            source = {"page": None, "start": None, "end": None, "licence": None, **origin}
            yield {"id": identity, "messages": messages, "columns": more, "source": source}
    if skipped:
        run.note(f"{rows}: {len(skipped)} row(s) cannot be used, the first: {skipped[0]}")


_CONTENT = (
    "id",
    "messages",
    "conversations",
    "instruction",
    "input",
    "output",
    "system",
    "history",
    "text",
    "segments",
)


def _thinking(client: Client, prompt: Prompt, marks: tuple[str, str], longest: int, language: str | None) -> Step:
    opened, closed = marks

    def usable(value: Any, record: Record) -> str:
        """Thoughts alone: no marks of their own, no answer inside, not too long."""
        thoughts = str(value).replace(opened, "").replace(closed, "").strip()
        if len(record["answer"]) >= _QUOTED_FROM and record["answer"].strip() in thoughts:
            raise UnusableReplyError("The answer itself stands in your thoughts. Write only what leads to it.")
        if count_tokens(thoughts) > longest:
            raise UnusableReplyError(f"That is too long. Write at most {longest // 2} words.")
        return thoughts

    async def thinking(record: Record) -> Record:
        messages, kept = [], []
        calls: list[str] = []
        for number, message in enumerate(record["messages"]):
            if message["role"] != "assistant" or opened in message["content"] or not message["content"].strip():
                messages.append(message)
                continue
            conversation = as_text(record["messages"][:number])
            asked = child(record, "turn", turn=number, conversation=conversation, answer=message["content"])
            try:
                answer = await client.answer(prompt, asked, validate=usable, language=language)
            except RecordFailedError as error:
                kept.append(str(error).split(";", 1)[0])
                messages.append(message)
                continue
            calls += answer.calls
            messages.append({**message, "content": f"{opened}\n{answer.value}\n{closed}\n\n{message['content']}"})
        row = {"id": record["id"], "messages": messages, **record["columns"]}
        rest = {key: value for key, value in record.items() if key not in ("messages", "columns")}
        return with_calls(rest, calls, row=row, kept=kept)

    thinking.step_name = prompt.name  # type: ignore[attr-defined]
    return thinking


def as_text(messages: list[dict[str, Any]]) -> str:
    """A conversation as `User:`, `Assistant:` and `System:` blocks."""
    return "\n\n".join(f"{message['role'].title()}: {message['content'].strip()}" for message in messages)

"""Rows: the shapes in which training data is written, and the one function that turns each into the others.

| format   | row                                                        |
|----------|------------------------------------------------------------|
| messages | `{"messages": [{"role", "content"}]}`                      |
| sharegpt | `{"conversations": [{"from": system/human/gpt, "value"}]}` |
| alpaca   | `{"instruction", "input", "output"}`, also `"system"`      |
| text     | `{"text"}`                                                 |
| segments | `{"segments": [{"label": bool, "text"}]}`, true = trained  |

A row may carry an `id` and columns of its own; every conversion keeps them. A message may carry a `label`
(true = trained on) where it is not what chat trainers do anyway, which is to train on the assistant only.

Nothing is lost in silence. What the wanted format cannot say is a `UsageError` that names the formats which
can: several turns as alpaca, an assistant turn not trained on as anything but segments. Chat becomes text and
segments through a chat template, or else in the ChatML notation, which reads back exactly; text and segments
without it hold no roles, so they cannot become chat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from generation_functions.datasets.chatml import START, Part, holds_marks, write_chatml
from generation_functions.datasets.row_reading import (
    OUTPUT_FORMATS,
    BrokenRowError,
    Message,
    OutputFormat,
    Reading,
    Row,
    is_trained,
    row_format,
    row_name,
)
from generation_functions.errors import RecordFailedError, UsageError

if TYPE_CHECKING:
    from generation_functions.chat_templates import ChatTemplate

__all__ = [
    "OUTPUT_FORMATS",
    "BrokenRowError",
    "Message",
    "OutputFormat",
    "Row",
    "check_output_format",
    "convert_row",
    "prepare_row",
    "row_format",
    "row_messages",
    "row_name",
    "row_problem",
    "row_texts",
    "valid_row",
]

_CONTENT_KEYS: dict[str, tuple[str, ...]] = {
    "messages": ("messages",),
    "sharegpt": ("conversations", "system"),
    "alpaca": ("instruction", "input", "output", "system", "history"),
    "text": ("text",),
    "segments": ("segments",),
}
_SHAREGPT_NAMES = {"system": "system", "user": "human", "assistant": "gpt", "tool": "tool"}


def convert_row(row: Mapping[str, Any], output_format: str, template: ChatTemplate | None = None) -> Row:
    """The same row in `output_format`, its `id` first and its other columns last.

    Text and segments of a conversation are what `template` renders, without the line breaks after the last end
    mark; segments begin with the start token of its models, which is added by no trainer. Without a template they
    are ChatML.

    Raises UsageError when the format cannot hold what the row says, BrokenRowError when the row is broken.
    """
    wanted = check_output_format(output_format)
    return _convert(Reading(row), wanted, template)


def prepare_row(
    row: Mapping[str, Any], output_format: OutputFormat, template: ChatTemplate | None = None
) -> tuple[Row, list[str]]:
    """`row` checked and in `output_format`, and the texts of it that a model reads; for writers.

    Raises UsageError when the format cannot hold what the row says, BrokenRowError when `row_problem` finds one.
    """
    reading = Reading(row)
    problem = reading.problem()
    if problem:
        raise BrokenRowError(row_name(row), problem)
    converted = _convert(reading, output_format, template)
    return converted, _texts(converted, output_format, reading)


def check_output_format(name: str) -> OutputFormat:
    """`name` when it is one of OUTPUT_FORMATS; raises UsageError otherwise."""
    if name not in OUTPUT_FORMATS:
        raise UsageError(f"output_format {name!r} is none of: {', '.join(OUTPUT_FORMATS)}.")
    return cast(OutputFormat, name)


def row_texts(row: Mapping[str, Any]) -> list[str]:
    """The texts of `row` that a model reads, in order; for counting tokens."""
    reading = Reading(row)
    return _texts(row, reading.format, reading)


def row_messages(row: Mapping[str, Any]) -> list[Message]:
    """The turns of `row` as role and content, whatever its format; raises UsageError where it holds none."""
    return Reading(row).chat()


def valid_row(row: Mapping[str, Any]) -> bool:
    """Whether `row` is worth writing; `row_problem` says why not."""
    return row_problem(row) is None


def row_problem(row: Mapping[str, Any]) -> str | None:
    """What is wrong with `row`, or None: blank parts, turns out of order, nothing to train on."""
    try:
        return Reading(row).problem()
    except BrokenRowError as error:
        return error.problem


def _texts(row: Mapping[str, Any], present: OutputFormat, reading: Reading) -> list[str]:
    if present == "text":
        return [row["text"]]
    if present == "segments":
        return [segment["text"] for segment in row["segments"]]
    return [message["content"] for message in reading.chat()]


def _convert(reading: Reading, wanted: OutputFormat, template: ChatTemplate | None) -> Row:
    row, present = reading.row, reading.format
    same = present == wanted and present not in ("messages", "sharegpt")  # these two are brought into one spelling
    if same and not _in_other_notation(reading, template):
        content = {key: row[key] for key in _CONTENT_KEYS[present] if key in row}
    else:
        content = _CONVERTERS[wanted](reading, template)
    converted = {"id": row["id"], **content} if "id" in row else content
    used, needed = _CONTENT_KEYS[present], _CONTENT_KEYS[wanted]
    for key, value in row.items():
        if key not in used and key != "id":
            if key in needed:
                raise UsageError(f"{row_name(row)} has a column {key}, which {wanted} needs. Rename the column.")
            converted[key] = value
    return converted


def _in_other_notation(reading: Reading, template: ChatTemplate | None) -> bool:
    """Whether the row holds segments of a conversation in ChatML, to be written as `template` has it."""
    if template is None or START in template.source or reading.format != "segments":
        return False
    return bool(reading.row["segments"]) and reading.row["segments"][0]["text"].startswith(START)


def _to_messages(reading: Reading, template: ChatTemplate | None) -> Row:
    return {"messages": _chat(reading, "messages")}


def _to_sharegpt(reading: Reading, template: ChatTemplate | None) -> Row:
    turns = [
        {"from": _SHAREGPT_NAMES[message["role"]], "value": message["content"], **_more(message)}
        for message in _chat(reading, "sharegpt")
    ]
    return {"conversations": turns}


def _to_alpaca(reading: Reading, template: ChatTemplate | None) -> Row:
    row, messages = reading.row, _chat(reading, "alpaca")
    system = messages[0]["content"] if messages and messages[0]["role"] == "system" else None
    turns = messages[1:] if system is not None else messages
    if [message["role"] for message in turns] != ["user", "assistant"]:
        raise UsageError(
            f"{row_name(row)} has {len(turns)} turns, and alpaca holds one question with one answer. "
            "Choose output_format messages or sharegpt."
        )
    _refuse_more(row, turns, "alpaca")
    content = {"instruction": turns[0]["content"], "input": "", "output": turns[1]["content"]}
    return content if system is None else {**content, "system": system}


def _to_text(reading: Reading, template: ChatTemplate | None) -> Row:
    row = reading.row
    if reading.format == "segments":
        if not all(segment["label"] for segment in row["segments"]):
            raise UsageError(
                f"{row_name(row)} has segments that must not be trained on, and text is trained on whole. "
                "Choose output_format segments."
            )
        return {"text": "".join(_texts(row, "segments", reading))}
    return {"text": "".join(part.text for part in _parts(row, _chat(reading, "text"), template))}


def _to_segments(reading: Reading, template: ChatTemplate | None) -> Row:
    row = reading.row
    if reading.format == "text":
        return {"segments": [{"label": True, "text": row["text"]}]}
    parts = list(_parts(row, reading.chat(), template))
    if template is not None and template.bos_token:
        parts.insert(0, Part(False, template.bos_token))
    segments: list[Row] = []
    for label, text in parts:
        if segments and segments[-1]["label"] == label:
            segments[-1]["text"] += text
        else:
            segments.append({"label": label, "text": text})
    return {"segments": segments}


_CONVERTERS: dict[str, Callable[[Reading, ChatTemplate | None], Row]] = {
    "messages": _to_messages,
    "sharegpt": _to_sharegpt,
    "alpaca": _to_alpaca,
    "text": _to_text,
    "segments": _to_segments,
}


def _chat(reading: Reading, wanted: str) -> list[Message]:
    """The messages without labels; refuses labels that the wanted format cannot say."""
    messages = reading.chat()
    labelled = False
    for position, message in enumerate(messages, 1):
        if "label" not in message:
            continue
        labelled = True
        if is_trained(message) != (message["role"] == "assistant"):
            trained = "trained on" if is_trained(message) else "kept out of training"
            raise UsageError(
                f"{row_name(reading.row)}: message {position} ({message['role']}) is {trained}, which "
                f"{wanted} cannot say. Choose output_format segments."
            )
    if not labelled:
        return messages
    return [{key: value for key, value in message.items() if key != "label"} for message in messages]


def _more(message: Message) -> Row:
    """What a message has besides role, content and label, such as tool calls."""
    return {key: value for key, value in message.items() if key not in {"role", "content", "label"}}


def _refuse_more(row: Mapping[str, Any], messages: list[Message], wanted: str) -> None:
    more = sorted({key for message in messages for key in _more(message)})
    if more:
        raise UsageError(
            f"{row_name(row)} has messages with {', '.join(more)}, which {wanted} cannot hold. "
            "Choose output_format messages or sharegpt."
        )


def _parts(row: Mapping[str, Any], messages: list[Message], template: ChatTemplate | None) -> Iterable[Part]:
    _refuse_more(row, messages, "text or segments")
    if template is not None:
        return _template_parts(row, messages, template)
    if any(holds_marks(message["content"]) for message in messages):
        raise BrokenRowError(row_name(row), "it has ChatML inside a message, which would forge a turn")
    return write_chatml((message["role"], message["content"], is_trained(message)) for message in messages)


def _template_parts(row: Mapping[str, Any], messages: list[Message], template: ChatTemplate) -> list[Part]:
    try:
        parts = template.parts(messages)
    except RecordFailedError as error:
        raise BrokenRowError(row_name(row), str(error)) from error
    if not parts[-1].label:  # what separates messages, and no message follows
        last = Part(False, parts.pop().text.rstrip())
        parts += [last] if last.text else []
    return parts

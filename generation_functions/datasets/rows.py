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
segments in the ChatML notation, which reads back exactly; text and segments without it hold no roles, so they
cannot become chat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, cast, get_args

from generation_functions.datasets.chatml import Part, holds_marks, read_chatml, write_chatml
from generation_functions.errors import RecordFailedError, UsageError

Row = dict[str, Any]
Message = dict[str, Any]
OutputFormat = Literal["messages", "sharegpt", "alpaca", "text", "segments"]
OUTPUT_FORMATS: tuple[str, ...] = get_args(OutputFormat)

_FORMAT_OF = {"messages": "messages", "conversations": "sharegpt", "segments": "segments", "text": "text"}
_CONTENT_KEYS: dict[str, tuple[str, ...]] = {
    "messages": ("messages",),
    "sharegpt": ("conversations", "system"),
    "alpaca": ("instruction", "input", "output", "system", "history"),
    "text": ("text",),
    "segments": ("segments",),
}
_SPELLINGS = {
    "system": ("system", "developer"),
    "user": ("user", "human"),
    "assistant": ("assistant", "gpt", "model", "chatgpt", "bot"),
    "tool": ("tool", "function", "observation"),
}
_ROLES = {spelling: role for role, spellings in _SPELLINGS.items() for spelling in spellings}
_SHAREGPT_NAMES = {"system": "system", "user": "human", "assistant": "gpt", "tool": "tool"}
_MAY_FOLLOW = {
    "": ("system", "user"),
    "system": ("user",),
    "user": ("assistant",),
    "assistant": ("user", "tool"),
    "tool": ("tool", "assistant"),
}


class BrokenRowError(RecordFailedError):
    """A row that cannot be used. `problem` does not name the row, so that equal problems can be counted."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}.")
        self.where = where
        self.problem = problem


def convert_row(row: Mapping[str, Any], output_format: str) -> Row:
    """The same row in `output_format`, its `id` first and its other columns last.

    Raises UsageError when the format cannot hold what the row says, BrokenRowError when the row is broken.
    """
    wanted = check_output_format(output_format)
    return _convert(_Reading(row), wanted)


def prepare_row(row: Mapping[str, Any], output_format: OutputFormat) -> tuple[Row, list[str]]:
    """`row` checked and in `output_format`, and the texts of it that a model reads; for writers.

    Raises UsageError when the format cannot hold what the row says, BrokenRowError when `row_problem` finds one.
    """
    reading = _Reading(row)
    problem = reading.problem()
    if problem:
        raise BrokenRowError(row_name(row), problem)
    converted = _convert(reading, output_format)
    return converted, _texts(converted, output_format, reading)


def check_output_format(name: str) -> OutputFormat:
    """`name` when it is one of OUTPUT_FORMATS; raises UsageError otherwise."""
    if name not in OUTPUT_FORMATS:
        raise UsageError(f"output_format {name!r} is none of: {', '.join(OUTPUT_FORMATS)}.")
    return cast(OutputFormat, name)


def row_format(row: Mapping[str, Any]) -> OutputFormat:
    """Which format `row` is in; raises BrokenRowError when it is none, or two at once."""
    found = [_FORMAT_OF[key] for key in row if key in _FORMAT_OF]
    if "instruction" in row and "output" in row:
        found.append("alpaca")
    if len(found) != 1:
        what = f"in {len(found)} formats at once ({', '.join(found)})" if found else "in no known format"
        raise BrokenRowError(
            row_name(row),
            f"it is {what}. Give it exactly one of: messages, conversations, segments, text, "
            f"instruction and output. It has: {', '.join(map(str, row)) or 'nothing'}",
        )
    return cast(OutputFormat, found[0])


def row_texts(row: Mapping[str, Any]) -> list[str]:
    """The texts of `row` that a model reads, in order; for counting tokens."""
    reading = _Reading(row)
    return _texts(row, reading.format, reading)


def row_messages(row: Mapping[str, Any]) -> list[Message]:
    """The turns of `row` as role and content, whatever its format; raises UsageError where it holds none."""
    return _Reading(row).chat()


def valid_row(row: Mapping[str, Any]) -> bool:
    """Whether `row` is worth writing; `row_problem` says why not."""
    return row_problem(row) is None


def row_problem(row: Mapping[str, Any]) -> str | None:
    """What is wrong with `row`, or None: blank parts, turns out of order, nothing to train on."""
    try:
        return _Reading(row).problem()
    except BrokenRowError as error:
        return error.problem


class _Reading:
    """A row taken apart once, for checks, conversions and counts alike."""

    __slots__ = ("_messages", "format", "row")

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row
        self.format = row_format(row)
        self._messages: list[Message] | None = None

    def chat(self) -> list[Message]:
        """The turns, whatever the format; raises UsageError where there are none."""
        if self._messages is None:
            row, present = self.row, self.format
            if present == "messages":
                self._messages = [_read_message(row, turn, "role", "content") for turn in _list(row, "messages")]
            elif present == "sharegpt":
                turns = [_read_message(row, turn, "from", "value") for turn in _list(row, "conversations")]
                self._messages = [*_system(row), *turns]
            elif present == "alpaca":
                self._messages = _read_alpaca(row)
            else:
                self._messages = _read_chat_text(row, present)
        return self._messages

    def problem(self) -> str | None:
        """See `row_problem`."""
        if self.format == "text":
            return None if _filled(self.row["text"]) else "the text is blank"
        if self.format == "segments":
            return _segments_problem(_list(self.row, "segments"))
        return _messages_problem(self.chat())


def _texts(row: Mapping[str, Any], present: OutputFormat, reading: _Reading) -> list[str]:
    if present == "text":
        return [row["text"]]
    if present == "segments":
        return [segment["text"] for segment in row["segments"]]
    return [message["content"] for message in reading.chat()]


def _messages_problem(messages: list[Message]) -> str | None:
    if not messages:
        return "it has no messages"
    for position, message in enumerate(messages, 1):
        content = message["content"]
        if (not content or content.isspace()) and not message.get("tool_calls"):
            return f"message {position} ({message['role']}) is blank"
    problem = _order_problem(tuple([message["role"] for message in messages]))
    if problem:
        return problem
    return None if any(map(_label, reversed(messages))) else "no message is trained on"


@lru_cache(maxsize=256)  # a dataset has few different orders
def _order_problem(roles: tuple[str, ...]) -> str | None:
    for before, after in pairwise(("", *roles)):
        if after not in _MAY_FOLLOW[before]:
            return f"a message of {after} follows {'the start' if not before else 'one of ' + before}"
    if roles[-1] != "assistant":
        return f"it ends with a message of {roles[-1]}, so there is no answer to learn from"
    return None


def _segments_problem(segments: list[Any]) -> str | None:
    for position, segment in enumerate(segments, 1):
        if not isinstance(segment, dict) or not isinstance(segment.get("label"), bool):
            return f"segment {position} has no label that is true or false"
        if not isinstance(segment.get("text"), str) or not segment["text"]:
            return f"segment {position} is empty"
    if not any(segment["label"] and segment["text"].strip() for segment in segments):
        return "no segment is trained on"
    return None


def _convert(reading: _Reading, wanted: OutputFormat) -> Row:
    row, present = reading.row, reading.format
    same = present == wanted and present not in ("messages", "sharegpt")  # these two are brought into one spelling
    content = {key: row[key] for key in _CONTENT_KEYS[present] if key in row} if same else _CONVERTERS[wanted](reading)
    converted = {"id": row["id"], **content} if "id" in row else content
    used, needed = _CONTENT_KEYS[present], _CONTENT_KEYS[wanted]
    for key, value in row.items():
        if key not in used and key != "id":
            if key in needed:
                raise UsageError(f"{row_name(row)} has a column {key}, which {wanted} needs. Rename the column.")
            converted[key] = value
    return converted


def _to_messages(reading: _Reading) -> Row:
    return {"messages": _chat(reading, "messages")}


def _to_sharegpt(reading: _Reading) -> Row:
    turns = [
        {"from": _SHAREGPT_NAMES[message["role"]], "value": message["content"], **_more(message)}
        for message in _chat(reading, "sharegpt")
    ]
    return {"conversations": turns}


def _to_alpaca(reading: _Reading) -> Row:
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


def _to_text(reading: _Reading) -> Row:
    row = reading.row
    if reading.format == "segments":
        if not all(segment["label"] for segment in row["segments"]):
            raise UsageError(
                f"{row_name(row)} has segments that must not be trained on, and text is trained on whole. "
                "Choose output_format segments."
            )
        return {"text": "".join(_texts(row, "segments", reading))}
    return {"text": "".join(part.text for part in _chatml_parts(row, _chat(reading, "text")))}


def _to_segments(reading: _Reading) -> Row:
    row = reading.row
    if reading.format == "text":
        return {"segments": [{"label": True, "text": row["text"]}]}
    segments: list[Row] = []
    for label, text in _chatml_parts(row, reading.chat()):
        if segments and segments[-1]["label"] == label:
            segments[-1]["text"] += text
        else:
            segments.append({"label": label, "text": text})
    return {"segments": segments}


_CONVERTERS: dict[str, Callable[[_Reading], Row]] = {
    "messages": _to_messages,
    "sharegpt": _to_sharegpt,
    "alpaca": _to_alpaca,
    "text": _to_text,
    "segments": _to_segments,
}


def _chat(reading: _Reading, wanted: str) -> list[Message]:
    """The messages without labels; refuses labels that the wanted format cannot say."""
    messages = reading.chat()
    labelled = False
    for position, message in enumerate(messages, 1):
        if "label" not in message:
            continue
        labelled = True
        if _label(message) != (message["role"] == "assistant"):
            trained = "trained on" if _label(message) else "kept out of training"
            raise UsageError(
                f"{row_name(reading.row)}: message {position} ({message['role']}) is {trained}, which "
                f"{wanted} cannot say. Choose output_format segments."
            )
    if not labelled:
        return messages
    return [{key: value for key, value in message.items() if key != "label"} for message in messages]


def _label(message: Message) -> bool:
    return bool(message.get("label", message["role"] == "assistant"))


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


def _read_message(row: Mapping[str, Any], turn: Any, role_key: str, text_key: str) -> Message:
    if not isinstance(turn, dict):
        raise BrokenRowError(row_name(row), f"it has a turn without {role_key} and {text_key}")
    said, text = turn.get(role_key), turn.get(text_key)
    role = _ROLES.get(str(said)) or _ROLES.get(str(said).lower())
    if role is None:
        raise BrokenRowError(row_name(row), f"it has a turn of {said!r}. Known are: {', '.join(_ROLES)}")
    if not isinstance(text, str):
        if text is not None:
            problem = f"the {text_key} of a turn is a {type(text).__name__}; only text is supported"
            raise BrokenRowError(row_name(row), problem)
        text = ""
    message: Message = {"role": role, "content": text}
    if len(turn) > 2:
        message.update({key: value for key, value in turn.items() if key not in (role_key, text_key)})
    return message


def _system(row: Mapping[str, Any]) -> list[Message]:
    system = row.get("system")
    return [{"role": "system", "content": system}] if _filled(system) else []


def _read_alpaca(row: Mapping[str, Any]) -> list[Message]:
    """Alpaca as chat: the input goes below the instruction, `history` (pairs of turns) comes first."""
    parts = [str(part) for part in (row["instruction"], row.get("input")) if _filled(part)]
    earlier = []
    for pair in row.get("history") or []:
        if not (isinstance(pair, list | tuple) and len(pair) == 2 and all(isinstance(text, str) for text in pair)):
            raise BrokenRowError(row_name(row), "its history is not made of pairs of texts")
        earlier += [{"role": "user", "content": pair[0]}, {"role": "assistant", "content": pair[1]}]
    question, answer = "\n\n".join(parts), row["output"] if isinstance(row["output"], str) else ""
    last = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return [*_system(row), *earlier, *last]


def _chatml_parts(row: Mapping[str, Any], messages: list[Message]) -> Iterator[Part]:
    _refuse_more(row, messages, "text or segments")
    if any(holds_marks(message["content"]) for message in messages):
        raise BrokenRowError(row_name(row), "it has ChatML inside a message, which would forge a turn")
    return write_chatml((message["role"], message["content"], _label(message)) for message in messages)


def _read_chat_text(row: Mapping[str, Any], present: OutputFormat) -> list[Message]:
    """Text or segments as chat. Text has no labels, so its turns get those of any chat."""
    if present == "text":
        parts = [Part(False, str(row["text"]))]
    else:
        parts = [Part(segment["label"], segment["text"]) for segment in _list(row, "segments")]
    turns = read_chatml(parts)
    if not turns or any(turn.role not in _ROLES or len(turn.labels) > 1 for turn in turns):
        raise UsageError(
            f"{row_name(row)} is {present} without whole messages in it, so it cannot become a conversation. "
            f"Choose output_format {present}."
        )
    messages = []
    for turn in turns:
        message: Message = {"role": _ROLES[turn.role], "content": turn.content}
        if present == "segments" and turn.labels != {_label(message)}:
            message["label"] = not _label(message)
        messages.append(message)
    return messages


def _list(row: Mapping[str, Any], key: str) -> list[Any]:
    if not isinstance(row[key], list):
        raise BrokenRowError(row_name(row), f"{key} is a {type(row[key]).__name__}, not a list")
    return cast(list[Any], row[key])


def _filled(text: Any) -> bool:
    return isinstance(text, str) and bool(text.strip())


def row_name(row: Mapping[str, Any]) -> str:
    """How messages call `row`."""
    return f"row {row['id']}" if row.get("id") else "a row without an id"

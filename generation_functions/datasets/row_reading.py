"""Reading rows: which of the known shapes a row has, its turns whatever the shape, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, cast, get_args

from generation_functions.datasets.chatml import Part, read_chatml
from generation_functions.errors import RecordFailedError, UsageError

Row = dict[str, Any]
Message = dict[str, Any]
OutputFormat = Literal["messages", "sharegpt", "alpaca", "text", "segments"]
OUTPUT_FORMATS: tuple[str, ...] = get_args(OutputFormat)

_FORMAT_OF = {"messages": "messages", "conversations": "sharegpt", "segments": "segments", "text": "text"}
_SPELLINGS = {
    "system": ("system", "developer"),
    "user": ("user", "human"),
    "assistant": ("assistant", "gpt", "model", "chatgpt", "bot"),
    "tool": ("tool", "function", "observation"),
}
_ROLES = {spelling: role for role, spellings in _SPELLINGS.items() for spelling in spellings}
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


class Reading:
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
                self._messages = [_read_message(row, turn, "role", "content") for turn in list_of(row, "messages")]
            elif present == "sharegpt":
                turns = [_read_message(row, turn, "from", "value") for turn in list_of(row, "conversations")]
                self._messages = [*_system(row), *turns]
            elif present == "alpaca":
                self._messages = _read_alpaca(row)
            else:
                self._messages = _read_chat_text(row, present)
        return self._messages

    def problem(self) -> str | None:
        """See `row_problem`."""
        if self.format == "text":
            return None if filled(self.row["text"]) else "the text is blank"
        if self.format == "segments":
            return _segments_problem(list_of(self.row, "segments"))
        return _messages_problem(self.chat())


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
    return None if any(map(is_trained, reversed(messages))) else "no message is trained on"


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


def is_trained(message: Message) -> bool:
    return bool(message.get("label", message["role"] == "assistant"))


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
    return [{"role": "system", "content": system}] if filled(system) else []


def _read_alpaca(row: Mapping[str, Any]) -> list[Message]:
    """Alpaca as chat: the input goes below the instruction, `history` (pairs of turns) comes first."""
    parts = [str(part) for part in (row["instruction"], row.get("input")) if filled(part)]
    earlier = []
    history = row.get("history") or []
    for pair in history if isinstance(history, list | tuple) else [history]:
        if not (isinstance(pair, list | tuple) and len(pair) == 2 and all(isinstance(text, str) for text in pair)):
            raise BrokenRowError(row_name(row), "its history is not made of pairs of texts")
        earlier += [{"role": "user", "content": pair[0]}, {"role": "assistant", "content": pair[1]}]
    question, answer = "\n\n".join(parts), row["output"] if isinstance(row["output"], str) else ""
    last = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return [*_system(row), *earlier, *last]


def _read_chat_text(row: Mapping[str, Any], present: OutputFormat) -> list[Message]:
    """Text or segments as chat. Text has no labels, so its turns get those of any chat."""
    if present == "text":
        parts = [Part(False, str(row["text"]))]
    else:
        parts = [Part(segment["label"], segment["text"]) for segment in list_of(row, "segments")]
    turns = read_chatml(parts)
    if not turns or any(turn.role not in _ROLES or len(turn.labels) > 1 for turn in turns):
        raise UsageError(
            f"{row_name(row)} is {present} without whole messages in it, so it cannot become a conversation. "
            f"Choose output_format {present}."
        )
    messages = []
    for turn in turns:
        message: Message = {"role": _ROLES[turn.role], "content": turn.content}
        if present == "segments" and turn.labels != {is_trained(message)}:
            message["label"] = not is_trained(message)
        messages.append(message)
    return messages


def list_of(row: Mapping[str, Any], key: str) -> list[Any]:
    if not isinstance(row[key], list):
        raise BrokenRowError(row_name(row), f"{key} is a {type(row[key]).__name__}, not a list")
    return cast(list[Any], row[key])


def filled(text: Any) -> bool:
    return isinstance(text, str) and bool(text.strip())


def row_name(row: Mapping[str, Any]) -> str:
    """How messages call `row`."""
    return f"row {row['id']}" if row.get("id") else "a row without an id"

"""JSON-like values as text that reads well: rows, `key: value` lines, headings for nested parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import TypeAlias

JSONValue: TypeAlias = (
    "str | int | float | bool | date | datetime | time | bytes | Sequence[JSONValue] | Mapping[str, JSONValue] | None"
)

TEXT_FIELDS = ("text", "content")
_CHAT_FIELDS = ("messages", "conversations")
MAX_HEADING_LEVEL = 6


def row_text(row: JSONValue) -> str:
    """One row of a data file: its text column if it has one, the turns of a chat, else all fields."""
    if not isinstance(row, Mapping):
        return value_text(row)
    for field in TEXT_FIELDS:
        text = row.get(field)
        if isinstance(text, str) and text.strip():
            title = row.get("title")
            return f"# {title.strip()}\n\n{text}" if isinstance(title, str) and title.strip() else text
    for field in _CHAT_FIELDS:
        turns = _turns_text(row.get(field))
        if turns:
            return turns
    return value_text(row)


def value_text(value: JSONValue, level: int = 1) -> str:
    """Any value: mappings as `key: value` lines, nested ones under a heading, lists row by row."""
    if isinstance(value, Mapping):
        return _mapping_text(value, level)
    if _is_list(value):
        assert isinstance(value, Sequence)
        if all(_is_scalar(item) for item in value):
            return "\n".join(f"- {_scalar_text(item)}" for item in value if _scalar_text(item))
        return "\n\n".join(filter(None, (value_text(item, level) for item in value)))
    return _scalar_text(value)


def _mapping_text(value: Mapping[str, JSONValue], level: int) -> str:
    blocks: list[str] = []
    lines: list[str] = []
    for key, item in value.items():
        inline = _inline_text(item)
        if inline is None:
            blocks += ["\n".join(lines), _headed(str(key), value_text(item, level + 1), level)]
            lines = []
        elif inline:
            lines.append(f"{key}: {inline}")
    blocks.append("\n".join(lines))
    return "\n\n".join(filter(None, blocks))


def _headed(key: str, text: str, level: int) -> str:
    return f"{'#' * min(level + 1, MAX_HEADING_LEVEL)} {key}\n\n{text}" if text else ""


def _inline_text(value: JSONValue) -> str | None:
    """The text of what fits behind `key: `, or None for what needs a block of its own."""
    if _is_scalar(value):
        text = _scalar_text(value)
        return None if "\n" in text.strip() else text
    if _is_list(value):
        assert isinstance(value, Sequence)
        if all(_is_scalar(item) for item in value):
            texts = [_scalar_text(item) for item in value]
            return ", ".join(filter(None, texts)) if sum(map(len, texts)) <= 200 else None
    return None


def _turns_text(turns: JSONValue) -> str:
    if not _is_list(turns):
        return ""
    assert isinstance(turns, Sequence)
    lines = []
    for turn in turns:
        if not isinstance(turn, Mapping):
            return ""
        speaker, said = turn.get("role") or turn.get("from"), turn.get("content") or turn.get("value")
        if isinstance(speaker, str) and isinstance(said, str):
            lines.append(f"{speaker}: {said.strip()}")
    return "\n\n".join(lines)


def _is_list(value: JSONValue) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _is_scalar(value: JSONValue) -> bool:
    return not isinstance(value, Mapping) and not _is_list(value)


def _scalar_text(value: JSONValue) -> str:
    if value is None or isinstance(value, bytes):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.strip() if isinstance(value, str) else str(value)

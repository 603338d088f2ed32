"""JSON and JSON Lines as readable text."""

from __future__ import annotations

import json

import orjson

from generation_functions.documents.document import Extraction, LostPart
from generation_functions.documents.encodings import decode_text
from generation_functions.documents.readers.structured_values import JSONValue, row_text, value_text
from generation_functions.errors import UnreadableDocumentError

# Deep enough for any data made by people; far from Python's own recursion limit.
MAX_DEPTH = 100


def read_json(data: bytes) -> Extraction:
    """A list is read row by row, an object as `key: value` lines under headings."""
    text = decode_text(data)
    if not text.strip():
        raise UnreadableDocumentError("no text in it: the file is empty")
    try:
        value = _parse(text)
    except ValueError as error:
        lines = text.split("\n")
        if len(lines) > 1 and _is_json_object(lines[0]):
            return read_json_lines(data)
        raise UnreadableDocumentError(f"it is not valid JSON ({error})") from error
    _refuse_deep(value)
    if isinstance(value, list):
        return Extraction(parts=("\n\n".join(filter(None, map(row_text, value))),))
    title = value.get("title") or value.get("name") if isinstance(value, dict) else None
    return Extraction(parts=(value_text(value),), title=title if isinstance(title, str) else "")


def read_json_lines(data: bytes) -> Extraction:
    """One value a line; a broken line is reported and the others are read."""
    rows: list[str] = []
    lost: list[LostPart] = []
    # Not splitlines: JSON strings may hold other line separators.
    for number, line in enumerate(decode_text(data).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = _parse(line)
            _refuse_deep(value)
            rows.append(row_text(value))
        except ValueError as error:
            lost.append(LostPart(f"line {number}", f"it is not valid JSON ({error})"))
        except UnreadableDocumentError as error:
            lost.append(LostPart(f"line {number}", str(error)))
    if lost and not any(rows):
        raise UnreadableDocumentError(f"no line of it is valid JSON; {lost[0].part}: {lost[0].reason}")
    return Extraction(parts=("\n\n".join(filter(None, rows)),), lost=tuple(lost))


def _parse(text: str) -> JSONValue:
    """orjson, or the standard library for what only that accepts (NaN, huge integers, lone surrogates)."""
    try:
        value: JSONValue = orjson.loads(text)
    except ValueError:
        try:
            value = json.loads(text)
        except RecursionError as error:
            raise UnreadableDocumentError(f"it is nested more than {MAX_DEPTH} levels deep") from error
    return value


def _is_json_object(line: str) -> bool:
    try:
        return isinstance(_parse(line), dict)
    except (ValueError, UnreadableDocumentError):
        return False


def _refuse_deep(value: JSONValue) -> None:
    level: list[JSONValue] = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _children(outer)]
        if not level:
            return
    raise UnreadableDocumentError(f"it is nested more than {MAX_DEPTH} levels deep")


def _children(value: JSONValue) -> list[JSONValue]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []

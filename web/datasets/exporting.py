"""Datasets in another layout, line by line, so that their size does not matter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from generation_functions.datasets.jsonl import encode_line
from generation_functions.datasets.row_reading import OUTPUT_FORMATS
from generation_functions.datasets.rows import convert_row
from generation_functions.errors import RecordFailedError, UsageError
from web.problems import InvalidError
from web.reading.files import parse_object

_LONGEST_LINE = 64 << 20
_LOOKED_AT = 1000
_TROUBLE = (UsageError, RecordFailedError, TypeError, ValueError, KeyError, AttributeError)
"""What a row of anybody's may lead to."""


def possible_formats(row: Mapping[str, object]) -> list[str]:
    """Layouts that can hold this row."""
    found = []
    for layout in OUTPUT_FORMATS if row else ():
        try:
            encode_line(convert_row(row, layout))
        except _TROUBLE:
            continue
        found.append(layout)
    return found


def lines_as(path: Path, layout: str) -> Iterator[bytes]:
    """The rows at `path` as lines in another layout.

    Raises:
        InvalidError: None of the first thousand rows can be written so; nothing has been given out then.
    """
    lines = _converted(path, layout)
    begin = list(islice(lines, _LOOKED_AT))
    written = [line for line, _ in begin if line]
    if begin and not written:
        raise InvalidError(f"these rows cannot be written as {layout}: {begin[0][1]}", code="no-such-layout")
    yield from written
    yield from (line for line, _ in lines if line)


def _converted(path: Path, layout: str) -> Iterator[tuple[bytes, str]]:
    """Each line, or why there is none."""
    with path.open("rb") as file:
        while line := file.readline(_LONGEST_LINE):
            if not line.strip():
                continue
            row = parse_object(line)
            if row is None:
                yield b"", "it is no JSON object"
                continue
            try:
                yield encode_line(convert_row(row, layout)), ""
            except _TROUBLE as error:
                yield b"", str(error)


def download_name(stem: str, layout: str) -> str:
    """A plain name for the file."""
    return f"{re.sub(r'[^A-Za-z0-9_.-]', '_', stem)[:100] or 'dataset'}-{layout}.jsonl"

"""CSV and TSV: each row as `header: value` lines, a blank line between rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from generation_functions.documents.document import Extraction
from generation_functions.documents.encodings import decode_text

_NUMBER = re.compile(r"[-+]?[\d.,:/% -]*\d[\d.,:/% -]*")
_LARGEST_FIELD = 100_000_000


def read_csv(data: bytes) -> Extraction:
    """The delimiter is found out: comma, semicolon, tab or bar."""
    text = decode_text(data)
    return _read_rows(text, _delimiter_of(text))


def read_tsv(data: bytes) -> Extraction:
    """Columns separated by tabs."""
    return _read_rows(decode_text(data), "\t")


def _delimiter_of(text: str) -> str:
    """The candidate that splits the first lines into the same number of columns, and into most columns."""
    sample = [line for line in text[:65_536].splitlines()[:50] if line.strip()][:20]
    best, best_score = ",", (0.0, 0)
    for candidate in ",;\t|":
        widths = [len(row) for row in csv.reader(sample, delimiter=candidate)]
        if not widths or max(widths) == 1:
            continue
        common = max(set(widths), key=lambda width: (widths.count(width), width))
        if common > 1 and (score := (widths.count(common) / len(widths), common)) > best_score:
            best, best_score = candidate, score
    return best


def _read_rows(text: str, delimiter: str) -> Extraction:
    csv.field_size_limit(_LARGEST_FIELD)
    rows = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)
    return Extraction(parts=("\n\n".join(_row_texts(rows)),))


def _row_texts(rows: Iterator[list[str]]) -> Iterator[str]:
    first = next((row for row in rows if any(map(str.strip, row))), [])
    if _is_header(first):
        header = [name.strip() for name in first]
    else:
        header = []
        yield _row_text(header, first)
    for row in rows:
        if row_text := _row_text(header, row):
            yield row_text


def _is_header(row: list[str]) -> bool:
    names = [name.strip() for name in row if name.strip()]
    return (
        len(set(names)) == len(names)
        and not any(map(_NUMBER.fullmatch, names))
        and max(map(len, names), default=0) <= 100
    )


def _row_text(header: list[str], row: list[str]) -> str:
    return "\n".join(f"{_column_name(header, i)}: {value.strip()}" for i, value in enumerate(row) if value.strip())


def _column_name(header: list[str], i: int) -> str:
    return header[i] if i < len(header) and header[i] else f"column {i + 1}"

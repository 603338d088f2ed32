"""Datasets in another layout, line by line, or as Parquet: their size does not matter."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from generation_functions.datasets.jsonl import encode_line
from generation_functions.datasets.row_reading import OUTPUT_FORMATS
from generation_functions.datasets.rows import convert_row
from generation_functions.errors import RecordFailedError, UsageError
from web.children import child_command
from web.datasets.parquet_child import LONGEST_LINE
from web.problems import InvalidError
from web.reading.files import parse_object, stamp_at

PARQUET = "parquet"
_CHILD = "web.datasets.parquet_child"
_LOOKED_AT = 1000
_PARQUET_SECONDS = 600.0
_TROUBLE = (UsageError, RecordFailedError, TypeError, ValueError, KeyError, AttributeError)
"""What a row of anybody's may lead to."""


def possible_formats(row: Mapping[str, object]) -> list[str]:
    """What an export of this row can be."""
    found = []
    for layout in OUTPUT_FORMATS if row else ():
        try:
            encode_line(convert_row(row, layout))
        except _TROUBLE:
            continue
        found.append(layout)
    return [*found, PARQUET] if row else []


def lines_as(path: Path, layout: str) -> Iterator[bytes]:
    """The rows at `path` as lines in another layout.

    Raises:
        InvalidError: None of the first thousand rows can be written so.
    """
    lines = _converted(path, layout)
    why = ""
    for line, problem in islice(lines, _LOOKED_AT):
        if line:
            return chain([line], (line for line, _ in lines if line))
        why = why or problem
    if why:
        raise InvalidError(f"these rows cannot be written as {layout}: {why}", code="no-such-layout")
    return iter(())


def _converted(path: Path, layout: str) -> Iterator[tuple[bytes, str]]:
    """Each line, or why there is none."""
    with path.open("rb") as file:
        while line := file.readline(LONGEST_LINE):
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


def parquet_of(path: Path, folder: Path) -> BinaryIO:
    """The rows at `path` as Parquet, open at its begin: what lies beside them, or a file in `folder` without a name.

    A process of its own writes it: the conversion of a large file would keep this one from answering.

    Raises:
        InvalidError: They cannot be written so.
        OSError: The disk refuses.
    """
    rows, beside = stamp_at(path), stamp_at(path.with_suffix(".parquet"))
    if rows and beside and beside.changed >= rows.changed:
        return path.with_suffix(".parquet").open("rb")
    file: BinaryIO = TemporaryFile(dir=folder)  # noqa: SIM115 (whoever sends it closes it)
    try:
        done = subprocess.run(
            child_command(_CHILD, str(path), str(folder)),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.PIPE,
            timeout=_PARQUET_SECONDS,
            check=False,
        )
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        why = "" if done.returncode == 0 else said or f"the process that writes it ended with {done.returncode}"
    except subprocess.TimeoutExpired:
        why = f"it took longer than {_PARQUET_SECONDS:.0f} s; export the rows as JSON lines"
    except OSError:
        file.close()
        raise
    if why:
        file.close()
        raise InvalidError(f"these rows cannot be written as Parquet: {why}", code="no-such-layout")
    file.seek(0)
    return file

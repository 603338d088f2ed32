"""The child process that reads rows of a Parquet file for a preview: JSON lines out, and what comes next at the end.

Arguments: the file, number of the first row, most rows, most bytes in all, most bytes of a row.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from generation_functions.errors import UnreadableDocumentError
from web.children import limit_memory


def main() -> None:
    """Write the rows that the command line asks for."""
    limit_memory()
    file, first, count, most_bytes, most_row_bytes = sys.argv[1], *map(int, sys.argv[2:6])
    out, problem, more = sys.stdout.buffer, "", False
    try:
        more = _write_rows(Path(file), first, count, most_bytes, most_row_bytes, out)
    except UnreadableDocumentError as error:
        problem = str(error).encode("utf-8", "replace").decode()[:500]
    out.write(orjson.dumps({"more": more, "problem": problem}))


def _write_rows(path: Path, first: int, count: int, most_bytes: int, most_row_bytes: int, out: BinaryIO) -> bool:
    """Write rows until there are enough; returns whether there are more."""
    written = number = 0
    for batch in _batches(path, count):
        if number + batch.num_rows <= first:
            number += batch.num_rows
            continue
        rows = batch.slice(max(0, first - number)).to_struct_array().to_pylist()
        number += batch.num_rows
        for row in rows:
            if count == 0 or written > most_bytes:
                return True
            line = _line(row, most_row_bytes)
            written += out.write(line + b"\n")
            count -= 1
    return False


def _batches(path: Path, size: int) -> Any:
    from arro3.io import read_parquet

    with path.open("rb") as file:
        try:
            yield from read_parquet(file, batch_size=size)
        except BaseException as error:
            # As in documents/readers/parquet.py: plain Exceptions, and a panic that has a type of its own.
            if type(error) is not Exception and type(error).__name__ not in ("PanicException", "ArrowException"):
                raise
            raise UnreadableDocumentError(f"it is not a Parquet file or is damaged ({error})") from error


def _line(row: dict[str, Any], most: int) -> bytes:
    try:
        line = orjson.dumps(row, default=_plain, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError as error:
        return f"it cannot be shown as JSON: {error}".encode("utf-8", "replace").replace(b"\n", b" ")
    return line if len(line) <= most else f"it is {len(line) >> 20} MB long: too long to show".encode()


def _plain(value: Any) -> Any:
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else str(value)

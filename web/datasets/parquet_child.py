"""The child process that writes rows as Parquet: the file comes out, or one line on the error output says why not.

Arguments: the file of JSON lines, and a folder for what is needed on the way. Rows that are no JSON object, and rows
with a column of another kind than in the rows before, are left out: readers of Parquet know one type per column.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

from generation_functions.datasets.column_types import ColumnTypes
from generation_functions.datasets.jsonl import encode_line
from generation_functions.datasets.writer import lines_to_parquet
from web.children import limit_memory
from web.reading.files import parse_object

LONGEST_LINE = 64 << 20


def main() -> None:
    """Write the file to standard output. Exit code 1: it cannot be written, and the last line of stderr says why."""
    limit_memory()
    source, folder = map(Path, sys.argv[1:3])
    try:
        with TemporaryFile(dir=folder) as lines:
            lines.writelines(_usable(source))
            if not lines.tell() and source.stat().st_size:
                sys.exit("none of them is a JSON object")
            lines_to_parquet(lines, sys.stdout.buffer)
    except BaseException as error:
        # arro3 raises plain Exceptions, and a panic in its Rust code a PanicException that cannot be imported.
        if not isinstance(error, OSError) and type(error) is not Exception and type(error).__name__ != "PanicException":
            raise
        sys.exit("\n" + " ".join(str(error).split())[:500])


def _usable(source: Path) -> Iterator[bytes]:
    columns = ColumnTypes()
    with source.open("rb") as file:
        while line := file.readline(LONGEST_LINE):
            row = parse_object(line)
            if row is not None and columns.clash(row) is None:
                yield encode_line(row)

"""The writer of dataset files: streaming, counted, and whole or not there."""

from __future__ import annotations

import heapq
import re
from bisect import bisect_right
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from generation_functions.datasets.column_types import ColumnTypes
from generation_functions.datasets.id_set import IdSet
from generation_functions.datasets.jsonl import AtomicJsonLines, encode_line, publish
from generation_functions.datasets.rows import BrokenRowError, Row, check_output_format, prepare_row, row_name
from generation_functions.datasets.summary import DatasetSummary
from generation_functions.errors import AugmentoolkitError, UsageError
from generation_functions.records import record_id, stable_share
from generation_functions.tokens import count_tokens

if TYPE_CHECKING:
    from generation_functions.chat_templates import ChatTemplate

FIRST_EXAMPLES = 3
SPREAD_EXAMPLES = 3
PARQUET_BATCH_ROWS = 1000

# Half steps between powers of two: fine enough to show a shape, few enough to read.
BUCKETS = (0, 16, 24, 32, 48, 64, 96, *(2**power * half // 2 for power in range(7, 21) for half in (2, 3)))


class DatasetWriter:
    """Writes `folder/name.jsonl` in one format, whatever the format of the rows; use as a context manager.

    Holds none of the rows, except a few as examples: the first ones and some spread over the whole (the
    smallest hashes of the ids, so the choice depends on the rows alone). With `parquet`, `name.parquet` is
    written beside. Conversations become text and segments through `template`; ChatML without one.

    `write` raises BrokenRowError for a row that is blank or broken, UsageError for one that the format
    cannot hold, AugmentoolkitError for an id that is there already or a column whose type changes. None of
    these rows is written.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        output_format: str,
        parquet: bool = False,
        template: ChatTemplate | None = None,
    ) -> None:
        if not re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*)*", name):
            raise UsageError(f"Dataset name {name!r}: use letters, digits, _ - . and / for folders.")
        self.name = name
        self.output_format = check_output_format(output_format)
        self.file = f"{name}.jsonl"
        self.rows = 0
        self.tokens = 0
        self._folder = folder
        self._parquet = parquet
        self._template = template
        self._ids = IdSet()
        self._columns = ColumnTypes()
        self._counts: dict[int, int] = {}
        self._first: list[Row] = []
        self._spread: list[tuple[float, int, Row]] = []
        self._lines = AtomicJsonLines(folder / self.file)

    def write(self, row: Mapping[str, Any]) -> str:
        """Appends `row` and returns its id; a row without one gets an id derived from what it says."""
        try:
            converted, texts = prepare_row(row, self.output_format, self._template)
        except BrokenRowError as error:
            raise BrokenRowError(f"dataset {self.name}, {error.where}", error.problem) from error
        identity = converted.get("id")
        if type(identity) is not str or not identity:
            identity = str(identity or record_id(converted))
            converted = {"id": identity, **converted}
            converted["id"] = identity
        try:
            line = encode_line(converted)
        except TypeError as error:
            where = f"dataset {self.name}, {row_name(row)}"
            raise BrokenRowError(where, f"it holds what JSON cannot: {error}") from error
        clash = self._columns.clash(converted)
        if clash:
            raise AugmentoolkitError(
                f"dataset {self.name}, row {identity}: {clash}. Readers of the file need one type per column."
            )
        if not self._ids.add(identity):
            raise AugmentoolkitError(
                f"dataset {self.name}: two rows have the id {identity}. Derive ids from content and origin "
                "(records.child does), or drop the second row."
            )
        self._lines.write_line(line)
        self._count(identity, converted, sum(map(count_tokens, texts)))
        return identity

    def summary(self) -> DatasetSummary:
        """What the run's summary, the card and the report say about this dataset."""
        spread = [row for _, _, row in sorted(self._spread, key=lambda entry: -entry[1])]
        summary: DatasetSummary = {
            "name": self.name,
            "file": self.file,
            "format": self.output_format,
            "rows": self.rows,
            "tokens": self.tokens,
            "lengths": self._lengths(),
            "examples": [*self._first, *spread],
        }
        if self._parquet and self.rows:
            summary["parquet"] = True
        return summary

    def close(self) -> None:
        """Brings everything to the disk and puts the files in their places."""
        self._lines.finish()
        path = self._folder / f"{self.name}.parquet"
        if not (self._parquet and self.rows):
            path.unlink(missing_ok=True)  # one of an earlier run would not match the rows beside it
        else:
            part = path.with_name(f".{path.name}.part")
            lines_to_parquet(self._lines.part, part)
            publish(part, path)
        self._lines.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._lines.discard()

    def _count(self, identity: str, row: Row, tokens: int) -> None:
        bucket = bisect_right(BUCKETS, tokens) - 1
        self._counts[bucket] = self._counts.get(bucket, 0) + 1
        self.tokens += tokens
        self.rows += 1
        if len(self._first) < FIRST_EXAMPLES:
            self._first.append(row)
            return
        # Bottom-k sampling: negated, so that the heap's root is the one to replace.
        entry = (-stable_share(identity, "examples"), -self.rows, row)
        if len(self._spread) < SPREAD_EXAMPLES:
            heapq.heappush(self._spread, entry)
        elif entry[0] > self._spread[0][0]:
            heapq.heapreplace(self._spread, entry)

    def _lengths(self) -> list[list[int]]:
        """[lower, upper, rows] from the first used bucket to the last; lower is included, upper is not."""
        if not self._counts:
            return []
        ends = (*BUCKETS[1:], BUCKETS[-1] * 2)
        used = range(min(self._counts), max(self._counts) + 1)
        return [[BUCKETS[bucket], ends[bucket], self._counts.get(bucket, 0)] for bucket in used]


def lines_to_parquet(lines: Path | BinaryIO, out: Path | BinaryIO) -> None:
    """Converts JSON lines, by path or open, in batches; two passes, the first one to find the columns."""
    from arro3.io import infer_json_schema, read_json, write_parquet

    def from_the_begin() -> Path | BinaryIO:
        if not isinstance(lines, Path):
            lines.seek(0)
        return lines

    schema = infer_json_schema(from_the_begin())
    batches = read_json(from_the_begin(), schema, batch_size=PARQUET_BATCH_ROWS)
    write_parquet(batches, out, compression="zstd(3)", max_row_group_size=PARQUET_BATCH_ROWS)

"""Provenance: for every row, the sources it rests on and the model calls that made it."""

from __future__ import annotations

import mmap
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from generation_functions.datasets.holdout import record_sources
from generation_functions.datasets.jsonl import AtomicJsonLines
from generation_functions.records import Record
from generation_functions.sources import in_corpus

PROVENANCE_FILE = "provenance.jsonl"
_HEAD, _AFTER_ID = b'{"id":', b',"dataset":'

_REMEMBERED_CALLS = 1024  # records of one passage come one after the other, and share the calls on that passage

CallLookup = Callable[[str], Mapping[str, Any] | None]


class ProvenanceWriter:
    """Writes `provenance.jsonl`, a line for each row of each dataset; use as a context manager.

    `lookup` gives what the call log knows about a call's key: step, prompt, prompt_digest, model, attempts,
    input_tokens, output_tokens, cost. A call it does not know is written as missing, not left out.
    """

    def __init__(self, folder: Path, lookup: CallLookup) -> None:
        self.rows_by_file: Counter[str] = Counter()
        self._lookup = lookup
        self._call = lru_cache(_REMEMBERED_CALLS)(self._look_up)
        self._lines = AtomicJsonLines(folder / PROVENANCE_FILE)

    def write(self, dataset: str, row_id: str, record: Record) -> None:
        """Appends the line of one row, made from `record`."""
        sources = record_sources(record)
        calls = [self._call(key) for key in record.get("calls", ())]
        self._lines.write({"id": row_id, "dataset": dataset, "sources": sources, "calls": calls})
        for file in {in_corpus(source["file"], source.get("corpus", "")) for source in sources if source.get("file")}:
            self.rows_by_file[file] += 1

    def _look_up(self, key: str) -> dict[str, Any]:
        known = self._lookup(key)
        return {"key": key, "missing": True} if known is None else {**known, "key": key}

    def __enter__(self) -> Self:
        self._lines.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.__exit__(kind, error, trace)


def read_provenance(folder: Path, row_ids: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The provenance lines of several rows by row id, found in one pass that holds no other line."""
    found: dict[str, list[dict[str, Any]]] = {row_id: [] for row_id in row_ids}
    wanted = {orjson.dumps(row_id): lines for row_id, lines in found.items()}
    path = folder / PROVENANCE_FILE
    if wanted and path.is_file():
        with path.open("rb") as file:
            for line in file:
                lines = wanted.get(line[len(_HEAD) : line.find(_AFTER_ID)])
                if lines is not None:
                    lines.append(orjson.loads(line))
    return found


def find_provenance(folder: Path, row_id: str) -> list[dict[str, Any]]:
    """The provenance lines of one row, one for each dataset that holds it; empty when there is none.

    Looks for the start of the line in the mapped file instead of parsing every line.
    """
    path = folder / PROVENANCE_FILE
    if not path.is_file() or not path.stat().st_size:
        return []
    start = _HEAD + orjson.dumps(row_id) + _AFTER_ID
    found = []
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        position = 0 if data[: len(start)] == start else data.find(b"\n" + start) + 1
        while data[position : position + len(start)] == start:
            end = data.find(b"\n", position)
            found.append(orjson.loads(data[position : end if end >= 0 else len(data)]))
            position = data.find(b"\n" + start, position) + 1
            if position == 0:
                break
    return found

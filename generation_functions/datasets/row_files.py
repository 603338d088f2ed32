"""Reads training rows that exist already: files, folders of them, or a dataset of the Hugging Face hub."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson

from generation_functions.datasets.rows import Row, row_problem
from generation_functions.errors import UnreadableDocumentError, UsageError
from generation_functions.names import did_you_mean

HUB = "hub:"
_ENDINGS = (".jsonl", ".jsonl.gz", ".ndjson", ".json", ".parquet")
_BLOCK = 1 << 20
OnSkip = Callable[[str, int, str], None]
"""Told of a row that cannot be used: file, number of the row from 1, and why."""


def read_rows(
    source: str, *, on_skip: OnSkip, split: str = "train", subset: str | None = None
) -> Iterator[tuple[Row, dict[str, Any]]]:
    """Rows in any format of rows.py, one at a time, each with where it is from: `file`, `sha256`, `row`.

    Args:
        source: A file (.jsonl, .json, .parquet, .jsonl.gz), a folder with such files, or `hub:OWNER/NAME`.
        on_skip: Told of every row that cannot be used; the others go on.
        split: Of a hub dataset.
        subset: Of a hub dataset that has several.

    Raises:
        UsageError: There is nothing of that name, or the package for the hub is missing.
    """
    if source.startswith(HUB):
        yield from _usable(_hub(source.removeprefix(HUB), split, subset), source, "", on_skip)
        return
    root = Path(source).expanduser()
    for path in row_files(root):
        name = path.relative_to(root).as_posix() if root.is_dir() else path.name
        yield from _usable(_file(path, on_skip, name), name, file_hash(path), on_skip)


def row_files(root: Path) -> list[Path]:
    """The files of rows at or below `root`, sorted.

    Raises:
        UsageError: There is none.
    """
    if root.is_file() and root.name.endswith(_ENDINGS):
        return [root]
    found = sorted(path for path in root.rglob("*") if path.is_file() and path.name.endswith(_ENDINGS))
    if found:
        return found
    known = f"known are {', '.join(_ENDINGS)}; a dataset of the hub is written {HUB}OWNER/NAME"
    if root.exists():
        raise UsageError(f"{root} holds no file of rows: {known}")
    siblings = [path.name for path in root.parent.iterdir()] if root.parent.is_dir() else []
    raise UsageError(f"{root} does not exist{did_you_mean(root.name, siblings)}; {known}")


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _usable(
    rows: Iterator[tuple[int, Any]], name: str, digest: str, on_skip: OnSkip
) -> Iterator[tuple[Row, dict[str, Any]]]:
    for number, row in rows:
        problem = row_problem(row) if isinstance(row, dict) else f"it is a {type(row).__name__}, not an object"
        if problem is None:
            yield row, {"file": name, "sha256": digest, "row": number}
        else:
            on_skip(name, number, problem)


def _file(path: Path, on_skip: OnSkip, name: str) -> Iterator[tuple[int, Any]]:
    if path.suffix == ".parquet":
        yield from _parquet(path, on_skip, name)
    elif path.suffix == ".json":
        yield from _json(path, on_skip, name)
    else:
        with cast(BinaryIO, gzip.open(path)) if path.suffix == ".gz" else path.open("rb") as file:
            yield from _lines(file, on_skip, name)


def _lines(file: BinaryIO, on_skip: OnSkip, name: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            yield number, orjson.loads(line)
        except orjson.JSONDecodeError as error:
            on_skip(name, number, f"it is not JSON: {error}")


def _json(path: Path, on_skip: OnSkip, name: str) -> Iterator[tuple[int, Any]]:
    """A list of rows, or an object that holds one; some files called .json are JSON lines."""
    data = path.read_bytes()
    try:
        decoded = orjson.loads(data)
    except orjson.JSONDecodeError:
        with path.open("rb") as file:
            yield from _lines(file, on_skip, name)
        return
    if isinstance(decoded, dict):
        lists = [
            value for value in decoded.values() if isinstance(value, list) and value and isinstance(value[0], dict)
        ]
        decoded = lists[0] if len(lists) == 1 and row_problem(decoded) else [decoded]
    yield from enumerate(decoded if isinstance(decoded, list) else [decoded], start=1)


def _parquet(path: Path, on_skip: OnSkip, name: str) -> Iterator[tuple[int, Any]]:
    from generation_functions.documents.readers.parquet import parquet_rows

    try:
        yield from enumerate(parquet_rows(path.read_bytes()), start=1)
    except UnreadableDocumentError as error:
        on_skip(name, 0, str(error))


def _hub(name: str, split: str, subset: str | None) -> Iterator[tuple[int, Any]]:
    try:
        from datasets import load_dataset  # type: ignore[import-not-found]
    except ImportError as error:
        raise UsageError(f"{HUB}{name} needs the package datasets: pip install datasets") from error
    yield from enumerate(load_dataset(name, subset, split=split, streaming=True), start=1)

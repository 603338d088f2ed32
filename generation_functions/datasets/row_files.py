"""Reads training rows that exist already: files, folders of them, or a dataset of the Hugging Face hub.

Rows come in any format of rows.py. What cannot be used is named and left out; the rest goes on. JSON lines are read
line by line, whatever their size; a .json or Parquet file is held in memory while it is read.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson

from generation_functions.datasets.rows import Row, row_problem
from generation_functions.documents.licences import FolderLicences
from generation_functions.errors import UnreadableDocumentError, UsageError
from generation_functions.names import did_you_mean

Origin = dict[str, Any]
"""Where a row is from: `file` as it was given, `sha256` of the file, `row` (its number, from 1), `licence`."""
OnSkip = Callable[[str, int, str], None]
"""Told of what cannot be used: file, number of the row (0: the file itself, or the rest of it), and why."""

_HUB = "hub:"
_ENDINGS = (".jsonl", ".jsonl.gz", ".ndjson", ".json", ".parquet")
_BLOCK = 1 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FORMATS = {  # the keys that make a row one of a format; of a row that has several, the first holds the most
    "messages": ("messages",),
    "sharegpt": ("conversations",),
    "alpaca": ("instruction", "output"),
    "segments": ("segments",),
    "text": ("text",),
}


def read_rows(
    source: str, *, on_skip: OnSkip, split: str = "train", subset: str | None = None
) -> Iterator[tuple[Row, Origin]]:
    """Rows one at a time, each with where it is from.

    Args:
        source: A file (.jsonl, .jsonl.gz, .json, .parquet), a folder with such files, or a dataset of the Hugging Face
            hub, which is read as it downloads: `hub:OWNER/NAME`, or OWNER/NAME when nothing local has that name.
        on_skip: Told of every row that cannot be used.
        split: Of a hub dataset.
        subset: Of a hub dataset that has several.

    Raises:
        UsageError: There is nothing of that name, or the hub cannot be read.
    """
    if name := hub_name(source):
        yield from _from_hub(name, split, subset, on_skip)
        return
    root = Path(source).expanduser()
    licences = FolderLicences(root if root.is_dir() else root.parent)
    for path in row_files(root):
        file = Path(source, path.relative_to(root)).as_posix()
        try:
            origin = {"file": file, "sha256": _file_hash(path), "licence": licences.of(path.parent)}
            yield from _usable(_rows_of(path, file, on_skip), origin, on_skip)
        except OSError as error:
            on_skip(file, 0, f"it cannot be read: {error.strerror}")


def row_files(root: Path) -> list[Path]:
    """The files of rows at or below `root`, sorted; hidden ones do not count.

    Raises:
        UsageError: There is none.
    """
    if root.is_file() and root.name.endswith(_ENDINGS):
        return [root]
    found = sorted(path for path in root.rglob("*") if path.name.endswith(_ENDINGS) and path.is_file())
    found = [path for path in found if not any(part.startswith(".") for part in path.relative_to(root).parts)]
    if found:
        return found
    known = f"Known are {', '.join(_ENDINGS)}; a dataset of the Hugging Face hub is written {_HUB}OWNER/NAME."
    if root.exists():
        raise UsageError(f"{root} holds no file of rows. {known}")
    siblings = [path.name for path in root.parent.iterdir()] if root.parent.is_dir() else []
    raise UsageError(f"{root} does not exist{did_you_mean(root.name, siblings) or '.'} {known}")


def hub_name(source: str) -> str:
    """OWNER/NAME when `source` is a dataset of the hub, or '' when it is local."""
    if source.startswith(_HUB):
        return source.removeprefix(_HUB)
    path = Path(source)
    looks_local = path.exists() or path.parent.is_dir() or source.endswith(_ENDINGS)
    return source if not looks_local and re.fullmatch(r"\w[\w.-]*/[\w.-]+", source) else ""


def _file_hash(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _usable(rows: Iterator[tuple[int, Any]], origin: Origin, on_skip: OnSkip) -> Iterator[tuple[Row, Origin]]:
    for number, given in rows:
        row = _in_one_format(given) if isinstance(given, dict) else given
        problem = row_problem(row) if isinstance(row, dict) else f"it is a {type(row).__name__}, not an object"
        if problem is None:
            yield row, {**origin, "row": number}
        else:
            on_skip(origin["file"], number, problem)


def _in_one_format(given: Row) -> Row:
    """Without the columns that tables fill with null, and without the same content in a second format.

    Alpaca's own dataset has a `text` with the whole prompt, for one.
    """
    row = {key: _without_nulls(value) for key, value in given.items() if value is not None}
    present = [keys for keys in _FORMATS.values() if all(key in row for key in keys)]
    for key in chain.from_iterable(present[1:]):
        del row[key]
    return row


def _without_nulls(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [
        {key: part for key, part in turn.items() if part is not None} if isinstance(turn, dict) else turn
        for turn in value
    ]


def _rows_of(path: Path, file: str, on_skip: OnSkip) -> Iterator[tuple[int, Any]]:
    if path.suffix == ".parquet":
        yield from _parquet(path, file, on_skip)
    elif path.suffix == ".json":
        yield from _json(path, file, on_skip)
    else:
        with cast(BinaryIO, gzip.open(path)) if path.suffix == ".gz" else path.open("rb") as lines:
            try:
                yield from _lines(lines, file, on_skip)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                on_skip(file, 0, f"the rest of it is damaged: {error}")


def _lines(lines: BinaryIO, file: str, on_skip: OnSkip) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(lines, start=1):
        text = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
        if not text.strip():
            continue
        try:
            row = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            on_skip(file, number, f"it is not JSON: {error}")
        else:
            yield number, row


def _json(path: Path, file: str, on_skip: OnSkip) -> Iterator[tuple[int, Any]]:
    """A list of rows, an object with one list of rows in it, or JSON lines, which are often called .json too."""
    data = path.read_bytes().removeprefix(_BYTE_ORDER_MARK)
    try:
        decoded = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if _is_json(data.lstrip().partition(b"\n")[0]):
            with path.open("rb") as lines:
                yield from _lines(lines, file, on_skip)
        else:
            on_skip(file, 0, f"it is not JSON: {error}")
        return
    if isinstance(decoded, dict) and not any(all(key in decoded for key in keys) for keys in _FORMATS.values()):
        lists = [value for value in decoded.values() if isinstance(value, list)]
        decoded = lists[0] if len(lists) == 1 else decoded
    yield from enumerate(decoded if isinstance(decoded, list) else [decoded], start=1)


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _parquet(path: Path, file: str, on_skip: OnSkip) -> Iterator[tuple[int, Any]]:
    from generation_functions.documents.readers.parquet import parquet_rows

    try:
        yield from enumerate(parquet_rows(path.read_bytes()), start=1)
    except UnreadableDocumentError as error:
        on_skip(file, 0, str(error))


def _from_hub(name: str, split: str, subset: str | None, on_skip: OnSkip) -> Iterator[tuple[Row, Origin]]:
    try:
        load_dataset = import_module("datasets").load_dataset
    except ImportError as error:
        raise UsageError(
            f"{name} is no file or folder here. To read it from the Hugging Face hub: pip install datasets"
        ) from error
    try:
        dataset = load_dataset(name, subset, split=split, streaming=True)
        licence = getattr(getattr(dataset, "info", None), "license", None) or None
        origin = {"file": f"{_HUB}{name}", "sha256": "", "licence": licence}
        yield from _usable(enumerate(dataset, start=1), origin, on_skip)
    except (OSError, ValueError) as error:  # what it raises for unknown names and splits, and for a lost connection
        raise UsageError(f"dataset {name} of the Hugging Face hub, split {split}, cannot be read: {error}") from error

"""Files of rows: what a config says of them, and their rows as tokens, stored so that they are made once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from finetuning.token_rows import RowEncoder
from finetuning.token_store import NewRow, Skipped, StoredRows, find_stored, store_rows
from generation_functions.datasets.figures import count, short_number
from generation_functions.datasets.row_files import hub_name, read_rows, row_files
from generation_functions.datasets.row_reading import BrokenRowError, OutputFormat, Row, row_format
from generation_functions.errors import UsageError
from generation_functions.records import stable_hash

Progress = Callable[[float, str], None]
"""Told how far the reading is, in per cent, as `run.progress` is."""

_ROWS_BETWEEN_REPORTS = 500
_BLOCK = 1 << 20
_BYTES_OF_A_TOKEN = 4  # about, of English text in JSON lines; for the progress alone


class DataEntry(BaseModel):
    """Where rows are, and how much of them is used."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = Field(
        min_length=1,
        description="A file of rows (.jsonl, .jsonl.gz, .json, .parquet), a folder of such files, or hub:OWNER/NAME.",
    )
    format: OutputFormat | None = Field(
        default=None, description="messages, sharegpt, alpaca, text or segments; default: what each row is."
    )
    share: float | None = Field(
        default=None, gt=0, le=1, description="Share of the tokens of an epoch; default: all rows, once."
    )
    repeat: bool = Field(
        default=False, description="With a share: use rows several times in an epoch when there are too few."
    )
    split: str = Field(default="train", description="Split of a hub dataset.")
    subset: str | None = Field(default=None, description="Subset of a hub dataset that has several.")


@dataclass(frozen=True)
class Report:
    """Passes the progress of one file on, as the part that it is of the whole."""

    progress: Progress | None
    file: str
    start: float
    span: float

    def __call__(self, share: float, rows: int, tokens: int) -> None:
        if self.progress:
            message = f"tokenising {Path(self.file).name}: {count(rows, 'row')}, {short_number(tokens)} tokens"
            self.progress(self.start + self.span * min(share, 1), message)


def files_of(entry: DataEntry, folder: Path | None) -> list[str]:
    """The files that an entry names, below `folder` where its path is relative.

    Raises:
        UsageError: There is none.
    """
    path = Path(folder or "", entry.file).expanduser()
    if not path.exists() and (name := hub_name(entry.file)):
        return [f"hub:{name}"]
    return [str(file) for file in row_files(path)]


def tokenised(entry: DataEntry, file: str, encoder: RowEncoder, digest: str, store: Path, report: Report) -> StoredRows:
    """The rows of a file as tokens: from the store, or made and put there.

    Raises:
        UsageError: The file cannot be read.
        StorageError: The tokens cannot be written.
    """
    report(0, 0, 0)
    content, size = _content(entry, file)
    key = stable_hash(digest, content, entry.format)
    stored = find_stored(store, key)
    if stored is not None:
        return stored
    skipped = Skipped()
    rows = _new_rows(entry, file, encoder, skipped, size, report)
    return store_rows(store, key, rows, skipped, encoder.largest_id)


def _content(entry: DataEntry, file: str) -> tuple[str, int]:
    """What stands for the content of a file, and its size in bytes. What lies on the hub is taken to stay as it is."""
    if name := hub_name(file):
        return stable_hash("hub", name, entry.split, entry.subset), 0
    path, digest = Path(file), sha256(Path(file).suffix.encode())
    try:
        with path.open("rb") as opened:
            while block := opened.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}. Check its rights.") from error
    return digest.hexdigest(), path.stat().st_size


def _new_rows(
    entry: DataEntry, file: str, encoder: RowEncoder, skipped: Skipped, size: int, report: Report
) -> Iterator[NewRow]:
    read: deque[tuple[int, bool]] = deque()  # of the rows that the encoder holds

    def rows() -> Iterator[Row]:
        def skip(_: str, line: int, why: str) -> None:
            skipped.add(line, why)

        for row, origin in read_rows(file, on_skip=skip, split=entry.split, subset=entry.subset):
            read.append((origin["row"], row_format(row) == "text"))
            yield row

    made = tokens = 0
    for result in encoder.encode_all(rows(), entry.format):
        line, cut = read.popleft()
        if isinstance(result, BrokenRowError):
            skipped.add(line, result.problem)
            continue
        made, tokens = made + 1, tokens + len(result.ids)
        if made % _ROWS_BETWEEN_REPORTS == 0:
            report(tokens * _BYTES_OF_A_TOKEN / size if size else 0, made, tokens)
        yield NewRow(result, cut)

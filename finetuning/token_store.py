"""Tokenised rows on disk: made once, and mapped into memory from then on.

<folder>/<key>/ids.bin       token ids of all rows, one after the other
<folder>/<key>/trained.bin   for each, whether it is trained on (a byte)
<folder>/<key>/rows.npy      where each row ends, and whether it may be cut
<folder>/<key>/about.json    what was left out, and the totals

The key is a hash of the data and of all that decides its tokens, so what lies under a key is right or not there.
"""

from __future__ import annotations

import shutil
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from finetuning.token_rows import NOT_TRAINED, TokenRow
from generation_functions.errors import StorageError

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

_BLOCK_ROWS = 512
_MOST_NAMED = 100
_REASON_CHARACTERS = 300


@dataclass
class Skipped:
    """What was left out of a file: how many rows, for which reasons, and the first ones by line and reason."""

    number: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    named: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, why: str) -> None:
        """One more; line 0 is the file itself, or the rest of it."""
        why = why[:_REASON_CHARACTERS]
        self.number += 1
        if why in self.reasons or len(self.reasons) < _MOST_NAMED:
            self.reasons[why] += 1
        if len(self.named) < _MOST_NAMED:
            self.named.append((line, why))


class NewRow(NamedTuple):
    """What is stored of a row: `cut` says that it may be split."""

    row: TokenRow
    cut: bool


class StoredRows:
    """Rows of one file, read from disk as they are asked for. Costs a few dozen bytes of memory per row."""

    def __init__(self, folder: Path) -> None:
        import numpy

        self.folder = folder
        about = orjson.loads((folder / "about.json").read_bytes())
        kept = about["skipped"]
        self.skipped = Skipped(kept["number"], Counter(kept["reasons"]), [tuple(one) for one in kept["named"]])
        self.type = numpy.dtype(about["type"])
        with (folder / "rows.npy").open("rb") as file:
            ends, cut = numpy.load(file)
        self.cut = cut.astype(numpy.bool_)
        self.starts: NDArray[numpy.int64] = numpy.concatenate([numpy.zeros(1, dtype=numpy.int64), ends])
        self.tokens = int(self.starts[-1])

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __reduce__(self) -> tuple[type[StoredRows], tuple[Path]]:
        return StoredRows, (self.folder,)  # a worker process maps the file itself

    @property
    def lengths(self) -> NDArray[numpy.int64]:
        """Tokens of each row."""
        import numpy

        return numpy.diff(self.starts)

    def part(self, row: int, start: int, end: int) -> TokenRow:
        """Tokens `start` to `end` of a row."""
        import numpy

        first = int(self.starts[row])
        ids = self._ids[first + start : first + end].astype(numpy.int32)
        trained = self._trained[first + start : first + end]
        return TokenRow(ids, numpy.where(trained, ids, numpy.int32(NOT_TRAINED)))

    @cached_property
    def _ids(self) -> NDArray[Any]:
        return _mapped(self.folder / "ids.bin", self.type)

    @cached_property
    def _trained(self) -> NDArray[numpy.bool_]:
        return _mapped(self.folder / "trained.bin", "bool")


def find_stored(folder: Path, key: str) -> StoredRows | None:
    """What lies under `key`, if it is there and whole."""
    place = folder / key
    try:
        rows = StoredRows(place)
        sizes = (place / "ids.bin").stat().st_size, (place / "trained.bin").stat().st_size
    except (OSError, ValueError, KeyError):
        return None
    return rows if sizes == (rows.tokens * rows.type.itemsize, rows.tokens) else None


def store_rows(folder: Path, key: str, rows: Iterable[NewRow], skipped: Skipped, largest_id: int) -> StoredRows:
    """Puts `rows` under `key`, whole or not at all. `skipped` may grow while they are read.

    Raises:
        StorageError: The disk is full, or the folder cannot be written.
    """
    place, part = folder / key, folder / f".{key}.{token_hex(4)}.part"
    try:
        part.mkdir(parents=True)
        try:
            _write(part, rows, skipped, "uint16" if largest_id < 1 << 16 else "int32")
            if place.exists() and find_stored(folder, key) is None:  # damaged
                shutil.rmtree(place)
            _put(part, place)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        for left in folder.glob(f".{key}.*.part"):  # of a process that was killed
            shutil.rmtree(left, ignore_errors=True)
    except OSError as error:
        raise StorageError(
            f"Cannot write tokenised data to {folder}: {error.strerror or error}. Free some space or check the "
            "folder's rights, then run the same command again."
        ) from error
    return StoredRows(place)


def _put(part: Path, place: Path) -> None:
    try:
        part.rename(place)
    except OSError:
        if not place.is_dir():
            raise  # otherwise another process of this training was faster, and made the same


def _write(part: Path, rows: Iterable[NewRow], skipped: Skipped, kind: str) -> None:
    import numpy

    ends, cut = array("q"), array("q")
    total = 0
    with (part / "ids.bin").open("wb") as ids_file, (part / "trained.bin").open("wb") as trained_file:
        for block in _blocks(rows):
            flags = numpy.concatenate([one.row.labels != NOT_TRAINED for one in block])
            ids_file.write(numpy.concatenate([one.row.ids for one in block]).astype(kind).tobytes())
            trained_file.write(flags.tobytes())
            for one in block:
                total += len(one.row.ids)
                ends.append(total)
                cut.append(one.cut)
    numpy.save(part / "rows.npy", numpy.array([ends, cut], dtype=numpy.int64))
    left_out = {"number": skipped.number, "reasons": dict(skipped.reasons), "named": skipped.named}
    (part / "about.json").write_bytes(orjson.dumps({"type": kind, "tokens": total, "skipped": left_out}))


def _blocks(rows: Iterable[NewRow]) -> Iterator[list[NewRow]]:
    source = iter(rows)
    while block := list(islice(source, _BLOCK_ROWS)):
        yield block


def _mapped(path: Path, kind: Any) -> NDArray[Any]:
    import numpy

    if not path.stat().st_size:
        return numpy.zeros(0, dtype=kind)
    return numpy.memmap(path, dtype=kind, mode="r")

"""Training data: rows from files to packed sequences of tokens.

    encoder = RowEncoder(tokenizer, template)
    data = read_training_data(entries, encoder, sequence_length=2048, store=run.folder / "tokens", seed=0)
    for note in data.notes: run.note(note)
    sequences = data.sequences(epochs=3)      # len(), [i] -> list of TokenRow; in the order of training: do not shuffle
    batch = PackedCollator(pad_id)([sequences[0], sequences[1]])     # input_ids, labels, position_ids, use_cache=False

Rows come in every format that datasets are written in. What cannot be used is named by file and line, left out and
counted. Text longer than a sequence is cut in pieces, none of it lost; any other row that is longer is left out, for
half a conversation teaches the wrong thing. Tokens lie on disk under a hash of what they are made from, so a training
that goes on does not tokenise again. Everything follows from data and seed: the same call gives the same sequences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from finetuning.data_files import DataEntry, Progress, Report, files_of, tokenised
from finetuning.data_shares import Taken, mixture
from finetuning.packing import PackedCollator, pack, pieces
from finetuning.seeded_rows import seeded_rows
from finetuning.token_rows import RowEncoder, TokenRow
from finetuning.token_store import StoredRows
from generation_functions.datasets.figures import count
from generation_functions.errors import UsageError
from generation_functions.records import stable_hash

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Numbers = NDArray[numpy.int64]

__all__ = [
    "DataEntry",
    "PackedCollator",
    "Progress",
    "RowEncoder",
    "Sequences",
    "TokenRow",
    "TrainingData",
    "read_training_data",
]


class SkippedRow(NamedTuple):
    """A row that cannot be used: its line, or row number (0: the file, or the rest of it), and why."""

    file: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.why}" if self.line else f"{self.file}: {self.why}"


def read_training_data(
    entries: Sequence[DataEntry],
    encoder: RowEncoder,
    *,
    sequence_length: int,
    store: Path,
    folder: Path | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> TrainingData:
    """Reads and tokenises what `entries` name.

    Args:
        entries: What to read.
        encoder: Makes tokens of a row.
        sequence_length: Tokens of a sequence.
        store: Folder for the tokens, kept between runs.
        folder: What relative paths are below; default: the working directory.
        seed: Of the order.
        progress: Told how far it is; may raise to stop.

    Raises:
        UsageError: A file is missing, or holds no row that can be used.
        StorageError: The tokens cannot be written.
    """
    digest, sources = encoder.digest, []
    for number, entry in enumerate(entries):
        files = files_of(entry, folder)
        for place, file in enumerate(files):
            span = (100 * (number + place / len(files)) / len(entries), 100 / len(files) / len(entries))
            rows = tokenised(entry, file, encoder, digest, store, Report(progress, file, *span))
            sources.append(_Source(number, file, rows))
    if progress:
        progress(100, "data is ready")
    data = TrainingData(list(entries), sources, sequence_length, seed)
    for number, entry in enumerate(entries):
        if not data.tokens_of(number):
            raise UsageError(_nothing(entry, [source for source in sources if source.entry == number], data))
    return data


@dataclass(frozen=True)
class _Source:
    """The stored rows of one file, and the number of the entry that names it."""

    entry: int
    file: str
    rows: StoredRows


class TrainingData:
    """Rows as tokens, cut to the length of a sequence, and the order in which training sees them.

    A row is asked for by number and read from disk.

    Attributes:
        lengths: Tokens of each row.
        too_long: Rows that were left out because they are longer than a sequence.
        longest: Tokens of the longest row, before any was cut or left out.
    """

    def __init__(self, entries: list[DataEntry], sources: list[_Source], sequence_length: int, seed: int) -> None:
        import numpy

        self.sequence_length = sequence_length
        self.seed = seed
        self._entries = entries
        self._sources = sources
        self.too_long: dict[str, int] = {}
        parts = [self._cut(number, source) for number, source in enumerate(sources)]
        # One column per row: source, row in it, first token, end, entry.
        self._rows: Numbers = numpy.concatenate([numpy.zeros((5, 0), dtype=numpy.int64), *parts], axis=1)
        self.lengths: Numbers = self._rows[3] - self._rows[2]
        self.longest = max((int(source.rows.lengths.max()) for source in sources if len(source.rows)), default=0)

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, number: int) -> TokenRow:
        source, row, start, end = map(int, self._rows[:4, number])
        return self._sources[source].rows.part(row, start, end)

    @property
    def tokens(self) -> int:
        """Of all rows, once."""
        return int(self.lengths.sum())

    @property
    def has_texts(self) -> bool:
        """Whether any row is plain text."""
        return any(bool(source.rows.cut.any()) for source in self._sources)

    def tokens_of(self, entry: int) -> int:
        """Of the rows of one entry, once."""
        return int(self.lengths[self._rows[4] == entry].sum())

    @property
    def digest(self) -> str:
        """Of all that decides which sequences training sees, and in which order."""
        sources = [(source.entry, source.rows.folder.name) for source in self._sources]
        shares = [(entry.share, entry.repeat) for entry in self._entries]
        return stable_hash(sources, shares, self.sequence_length, self.seed)

    @property
    def skipped(self) -> list[SkippedRow]:
        """Rows that cannot be used; the first hundred of each file."""
        return [
            SkippedRow(source.file, line, why) for source in self._sources for line, why in source.rows.skipped.named
        ]

    @cached_property
    def _taken(self) -> list[Taken]:
        return mixture(
            [
                (entry.file, self.tokens_of(number), entry.share, entry.repeat)
                for number, entry in enumerate(self._entries)
            ]
        )

    @property
    def notes(self) -> list[str]:
        """What a person should know: rows left out and why, shares that cannot be met."""
        notes = []
        for source in self._sources:
            skipped = source.rows.skipped
            for why, number in skipped.reasons.most_common(5):
                line = next((line for line, named in skipped.named if named == why), 0)
                notes.append(f"{SkippedRow(source.file, line, why)}. {count(number, 'row')} left out for this reason.")
        for file, number in self.too_long.items():
            notes.append(
                f"{file}: {count(number, 'row')} left out, longer than the sequence length of {self.sequence_length} "
                f"tokens (the longest has {self.longest}). Raise sequence_length to train on them."
            )
        return notes + [taken.note for taken in self._taken if taken.note]

    def epoch(self, number: int) -> Numbers:
        """The rows of an epoch, from 0, in its order. Of a source with a share, another epoch takes other rows."""
        import numpy

        chosen = []
        for entry, taken in enumerate(self._taken):
            rows = numpy.flatnonzero(self._rows[4] == entry)
            chosen.append(rows if taken.whole else taken.rows(number, rows, self.lengths[rows], self.seed))
        together: Numbers = numpy.concatenate([numpy.zeros(0, dtype=numpy.int64), *chosen])
        return together[seeded_rows(len(together), self.seed, "epoch", number)]

    def sequences(self, epochs: int = 1) -> Sequences:
        """Sequences of `epochs` epochs, one after the other."""
        return Sequences(self, epochs)

    def _cut(self, number: int, source: _Source) -> Numbers:
        """The rows of a source that fit, and the pieces of texts that do not."""
        import numpy

        lengths = source.rows.lengths
        fits = numpy.flatnonzero(lengths <= self.sequence_length)
        over = numpy.flatnonzero((lengths > self.sequence_length) & source.rows.cut)
        left_out = len(lengths) - len(fits) - len(over)
        if left_out:
            self.too_long[source.file] = left_out
        cuts = [
            (row, start, end) for row in over.tolist() for start, end in pieces(int(lengths[row]), self.sequence_length)
        ]
        whole = numpy.stack([fits, numpy.zeros_like(fits), lengths[fits]])
        split = numpy.array(cuts, dtype=numpy.int64).reshape(-1, 3).T
        rows = numpy.concatenate([whole, split], axis=1)
        rows = rows[:, numpy.lexsort((rows[1], rows[0]))]
        sides = numpy.full((1, rows.shape[1]), number), numpy.full((1, rows.shape[1]), source.entry)
        return numpy.concatenate([sides[0], rows, sides[1]])


class Sequences:
    """Sequences in the order of training: a map-style dataset of lists of TokenRows.

    Attributes:
        lengths: Tokens of each.
        epoch_ends: How many there are up to the end of each epoch.
    """

    def __init__(self, data: TrainingData, epochs: int) -> None:
        import numpy

        self._data = data
        self._rows: list[Numbers] = []
        self.epoch_ends: list[int] = []
        for epoch in range(epochs):
            rows = data.epoch(epoch)
            packed = pack(data.lengths[rows], data.sequence_length)
            order = seeded_rows(len(packed), data.seed, "sequences", epoch)
            self._rows += [rows[packed[place]] for place in order.tolist()]
            self.epoch_ends.append(len(self._rows))
        self.lengths: Numbers = numpy.array([int(data.lengths[rows].sum()) for rows in self._rows], dtype=numpy.int64)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, number: int) -> list[TokenRow]:
        return [self._data[row] for row in self._rows[number].tolist()]

    @property
    def longest(self) -> int:
        """Number of the longest: train on it first, to see whether memory suffices."""
        return int(self.lengths.argmax())


def _nothing(entry: DataEntry, sources: list[_Source], data: TrainingData) -> str:
    """Why an entry gives nothing to train on."""
    skipped = [SkippedRow(source.file, line, why) for source in sources for line, why in source.rows.skipped.named]
    if skipped:
        return f"{entry.file} holds no row to train on. {skipped[0]}."
    if any(len(source.rows) for source in sources):
        return (
            f"{entry.file} holds no row of at most {data.sequence_length} tokens (the longest has {data.longest}). "
            "Raise sequence_length."
        )
    return f"{entry.file} is empty. Run what makes the data again, or take the entry out."

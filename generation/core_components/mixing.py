"""Mixing rows of several origins by shares of tokens, and bringing them into one seeded order."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from generation_functions import Run, UsageError, record_id, stable_hash
from generation_functions.datasets.collected import CollectedRows, Line, RowCollector
from generation_functions.datasets.row_files import HUB, read_rows
from generation_functions.datasets.rows import row_texts
from generation_functions.tokens import count_tokens

_ODD = 0x9E3779B97F4A7C15  # the golden ratio, as in Fibonacci hashing: spreads neighbouring keys


class MixSource(BaseModel):
    """Rows about other things, mixed in so that the model stays general."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: str = Field(
        description="A file of rows (.jsonl, .json, .parquet), a folder of such files, or hub:OWNER/NAME."
    )
    share: float = Field(gt=0, lt=1, description="Share of the tokens of the finished mix.")
    split: str = Field(default="train", description="Split of a hub dataset.")
    subset: str | None = Field(default=None, description="Subset of a hub dataset that has several.")
    most_rows: int | None = Field(default=None, gt=0, description="Read only so many rows: for very large datasets.")
    repeat: bool = Field(default=False, description="Take rows several times when there are too few.")


@dataclass(frozen=True)
class Selection:
    """Rows of one origin that were chosen; `epoch` counts up when they are taken again."""

    name: str
    rows: CollectedRows
    epoch: int = 0

    @property
    def tokens(self) -> int:
        """Of all rows."""
        return self.rows.total_tokens


@dataclass(frozen=True)
class Share:
    """Rows to choose from, and the share of the finished mix's tokens that is wanted of them."""

    name: str
    rows: CollectedRows
    share: float
    repeat: bool = False

    @property
    def available(self) -> float:
        """Tokens that there are."""
        return float("inf") if self.repeat and self.rows.total_tokens else float(self.rows.total_tokens)


def collect_source(run: Run, source: MixSource) -> Share:
    """Copy the rows of `source` into the run's folder, counted; broken ones are left out and noted."""
    skipped: list[str] = []

    def on_skip(file: str, number: int, problem: str) -> None:
        skipped.append(f"{file}, row {number}: {problem}")

    if not source.rows.startswith(HUB):
        run.reads(Path(source.rows))
    path = run.work_folder / "mix" / f"{stable_hash(source.rows, source.split, source.subset)[:16]}.jsonl"
    seen: set[int] = set()
    with RowCollector(path) as collector:
        for row, origin in read_rows(source.rows, on_skip=on_skip, split=source.split, subset=source.subset):
            content = {key: value for key, value in row.items() if key != "id"}
            identity = record_id("general", content)
            if (key := hash(identity)) in seen:
                continue
            seen.add(key)
            tokens = sum(map(count_tokens, row_texts(row)))
            collector.add(content, identity=identity, tokens=tokens, sources=[{**origin, "folder": source.rows}])
            if len(seen) == source.most_rows:
                break
        rows = collector.finish()
    if skipped:
        run.note(f"{source.rows}: {len(skipped)} row(s) cannot be used, the first: {skipped[0]}")
    return Share(source.rows, rows, source.share, source.repeat)


def mix_in(run: Run, own: Sequence[Selection], shares: Sequence[Share], *, salt: str) -> list[Selection]:
    """What to take of each of `shares`, so that with all of `own` each has its share of the tokens.

    Rows are chosen by a hash of their ids, so that a larger share contains the smaller one's. Where there are too few,
    all are taken, the others keep their shares, and the run notes what was reached.

    Raises:
        UsageError: The shares leave no room for our own rows.
    """
    if sum(one.share for one in shares) >= 1:
        raise UsageError(f"the shares mixed in come to {sum(one.share for one in shares):g}; they must stay below 1")
    ours = sum(selection.tokens for selection in own)
    total, short = _total(ours, shares)
    for one in short:
        run.note(
            f"{one.name} has {one.rows.total_tokens:,} tokens: {one.rows.total_tokens / max(1, total):.1%} of the mix "
            f"instead of {one.share:.1%}. Give more rows, a smaller share, or set repeat: true"
        )
    chosen = [_choose(one, round(min(one.share * total, one.available)), salt) for one in shares]
    return [selection for selections in chosen for selection in selections if len(selection.rows)]


def _total(ours: int, shares: Sequence[Share]) -> tuple[float, list[Share]]:
    """Tokens of the finished mix, and the shares that cannot be met."""
    short: list[Share] = []
    while True:
        fixed = ours + sum(one.rows.total_tokens for one in short)
        total = fixed / (1 - sum(one.share for one in shares if one not in short))
        lacking = [one for one in shares if one not in short and one.available < one.share * total * 0.98]
        if not lacking:
            return total, short
        short += lacking


def _choose(share: Share, target: int, salt: str) -> list[Selection]:
    """Whole passes over the rows, and then rows in the order of their hashes that fit what is left."""
    passes = target // max(1, share.rows.total_tokens)
    selections = [Selection(share.name, share.rows, epoch) for epoch in range(passes)]
    left = target - passes * share.rows.total_tokens
    taken = array("Q")
    for number in _order([share.rows], f"{salt} {passes}"):
        tokens = share.rows.tokens[number]
        if tokens <= left or (tokens - left < left and tokens < target * 0.01):
            taken.append(number)
            left -= tokens
        if left <= 0:
            break
    return [*selections, Selection(share.name, share.rows.only(sorted(taken)), passes)]


class Interleaved:
    """All rows of several selections in one order that depends on their ids and the salt only.

    Iterate as often as you like; rows are read from disk as they come.
    """

    def __init__(self, selections: Sequence[Selection], salt: str) -> None:
        self._selections = selections
        self._order = _order([selection.rows for selection in selections], salt)

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Line]:
        ends, end = array("Q"), 0
        for selection in self._selections:
            end += len(selection.rows)
            ends.append(end)
        from bisect import bisect_right

        with ExitStack() as stack:
            readers = [stack.enter_context(selection.rows.reader()) for selection in self._selections]
            for place in self._order:
                which = bisect_right(ends, place)
                line = readers[which](place - (ends[which - 1] if which else 0))
                epoch = self._selections[which].epoch
                yield {**line, "id": record_id(line["id"], "epoch", epoch)} if epoch else line


def _order(sets: Sequence[CollectedRows], salt: str) -> array[int]:
    """Numbers of all rows, counted through all sets, in an order that depends on their ids and the salt."""
    import numpy

    keys = numpy.concatenate([numpy.frombuffer(rows.keys, dtype=numpy.uint64) for rows in sets])
    mixed = (keys.astype(numpy.uint64) ^ numpy.uint64(int(stable_hash(salt)[:16], 16))) * numpy.uint64(_ODD)
    mixed ^= mixed >> numpy.uint64(29)
    order = numpy.argsort(mixed * numpy.uint64(_ODD), kind="stable")
    return array("Q", order.astype(numpy.uint64).tobytes())

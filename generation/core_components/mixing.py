"""Mixing rows of several origins by shares of tokens, and bringing them into one seeded order."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import accumulate

from generation.core_components.mix_sources import MixSource, Share, check_shares, collect_source, collect_sources
from generation.core_components.seeded_order import order_hashes
from generation_functions import Run, record_id
from generation_functions.datasets.collected import CollectedRows, Line
from generation_functions.stage import Tally

__all__ = ["Interleaved", "MixSource", "Selection", "Share", "collect_source", "collect_sources", "mix_in"]

TOLERANCE = 0.02
"""How far a share may be off, of itself, where the rows allow."""

_ROWS_TAKEN_BACK = 64
_MANY_PASSES = 4  # Muennighoff et al., 2023: up to about here, data seen again teaches nearly as much as new data
_MOST_OPEN_FILES = 256


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


def mix_in(run: Run, own: Sequence[Selection], shares: Sequence[Share], *, salt: str) -> list[Selection]:
    """What to take of each of `shares`, so that with all of `own` each has its share of the tokens.

    A share is met within TOLERANCE, or within half a row where rows are very long. Rows are chosen by a hash of what
    they say, so a larger share holds the smaller one's rows, but for a few that make it fit. Where there are too few,
    all are taken, the others keep their shares, and the run notes what was reached.

    Raises:
        UsageError: The shares leave no room for our own rows.
    """
    check_shares([one.share for one in shares])
    ours = sum(selection.tokens for selection in own)
    total, short = _total(ours, shares)
    for one in short:
        run.note(
            f"{one.name} has only {one.rows.total_tokens:,} tokens: {one.rows.total_tokens / max(1, total):.1%} of the "
            f"mix instead of {one.share:.1%}. Give more rows, ask for less, or (general data) set repeat: true"
        )
    chosen: list[Selection] = []
    for one in shares:
        target = one.rows.total_tokens if one in short else round(one.share * total)
        selections = [selection for selection in _choose(one, target, salt) if len(selection.rows)]
        _note_choice(run, one, selections, target, salt)
        chosen += selections
    return chosen


def _total(ours: int, shares: Sequence[Share]) -> tuple[float, list[Share]]:
    """Tokens of the finished mix, and the shares that cannot be met.

    The share that lacks most goes first: without it the mix becomes smaller, and others may be enough for that.
    """
    short: list[Share] = []
    while True:
        met = [one for one in shares if one not in short]
        total = (ours + sum(one.rows.total_tokens for one in short)) / (1 - sum(one.share for one in met))
        lacking = [one for one in met if one.available < one.share * total * (1 - TOLERANCE)]
        if not lacking:
            return total, short
        short.append(min(lacking, key=lambda one: one.available / one.share))


def _choose(share: Share, target: int, salt: str) -> list[Selection]:
    """Whole passes over the rows, and then the rows that come to what is left."""
    rows = share.rows
    passes = target // rows.total_tokens if share.repeat and rows.total_tokens else 0
    selections = [Selection(share.name, rows, epoch) for epoch in range(passes)]
    left = target - passes * rows.total_tokens
    if left >= rows.total_tokens:
        return [*selections, Selection(share.name, rows, passes)]
    return [*selections, Selection(share.name, rows.only(_fitting(rows, left, f"{salt} {passes}")), passes)]


def _fitting(rows: CollectedRows, target: int, salt: str) -> array[int]:
    """Numbers of rows that come to about `target` tokens, fewer than there are.

    These are the first ones in the order of their hashes, less up to _ROWS_TAKEN_BACK, and the one of the others that
    fits best.
    """
    import numpy

    order = numpy.argsort(order_hashes(rows, salt), kind="stable")
    tokens = numpy.frombuffer(rows.tokens, dtype=numpy.uint32)[order].astype(numpy.int64)
    sums = numpy.concatenate([[0], numpy.cumsum(tokens)])
    whole = int(numpy.searchsorted(sums, target, side="right")) - 1  # so many first rows do not exceed the target
    others = numpy.argsort(tokens[whole:], kind="stable") + whole
    lengths = tokens[others]
    best = (target - int(sums[whole]), whole, -1)  # what is missing or too much, first rows, and one more
    for taken in range(whole, max(-1, whole - _ROWS_TAKEN_BACK - 1), -1):
        missing = target - int(sums[taken])
        place = int(numpy.searchsorted(lengths, missing))
        for near in (place - 1, place):
            if 0 <= near < len(lengths) and abs(missing - int(lengths[near])) < best[0]:
                best = (abs(missing - int(lengths[near])), taken, int(others[near]))
    one_more = order[best[2] : best[2] + 1] if best[2] >= 0 else order[:0]
    chosen = numpy.sort(numpy.concatenate([order[: best[1]], one_more]))
    return array("Q", chosen.astype(numpy.uint64).tobytes())


def _note_choice(run: Run, share: Share, selections: Sequence[Selection], target: int, salt: str) -> None:
    there, taken = len(share.rows), max((len(one.rows) for one in selections), default=0)
    tally = Tally("choose rows", entered=there, kept=taken, made=sum(len(one.rows) for one in selections))
    if there > taken:
        tally.dropped[f"not needed for its share of {share.share:.1%}"] = there - taken
    run.count(f"{salt}: {share.name}", tally)
    passes = max((one.epoch for one in selections), default=0)
    if passes >= _MANY_PASSES:
        run.note(f"{share.name}: its rows are used more than {passes} times to reach {share.share:.1%}. Give more rows")
    tokens = sum(one.tokens for one in selections)
    if abs(tokens - target) > TOLERANCE * target:
        run.note(
            f"{share.name}: {tokens:,} tokens are mixed in where {target:,} were wanted, because its rows are too long "
            "to come nearer. Give shorter rows or a larger share"
        )


class Interleaved:
    """All rows of several sets in one order that depends on their ids and the salt only.

    Iterate as often as you like; rows are read from disk as they come. In memory a row takes 24 bytes.
    """

    def __init__(self, sets: Sequence[Selection | CollectedRows], salt: str) -> None:
        import numpy

        self._selections = [one if isinstance(one, Selection) else Selection("", one) for one in sets]
        self._ends = list(accumulate(len(one.rows) for one in self._selections))
        # Another salt for each epoch: a row that is used twice must not stand beside itself.
        hashes = [order_hashes(one.rows, f"{salt} {one.epoch}") for one in self._selections]
        order = numpy.argsort(numpy.concatenate(hashes), kind="stable") if hashes else numpy.zeros(0)
        self._order = array("Q", order.astype(numpy.uint64).tobytes())

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Line]:
        with ExitStack() as stack:
            readers: dict[int, Callable[[int], Line]] = {}  # all passes over the same rows share one
            for one in self._selections:
                if id(one.rows) not in readers:
                    few = len(readers) < _MOST_OPEN_FILES
                    readers[id(one.rows)] = stack.enter_context(one.rows.reader()) if few else one.rows.read
            for place in self._order:
                which = bisect_right(self._ends, place)
                selection = self._selections[which]
                line = readers[id(selection.rows)](place - self._ends[which] + len(selection.rows))
                yield {**line, "id": record_id(line["id"], "epoch", selection.epoch)} if selection.epoch else line

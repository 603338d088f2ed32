"""Packing: several rows share a sequence, so that little of a batch is padding, and none of them sees another.

`pack` chooses the rows of each sequence by best-fit decreasing. `PackedCollator` makes a batch in which position ids
begin anew with each row: that is how transformers' masks (and its flash attention) tell rows apart, but only where no
attention_mask is given **and no cache is kept**, so every batch says `use_cache=False` by itself. Then the logits and
the gradients of a row are those that it has alone.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from finetuning.token_rows import NOT_TRAINED, TokenRow
from generation_functions.errors import UsageError

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Numbers = NDArray[numpy.int64]


def pack(lengths: Sequence[int] | Numbers, capacity: int) -> list[Numbers]:
    """Which rows go together: every row in exactly one sequence, none over `capacity` tokens, few sequences.

    Best-fit decreasing: from the longest row to the shortest, each goes where it leaves the least room. At most 11/9
    of the fewest sequences possible and four more (Johnson et al., 1974). Equally long rows keep their order.
    O(n log n) for n rows: the room that is left takes at most `capacity` different values.

    Args:
        lengths: Tokens of each row.
        capacity: Tokens of a sequence.

    Returns:
        Row numbers of each sequence.

    Raises:
        UsageError: A row is longer than a sequence.
    """
    import numpy

    known = numpy.asarray(lengths, dtype=numpy.int64)
    if not len(known):
        return []
    if known.max() > capacity:
        raise UsageError(
            f"A row of {known.max()} tokens does not fit into a sequence of {capacity}. Raise sequence_length, or "
            "split or leave out longer rows first."
        )
    sequence_of = numpy.empty(len(known), dtype=numpy.int64)
    rooms: list[int] = []  # every amount of room that some sequence has left, sorted
    with_room: dict[int, list[int]] = {}  # the sequences that have it
    made = 0
    order = numpy.argsort(-known, kind="stable")
    for row, length in zip(order.tolist(), known[order].tolist(), strict=True):
        place = bisect_left(rooms, length)
        if place == len(rooms):
            sequence, room = made, capacity
            made += 1
        else:
            room = rooms[place]
            sequence = with_room[room].pop()
            if not with_room[room]:
                del with_room[room], rooms[place]
        sequence_of[row] = sequence
        left = room - length
        if left in with_room:
            with_room[left].append(sequence)
        elif left:
            with_room[left] = [sequence]
            insort(rooms, left)
    grouped = numpy.argsort(sequence_of, kind="stable")
    return numpy.split(grouped, numpy.flatnonzero(numpy.diff(sequence_of[grouped])) + 1)


def pieces(length: int, capacity: int) -> Iterator[tuple[int, int]]:
    """Where a text of `length` tokens is cut, so that no piece has more than `capacity`, and no token is lost.

    A piece begins with the last token of the one before it: it is what the next token follows, so that every token
    but the text's first is learned, once.
    """
    start = 0
    while length - start > capacity:
        yield start, start + capacity
        start += capacity - 1
    yield start, length


class PackedCollator:
    """Makes a batch of sequences, each of which is a list of TokenRows.

    The batch is `{"input_ids", "labels", "position_ids", "use_cache": False}`; the tensors are int64, shaped
    (sequences, tokens). What fills a short sequence up counts as a row of its own that nothing is learned from.

    Args:
        pad_id: Token to fill up with.
        flatten: Put all rows into one sequence: what flash attention wants, which cuts it by the position ids.
    """

    def __init__(self, pad_id: int = 0, *, flatten: bool = False) -> None:
        self.pad_id = pad_id
        self.flatten = flatten

    def __call__(self, sequences: Sequence[Sequence[TokenRow]]) -> dict[str, Any]:
        """The batch of `sequences`."""
        import numpy
        import torch

        if self.flatten:
            sequences = [[row for rows in sequences for row in rows]]
        width = max(sum(len(row.ids) for row in rows) for rows in sequences)
        shape = (len(sequences), width)
        ids = numpy.full(shape, self.pad_id, dtype=numpy.int64)
        labels = numpy.full(shape, NOT_TRAINED, dtype=numpy.int64)
        positions = numpy.zeros(shape, dtype=numpy.int64)
        for index, rows in enumerate(sequences):
            at = 0
            for row in rows:
                end = at + len(row.ids)
                ids[index, at:end] = row.ids
                labels[index, at + 1 : end] = row.labels[1:]  # nothing of the row comes before its first token
                positions[index, at:end] = numpy.arange(end - at)
                at = end
            positions[index, at:] = numpy.arange(width - at)
        batch = {"input_ids": ids, "labels": labels, "position_ids": positions}
        return {**{name: torch.from_numpy(values) for name, values in batch.items()}, "use_cache": False}

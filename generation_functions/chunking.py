"""Cuts a text into chunks of at most so many tokens, where its structure suggests it, losing nothing.

The text is measured once: running totals of tokens over its atoms (see tokens.py), which are exact for any part
of the text that begins and ends between atoms. Each chunk then takes as much as fits and is cut back to the best
place in its second half: in front of a heading, a paragraph or a code block, between sentences, between words,
or, if nothing else is left, between characters. Only the surroundings of cuts are ever looked at closely, so the
work is linear on any text, with or without spaces and line breaks.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate, chain
from typing import NamedTuple

from generation_functions.errors import UsageError
from generation_functions.sentences import sentence_starts_before
from generation_functions.text_structure import read_structure
from generation_functions.tokens import (
    COST_SHIFT,
    LENGTH_MASK,
    MAX_CHARACTER_COST,
    UNITS,
    atom_blocks,
    atom_costs,
    count_tokens,
)

SMALLEST_CHUNK = 8  # the costliest character, with blanks on both sides, fits

_BLANKS = re.compile(r"\s*")
_CLAUSE_END = re.compile(r"[，、；：,;:]")
_JOINERS = "\u200d\ufe0e\ufe0f"
_BLANK_LINE = re.compile(r"[^\S\n]*(?:\n|\Z)")
_EXACT_STEPS = 64  # how far back a cut between characters looks for one that splits no combined character


class Span(NamedTuple):
    """One chunk: text[start:end], its tokens, and the nearest heading at or above its start."""

    start: int
    end: int
    tokens: int
    heading: str | None


class _Totals:
    """Running totals of tokens (in units) and characters over the atoms of a part of the text that moves along."""

    def __init__(self, text: str, start: int) -> None:
        self.start = start
        self.totals = [0]
        self._blocks = atom_blocks(text, start)
        self._cost = atom_costs().__getitem__

    def move(self, first: int, units: int) -> bool:
        """Forget what lies before the atom `first`, measure at least `units` beyond it; whether there is that much."""
        totals = self.totals
        wanted = totals[first] + (units << COST_SHIFT)
        if totals[-1] < wanted:
            del totals[:first]
            for atoms in self._blocks:
                totals += list(accumulate(map(self._cost, atoms), initial=totals.pop()))
                if totals[-1] >= wanted:
                    break
        return totals[-1] >= wanted

    def position(self, index: int) -> int:
        """Where in the text the atom with this index begins."""
        return self.start + (self.totals[index] & LENGTH_MASK)

    def units(self, index: int) -> int:
        """Cost of all atoms before this one."""
        return self.totals[index] >> COST_SHIFT

    def at(self, position: int) -> int | None:
        """The index of the atom that begins at `position`, if one does."""
        length = position - self.start
        index = bisect_left(self.totals, length, key=LENGTH_MASK.__and__)
        return index if index < len(self.totals) and self.totals[index] & LENGTH_MASK == length else None

    def most_within(self, units: int) -> int:
        """The last index before which at most so much lies."""
        return bisect_right(self.totals, units << COST_SHIFT | LENGTH_MASK) - 1

    def least_beyond(self, units: int) -> int:
        """The first index before which at least so much lies."""
        return min(bisect_left(self.totals, units << COST_SHIFT), len(self.totals) - 1)


class _Cutter:
    """Cuts one text. `limit` is the most a chunk may cost, in units."""

    def __init__(self, text: str, limit: int) -> None:
        self.text = text
        self.limit = limit
        self.structure = read_structure(text)
        self.totals = _Totals(text, 0)

    def cuts(self) -> Iterator[tuple[int, int]]:
        """Where each chunk ends, and what it costs."""
        start, length = 0, len(self.text)
        while start < length:
            end, units = self._next(start)
            yield end, units
            start = end

    def _next(self, start: int) -> tuple[int, int]:
        here = self.totals.at(start)
        if here is None:  # the last cut went through an atom
            self.totals, here = _Totals(self.text, start), 0
        much_left = self.totals.move(here, 2 * self.limit)
        here = self.totals.at(start) or 0
        before = self.totals.units(here)
        index = self._best_cut(start, here, self.limit if much_left else self._budget(before))
        if index is None:
            return self._cut_atom(start)
        return self.totals.position(index), self.totals.units(index) - before

    def _budget(self, before: int) -> int:
        """The limit near the end of the text; less where a tiny chunk would be left over."""
        remaining = self.totals.units(-1) - before
        return remaining * 5 // 8 if self.limit < remaining < self.limit * 5 // 4 else self.limit

    def _best_cut(self, start: int, here: int, budget: int) -> int | None:
        """The index of the atom in front of which to cut, or None where not even one fits."""
        totals, length = self.totals, len(self.text)
        before = totals.units(here)
        last = totals.most_within(before + budget)
        first_word = _first_word(self.text, start)
        while last > here and totals.position(last) < length and self._is_blank(totals.position(last)):
            last -= 1
        high = totals.position(last)
        if high <= first_word:
            return None
        low = max(totals.position(totals.least_beyond(before + budget // 2)), first_word + 1)
        for position in chain(self._structural(low, high, first_word), self._between_sentences(low, high)):
            index = totals.at(position)
            if index is not None and self._may_begin(position):
                return index
        return self._between_words(here, last, low)

    def _structural(self, low: int, high: int, first_word: int) -> Iterator[int]:
        """Places between blocks, the best first: the first heading, then the last paragraph or code block."""
        blocks, starts = self.structure.blocks, self.structure.starts
        until = bisect_right(starts, high)
        inside = range(bisect_left(starts, low), until)
        at_end = high == len(self.text)
        for index in inside:
            if blocks[index].is_heading and not (at_end and self._is_short_rest(starts[index])):
                yield starts[index]
                break
        if at_end:
            yield high
        yield from (starts[index] for index in reversed(inside))
        if until and blocks[until - 1].end > high:
            yield from self._in_code(blocks[until - 1].start, blocks[until - 1].end, low, high, first_word)

    def _is_short_rest(self, position: int) -> bool:
        index = self.totals.at(position)
        return index is None or self.totals.units(-1) - self.totals.units(index) < self.limit // 4

    def _in_code(self, start: int, end: int, low: int, high: int, first_word: int) -> Iterator[int]:
        """In front of a code block that fits a chunk of its own, otherwise between its lines."""
        first, last = self.totals.at(start), self.totals.at(min(end, len(self.text)))
        whole = (
            first is not None and last is not None and self.totals.units(last) - self.totals.units(first) <= self.limit
        )
        if whole and start > first_word:
            yield start
        for line_break in ("\n\n", "\n"):
            at = self.text.rfind(line_break, low, high) + len(line_break)
            if low < at <= high:
                yield at

    def _between_sentences(self, low: int, high: int) -> Iterator[int]:
        """Beginnings of sentences, then of lines, the last first."""
        yield from sentence_starts_before(self.text, high, low)
        line = self.text.rfind("\n", low, high) + 1
        if line > low:
            yield line

    def _between_words(self, here: int, last: int, low: int) -> int:
        """The last atom that follows a blank or, in text without any, the end of a clause or a character."""
        text, totals = self.text, self.totals
        for accepts in (str.isspace, _CLAUSE_END.match):
            index = last
            while index > here and totals.position(index) > low:
                position = totals.position(index)
                if accepts(text[position - 1]) and not self._is_blank(position):
                    return index
                index -= 1
        for index in range(last, max(here, last - _EXACT_STEPS), -1):
            position = totals.position(index)
            if position > low and not self._is_blank(position) and not _is_joined(text, position):
                return index
        return last

    def _may_begin(self, position: int) -> bool:
        """Whether a chunk may begin here: at a character that is not blank, or at the indentation of a line."""
        if position == len(self.text) or not self._is_blank(position):
            return True
        return self.text[position - 1] == "\n" and not _BLANK_LINE.match(self.text, position)

    def _is_blank(self, position: int) -> bool:
        return self.text[position].isspace()

    def _cut_atom(self, start: int) -> tuple[int, int]:
        """Where not even one atom fits: as much of it as does, counted afresh."""
        end = _first_word(self.text, start) + 1
        best = end, self._units(start, end)
        while end < len(self.text) and best[1] <= self.limit:
            after = _first_word(self.text, end)  # blanks cannot begin a chunk, so they are taken along
            units = self._units(start, after)
            if units > self.limit:
                break
            best = after, units
            end = after + 1
        return best

    def _units(self, start: int, end: int) -> int:
        return count_tokens(self.text[start:end]) * UNITS


def _first_word(text: str, start: int) -> int:
    match = _BLANKS.match(text, start)
    return match.end() if match else start


def _is_joined(text: str, position: int) -> bool:
    """Whether the characters around `position` are shown as one."""
    after = text[position] if position < len(text) else " "
    return bool(unicodedata.combining(after)) or after in _JOINERS or text[position - 1] == "\u200d"


def _overlapped(text: str, previous: int, start: int, overlap: int) -> int:
    """Where a chunk that begins at `start` begins when it repeats up to `overlap` tokens of the one before it."""
    totals = _Totals(text[previous:start], 0)
    totals.move(0, start * MAX_CHARACTER_COST)
    index = totals.least_beyond(totals.units(-1) - overlap * UNITS)
    low = previous + totals.position(index)
    first = None
    for position in sentence_starts_before(text, start - 1, max(low - 1, previous)):
        if position >= low and totals.at(position - previous) is not None:
            first = position
    if first is not None:
        return first
    while index < len(totals.totals) - 1:
        position = previous + totals.position(index)
        if text[position - 1 : position].isspace() and not text[position].isspace():
            return position
        index += 1
    return start


def chunk_text(text: str, chunk_size: int, overlap: int = 0) -> list[Span]:
    """Cut `text` into chunks of at most `chunk_size` tokens, as `count_tokens` counts them.

    Without overlap the spans follow each other without a gap and cover the text. No chunk is blank; a blank text
    has none.

    Args:
        text: Plain text or Markdown.
        chunk_size: The most tokens in a chunk, the overlap included; at least 8.
        overlap: Up to how many tokens a chunk repeats of the one before it, from the beginning of a sentence
            where possible; at most half of chunk_size.

    Raises:
        UsageError: chunk_size or overlap is out of range.
    """
    if chunk_size < SMALLEST_CHUNK:
        raise UsageError(f"chunk_size is {chunk_size}, but must be at least {SMALLEST_CHUNK}.")
    if not 0 <= overlap <= chunk_size // 2 or chunk_size - overlap < SMALLEST_CHUNK:
        raise UsageError(
            f"overlap is {overlap}, but must be between 0 and half of chunk_size ({chunk_size // 2}), "
            f"and leave at least {SMALLEST_CHUNK} tokens."
        )
    if not text.strip():
        return []
    cutter = _Cutter(text, (chunk_size - overlap) * UNITS)
    spans: list[Span] = []
    start = before = 0
    for end, units in cutter.cuts():
        heading = cutter.structure.heading_at(_first_word(text, start))
        tokens = -(-units // UNITS)
        begin = start
        if overlap and start:
            begin = _overlapped(text, before, start, overlap)
            tokens = count_tokens(text[begin:end])
            if tokens > chunk_size:  # the cut went through an atom, which together costs more than its parts
                begin, tokens = start, -(-units // UNITS)
        spans.append(Span(begin, end, tokens, heading))
        before, start = start, end
    return spans

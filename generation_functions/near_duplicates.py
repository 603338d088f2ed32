"""Finds texts that say nearly the same in nearly the same words, in time that hardly depends on how alike they are.

Two texts are near-duplicates when the Jaccard similarity of their features reaches the threshold. Features are the
words and the pairs of neighbouring words, in lower case and without punctuation. Words rather than runs of
characters, because questions are short: "Who won in 1914?" and "Who won in 1918?" share most characters, but they
are two questions. Pairs, and what begins and ends the text, so that word order counts. In scripts without spaces
each character is a word.

MinHash with locality-sensitive hashing (Broder, 1997; Indyk & Motwani, 1998) leaves the few texts that resemble any
other at all. Among those an exact join with prefix filtering (Bayardo et al., 2007) decides: two sets that overlap
that much must share one of their rarest features, so texts made from one template do not have to be compared
pair by pair, and nothing is dropped whose true similarity is below the threshold.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, islice, pairwise

from rensa import RMinHash, RMinHashLSH

from generation_functions.errors import UsageError

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"
# Symbols are words, or "C", "C++" and "C#" would be the same; punctuation is nothing.
# Plain letters come first because they are found fastest.
_WORDS = re.compile(rf"[a-z0-9_à-öø-ɏ]+|[^\W{_UNSPACED}]+|[{_UNSPACED}]|[^\w\s.,;:!?…\"'“”„‘’‚«»‹›()\[\]{{}}/\\–—-]")

_PERMUTATIONS = 128
_LEAST_RECALL = 0.998  # of the hashing, for a pair right at the threshold
_SEED = 42
_BLOCK = 4096
_SMALL_SIZE = 64
_EPSILON = 1e-9


def _features(text: str) -> list[str]:
    words = _WORDS.findall(text.casefold())
    if not words:
        return [text.strip()]
    return [*words, *map(" ".join, pairwise(["", *words, ""]))]


def _bands(threshold: float) -> tuple[int, int]:
    """Bands and rows per band: as many rows as still find a pair at the threshold nearly always."""
    best = (_PERMUTATIONS, 1)
    for rows in range(2, _PERMUTATIONS + 1):
        bands = _PERMUTATIONS // rows
        if 1 - (1 - threshold**rows) ** bands >= _LEAST_RECALL:
            best = (bands, rows)
    return best


def _blocks(texts: Iterable[str]) -> Iterator[list[list[str]]]:
    """The features of all texts, a few thousand texts at a time."""
    remaining = iter(texts)
    while block := list(islice(remaining, _BLOCK)):
        yield [_features(text) for text in block]


def _resembling(texts: Iterable[str], threshold: float) -> list[bool]:
    """For each text, whether its MinHash agrees with that of any other in at least one band."""
    bands, rows = _bands(threshold)
    index = RMinHashLSH(threshold, bands * rows, bands)
    matrices = []
    for number, block in enumerate(_blocks(texts)):
        matrix = RMinHash.digest_matrix_from_token_sets(block, bands * rows, _SEED)
        index.insert_matrix(matrix, number * _BLOCK)
        matrices.append(matrix)
    return [flag for matrix in matrices for flag in index.query_duplicate_flags_matrix(matrix)]


def _hashed(texts: Iterable[str], chosen: Sequence[bool]) -> Iterator[tuple[int, array[int]]]:
    """The features of the chosen texts as sorted distinct 64-bit numbers, which take little memory."""
    indexes = compress(range(len(chosen)), chosen)
    for block in _blocks(compress(texts, chosen)):
        for row in RMinHash.hash_token_sets(block):
            yield next(indexes), array("Q", sorted(set(row)))


def _size_class(size: int) -> int:
    """Every small size is a class of its own; above, classes span about three per cent."""
    return size if size <= _SMALL_SIZE else _SMALL_SIZE + round(32 * math.log(size / _SMALL_SIZE))


class _Join:
    """Texts kept so far, findable by their rarest features.

    How many features two similar sets must share follows from both sizes, so each pair of size classes has postings
    of its own: with sizes known, the prefix is so short that texts from one template, which share all but the rare
    features, are never even candidates.
    """

    def __init__(self, threshold: float, frequencies: Counter[int]) -> None:
        self.threshold = threshold
        self.frequencies = frequencies
        self.kept: dict[int, array[int]] = {}
        self.duplicates: dict[int, int] = {}
        self.equal: dict[bytes, int] = {}
        self.postings: defaultdict[tuple[int, int], dict[int, list[int]]] = defaultdict(dict)
        self.prefixes: dict[int, dict[int, int]] = {}

    def add(self, index: int, features: array[int]) -> None:
        """Note the first kept text that this one duplicates; if there is none, keep it."""
        same = self.equal.setdefault(features.tobytes(), index)
        if same != index:
            self.duplicates[index] = self.duplicates.get(same, same)
            return
        counts = list(map(self.frequencies.__getitem__, features))
        alone = counts.count(1)  # features of this text only, the rarest there are, lead to no other
        rarest = [feature for _, feature in sorted(zip(counts, features, strict=True))]
        own, size_class = set(features), _size_class(len(features))
        if len(features) not in self.prefixes:
            self.prefixes[len(features)] = self._prefixes(len(features))
        reach = [
            (other, rarest[alone:length]) for other, length in self.prefixes[len(features)].items() if length > alone
        ]
        candidates: set[int] = set()
        for other_class, prefix in reach:
            postings = self.postings[other_class, size_class]
            candidates.update(*[postings[feature] for feature in prefix if feature in postings])
        for other in sorted(candidates):
            if self._similar(own, self.kept[other]):
                self.duplicates[index] = other
                return
        self.kept[index] = features
        for other_class, prefix in reach:
            postings = self.postings[size_class, other_class]
            for feature in prefix:
                postings.setdefault(feature, []).append(index)

    def _prefixes(self, size: int) -> dict[int, int]:
        """For each class of sizes that a similar set can have: among how many of the rarest features to look."""
        lengths: dict[int, int] = {}
        for other in range(math.ceil(self.threshold * size - _EPSILON), int(size / self.threshold + _EPSILON) + 1):
            least_shared = math.ceil(self.threshold / (1 + self.threshold) * (size + other) - _EPSILON)
            lengths.setdefault(_size_class(other), size - least_shared + 1)  # the smallest size has the longest prefix
        return lengths

    def _similar(self, own: set[int], other: array[int]) -> bool:
        shared = len(own.intersection(other))
        return shared >= self.threshold * (len(own) + len(other) - shared) - _EPSILON


def find_near_duplicates(texts: Iterable[str], threshold: float = 0.8) -> dict[int, int]:
    """Which texts repeat an earlier one: index of the duplicate -> index of the text that stays.

    The first of several near-duplicates stays, and every duplicate is similar to the very text it is mapped to.
    The result depends on the texts and their order only.

    Args:
        texts: The texts. What can be iterated twice is, and not held in memory; an iterator is.
        threshold: Least Jaccard similarity of two near-duplicates, above 0 and up to 1.

    Raises:
        UsageError: The threshold is out of range.
    """
    if not 0 < threshold <= 1:
        raise UsageError(f"threshold is {threshold}, but must be above 0 and at most 1.")
    held = list(texts) if isinstance(texts, Iterator) else texts
    found = list(_hashed(held, _resembling(held, threshold)))
    frequencies: Counter[int] = Counter()
    for _, features in found:
        frequencies.update(features)
    join = _Join(threshold, frequencies)
    for index, features in found:
        join.add(index, features)
    return join.duplicates

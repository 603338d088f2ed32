"""Finds texts that say nearly the same in nearly the same words, in time that hardly depends on how alike they are.

Two texts are near-duplicates when the Jaccard similarity of their features reaches the threshold. Features are the
words and the pairs of neighbouring words, in lower case and without punctuation. Words rather than runs of
characters, because questions are short: "Who won in 1914?" and "Who won in 1918?" share most characters, but they
are two questions. Pairs, and what begins and ends the text, so that word order counts. In scripts without spaces
each character is a word.

MinHash with locality-sensitive hashing (Broder, 1997; Indyk & Motwani, 1998) leaves the few texts that resemble any
other at all. The hashes wait in a temporary file and are looked at band by band, so a text that resembles no other
takes a few bytes of memory. Among the others an exact join with prefix filtering (Bayardo et al., 2007) decides: two
sets that overlap that much must share one of their rarest features, so texts made from one template do not have to be
compared pair by pair, and nothing is dropped whose true similarity is below the threshold.
"""

from __future__ import annotations

import math
import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import compress, islice, pairwise
from tempfile import TemporaryFile, gettempdir
from typing import IO, TYPE_CHECKING

from rensa import RMinHash

from generation_functions.errors import StorageError, UsageError
from generation_functions.words import UNSPACED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]
    Flags = NDArray[np.bool_]

# Symbols are words, or "C", "C++" and "C#" would be the same; punctuation is nothing.
# Plain letters come first because they are found fastest.
_WORDS = re.compile(rf"[a-z0-9_à-öø-ɏ]+|[^\W{UNSPACED}]+|[{UNSPACED}]|[^\w\s.,;:!?…\"'“”„‘’‚«»‹›()\[\]{{}}/\\–—-]")

_PERMUTATIONS = 128
_LEAST_RECALL = 0.998  # of the hashing, for a pair right at the threshold
_SEED = 42
_BLOCK = 2048
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


class _Bands:
    """One 64-bit hash per band of each text's MinHash, on disk. Two texts that agree in one resemble each other."""

    def __init__(self, file: IO[bytes], bands: int, rows: int) -> None:
        import numpy as np

        self._bands, self._rows = bands, rows
        self._factors = np.random.default_rng(_SEED).integers(1, 2**63, rows, dtype=np.uint64) * 2 + 1
        self._file = file
        self._blocks: list[int] = []  # texts in each block: the hashes of its first band, of its second, ...

    def __len__(self) -> int:
        return sum(self._blocks)

    def add(self, block: list[list[str]]) -> None:
        """Add texts, given as their features.

        Raises:
            StorageError: The disk did not take their hashes.
        """
        import numpy as np

        matrix = RMinHash.digest_matrix_from_token_sets(block, self._bands * self._rows, _SEED)
        digests = np.array(matrix.to_rows(), dtype=np.uint64).reshape(len(block), self._bands, self._rows)
        hashes = digests @ self._factors  # modulo 2**64 (multilinear hashing: Dietzfelbinger, 1996)
        try:
            self._file.write(np.ascontiguousarray(hashes.T).tobytes())
        except OSError as error:
            raise StorageError(
                f"{gettempdir()} took no more while near-duplicates were looked for: {error.strerror}. "
                "Make space there, or name another folder in TMPDIR, then run the same command again."
            ) from error
        self._blocks.append(len(block))

    def band(self, number: int) -> Hashes:
        """The hashes of one band, of all texts in their order."""
        import numpy as np

        hashes, start, offset = np.empty(len(self), dtype=np.uint64), 0, 0
        for size in self._blocks:
            self._file.seek(offset + 8 * size * number)
            hashes[start : start + size] = np.frombuffer(self._file.read(8 * size), dtype=np.uint64)
            start += size
            offset += 8 * size * self._bands
        return hashes


def _resembling(texts: Iterable[str], threshold: float) -> Flags:
    """For each text, whether its MinHash agrees with that of any other in at least one band."""
    import numpy as np

    number, rows = _bands(threshold)
    with TemporaryFile() as file:
        bands = _Bands(file, number, rows)
        for block in _blocks(texts):
            bands.add(block)
        flags = np.zeros(len(bands), dtype=np.bool_)
        for band in range(number):
            _flag_repeated(bands.band(band), flags)
    return flags


def _flag_repeated(hashes: Hashes, flags: Flags) -> None:
    """Set the flags of all hashes that occur more than once."""
    import numpy as np

    ordered = np.sort(hashes)
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(repeated):
        return
    for start in range(0, len(hashes), 1 << 16):
        part = hashes[start : start + (1 << 16)]
        places = np.minimum(np.searchsorted(repeated, part), len(repeated) - 1)
        flags[start : start + len(part)] |= repeated[places] == part


class _Ranked:
    """The features of the chosen texts as numbers by rarity: the smaller, the fewer texts have it.

    Attributes:
        indexes: Which texts these are.
        alone: Features below this number belong to one text only.
    """

    def __init__(self, texts: Iterable[str], chosen: Flags) -> None:
        import numpy as np

        hashed, starts = array("Q"), array("q", [0])
        for block in _blocks(compress(texts, chosen)):
            for row in RMinHash.hash_token_sets(block):
                hashed.extend(sorted(set(row)))
                starts.append(len(hashed))
        distinct, places, counts = np.unique(
            np.frombuffer(hashed, dtype=np.uint64), return_inverse=True, return_counts=True
        )
        ranks = np.empty(len(distinct), dtype=np.uint32)
        ranks[np.lexsort((distinct, counts))] = np.arange(len(distinct), dtype=np.uint32)
        self._features = ranks[places]
        self._starts = starts
        self.indexes = np.flatnonzero(chosen).tolist()
        self.alone = int((counts == 1).sum())

    def __iter__(self) -> Iterator[tuple[int, list[int]]]:
        for index, (start, end) in zip(self.indexes, pairwise(self._starts), strict=True):
            yield index, sorted(self._features[start:end].tolist())


def _size_class(size: int) -> int:
    """Every small size is a class of its own; above, classes span about three per cent."""
    return size if size <= _SMALL_SIZE else _SMALL_SIZE + round(32 * math.log(size / _SMALL_SIZE))


Postings = dict[int, int | list[int]]
"""The texts with each feature. Nearly always it is one, and a number takes a third of the room of a list."""


def _post(postings: Postings, feature: int, index: int) -> None:
    there = postings.setdefault(feature, index)
    if isinstance(there, list):
        there.append(index)
    elif there != index:
        postings[feature] = [there, index]


def _posted(postings: Postings, features: Iterable[int]) -> Iterator[int]:
    for found in map(postings.get, features):
        if isinstance(found, list):
            yield from found
        elif found is not None:
            yield found


class _Join:
    """Texts kept so far, findable by their rarest features.

    How many features two similar sets must share follows from both sizes, so each pair of size classes has postings
    of its own: with sizes known, the prefix is so short that texts from one template, which share all but the rare
    features, are never even candidates.
    """

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self.kept: dict[int, array[int]] = {}
        self.duplicates: dict[int, int] = {}
        self.equal: dict[bytes, int] = {}
        self.postings: defaultdict[tuple[int, int], Postings] = defaultdict(dict)
        self.prefixes: dict[int, dict[int, int]] = {}

    def add(self, index: int, rarest: list[int], alone: int) -> None:
        """Note the first kept text that this one duplicates; if there is none, keep it.

        `rarest` are its features, rarest first; the first `alone` of them are no other's and lead to none.
        """
        features = array("I", rarest)
        same = self.equal.setdefault(blake2b(features, digest_size=16).digest(), index)
        if same != index:
            self.duplicates[index] = self.duplicates.get(same, same)
            return
        own, size_class = set(rarest), _size_class(len(rarest))
        if len(rarest) not in self.prefixes:
            self.prefixes[len(rarest)] = self._prefixes(len(rarest))
        reach = [
            (other, rarest[alone:length]) for other, length in self.prefixes[len(rarest)].items() if length > alone
        ]
        candidates: set[int] = set()
        for other_class, prefix in reach:
            postings = self.postings[other_class, size_class]
            candidates.update(_posted(postings, prefix))
        for other in sorted(candidates):
            if self.similar(own, self.kept[other]):
                self.duplicates[index] = other
                return
        self.kept[index] = features
        for other_class, prefix in reach:
            postings = self.postings[size_class, other_class]
            for feature in prefix:
                _post(postings, feature, index)

    def _prefixes(self, size: int) -> dict[int, int]:
        """For each class of sizes that a similar set can have: among how many of the rarest features to look."""
        lengths: dict[int, int] = {}
        for other in range(math.ceil(self.threshold * size - _EPSILON), int(size / self.threshold + _EPSILON) + 1):
            least_shared = math.ceil(self.threshold / (1 + self.threshold) * (size + other) - _EPSILON)
            lengths.setdefault(_size_class(other), size - least_shared + 1)  # the smallest size has the longest prefix
        return lengths

    def similar(self, own: set[int], other: array[int]) -> bool:
        """Whether two sets of features overlap as much as the threshold says."""
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
    _check_threshold(threshold)
    held = list(texts) if isinstance(texts, Iterator) else texts
    ranked = _Ranked(held, _resembling(held, threshold))
    join = _Join(threshold)
    for index, features in ranked:
        join.add(index, features, bisect_left(features, ranked.alone))
    return join.duplicates


def _check_threshold(threshold: float) -> None:
    if not 0 < threshold <= 1:
        raise UsageError(f"threshold is {threshold}, but must be above 0 and at most 1.")


def find_repeated(known: Iterable[str], texts: Iterable[str], threshold: float = 0.8) -> set[int]:
    """Which of the `known` texts are nearly repeated by any of `texts`, by their indexes.

    Memory grows with `known` only; `texts` are read once and not held. Exact: prefix filtering as above, and no hashing
    before it.

    Raises:
        UsageError: The threshold is out of range.
    """
    _check_threshold(threshold)
    sets = [set(row) for block in _blocks(known) for row in RMinHash.hash_token_sets(block)]
    ranks = _ranks(sets)
    join = _Join(threshold)
    postings: defaultdict[int, list[int]] = defaultdict(list)
    for index, features in enumerate(sets):
        rarest = sorted(ranks[feature] for feature in features)
        least = math.ceil(threshold * len(rarest) - _EPSILON)  # a similar set shares at least so many
        for feature in rarest[: len(rarest) - least + 1]:
            postings[feature].append(index)
    own = [array("Q", sorted(ranks[feature] for feature in features)) for features in sets]
    del sets
    found: set[int] = set()
    for block in _blocks(texts):
        for row in RMinHash.hash_token_sets(block):
            features = set(row)
            ranked = {rank for feature in features if (rank := ranks.get(feature)) is not None}
            # Features that no known text has count for the size of the set alone.
            unknown = set(range(-1, len(ranked) - len(features) - 1, -1))
            candidates = {index for rank in ranked for index in postings.get(rank, ()) if index not in found}
            found.update(index for index in candidates if join.similar(ranked | unknown, own[index]))
    return found


def _ranks(sets: list[set[int]]) -> dict[int, int]:
    """Each feature's place by rarity."""
    counts: Counter[int] = Counter()
    for features in sets:
        counts.update(features)
    return {feature: rank for rank, (_, feature) in enumerate(sorted((n, f) for f, n in counts.items()))}

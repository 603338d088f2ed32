"""Makes generation_functions/data/vocabulary.bpe, the vocabulary of the offline token count.

Byte-pair encoding over characters (Sennrich et al., 2016): count the pieces of every text file in the folder,
then merge the most frequent pair of neighbours, again and again. Ties go to the pair that sorts first, so equal
input gives an equal vocabulary. Word lists with frequencies ({word: count} as .json or .json.gz) stand in for
languages of which there is no running text at hand.

    python -m benchmarks.train_vocabulary FOLDER --words de.json.gz:0.01 --tokens 40000
"""

from __future__ import annotations

import argparse
import gzip
import heapq
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from generation_functions.tokens import ATOMS, PIECES, VOCABULARY, fold_case

LAST_CHARACTER = "\u024f"  # the end of the Latin blocks: other scripts are charged by the character


def count_pieces(texts: Iterable[str]) -> Counter[str]:
    """How often each piece occurs, cut and folded exactly as the token count does it."""
    atoms: Counter[str] = Counter()
    for text in texts:
        atoms.update(ATOMS.findall(text))
    pieces: Counter[str] = Counter()
    for atom, count in atoms.items():
        for piece in PIECES.findall(" " + atom.strip()):
            folded = fold_case(piece)
            if len(folded) > 1 and not folded.isspace() and max(folded) <= LAST_CHARACTER:
                pieces[folded] += count
    return pieces


def read_texts(folder: Path) -> Iterator[str]:
    """Every file below `folder`, in a fixed order; what is not UTF-8 is decoded as far as it goes."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.read_text("utf-8", errors="ignore")


def read_words(argument: str) -> Counter[str]:
    """The word list of `FILE` or `FILE:WEIGHT`, each count times the weight."""
    name, _, weight = argument.partition(":")
    data = Path(name).read_bytes()
    words: dict[str, int] = json.loads(gzip.decompress(data) if name.endswith(".gz") else data)
    pieces: Counter[str] = Counter()
    for word, count in words.items():
        scaled = round(count * float(weight or 1))
        if scaled:
            for piece in PIECES.findall(" " + word):
                pieces[fold_case(piece)] += scaled
    return pieces


class Pairs:
    """Counts of neighbouring tokens over all pieces, kept up to date merge by merge."""

    def __init__(self, pieces: dict[str, int]) -> None:
        ordered = sorted(pieces.items())
        self.words = [list(piece) for piece, _ in ordered]
        self.weights = [count for _, count in ordered]
        self.counts: Counter[tuple[str, str]] = Counter()
        self.where: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        for index, word in enumerate(self.words):
            self._add(index, word, 1)
        self.heap = [(-count, pair) for pair, count in self.counts.items()]
        heapq.heapify(self.heap)

    def _add(self, index: int, word: list[str], sign: int) -> set[tuple[str, str]]:
        pairs = list(pairwise(word))
        for pair in pairs:
            self.counts[pair] += sign * self.weights[index]
            if sign > 0:
                self.where[pair].add(index)
        return set(pairs)

    def most_frequent(self) -> tuple[str, str] | None:
        """The pair to merge next. Entries whose count has changed since are skipped (lazy deletion)."""
        while self.heap:
            count, pair = heapq.heappop(self.heap)
            if count and self.counts[pair] == -count:
                return pair
        return None

    def merge(self, pair: tuple[str, str]) -> None:
        """Make one token of `pair` wherever it occurs."""
        changed: set[tuple[str, str]] = set()
        for index in sorted(self.where.pop(pair)):
            word = self.words[index]
            merged = _merged(word, pair)
            if len(merged) < len(word):
                changed |= self._add(index, word, -1)
                changed |= self._add(index, merged, 1)
                self.words[index] = merged
        for other in changed:
            if self.counts[other] > 0:
                heapq.heappush(self.heap, (-self.counts[other], other))


def _merged(word: list[str], pair: tuple[str, str]) -> list[str]:
    merged: list[str] = []
    for token in word:
        if merged and (merged[-1], token) == pair:
            merged[-1] = pair[0] + token
        else:
            merged.append(token)
    return merged


def train(pieces: dict[str, int], tokens: int) -> list[str]:
    """The first `tokens` merges, in the order in which they were made."""
    pairs = Pairs(pieces)
    vocabulary: dict[str, None] = {}
    while len(vocabulary) < tokens and (pair := pairs.most_frequent()):
        vocabulary["".join(pair)] = None
        pairs.merge(pair)
    return list(vocabulary)


def main() -> None:
    """Train and write the vocabulary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="any folder with text files")
    parser.add_argument("--words", action="append", default=[], metavar="FILE[:WEIGHT]", help="word list")
    parser.add_argument("--tokens", type=int, default=40_000)
    parser.add_argument("--least", type=int, default=3, help="leave out pieces that are rarer than this")
    parser.add_argument("--output", type=Path, default=VOCABULARY)
    arguments = parser.parse_args()
    pieces = count_pieces(read_texts(arguments.folder))
    for words in map(read_words, arguments.words):
        pieces.update(words)
    frequent = {piece: count for piece, count in pieces.items() if count >= arguments.least}
    vocabulary = train(frequent, arguments.tokens)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text("\n".join(vocabulary), "utf-8")
    print(f"{len(vocabulary)} tokens, {arguments.output.stat().st_size} bytes: {arguments.output}")


if __name__ == "__main__":
    main()

"""Scores of a short answer against the expected one, as SQuAD counts them (Rajpurkar et al., 2016).

Case, punctuation and English articles do not count. In scripts without spaces every character is a word, as in MLQA
(Lewis et al., 2020).
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from generation_functions.words import UNSPACED

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_UNSPACED = re.compile(f"([{UNSPACED}])")


@dataclass(frozen=True)
class Scores:
    """Of one answer, each from 0 to 1.

    Attributes:
        exact_match: 1 where answer and expected answer are the same.
        f1: Overlap of their words: the harmonic mean of precision and recall.
        contained: 1 where the expected answer stands in the answer, word for word.
    """

    exact_match: float
    f1: float
    contained: float

    def as_dict(self) -> dict[str, float]:
        """For JSON."""
        return asdict(self)


def normalised(text: str) -> str:
    """Lower case, without punctuation and articles, words one space apart."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = "".join(character for character in text if not _is_punctuation(character))
    text = _UNSPACED.sub(r" \1 ", _ARTICLES.sub(" ", text))
    return " ".join(text.split())


def _is_punctuation(character: str) -> bool:
    return character in string.punctuation or unicodedata.category(character).startswith("P")


def exact_match(answer: str, expected: str) -> float:
    """1 or 0."""
    return float(normalised(answer) == normalised(expected))


def f1(answer: str, expected: str) -> float:
    """Token F1. Where either has no words left, both must have none."""
    said, wanted = normalised(answer).split(), normalised(expected).split()
    if not said or not wanted:
        return float(said == wanted)
    shared = sum((Counter(said) & Counter(wanted)).values())
    return 2 * shared / (len(said) + len(wanted))


def contained(answer: str, expected: str) -> float:
    """1 where the words of `expected` stand in `answer`, in one piece."""
    wanted = normalised(expected)
    return float(bool(wanted) and f" {wanted} " in f" {normalised(answer)} ")


def score(answer: str, expected: Sequence[str]) -> Scores:
    """The best score of each kind over all answers that are right."""
    return Scores(
        exact_match=max(exact_match(answer, one) for one in expected),
        f1=max(f1(answer, one) for one in expected),
        contained=max(contained(answer, one) for one in expected),
    )

"""Texts as search terms: words in lower case, and pairs of characters in scripts without spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"([{_UNSPACED}]+)|([^\W_{_UNSPACED}]+)")
_LONGEST = 40  # longer ones are hashes, keys and encoded data


def terms_of(text: str) -> list[str]:
    """The terms of `text` in order, repetitions included."""
    return [term for term in _terms(text.casefold()) if len(term) <= _LONGEST]


def _terms(text: str) -> Iterator[str]:
    for match in _RUNS.finditer(text):
        unspaced, word = match[1], match[2]
        if word:
            yield word
        elif len(unspaced) == 1:
            yield unspaced
        else:
            yield from map("".join, pairwise(unspaced))

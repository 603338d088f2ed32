"""What a text is searched by: its words in lower case, and pairs of characters where words have no spaces."""

from __future__ import annotations

import re
from itertools import pairwise

from generation_functions.words import HANGUL, UNSPACED

_WHOLE = UNSPACED + HANGUL
_RUNS = re.compile(rf"[a-z0-9_à-öø-ɏ]+|[^\W{_WHOLE}]+|[{_WHOLE}]+")
_JOINED = re.compile(rf"[{_WHOLE}]")
_LONGEST = 40  # what is longer is a key, a hash, or data


def chunk_terms(text: str) -> list[str]:
    """The terms of `text` in order, repetitions included; each consists of letters, digits and underscores."""
    terms: list[str] = []
    for run in _RUNS.findall(text.casefold()):
        if len(run) > 1 and _JOINED.match(run):
            terms += map("".join, pairwise(run))
        elif len(run) <= _LONGEST:
            terms.append(run)
    return terms

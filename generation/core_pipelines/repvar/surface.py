"""Cheap variations of a text: letter case and spelling noise, seeded, without a model."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator

from generation_functions import Record, child, seeded

_NOISE_SHARE = 0.02  # of the words: enough to differ, too little to unlearn spelling
_WORD = re.compile(r"[^\W\d_]{4,}")


def surface_variations_of(records: Iterable[Record], number: int) -> Iterator[Record]:
    """`number` variations of each record's `text`, in `body`."""
    for record in records:
        for place in range(number):
            rng = seeded(record["id"], "surface", place)
            yield child(record, "surface", body=_varied(record["text"], place, rng), surface=place)


def _varied(text: str, place: int, rng: random.Random) -> str:
    noisy = _WORD.sub(lambda match: _misspelt(match[0], rng) if rng.random() < _NOISE_SHARE else match[0], text)
    case = place % 3
    return noisy if case == 0 else noisy.lower() if case == 1 else noisy.upper()


def _misspelt(word: str, rng: random.Random) -> str:
    """Two neighbouring letters inside the word change places."""
    place = rng.randrange(1, len(word) - 2)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]

"""Which language a text is in, told by its function words; content words and numbers of a text."""

from __future__ import annotations

import re
from typing import Literal

from generation_functions.offline.lexicon import ENGLISH_STOPWORDS, GERMAN_STOPWORDS, STOPWORDS

Language = Literal["english", "german", "other"]

_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)?")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_LEAST_SHARE = 0.12
_SAMPLE_CHARACTERS = 2_000


def language_of(text: str) -> Language:
    """English or German when enough of the first words are function words of it; rows of data count as English."""
    words = _WORD.findall(text[:_SAMPLE_CHARACTERS].lower())
    if not words:
        return "other"
    english = sum(word in ENGLISH_STOPWORDS for word in words)
    german = sum(word in GERMAN_STOPWORDS for word in words)
    if max(english, german) < _LEAST_SHARE * len(words):
        return "other"
    return "english" if english >= german else "german"


def stem(word: str) -> str:
    """A rough stem, good enough to see that two forms belong together."""
    for ending in ("ies", "ied", "ing", "est", "ed", "es", "er", "ly", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def content_words(text: str) -> set[str]:
    """Stems of the words that carry meaning."""
    return {
        stem(word) for word in _WORD.findall(text.lower().replace("'s", "").replace("’s", "")) if word not in STOPWORDS
    }


def numbers(text: str) -> set[str]:
    """Numbers in digits, without thousands separators."""
    return {number.replace(",", "") for number in _NUMBER.findall(text)}

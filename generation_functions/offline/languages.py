"""Which language a text is in, told by its function words; content words and numbers of a text."""

from __future__ import annotations

import re
from typing import Literal

from generation_functions.offline.lexicon import GERMAN_STOPWORDS, STOPWORDS, UNIT_NAMES
from generation_functions.offline.verbs import participles, verb_forms

Language = Literal["english", "german", "other"]

_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)?")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_SMALL_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_NUMBER_WORDS = dict(zip(_SMALL_NUMBERS.split(), map(str, range(1, 21)), strict=True))
_WITHOUT_CONTENT = STOPWORDS | GERMAN_STOPWORDS | frozenset(_NUMBER_WORDS)
_LEAST_SHARE = 0.12
_SAMPLE_CHARACTERS = 2_000
_ENDINGS = ("ie", "ied", "ing", "est", "ed", "er", "ly", "e", "y")
_LEAST_STEM = 3
# What a text of this kind may be called though it does not say so.
_CODE_WORDS = {"def ": ("function",), "class ": ("class",), " = ": ("constant", "value")}


def language_of(text: str) -> Language:
    """English or German when enough of the first words are function words of it."""
    words = _WORD.findall(text[:_SAMPLE_CHARACTERS].lower())
    if not words:
        return "other"
    english = sum(word in STOPWORDS for word in words)
    german = sum(word in GERMAN_STOPWORDS for word in words)
    if max(english, german) < _LEAST_SHARE * len(words):
        return "other"
    return "english" if english >= german else "german"


def stem(word: str) -> str:
    """A rough stem: one for all forms of a verb ("wrote", "written"), good enough to see that words belong together."""
    form = verb_forms().get(word)
    base = form.base if form else participles().get(word, (word,))[0]
    if base.endswith("s") and not base.endswith("ss") and len(base) > _LEAST_STEM:
        base = base[:-1]
    for ending in _ENDINGS:
        if base.endswith(ending) and len(base) - len(ending) >= _LEAST_STEM:
            return base[: -len(ending)]
    return base


def content_words(text: str) -> set[str]:
    """Stems of the words that carry meaning; a unit counts by its name ("m" is "metres")."""
    found: set[str] = set()
    for word in _WORD.findall(text.lower().replace("’", "'").replace("'s", "")):
        if word in UNIT_NAMES:
            found.update(map(stem, UNIT_NAMES[word].split()))
        elif word not in _WITHOUT_CONTENT:
            found.add(stem(word))
    return found


def known_words(text: str) -> set[str]:
    """The content words that something said about `text` may use: its own, and for code what its parts are called."""
    called = (word for sign, words in _CODE_WORDS.items() if sign in text for word in words)
    return content_words(text) | set(map(stem, called))


def numbers(text: str) -> set[str]:
    """Numbers, in digits without thousands separators; small ones may be written as words."""
    digits = {number.replace(",", "") for number in _NUMBER.findall(text)}
    return digits | {
        _NUMBER_WORDS[word] for word in _WORD.findall(text.lower()) if word in _NUMBER_WORDS and word != "one"
    }

"""Makes a question about "the float" stand alone by saying whose float: the one in the document of that title."""

from __future__ import annotations

import re

from generation_functions.offline import lexicon
from generation_functions.offline.asking import Pair
from generation_functions.offline.verbs import verb_forms

_BARE_NOUN = re.compile(
    rf"\b(?:the|an?) (?:(?:{'|'.join(sorted(lexicon.PLAIN_ADJECTIVES))}) )?([a-z][a-z-]+)(?: ([a-z]+)|\?)"
)
_NAME = re.compile(r"[ (\"][A-Z`]|`")
_SLUG = re.compile(r"[\w.-]*[-_.][\w.-]*")
_PLAIN_HEADINGS = lexicon.word_set(
    """
    introduction contents overview summary background notes abstract preface appendix conclusion general index
    untitled document chapter section part page
    """
)
_MOST_TITLE_CHARACTERS = 70
_COST = 0.5


def anchored(pair: Pair, title: str) -> Pair:
    """`pair`, with 'According to "TITLE", ...' before a question about a thing that only its document explains."""
    noun = bare_noun(pair.question)
    if noun is None or noun in title.lower():
        return pair
    if not usable_title(title):
        return pair._replace(score=pair.score - 2 * _COST)
    question = f'According to "{title}", {pair.question[0].lower()}{pair.question[1:]}'
    return Pair(question, pair.answer, pair.score - _COST)


def bare_noun(question: str) -> str | None:
    """The noun of "the THING" or "a THING" when nothing else in the question says which one."""
    if _NAME.search(question):
        return None
    for noun, after in _BARE_NOUN.findall(question):
        if noun in lexicon.UNIQUE_THINGS or noun in lexicon.PLAIN_ADJECTIVES or noun.endswith("est"):
            continue
        if not after or after in verb_forms() or after in lexicon.STOPWORDS or after.endswith("ed"):
            return str(noun)
    return None


def usable_title(title: str) -> bool:
    """Whether a title says what its document is about, and is no file name or bare "Introduction"."""
    words = title.split()
    if not len(words) >= 2 or len(title) > _MOST_TITLE_CHARACTERS or '"' in title or _SLUG.fullmatch(title):
        return False
    return any(word[:1].isalpha() and word.lower().strip(".:") not in _PLAIN_HEADINGS for word in words)

"""Makes a question about "the float" stand alone by saying whose float: the one in the document of that title."""

from __future__ import annotations

import re

from generation_functions.offline import lexicon
from generation_functions.offline.asking import Pair
from generation_functions.offline.verbs import verb_forms

_TELLS_LITTLE = (
    "old|new|first|second|last|next|main|other|same|big|small|large|little|whole|original|current|single|only"
)
_BARE_NOUN = re.compile(rf"\b(the|an?) (?:(?:{_TELLS_LITTLE}) )?([a-z][a-z-]+)(?: ([a-z]+)|\?)")
_ASKS_WITH_AUXILIARY = re.compile(r"\b(?:do|does|did|can|must|should|is|are|was|were)\b")
_NAME = re.compile(r"[ (\"][A-Z`]|`")
_SLUG = re.compile(r"[\w.-]*[-_.][\w.-]*")
_SLUG_MARKS = re.compile(r"[-_.]+")
_PLAIN_HEADINGS = lexicon.word_set(
    """
    introduction contents overview summary background notes abstract preface appendix conclusion general index
    untitled document chapter section part page
    """
)
_LEAST_TITLE_WORDS = 2
_MOST_TITLE_CHARACTERS = 70
_COST = 0.5
_NEVER = 10.0


def anchored(pair: Pair, title: str) -> Pair:
    """`pair`, with 'According to "TITLE", ...' before a question about a thing that only its document explains.

    Where no title says which document, "the THING" is left with a score below zero, and so is not asked about.
    """
    article, noun = bare_noun(pair.question)
    if not noun or noun in title.lower():
        return pair
    name = readable_title(title)
    if not name:
        return pair._replace(score=pair.score - (_NEVER if article == "the" else _COST))
    question = f'According to "{name}", {pair.question[0].lower()}{pair.question[1:]}'
    return Pair(question, pair.answer, pair.score - _COST)


def bare_noun(question: str) -> tuple[str, str]:
    """Article and noun of "the THING" or "a THING" when nothing else in the question says which one."""
    if _NAME.search(question):
        return "", ""
    for article, noun, after in _BARE_NOUN.findall(question):
        if noun in lexicon.UNIQUE_THINGS or noun in lexicon.PLAIN_ADJECTIVES or noun.endswith("est"):
            continue
        if after and question.endswith(f"{noun} {after}?") and not _ASKS_WITH_AUXILIARY.search(question):
            continue
        if not after or after in verb_forms() or after in lexicon.STOPWORDS or after.endswith("ed"):
            return str(article), str(noun)
    return "", ""


def readable_title(title: str) -> str:
    """A title that says what its document is about ("coffee-machine-manual" too, as words); otherwise ''."""
    if _SLUG.fullmatch(title):
        title = _SLUG_MARKS.sub(" ", title)
    words = title.split()
    if len(words) < _LEAST_TITLE_WORDS or len(title) > _MOST_TITLE_CHARACTERS or '"' in title:
        return ""
    telling = (word for word in words if word[:1].isalpha() and word.lower().strip(".:") not in _PLAIN_HEADINGS)
    return " ".join(words) if any(telling) else ""

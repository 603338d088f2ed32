"""The offline writer of questions about what does not exist, and of the answers that say so and make nothing up.

The name in a question that the text answers is exchanged for an invented one.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import NamedTuple

from generation_functions.offline.mentions import looks_like_person
from generation_functions.offline.recall_facts import Fact, Values, as_reply, read_facts, shuffled, wanted_pairs

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w’'-]+(?: (?:[A-Z][\w’'-]+|\d+))*")
_QUOTED_THING = re.compile(r'\bthe ([a-z]+) "([^"]+)"')
_POSSESSIVE = re.compile(r"\b(?:his|her)\b")
_ANCHOR = re.compile(r'^According to "[^"]*", ')
_FIRST_NAMES = (
    "Agatha", "Barnaby", "Cordelia", "Dunstan", "Euphemia", "Fergus", "Griselda", "Horatio", "Isolde", "Jasper",
    "Leopold", "Millicent", "Nathaniel", "Octavia", "Prudence", "Rufus",
)  # fmt: skip
_FAMILY_NAMES = (
    "Ashdown", "Birkett", "Cawthorne", "Dunwoody", "Eldridge", "Fairweather", "Goodfellow", "Hartnell", "Ivesdale",
    "Kettlewell", "Larkspur", "Merriweather", "Oakshott", "Pemberley", "Quarrington", "Thistlewood",
)  # fmt: skip
_THINGS = (
    "Arkholm", "Bellmere", "Corriden", "Dunmarrow", "Elderby", "Fernhollow", "Gorsley", "Harrowden", "Kestermere",
    "Larchford", "Mallowby", "Netherwick", "Oxenholt", "Pellgate", "Rusholme", "Silverdene",
)  # fmt: skip
_UNKNOWN = (
    "I do not know {0}, so I cannot answer that.",
    "I have never come across {0}, and I would rather not make something up.",
    "As far as I know, {0} does not exist, so there is nothing to tell.",
)
_MAYBE = "If you mean {0}: {1}"
_SHARE_WITH_FACT = 0.6


class Invented(NamedTuple):
    """A question about something that does not exist; `real` is what stood in the place of `name`."""

    question: str
    name: str
    real: str
    fact: Fact


def unknown_questions(values: Values, rng: random.Random) -> str:
    """Pairs about invented people, places and things, each answered with not knowing it; or `NO QUESTIONS`."""
    known = str(values.get("text") or "").lower()
    found: dict[str, Invented] = {}
    for fact in read_facts(values, rng):
        if fact.source == 0 and fact.lifted:
            for invented in shuffled(_inventions(fact, known, rng), rng)[:1]:
                found.setdefault(invented.real, invented)
    chosen = shuffled(found.values(), rng)[: wanted_pairs(values)]
    return as_reply([(invented.question, _answer(invented, rng)) for invented in chosen])


def _inventions(fact: Fact, known: str, rng: random.Random) -> Iterator[Invented]:
    for question in (pair.question for pair in fact.pairs if not _ANCHOR.match(pair.question)):
        quoted = _QUOTED_THING.search(question)
        if quoted:
            name = f'the {quoted[1]} "{_new(_THINGS, known, rng)}"'
            yield Invented(question.replace(quoted[0], name), name, quoted[0], fact)
            continue
        match = _NAME.search(question)
        if match is None or question[match.end() :].startswith(" and ") or (fact.clause and fact.clause.subject.plural):
            continue
        real, words = match[0], match[0].split()
        new = " ".join([_new(_THINGS, known, rng), *words[1:]])
        if (fact.person and real == fact.subject) or looks_like_person(words):
            if _POSSESSIVE.search(question):
                continue
            new = f"{_new(_FIRST_NAMES, known, rng)} {_new(_FAMILY_NAMES, known, rng)}"
        elif question[: match.start()].endswith(" the "):
            whole = fact.subject if real in fact.subject and " of " not in fact.subject else f"the {real}"
            new, real = whole.replace(real, new), whole
        if real in question:
            yield Invented(question.replace(real, new), new, real, fact)


def _new(names: tuple[str, ...], known: str, rng: random.Random) -> str:
    """A name that the texts do not have."""
    free = [name for name in names if name.lower() not in known]
    return rng.choice(free or names)


def _answer(invented: Invented, rng: random.Random) -> str:
    unknown = rng.choice(_UNKNOWN).format(invented.name)
    if rng.random() < _SHARE_WITH_FACT:
        return f"{unknown} {_MAYBE.format(invented.real, invented.fact.text)}"
    return unknown

"""Subjects of sentences: is this phrase enough to name what a question is about?

No model is used. What a phrase refers to is read from the text itself: how a word is capitalised elsewhere in it, which
longer name ends in the same word ("the canal" after "the Erie Canal"), who is called he or she.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from generation_functions.offline import lexicon

SubjectKind = Literal["named", "generic", "definite"]

_NAME = re.compile(
    r"(?:\b([Tt]he) )?\b([A-Z][\w’'-]*(?:\.(?= [A-Z]))?(?: (?:(?:of|de|von|van|der|la|du|del|and) (?:the )?)?[A-Z][\w’'-]*(?:\.(?= [A-Z]))?)+)"
)
_ALIAS = re.compile(
    r"(?:^|(?<=[.!?] ))(The )?([A-Z][\w’'-]*(?: (?:[A-Z][\w’'-]*|\d+))*)(?: \([^()]*\))? (?:is|was) (?:an?|the) ((?:[a-z][\w-]* ?){1,8})",
    re.MULTILINE,
)
_SPOKEN = re.compile(r"[,.!?…][\"”’](?=\s|$)|\b(?:said|I|cried|whispered)\b")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_INNER_CAPITAL = re.compile(r"(?<=[a-z,;0-9] )[A-Z][\w’'-]+")
_MASS_SUFFIXES = (
    "tion",
    "sion",
    "sis",
    "ism",
    "ity",
    "ness",
    "ment",
    "ology",
    "ics",
    "ing",
    "ance",
    "ence",
    "ture",
    "logy",
)
_PLACE_OR_GROUP = lexicon.word_set(
    """
    river lake sea ocean mountain mount mountains island islands city town village county state states
    kingdom republic empire street road avenue bridge tower lighthouse castle cathedral church museum
    university college school institute academy company corporation society association museum park
    garden canal railway station harbour harbor bay cape desert forest valley war battle treaty act
    law prize award theory effect principle code protocol engine project building house hall palace
    observatory library hospital party union league club bank group committee council office
    department parliament congress senate court army navy force agency north south east west world
    theatre theater opera point cliffs dam falls glacier peninsula plateau volcano system model method
    test scale number process format language
    """
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A noun phrase written as it stands inside a sentence ("the Eiffel Tower")."""

    text: str
    kind: SubjectKind
    person: bool = False
    plural: bool = False


@dataclass(slots=True)
class Mentions:
    """What the prose of one chunk says about its own words and names."""

    lower: frozenset[str]
    capital: frozenset[str]
    story: bool = False
    by_head: dict[str, list[str]] = field(default_factory=dict)
    people: frozenset[str] = frozenset()

    def named(self, head: str) -> str | None:
        """The only longer name whose last word is `head`, written with its article."""
        names = self.by_head.get(head.lower())
        return names[0] if names and len(names) == 1 else None


def read_mentions(prose: str) -> Mentions:
    """Collects the words and names of `prose`."""
    lower = frozenset(word for word in _WORD.findall(prose) if word.islower())
    names: dict[str, str] = {}
    people: set[str] = set()
    for match in _NAME.finditer(prose):
        words = match[2].split()
        while words and words[0].lower() in _NOT_IN_NAMES:
            del words[0]
        while words and words[0].islower():
            del words[0]
        if len(words) < 2:
            continue
        name = " ".join(words)
        if looks_like_person(words):
            people.add(name)
        dropped = len(words) < len(match[2].split())
        article = "the " if match[1] and not dropped else ""
        if name not in names or article:
            names[name] = article + name
    by_head: dict[str, list[str]] = {}
    for name, written in names.items():
        by_head.setdefault(name.rsplit(" ", 1)[-1].lower(), []).append(written)
    for match in _ALIAS.finditer(prose):
        _add_alias(match, by_head)
    return Mentions(
        lower, frozenset(_INNER_CAPITAL.findall(prose)), bool(_SPOKEN.search(prose)), by_head, frozenset(people)
    )


def _add_alias(match: re.Match[str], by_head: dict[str, list[str]]) -> None:
    """ "The BrewMaster 300 is a coffee machine": from here on "the machine" is the BrewMaster 300."""
    article, name, kind = match[1] or "", match[2], match[3].split()
    head = _head(kind)
    if name.split()[0].lower() in _NOT_IN_NAMES or head in by_head or head in lexicon.PERSON_NOUNS:
        return
    by_head[head] = [article.lower() + name]


_NOT_IN_NAMES = (
    lexicon.PREPOSITIONS
    | lexicon.DETERMINERS
    | lexicon.PRONOUNS
    | lexicon.QUANTIFIERS
    | lexicon.CLAUSE_STARTS
    | lexicon.SUBJECT_STOPS
    | lexicon.AUXILIARIES
)


def looks_like_person(words: list[str]) -> bool:
    """Whether a capitalised name reads as a person's."""
    first = words[0].lower().rstrip(".")
    last = words[-1].lower()
    if last in _PLACE_OR_GROUP or (len(words) > 1 and "of" in words and first not in lexicon.PERSON_TITLES):
        return False
    return (first in lexicon.PERSON_TITLES and len(words) > 1) or (first in lexicon.FIRST_NAMES and len(words) < 6)


def _inner_first(word: str, words: list[str], mentions: Mentions) -> str:
    """The first word of a sentence as it would be written in the middle of one."""
    low = word.lower()
    if low in lexicon.DETERMINERS or low in lexicon.QUANTIFIERS:
        return low
    if not word[1:].islower() or (len(words) > 1 and words[1][:1].isupper()):
        return word
    if low in mentions.lower or low in lexicon.MASS_NOUNS:
        return low
    if word in mentions.capital:
        return word
    if low.endswith(_MASS_SUFFIXES) or (low.endswith("s") and not low.endswith(("ss", "us", "is", "as", "os"))):
        return low
    return low if len(words) > 1 and words[1].islower() and words[1] not in lexicon.PREPOSITIONS else word


def _head(words: list[str]) -> str:
    """The noun that a phrase is about: the last word before its first preposition."""
    for number, word in enumerate(words):
        if number and word.lower() in lexicon.PREPOSITIONS:
            return words[number - 1].lower()
    return words[-1].lower()


def _is_plural(words: list[str]) -> bool:
    head = _head(words)
    return "and" in words or head in lexicon.PLURALS or (head.endswith("s") and not head.endswith(("ss", "us", "is")))


def read_subject(words: list[str], mentions: Mentions) -> Subject | None:
    """The subject that `words`, the beginning of a sentence, name; None where that is not sure."""
    first = words[0].lower()
    if first in lexicon.PRONOUNS or first in _NEVER_FIRST or first.isdigit() or first in lexicon.NUMBER_WORDS:
        return None
    if any(word.lower() in _NEVER_INSIDE for word in words[1:]):
        return None
    inner = [_inner_first(words[0], words, mentions), *words[1:]]
    text = " ".join(inner)
    plural = _is_plural(inner)
    if first == "the":
        return _definite(inner, text, plural, mentions)
    if inner[0][:1].isupper():
        if len(inner) == 1:
            full = mentions.named(inner[0])
            if full and full in mentions.people:
                return Subject(full, "named", True)
        person = looks_like_person(inner) or text in mentions.people
        return Subject(text, "named", person, plural and not person)
    if first in lexicon.QUANTIFIERS and first not in _GENERIC_QUANTIFIERS:
        return None
    if _head(inner) in lexicon.VAGUE_HEADS:
        return None
    named = any(word[:1].isupper() for word in inner) or inner[0][:1] == "`"
    return Subject(text, "named" if named else "generic", False, plural or first in ("all", "most", "many", "some"))


def _definite(inner: list[str], text: str, plural: bool, mentions: Mentions) -> Subject | None:
    if len(inner) < 2:
        return None
    if any(word[:1].isupper() or word[:1] == "`" for word in inner[1:]):
        return Subject(text, "named", False, plural)
    head = _head(inner)
    if len(inner) == 2:
        full = mentions.named(head)
        if full:
            return Subject(full, "named", full in mentions.people, plural)
    if head in lexicon.VAGUE_HEADS or inner[1] in (lexicon.VAGUE_ALONE if len(inner) == 2 else lexicon.VAGUE_HEADS):
        return None
    person = head in lexicon.PERSON_NOUNS
    return Subject(text, "definite", person, plural)


_GENERIC_QUANTIFIERS = lexicon.word_set("all most many each every some")
_NEVER_FIRST = (
    lexicon.POSSESSIVES
    | lexicon.FIRST_SECOND
    | lexicon.CLAUSE_STARTS
    | lexicon.PREPOSITIONS
    | lexicon.AUXILIARIES
    | lexicon.word_set(
        """
    not there here what why how let please note never yes no once then still even only just both see
    """
    )
)
_NEVER_INSIDE = (lexicon.PRONOUNS | lexicon.word_set("and/or same other following above such only")) - frozenset(
    ["one"]
)

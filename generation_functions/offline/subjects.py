"""Subjects of sentences: is this phrase enough to name what a question is about?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from generation_functions.offline import lexicon
from generation_functions.offline.mentions import Mentions, looks_like_person, phrase_head
from generation_functions.offline.verbs import participles, verb_forms

SubjectKind = Literal["named", "generic", "definite"]

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
    "cy",
    "phy",
    "gy",
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A noun phrase written as it stands inside a sentence ("the Eiffel Tower")."""

    text: str
    kind: SubjectKind
    person: bool = False
    plural: bool = False


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
    if low in lexicon.FIRST_NAMES:
        return word
    if low.endswith(_MASS_SUFFIXES) or (low.endswith("s") and not low.endswith(("ss", "us", "is", "as", "os"))):
        return low
    return low if len(words) > 1 and words[1].islower() and words[1] not in lexicon.PREPOSITIONS else word


def _is_plural(words: list[str]) -> bool:
    head = phrase_head(words)
    return "and" in words or head in lexicon.PLURALS or (head.endswith("s") and not head.endswith(("ss", "us", "is")))


def read_subject(words: list[str], mentions: Mentions) -> Subject | None:
    """The subject that `words`, the beginning of a sentence, name; None where that is not sure."""
    first = words[0].lower()
    if not _may_begin(first) or (len(words) > 1 and not _may_go_on(words, first)):
        return None
    inner = [_inner_first(words[0], words, mentions), *words[1:]]
    if first == "the":
        return _definite(inner, mentions)
    if inner[0][:1].isupper():
        return _name(inner, mentions)
    if phrase_head(inner) in lexicon.VAGUE_HEADS:
        return None
    text = " ".join(inner)
    if inner[0][:1] == "`" or any(word[:1].isupper() for word in inner):
        return Subject(text, "named", False, _is_plural(inner))
    person = phrase_head(inner) in lexicon.PERSON_NOUNS
    return Subject(text, "generic", person, _is_plural(inner) or first in _PLURAL_QUANTIFIERS)


def _may_begin(first: str) -> bool:
    if first in lexicon.QUANTIFIERS:
        return first in _GENERIC_QUANTIFIERS
    return not (first in _NEVER_FIRST or first in lexicon.NUMBER_WORDS or first.isdigit())


def _may_go_on(words: list[str], first: str) -> bool:
    """Whether the second word and those after it fit a noun phrase that stands alone."""
    second = words[1]
    if first in _LABELS and not second.islower():
        return False
    if (first[0] == "`" and second[0].isupper()) or not _BROKEN_INSIDE.isdisjoint(words[1:]):
        return False
    if _is_order_or_fragment(first, second.lower()):
        return False
    return not any(word.lower() in _NEVER_INSIDE for word in words[1:])


def _name(inner: list[str], mentions: Mentions) -> Subject:
    text = " ".join(inner)
    if len(inner) == 1:
        full = mentions.named(text)
        if full and full in mentions.people and " of " not in full:
            return Subject(full, "named", True)
    person = looks_like_person(inner) or text in mentions.people
    return Subject(text, "named", person, _is_plural(inner) and not person)


def _is_order_or_fragment(first: str, second: str) -> bool:
    """Whether a sentence has no subject: "Wind the clock ...", "Printed and bound ..."."""
    form = verb_forms().get(first)
    if form is not None and form.tense == "base" and second in lexicon.DETERMINERS:
        return True
    return first in participles() and (second == "and" or second in lexicon.PREPOSITIONS)


def _definite(inner: list[str], mentions: Mentions) -> Subject | None:
    text, plural = " ".join(inner), _is_plural(inner)
    if len(inner) < 2:
        return None
    if any(word[:1].isupper() or word[:1] == "`" for word in inner[1:]):
        return Subject(text, "named", False, plural)
    head = phrase_head(inner)
    if len(inner) == 2:
        full = mentions.named(head)
        if full:
            kind: SubjectKind = "named" if any(word[:1].isupper() for word in full.split()) else "definite"
            return Subject(full, kind, full in mentions.people, plural)
    if head in lexicon.VAGUE_HEADS or inner[1] in (lexicon.VAGUE_ALONE if len(inner) == 2 else lexicon.VAGUE_HEADS):
        return None
    person = head in lexicon.PERSON_NOUNS
    return Subject(text, "definite", person, plural)


# "Listing 4-2", "Figure 3": parts of a document, not things in the world.
_LABELS = lexicon.word_set(
    "listing figure fig. table chapter section example appendix box step exercise page plate part"
)
# What stands in a phrase only when two pieces of text ran into each other.
_BROKEN_INSIDE = frozenset(["The", "A", "An", "—", "–", "-", "|"])
_GENERIC_QUANTIFIERS = lexicon.word_set("all most many each every some")
_PLURAL_QUANTIFIERS = frozenset(["all", "most", "many", "some"])
_NEVER_FIRST = (
    lexicon.PRONOUNS
    | lexicon.POSSESSIVES
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

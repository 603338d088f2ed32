"""What the prose of one chunk says about its own names: who is a person, what "the canal" is short for.

No model is used. What a phrase refers to is read from the text itself: how a word is capitalised elsewhere in it, which
longer name ends in the same word ("the canal" after "the Erie Canal"), what a name is said to be.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from generation_functions.offline import lexicon

_PART = r"(?:[A-Z]\.|(?:Mr|Mrs|Ms|Dr|St|Prof)\.|[A-Z][\w’'-]*)"
_NAME = re.compile(
    rf"(?:\b([Tt]he) )?(?<![\w’'])({_PART}(?: (?:(?:of|de|von|van|der|la|du|del) (?:the )?)?{_PART})+)"
    r"(?:,? (\w+)(?: (\w+))?(?: (\w+))?)?"
)
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_INNER_CAPITAL = re.compile(r"(?<=[a-z,;0-9] )[A-Z][\w’'-]+")
_ALIAS = re.compile(
    r"(?:^|(?<=[.!?] ))(The )?([A-Z][\w’'-]*(?: (?:[A-Z][\w’'-]*|\d+))*)(?: \([^()]*\))? (?:is|was) (?:an?|the) "
    r"((?:[a-z][\w-]* ?){1,8})",
    re.MULTILINE,
)
_COMPOUND = re.compile(r"\b[Tt]he ((?:[A-Z][\w’'-]+ ){1,5}|[a-z][a-z-]+ )([a-z][a-z-]+)\b")
_TITLE_COMPOUND = re.compile(r"\b(?:[Tt]he|an?) ([a-z][a-z-]+ )([a-z][a-z-]+)\b")
_OF_NAME = re.compile(r"\b[Tt]he ([a-z]+) of ((?:the )?[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*)")
_SPOKEN = re.compile(r"[,.!?…][\"”’](?=\s)|\bI (?:am|was|had|have|saw|said|went|could|would|do|did)\b")
_LEAST_SPOKEN = 2
_LEAST_COMPOUNDS = 2
_PERSON_VERBS = lexicon.word_set(
    """
    wrote invented designed said noticed retired taught died became married discovered proposed argued
    believed studied painted composed published answered asked thought wanted noted claimed showed won
    refused agreed born kept lived worked distrusted who told called himself herself
    """
)
_PLACE_OR_GROUP = lexicon.word_set(
    """
    river lake sea ocean mountain mount mountains island islands city town village county state states
    kingdom republic empire street road avenue bridge tower lighthouse castle cathedral church museum
    university college school institute academy company corporation society association museum park garden
    canal railway station harbour harbor bay cape desert forest valley war battle treaty act law prize award
    theory effect principle code protocol engine project building house hall palace observatory library
    hospital party union league club bank group committee council office department parliament congress
    senate court army navy force agency north south east west world theatre theater opera point cliffs dam
    falls glacier peninsula plateau volcano system model method test scale number process format language
    """
)

_NOT_IN_NAMES = (
    lexicon.PREPOSITIONS
    | lexicon.DETERMINERS
    | lexicon.PRONOUNS
    | lexicon.QUANTIFIERS
    | lexicon.CLAUSE_STARTS
    | lexicon.SUBJECT_STOPS
    | lexicon.AUXILIARIES
)


@dataclass(slots=True)
class Mentions:
    """Words and names of one chunk. `story` is set for dialogue and first-person narration."""

    lower: frozenset[str]
    capital: frozenset[str]
    story: bool = False
    by_head: dict[str, list[str]] = field(default_factory=dict)
    people: frozenset[str] = frozenset()

    def named(self, head: str) -> str | None:
        """The only longer name whose head is `head`, written with its article."""
        names = self.by_head.get(head.lower())
        return names[0] if names and len(names) == 1 else None


def read_mentions(prose: str, title: str = "") -> Mentions:
    """Collects the words and names of `prose`; a lower-case compound in `title` counts as known."""
    lower = frozenset(word for word in _WORD.findall(prose) if word.islower())
    names: dict[str, str] = {}
    people: set[str] = set()
    for match in _NAME.finditer(prose):
        _add_name(match, names, people)
    by_head: dict[str, list[str]] = {}
    for name, written in names.items():
        by_head.setdefault(name_head(name), []).append(written)
    for match in _ALIAS.finditer(prose):
        _add_alias(match, by_head)
    _add_compounds(prose, title, by_head)
    story = len(_SPOKEN.findall(prose)) >= _LEAST_SPOKEN
    people.difference_update(name for name, written in names.items() if written.startswith("the "))
    return Mentions(lower, frozenset(_INNER_CAPITAL.findall(prose)), story, by_head, frozenset(people))


def _add_name(match: re.Match[str], names: dict[str, str], people: set[str]) -> None:
    words = match[2].split()
    length = len(words)
    while words and (words[0].lower() in _NOT_IN_NAMES or words[0].islower()):
        del words[0]
    if len(words) < 2:
        return
    name = " ".join(words)
    article = "the " if match[1] and len(words) == length else ""
    if not article and (looks_like_person(words) or (_may_be_person(words) and _person_follows(match))):
        people.add(name)
    if name not in names or article:
        names[name] = article + name


def _may_be_person(words: list[str]) -> bool:
    return len(words) < 4 and "of" not in words and words[-1].lower() not in _PLACE_OR_GROUP


def _person_follows(match: re.Match[str]) -> bool:
    """Whether what follows a name is said of persons: "Ida Penrose taught", "Ida Penrose, a young engineer"."""
    after = [word for word in match.group(3, 4, 5) if word]
    if not after:
        return False
    if after[0] in ("is", "was") or after[0] in ("a", "an", "the"):
        return any(word in lexicon.PERSON_NOUNS or word == "born" for word in after[1:])
    return after[0] in _PERSON_VERBS or after[1:2] == ["born"]


def name_head(name: str) -> str:
    """The noun of a name: "canal" of "Erie Canal", "battle" of "Battle of Hastings"."""
    return name.split(" of ")[0].rsplit(" ", 1)[-1].lower()


def phrase_head(words: list[str]) -> str:
    """The noun that a phrase is about: the last word before its first preposition."""
    for number, word in enumerate(words):
        if number and word.lower() in lexicon.PREPOSITIONS:
            return words[number - 1].lower()
    return words[-1].lower()


def _add_alias(match: re.Match[str], by_head: dict[str, list[str]]) -> None:
    """After "The BrewMaster 300 is a coffee machine", "the machine" is the BrewMaster 300."""
    article, name, kind = match[1] or "", match[2], match[3].split()
    head = phrase_head(kind)
    if name.split()[0].lower() in _NOT_IN_NAMES or head in by_head or head in lexicon.PERSON_NOUNS:
        return
    by_head[head] = [article.lower() + name]


def _add_compounds(prose: str, title: str, by_head: dict[str, list[str]]) -> None:
    """After "the tower of Eastness" and "the fog organ", "the tower" and "the organ" are those."""
    for noun, name in _OF_NAME.findall(prose):
        if noun in _PLACE_OR_GROUP and noun not in by_head:
            by_head[noun] = [f"the {noun} of {name}"]
    counts = Counter(_COMPOUND.findall(prose))
    for compound in _TITLE_COMPOUND.findall(title):
        if compound in counts:
            counts[compound] += _LEAST_COMPOUNDS
    for (modifier, noun), count in counts.items():
        known = by_head.get(noun)
        named = modifier[0].isupper()
        if (
            known
            or modifier.strip() in lexicon.PLAIN_ADJECTIVES
            or noun in lexicon.AUXILIARIES
            or noun in lexicon.PREPOSITIONS
        ):
            continue
        rivals = sum(1 for (_, other), _ in counts.items() if other == noun)
        if rivals == 1 and (named or count >= _LEAST_COMPOUNDS):
            by_head[noun] = [f"the {modifier}{noun}"]


def looks_like_person(words: list[str]) -> bool:
    """Whether a capitalised name reads as a person's."""
    first = words[0].lower().rstrip(".")
    last = words[-1].lower()
    if last in _PLACE_OR_GROUP or (len(words) > 1 and "of" in words and first not in lexicon.PERSON_TITLES):
        return False
    return (first in lexicon.PERSON_TITLES and len(words) > 1) or (first in lexicon.FIRST_NAMES and len(words) < 6)

"""Questions from sentences whose verb is a form of "be": definitions, identities, passives."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from generation_functions.offline import lexicon
from generation_functions.offline.asking import (
    Pair,
    askable,
    before_break,
    finished,
    has_name,
    head_noun,
    is_person_noun,
    leans,
    plain_complement,
    question,
)
from generation_functions.offline.clauses import Clause
from generation_functions.offline.dates import DATE, is_front_date, is_year_only
from generation_functions.offline.verbs import is_participle, participles, third_person

_EMPTY_COMPLEMENTS = lexicon.word_set(
    """
    good bad great nice big small little lot bit must matter thing question kind sort long short few number
    different difference result problem step reason pity shame sign example mistake challenge change
    surprise secret mystery
    """
)
_RANKED = re.compile(
    r"^the (?:\w+ )?(?:first|second|third|last|only|most|least|largest|smallest|\w{2,}est|main|chief|official) "
)
_PARTICIPLE_ENDINGS = {
    "known as": "known as",
    "known for": "known for",
    "used for": "used for",
    "used as": "used as",
    "used to": "used for",
    "made of": "made of",
    "made from": "made from",
    "made up": "made up of",
    "composed of": "composed of",
    "divided into": "divided into",
    "derived from": "derived from",
    "covered with": "covered with",
    "covered by": "covered by",
    "filled with": "filled with",
    "surrounded by": "surrounded by",
    "powered by": "powered by",
    "caused by": "caused by",
    "measured in": "measured in",
    "connected to": "connected to",
    "based on": "based on",
    "replaced by": "replaced by",
    "named after": "named after",
    "separated from": "separated from",
    "followed by": "followed by",
    "equipped with": "equipped with",
    "converted into": "converted into",
    "converted to": "converted to",
    "attached to": "attached to",
    "formed by": "formed by",
    "driven by": "driven by",
    "controlled by": "controlled by",
    "produced by": "produced by",
    "associated with": "associated with",
    "written in": "",
    "called": "called",
    "named": "named",
    "assembled from": "assembled from",
    "built of": "built of",
    "built from": "built from",
    "marked with": "marked with",
    "marked by": "marked by",
    "joined to": "joined to",
    "greased with": "greased with",
    "fitted with": "fitted with",
    "lined with": "lined with",
    "painted": "",
    "engraved on": "",
}
_ADJECTIVE_ENDINGS = lexicon.phrase_set(
    """
    famous for; responsible for; native to; rich in; dependent on; known for; made of; home to; similar to;
    equal to; capable of; composed of; resistant to; important for; essential for; sensitive to
    """
)
_PLACED = lexicon.word_set(
    """
    located situated born buried based headquartered found stored kept held grown displayed spoken housed
    """
)
_PLACED_BY_NAME = lexicon.word_set(
    """
    built made produced discovered established founded published signed raised educated fought
    """
)
_PLACE_PREPOSITIONS = lexicon.word_set(
    """
    in on at near along between inside beneath under within beside above behind outside
    """
)
_NO_PLACE = lexicon.word_set(
    """
    order response part fact use case time terms addition general theory practice honour honor memory case
    front charge danger turn detail place pairs groups large small many most some several two three four
    five various different all common nature
    """
)
_NO_AGENTS = (
    lexicon.word_set(
        """
    time end way means side age hour day hand law train sea land air far about around nearly almost over
    more less early late mid beginning middle a the an number name use virtue chance default
    """
    )
    | lexicon.MONTHS
)
_DIMENSIONS = lexicon.word_set("long tall high wide deep thick heavy old")
_MINDS_DO = lexicon.word_set("judge know consider measure see hear call regard mark identify find")
_THINGS_DO = lexicon.word_set(
    """
    destroy damage cause follow surround power drive cover flood kill form separate protect
    """
)


def be_pairs(clause: Clause, rng: random.Random) -> Iterator[Pair]:
    """Pairs from a clause with is, are, was or were."""
    words = clause.words
    if not words or words[0].lower() in ("not", "no", "never", "that", "so", "too", "like"):
        return
    first = words[0].lower().rstrip(",")
    if is_participle(first) and first not in _ADJECTIVES:
        yield from _passive(clause, first, rng)
        return
    if first in lexicon.NUMBER_WORDS and clause.verb == "are" and len(words) > 4:
        yield from _definition(clause)
    if first in ("a", "an") or (first == "one" and words[1:2] == ("of",)):
        yield from _definition(clause)
    elif first == "the":
        yield from _identity(clause)
    dimensions = list(_dimension(clause))
    yield from dimensions or _attribute(clause)
    ending = " ".join(words[:2]).lower()
    if ending in _ADJECTIVE_ENDINGS and len(words) > 2 and askable(clause.rest):
        yield from _pair(clause, question(clause, "What", ending), 2.2)


_ADJECTIVES = lexicon.word_set("united limited advanced related interested involved supposed")


def _pair(clause: Clause, text: str | None, score: float) -> Iterator[Pair]:
    if text:
        yield Pair(text, clause.answer, score)


def _defines(clause: Clause) -> bool:
    """Whether "What is SUBJECT?" names something by itself."""
    subject = clause.subject
    words = subject.text.split()
    if words[0].lower() in lexicon.QUANTIFIERS or clause.front:
        return False
    if subject.kind == "named":
        return len(words) < 7 and not (words[0] in ("a", "an") and clause.verb in ("was", "were"))
    present = clause.verb in ("is", "are")
    if subject.kind == "definite":
        return present and len(words) < 4 and not subject.person
    return present and len(words) < 6


def _definition(clause: Clause) -> Iterator[Pair]:
    complement = clause.words[1:] if clause.words[0].lower() != "one" else clause.words[2:]
    if len(complement) < 3 or complement[0].lower() in _EMPTY_COMPLEMENTS or not _defines(clause):
        return
    head = head_noun(complement)
    if head in _EMPTY_COMPLEMENTS or (clause.words[0].lower() == "one" and head in lexicon.VAGUE_HEADS):
        return
    person = clause.subject.kind == "named" and (clause.subject.person or is_person_noun(head))
    text = finished(clause, f"{'Who' if person else 'What'} {clause.verb} {clause.subject.text}")
    yield from _pair(clause, text, 3.4)


def _identity(clause: Clause) -> Iterator[Pair]:
    complement = before_break(clause.words, stops=lexicon.CLAUSE_STARTS - {"and"})
    text = " ".join(complement)
    named = clause.subject.kind == "named"
    head = head_noun(complement)
    if (
        named
        and len(complement) > 3
        and (_RANKED.match(text) or has_name(complement[1:]))
        and plain_complement(text, 14)
    ):
        who = "Who" if is_person_noun(head) or clause.subject.person else "What"
        verb = clause.verb if not clause.subject.plural or head.endswith("s") else ""
        if verb and askable(text) and not clause.front:
            yield from _pair(clause, finished(clause, f"{who} {verb} {text}"), 3.2)
    elif _defines(clause) and head not in lexicon.VAGUE_HEADS:
        person = clause.subject.person or (named and is_person_noun(head))
        whole = len(complement) > 4 or _has_relative(clause, complement)
        if whole and not (person and leans(text)):
            start = "Who" if person else "What"
            yield from _pair(clause, finished(clause, f"{start} {clause.verb} {clause.subject.text}"), 3.0)


def _has_relative(clause: Clause, complement: list[str]) -> bool:
    """Whether "the machine" goes on with "that blows the organ"."""
    after = clause.words[len(complement) : len(complement) + 1]
    return bool(after) and after[0] in ("that", "which", "who", "where") and len(clause.words) > len(complement) + 3


def _attribute(clause: Clause) -> Iterator[Pair]:
    """What 'The capital of France is Paris' answers: 'What is the capital of France?'"""
    subject = clause.subject.text
    if not subject.startswith("the ") or " of " not in subject or clause.adverbs:
        return
    first = clause.words[0]
    if not (
        first.lower() in ("the", "a", "an", "to", "about", "approximately", "between", "only")
        or first[0].isdigit()
        or first[0].isupper()
        or first.lower() in lexicon.NUMBER_WORDS
    ):
        return
    owner = subject.split(" of ", 1)[1]
    if owner.startswith("the ") and not has_name(owner.split()) and clause.verb in ("was", "were"):
        return
    person = is_person_noun(subject.split(" of ")[0].split()[-1])
    yield from _pair(clause, question(clause, "Who" if person else "What"), 3.1)


def _dimension(clause: Clause) -> Iterator[Pair]:
    """What 'The bridge is 330 metres long' answers: 'How long is the bridge?'"""
    words = [word.rstrip(",").lower() for word in clause.words[:9]]
    for at, word in enumerate(words[1:], 1):
        if word in _DIMENSIONS and (words[at - 1] in lexicon.UNITS or words[at - 1] in lexicon.TIME_UNITS):
            if (
                any(w[:1].isdigit() or w in lexicon.NUMBER_WORDS for w in words[:at])
                and len(clause.subject.text.split()) < 9
            ):
                yield from _pair(clause, question(clause, f"How {word}"), 3.0)
            return
        if word in lexicon.CLAUSE_STARTS:
            return


def _passive(clause: Clause, participle: str, rng: random.Random) -> Iterator[Pair]:
    yield from _when(clause, rng)
    by_agent = list(_who_did(clause, participle))
    yield from by_agent
    yield from _where(clause, participle)
    yield from _how_often(clause)
    ending = f"{participle} {clause.words[1].lower()}" if len(clause.words) > 1 else ""
    asked = _PARTICIPLE_ENDINGS.get(ending) or (
        _PARTICIPLE_ENDINGS.get(participle) if participle in ("called", "named") else None
    )
    if asked and asked.endswith(" by") and (by_agent or " by " not in f" {clause.rest} "):
        return
    if asked and len(clause.words) > 2 and not DATE.match(" ".join(clause.words[1:])):
        if ending == "used to" and not clause.words[2].islower():
            return
        who = "Who" if asked == "named after" and _names_person(clause.words[2:]) else "What"
        yield from _pair(clause, question(clause, who, asked), 2.4)


def _names_person(words: tuple[str, ...]) -> bool:
    name = [word.lower() for word in before_break(words)]
    return any(word in lexicon.FIRST_NAMES or is_person_noun(word) or word in lexicon.PERSON_TITLES for word in name)


def _when(clause: Clause, rng: random.Random) -> Iterator[Pair]:
    rest = clause.rest
    if clause.front:
        complement = " ".join(before_break(clause.words))
        if is_front_date(clause.front) and plain_complement(complement):
            undated = Clause(clause.answer, clause.subject, clause.verb, clause.form, clause.words, clause.adverbs)
            yield from _pair(
                clause, question(undated, "When", complement), 2.8 if clause.subject.kind == "named" else 2.0
            )
        return
    match = DATE.search(rest)
    if match is None:
        return
    complement = "born" if rest.startswith("born ") else rest[: match.start()].rstrip()
    if not complement or not plain_complement(complement):
        return
    start = rng.choice(("When", "When", "In what year")) if is_year_only(match[0]) else "When"
    yield from _pair(clause, question(clause, start, complement), 2.9 if clause.subject.kind == "named" else 2.0)


def _who_did(clause: Clause, participle: str) -> Iterator[Pair]:
    words = clause.words
    try:
        by = [word.lower() for word in words[:8]].index("by")
    except ValueError:
        return
    complement = " ".join(words[1:by])
    agent = before_break(words[by + 1 :], stops=lexicon.CLAUSE_STARTS | lexicon.PREPOSITIONS)
    if not agent or not plain_complement(complement, 5) or not askable(complement):
        return
    first = agent[0].lower()
    base, past = participles().get(participle, ("", participle if participle.endswith("ed") else ""))
    if first.endswith("ing") and len(words) > by + 2 and not has_name(agent):
        yield from _pair(clause, question(clause, "How", " ".join(words[:by])), 2.4)
        return
    named = has_name(agent[:1]) or (first == "the" and has_name(agent))
    if agent[0].lower() in lexicon.MONTHS or agent[0][0].isdigit() or not past:
        return
    article = first in lexicon.DETERMINERS
    if not named and (head_noun(agent) in _NO_AGENTS or not (article or first.endswith("s"))):
        return
    if not named and article and len(agent) < 2:
        return
    if not named and base in _MINDS_DO:
        return
    thing = base in _THINGS_DO or (not named and not is_person_noun(head_noun(agent)))
    verb = past if clause.verb in ("was", "were") else third_person(base) if base else ""
    if not verb:
        return
    parts = ("What" if thing else "Who", *clause.adverbs, verb, clause.subject.text, complement)
    yield from _pair(clause, finished(clause, " ".join(part for part in parts if part)), 3.1 if named else 2.3)


def _where(clause: Clause, participle: str) -> Iterator[Pair]:
    words = [word.rstrip(",;") for word in clause.words[:5]]
    if len(words) < 3 or words[1].lower() not in _PLACE_PREPOSITIONS or clause.front:
        return
    place = words[2].lower()
    if place in _NO_PLACE or place[:1].isdigit() or place in lexicon.MONTHS or place.endswith("ing"):
        return
    if DATE.match(" ".join(clause.words[1:])) or place in lexicon.PRONOUNS:
        return
    named = words[2][0].isupper() or (len(words) > 3 and place == "the" and words[3][0].isupper())
    if participle in _PLACED or (participle in _PLACED_BY_NAME and named and words[1] == "in"):
        yield from _pair(clause, question(clause, "Where", participle), 2.6)


def _how_often(clause: Clause) -> Iterator[Pair]:
    words = [word.lower() for word in clause.words]
    if "every" in words[:8]:
        at = words.index("every")
        if at + 1 < len(words) and (
            words[at + 1].rstrip(",") in lexicon.TIME_UNITS
            or words[at + 1] in lexicon.NUMBER_WORDS
            or words[at + 1][0].isdigit()
        ):
            complement = " ".join(clause.words[:at])
            if plain_complement(complement):
                yield from _pair(clause, question(clause, "How often", complement), 2.6)

"""Questions from sentences whose verb is "have", a modal or any other verb than "be"."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import pairwise

from generation_functions.offline import lexicon
from generation_functions.offline.adverbial_rules import adverbial_pairs, subject_pairs
from generation_functions.offline.asking import (
    NUMBER,
    Pair,
    before_break,
    finished,
    has_name,
    leans,
    plain_complement,
    question,
)
from generation_functions.offline.be_rules import be_pairs
from generation_functions.offline.clauses import Clause
from generation_functions.offline.dates import DATE, is_front_date, is_year_only
from generation_functions.offline.quantity_rules import ASKED_PHRASES, counted_after_number, quantity_pairs
from generation_functions.offline.verbs import NOUN_LIKE, is_participle, verb_forms

_WHAT_VERBS = lexicon.word_set(
    """
    contain include produce cause require need use convert measure prevent protect support store control
    regulate provide return accept create represent mean describe define determine absorb release carry
    transport supply connect link separate form eat attract emit generate remove filter indicate affect
    enable influence inhabit display specify stimulate transmit transform collect overwrite raise set parse
    validate encode treat reflect receive detect reduce increase improve
    """
)
_WHAT_PAST = lexicon.word_set(
    """
    invent discover found establish write compose paint design build win publish introduce develop create
    propose prove receive study demonstrate describe patent earn lose adopt observe explore formulate
    pioneer teach install calculate make record compile collect direct commission
    """
)
_KEPT_SOMEWHERE = frozenset(["stored", "kept", "found", "placed", "installed", "grown"])
_NO_PLACE = frozenset(["order", "case", "all", "general", "practice"])
_WHERE_VERBS = lexicon.word_set(
    """
    lie stand live originate begin rise occur grow nest breed sleep end hang
    """
)
_PLACE = lexicon.word_set(
    """
    in on at near along between inside beneath under within beside above behind outside around across from
    """
)
_HOW_MUCH = {"weigh": "How much", "cost": "How much", "last": "How long"}
_DOES = lexicon.word_set(
    """
    pump absorb convert filter regulate protect carry transport store remove control prevent measure detect
    break print return run start stop create delete add show list read write check copy move open close load
    save send set overwrite parse validate encode encrypt render merge display connect produce digest
    release transmit generate separate cool heat
    """
)
_MEASURED = re.compile(
    r"(?:for )?(?:(?:about|around|approximately|roughly|nearly|almost|up to|more than|less than|over|only|exactly"
    r"|between) )*"
    rf"(?P<number>{NUMBER})(?:[ -](?P<unit>°?\w+))?"
)
_TEMPERATURE = re.compile(
    r"at (?:about |around |approximately |temperatures of |a temperature of )?[−-]?\d[\d,.]* ?(?:°|degrees)"
)
_OF_MEASURE = re.compile(
    r"(?:a|an) (?P<noun>(?:[a-z-]+ ){0,3}?[a-z]+) of (?:(?:about|around|approximately|over|up to|nearly|more than) )?"
    rf"{NUMBER}"
)
_NOT_NOUNS = lexicon.word_set(
    """
    number total group pair set series lot range maximum minimum team handful
    """
)


def verb_pairs(clause: Clause, rng: random.Random) -> Iterator[Pair]:
    """Pairs from any clause, by its verb."""
    if not clause.words:
        return
    if not lexicon.NEGATIONS.isdisjoint(clause.adverbs) or clause.words[0] in ("not", "no", "never", "nothing"):
        return
    if clause.verb in lexicon.BE:
        yield from be_pairs(clause, rng)
    elif clause.verb in lexicon.HAVE:
        yield from _have(clause)
    elif clause.verb in lexicon.MODALS:
        yield from _modal(clause)
    elif clause.form is not None:
        yield from _lexical(clause, clause.form.base, rng)
    yield from quantity_pairs(clause)
    yield from adverbial_pairs(clause)
    yield from subject_pairs(clause)


def _pair(clause: Clause, text: str | None, score: float) -> Iterator[Pair]:
    if text:
        yield Pair(text, clause.answer, score)


def _have(clause: Clause) -> Iterator[Pair]:
    rest = clause.rest
    match = _OF_MEASURE.match(rest)
    if match and not match["noun"].endswith(tuple(_NOT_NOUNS)) and match["noun"].split()[-1] not in _NOT_NOUNS:
        verb = "was" if clause.verb == "had" else "is"
        yield from _pair(clause, finished(clause, f"What {verb} the {match['noun']} of {clause.subject.text}"), 3.0)
    if clause.words[0] == "been" and len(clause.words) > 2:
        since = re.search(r"\bsince (?:\w+ )?[12]\d{3}\b", rest)
        if since and plain_complement(rest[: since.start()]):
            yield from _pair(clause, question(clause, "Since when", rest[: since.start()].rstrip()), 2.5)


def _modal(clause: Clause) -> Iterator[Pair]:
    words = clause.words
    if clause.verb not in ("can", "must", "should", "may") or len(words) < 3:
        return
    low = [word.lower().rstrip(",") for word in words]
    if low[0] in ("weigh", "cost", "last", "hold") and _is_measured(words[1:]):
        start = "How long" if low[0] == "last" else "How much"
        if low[0] != "hold" or _unit(words[1:]) in lexicon.UNITS:
            yield from _pair(clause, question(clause, start, low[0]), 2.8)
    counted = counted_after_number(words[1:])
    if counted and verb_forms().get(low[0]):
        tail = " ".join(before_break(words[1 + counted[1] :]))
        tail = tail if tail.split(" ")[0] in ("a", "per", "each", "every") else ""
        yield from _pair(clause, question(clause, f"How many {counted[0]}", f"{low[0]} {tail}".strip()), 2.8)
    if low[0] == "be" and clause.verb != "may" and is_participle(low[1]):
        yield from _modal_passive(clause, low)


def _modal_passive(clause: Clause, low: list[str]) -> Iterator[Pair]:
    words = clause.words
    for at in range(2, min(9, len(words) - 1)):
        if low[at] == "every" or low[at : at + 2] in (["once", "a"], ["twice", "a"]):
            yield from _pair(clause, _complemented(clause, "How often", words[:at]), 2.9)
            return
    if low[2] == "at" and _TEMPERATURE.match(" ".join(words[2:])):
        yield from _pair(clause, question(clause, "At what temperature", " ".join(words[:2])), 2.8)
    elif low[1] in ("seen", "heard", "detected") and re.match(r"(?:from|at) a distance of ", " ".join(words[2:])):
        yield from _pair(clause, question(clause, f"{words[2].capitalize()} what distance", f"be {low[1]}"), 2.9)
    elif low[2] in ("with", "by", "using") and clause.verb == "can" and len(words) > 3:
        yield from _pair(clause, question(clause, "How", " ".join(words[:2])), 2.4)
    elif low[2] in ("to", "for", "as", "from", "into") and low[1] in ("used", "made", "divided", "converted", "stored"):
        ending = "for" if low[2] == "to" and low[1] == "used" else low[2]
        if low[2] != "to" or low[1] == "used":
            yield from _pair(clause, question(clause, "What", f"be {low[1]} {ending}"), 2.2)
    elif (
        low[2] in ("in", "on", "at", "under", "inside")
        and low[1] in _KEPT_SOMEWHERE
        and len(low) > 3
        and low[3] not in _NO_PLACE
    ):
        yield from _pair(clause, question(clause, "Where", f"be {low[1]}"), 2.2)


def _complemented(clause: Clause, start: str, words: tuple[str, ...]) -> str | None:
    complement = " ".join(words)
    return question(clause, start, complement) if plain_complement(complement) else None


def _is_measured(words: tuple[str, ...]) -> bool:
    return _MEASURED.match(" ".join(words[:8])) is not None


def _unit(words: tuple[str, ...]) -> str:
    match = _MEASURED.match(" ".join(words[:8]))
    return (match["unit"] or "").lower() if match else ""


def _lexical(clause: Clause, base: str, rng: random.Random) -> Iterator[Pair]:
    yield from _when(clause, base, rng)
    yield from _what(clause, base)
    yield from _who(clause, base)
    yield from _measure(clause, base)
    yield from _where(clause, base)
    if _does_something(clause, base):
        yield from _pair(clause, finished(clause, f"What does {clause.subject.text} do"), 2.3)
    if len(clause.words) > 1 and clause.words[0] == "by" and clause.words[1].endswith("ing"):
        yield from _pair(clause, question(clause, "How"), 2.7)


def _does_something(clause: Clause, base: str) -> bool:
    """Whether "What does X do?" is a good question: X is a part or a command that has a task."""
    if base not in _DOES or base in _WHAT_VERBS or clause.form is None or clause.form.tense != "third" or clause.front:
        return False
    subject = clause.subject
    return len(clause.words) > 3 and not subject.person and (" " in subject.text or subject.text[0] == "`")


def _when(clause: Clause, base: str, rng: random.Random) -> Iterator[Pair]:
    if clause.form is None or clause.form.tense != "past":
        return
    if clause.front:
        complement = " ".join(before_break(clause.words))
        if is_front_date(clause.front) and complement == clause.rest and plain_complement(complement):
            undated = Clause(clause.answer, clause.subject, clause.verb, clause.form, clause.words, clause.adverbs)
            yield from _pair(clause, question(undated, "When", complement), 2.8)
        return
    rest = clause.rest
    match = DATE.search(rest)
    if match and plain_complement(rest[: match.start()].rstrip()):
        start = rng.choice(("When", "When", "In what year")) if is_year_only(match[0]) else "When"
        score = 2.8 if clause.subject.kind == "named" else 2.0
        yield from _pair(clause, question(clause, start, rest[: match.start()].rstrip()), score)


def _what(clause: Clause, base: str) -> Iterator[Pair]:
    words = clause.words
    phrase = f"{base} {words[0].lower()}"
    if phrase in ASKED_PHRASES and len(words) > 1 and not DATE.match(clause.rest):
        yield from _pair(clause, question(clause, "What", words[0].lower()), 2.5)
        return
    if not _has_object(words):
        return
    listed = clause.rest.count(", ") > 0 and " and " in clause.rest
    if clause.form and clause.form.tense == "past":
        if (
            base in _WHAT_PAST
            and clause.subject.kind == "named"
            and not leans(" ".join(before_break(words)))
            and words[0] not in lexicon.QUANTIFIERS - {"two"}
        ):
            date = DATE.search(clause.rest)
            when = date[0] if date and plain_complement(clause.rest[: date.start()], 12) else ""
            yield from _pair(clause, question(clause, "What", when), 2.3)
    elif base in _WHAT_VERBS and len(words) > 1 and not clause.subject.person:
        yield from _pair(clause, question(clause, "What"), 2.5 if listed else 2.1)


def _has_object(words: tuple[str, ...]) -> bool:
    first = words[0].lower().rstrip(",")
    return (
        first not in lexicon.PREPOSITIONS
        and first not in lexicon.PRONOUNS - lexicon.POSSESSIVES
        and not first.endswith("ly")
        and first not in lexicon.CLAUSE_STARTS
    )


def _who(clause: Clause, base: str) -> Iterator[Pair]:
    """What 'Marie Curie discovered polonium in 1898' answers: 'Who discovered polonium in 1898?'"""
    subject = clause.subject
    if not subject.person or subject.kind != "named" or clause.form is None or clause.form.tense != "past":
        return
    rest = before_break(clause.words, stops=lexicon.CLAUSE_STARTS - {"and"})
    text = " ".join(rest)
    if len(rest) > 14 or not lexicon.POSSESSIVES.isdisjoint(text.lower().split()):
        return
    specific = (
        base in ("discover", "invent", "coin", "patent") or has_name(rest) or (rest[0] == "the" and len(rest) > 3)
    )
    if specific and not _has_clause(rest) and plain_complement(text, 14) and _has_object(clause.words):
        verb = " ".join((*clause.adverbs, clause.verb))
        yield from _pair(clause, finished(clause, f"Who {verb} {text}"), 3.1)


def _has_clause(words: list[str]) -> bool:
    """Whether an object is a clause without "that": "atoms behave differently"."""
    forms = verb_forms()
    for before, word in pairwise(words):
        form = forms.get(word)
        if (
            form
            and form.tense != "past"
            and form.base not in NOUN_LIKE
            and before not in lexicon.DETERMINERS
            and before != "to"
        ):
            return True
    return False


def _measure(clause: Clause, base: str) -> Iterator[Pair]:
    words = clause.words
    if base in _HOW_MUCH and _is_measured(words):
        yield from _pair(clause, question(clause, _HOW_MUCH[base]), 2.9)
    elif base == "take" and _is_measured(words) and _unit(words) in lexicon.TIME_UNITS:
        match = _MEASURED.match(clause.rest)
        after = clause.rest[match.end() :].strip() if match else ""
        if not after:
            yield from _pair(clause, question(clause, "How long", "take"[4:]), 2.9)
        elif after.startswith("to ") and plain_complement(after):
            yield from _pair(clause, question(clause, "How long", after), 2.9)
    elif base in ("boil", "melt", "freeze", "operate", "ignite") and _TEMPERATURE.match(clause.rest):
        yield from _pair(clause, question(clause, "At what temperature"), 2.9)
    elif base == "hold" and _is_measured(words) and _unit(words) in lexicon.UNITS:
        yield from _pair(clause, question(clause, "How much"), 2.9)
    elif base == "operate" and re.match(r"at (?:about |around )?\d[\d.]* (?:bar|psi|kPa|MPa)\b", clause.rest):
        yield from _pair(clause, question(clause, "At what pressure"), 2.9)
    elif base == "cover" and _unit(words) == "square":
        yield from _pair(clause, question(clause, "How large an area"), 2.9)


def _where(clause: Clause, base: str) -> Iterator[Pair]:
    words = [word.rstrip(",;") for word in clause.words]
    predicate = ""
    if base == "take" and words[0] == "place":
        words, base, predicate = words[1:], "stand", "place"
    if len(words) < 2 or clause.front or base not in _WHERE_VERBS:
        return
    first, place = words[0].lower(), words[1].lower()
    if (
        first not in _PLACE
        or place[:1].isdigit()
        or place in lexicon.MONTHS
        or place in lexicon.PRONOUNS
        or place.endswith("ing")
    ):
        return
    if DATE.match(clause.rest) or (first == "from" and base not in ("originate", "rise")):
        return
    if base in ("begin", "end", "rise", "stand") and not predicate and not has_name(before_break(words[1:4])):
        return
    if DATE.match(" ".join(words)) is None:
        yield from _pair(clause, question(clause, "Where", predicate), 2.2)

"""Questions for what goes with a verb of any kind: how long, how often, at what age; and for the subject itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generation_functions.offline import lexicon
from generation_functions.offline.asking import (
    NUMBER,
    Pair,
    askable,
    finished,
    has_name,
    is_past,
    leans,
    plain_complement,
    question,
)
from generation_functions.offline.clauses import Clause
from generation_functions.offline.verbs import third_person

_TIME_UNIT = "(?:" + "|".join(sorted(lexicon.TIME_UNITS, key=len, reverse=True)) + ")"
_DURATION = re.compile(
    rf"\bfor (?:about |around |nearly |almost |up to |more than |over |only )?{NUMBER} {_TIME_UNIT}\b"
)
_OFTEN = re.compile(
    rf"(?<!of )\b(?:(?:once |twice )?every (?:\w+ ){{0,2}}?{_TIME_UNIT}|(?:once|twice|three times) an? {_TIME_UNIT}"
    rf"|every (?:second )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"
)
_WEEKDAY = re.compile(r"\bon (?:the (?:first|second|third|last) )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b")
_AGE = re.compile(r"\bat the age of (?:\d+|[a-z-]+)\b")
_RUNS = re.compile(r"^(?:open|closed)(?: to [a-z]+)?(?= (?:from|on|between|during|in|at|every) )")
_REFUSED_SUBJECT_VERBS = lexicon.word_set(
    "do go say think know mean want like seem look live lie stand sit stay come become remain"
)
_GROUPS = lexicon.word_set(
    "trust board company council committee government society university academy institute ministry parliament army "
    "navy court party union club bank group department agency museum commission office corporation association"
)
_MOST_SUBJECT_QUESTION_WORDS = 14


def adverbial_pairs(clause: Clause) -> Iterator[Pair]:
    """Pairs that ask for a duration, a rhythm or an age."""
    if not clause.front:
        for pattern, start, score in (
            (_OFTEN, "How often", 2.6),
            (_DURATION, "How long", 2.6),
            (_AGE, "At what age", 2.8),
        ):
            yield from _asked_before(clause, pattern, start, score)
        if not is_past(clause):
            yield from _asked_before(clause, _WEEKDAY, "When", 2.4)
            match = _RUNS.match(clause.rest) if clause.verb in lexicon.BE else None
            if match and re.search(r" (?:from \w+ (?:to|until) \w+|on \w+days?)$", clause.rest):
                yield from _pair(question(clause, "When", match[0]), clause.answer, 2.6)
    yield from _apposition(clause)


def subject_pairs(clause: Clause) -> Iterator[Pair]:
    """What 'A tunnel joins the basin to the sea' answers: 'What joins the basin to the sea?'"""
    subject, rest = clause.subject, clause.rest
    if clause.form is None or clause.front or clause.form.base in _REFUSED_SUBJECT_VERBS or len(clause.words) < 3:
        return
    if subject.kind == "named" and not subject.person and not subject.text.startswith("the "):
        return
    if subject.kind == "named" and not subject.person and subject.text.split()[-1].lower() in _GROUPS:
        return
    if subject.text.split()[0].lower() in lexicon.QUANTIFIERS or clause.words[0].lower() in lexicon.PREPOSITIONS:
        return
    if not plain_complement(rest, _MOST_SUBJECT_QUESTION_WORDS) or not askable(rest) or " not " in f" {rest} ":
        return
    if not lexicon.POSSESSIVES.isdisjoint(rest.lower().split()) or leans_alone(rest) or not _specific(clause):
        return
    past = clause.form.tense == "past"
    verb = clause.verb if past else third_person(clause.form.base)
    words = (*clause.adverbs, verb, rest)
    if subject.person:
        yield from _pair(finished(clause, f"Who {' '.join(words)}"), clause.answer, 2.9)
    elif subject.kind != "definite" or not past:
        yield from _pair(finished(clause, f"What {' '.join(words)}"), clause.answer, 1.9)


def leans_alone(rest: str) -> bool:
    """Whether the object is a bare "the THING" that only the text around it explains."""
    return bool(re.match(r"the [a-z-]+(?:$|,)", rest)) or rest.split()[0] in ("it", "them", "this", "that")


def _specific(clause: Clause) -> bool:
    words = clause.words
    if is_past(clause):
        return has_name(words) and not leans(clause.rest)
    return words[0].lower() in ("the", "a", "an") or has_name(words[:2])


def _asked_before(clause: Clause, pattern: re.Pattern[str], start: str, score: float) -> Iterator[Pair]:
    rest = clause.rest
    match = pattern.search(rest)
    if match is None:
        return
    complement = rest[: match.start()].rstrip()
    if clause.verb in lexicon.AUXILIARIES and not complement:
        return
    if not plain_complement(complement) or (start == "How long" and complement.endswith(" once")):
        return
    if clause.verb in lexicon.HAVE or (clause.verb in lexicon.BE and complement.split()[0] in ("a", "an", "the")):
        return
    yield from _pair(question(clause, start, complement), clause.answer, score)


def _apposition(clause: Clause) -> Iterator[Pair]:
    """What 'Grace Hopper, an American computer scientist, wrote ' answers: 'Who was Grace Hopper?'"""
    words = clause.apposition.split()
    subject = clause.subject
    if (
        len(words) < 3
        or words[0] not in ("a", "an")
        or not subject.person
        or subject.kind != "named"
        or not is_past(clause)
    ):
        return
    if askable(clause.apposition) and plain_complement(clause.apposition, 12) and not leans(clause.apposition):
        yield Pair(f"Who was {subject.text}?", f"{subject.text} was {clause.apposition}.", 3.0)


def _pair(text: str | None, answer: str, score: float) -> Iterator[Pair]:
    if text:
        yield Pair(text, answer, score)

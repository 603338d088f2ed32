"""The offline writer of questions that take something false for granted, and of the answers that set it right.

A year, a quantity or a name of a fact is exchanged for another one; the answer says which is right and states the fact.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from generation_functions.offline import lexicon
from generation_functions.offline.asking import is_past
from generation_functions.offline.recall_facts import (
    Fact,
    Values,
    as_reply,
    read_facts,
    read_sources,
    shuffled,
    wanted_pairs,
)

_MONTH = "(?:" + "|".join(month.capitalize() for month in sorted(lexicon.MONTHS)) + ")"
_NUMBER = re.compile(r"(?<![\w.,:/-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w%:/-]|[.,]\d)")
_WORDS = ("three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER_WORD = re.compile(rf"\b(?:two|{'|'.join(_WORDS)})\b")
_YEAR = re.compile(r"(?:1\d|20)\d\d")
_BEFORE_A_YEAR = re.compile(rf"\b(?:in|since|until|of|by|before|after|{_MONTH}) $", re.IGNORECASE)
_BEFORE_A_DAY, _AFTER_A_DAY = re.compile(rf"{_MONTH} $"), re.compile(rf" {_MONTH}\b")
_HEDGED = re.compile(
    r"\b(?:at least|at most|up to|about|around|nearly|almost|over|under|between|or|to|than)(?: an?)? $", re.IGNORECASE
)
_RANGE = (" to ", " or ", " and ")
_UNIT = re.compile(r" (?:(?:nautical|square|cubic) )?(?:[a-z]+s|bar|people|pence|feet)(?=[ .,;]|$)")
_EXCLUSIVE = lexicon.word_set("design invent build write found discover compose paint make draw install lead calculate")
_ONLY_ONE = re.compile(r"(?:was|is) the (?:first|last|only|oldest|youngest)\b")
_WHETHER = (
    "Is it true that {0}?",
    "I have read that {0}. Is that right?",
    "Am I right that {0}?",
    "Somebody told me that {0}. Is that so?",
)
_NO = ("No", "No, that is a mistake", "That is wrong")
_MISTAKE = ("There is a mistake in the question", "The question has one thing wrong", "Not quite")
_MOST_ABOUT_ONE = 2
_QUESTION_SHARE = 0.6
_NEAR_YEARS = 60


class Swap(NamedTuple):
    """A false version of a fact: `false` stands in the place of `true`, at `at`."""

    fact: Fact
    false: str
    true: str
    at: int


def negative_questions(values: Values, rng: random.Random) -> str:
    """Pairs whose question holds a mistake that the answer corrects, or `NO QUESTIONS`."""
    facts = [fact for fact in read_facts(values, rng) if fact.source == 0 and fact.lifted]
    swaps = shuffled(_swaps(facts, read_sources(values)[0].text, rng), rng)
    found: dict[str, tuple[str, str]] = {}
    about: Counter[str] = Counter()
    for swap in swaps:
        if swap.fact.text not in found and about[swap.fact.subject] < _MOST_ABOUT_ONE:
            about[swap.fact.subject] += 1
            found[swap.fact.text] = _pair(swap, rng)
    return as_reply(list(found.values())[: wanted_pairs(values)])


def _swaps(facts: list[Fact], text: str, rng: random.Random) -> Iterator[Swap]:
    people = dict.fromkeys(fact.subject for fact in facts if fact.person)
    for fact in facts:
        yield from _other_numbers(fact, text, rng)
        yield from _other_person(fact, people, rng)


def _other_numbers(fact: Fact, text: str, rng: random.Random) -> Iterator[Swap]:
    for match in (*_NUMBER.finditer(fact.text), *_NUMBER_WORD.finditer(fact.text)):
        before, after, number = fact.text[: match.start()], fact.text[match.end() :], match[0]
        year = _is_year(match)
        if _HEDGED.search(before) or after.startswith(_RANGE) or (_BEFORE_A_DAY.search(before) and not year):
            continue
        unit = _UNIT.match(after)
        tail = unit[0] if unit else ""
        if year:
            yield Swap(fact, _another_year(number, fact.text, text, rng), number, match.start())
        elif number not in ("0", "1") and not _AFTER_A_DAY.match(after):
            other = _another_number(number, tail, fact.text, text, rng)
            yield Swap(fact, other + tail, number + tail, match.start())


def _is_year(match: re.Match[str]) -> bool:
    before, after = match.string[: match.start()], match.string[match.end() :]
    return bool(_YEAR.fullmatch(match[0]) and _BEFORE_A_YEAR.search(before) and not _UNIT.match(after))


def _another_year(number: str, fact: str, text: str, rng: random.Random) -> str:
    years = sorted(set(re.findall(r"\b(?:1[5-9]|20[01])\d\d\b", text)) - set(_NUMBER.findall(fact)))
    near = [year for year in years if abs(int(year) - int(number)) <= _NEAR_YEARS]
    return rng.choice(near) if near else str(int(number) + rng.choice((-21, -14, -9, -6, -4, 4, 6, 9, 13, 18)))


def _another_number(number: str, tail: str, fact: str, text: str, rng: random.Random) -> str:
    """Another number: one of the same unit from the text if there is any, or one of the same size."""
    if not number[0].isdigit():
        return rng.choice([word for word in _WORDS if word not in fact.lower()] or ["thirteen"])
    same_unit = rf"({_NUMBER.pattern}){re.escape(tail)}\b"
    others = {str(found) for found in re.findall(same_unit, text)} - set(_NUMBER.findall(fact)) - {"0", "1"}
    if tail and others:
        return rng.choice(sorted(others))
    if "." in number:
        return f"{float(number) * rng.choice((0.5, 1.5, 2)) + 0.1:.{len(number.split('.')[1])}f}"
    value = int(number.replace(",", ""))
    step = max(1, round(value * rng.choice((0.1, 0.2, 0.25))))
    other = value + rng.choice((step, 2 * step, -step if step < value - 1 else step))
    return f"{other:,}" if "," in number else str(other)


def _other_person(fact: Fact, people: Iterable[str], rng: random.Random) -> Iterator[Swap]:
    """Somebody else of the text in the place of the one who did it, where only one can have done it."""
    clause, family = fact.clause, fact.subject.rsplit(" ", 1)[-1]
    others = [person for person in people if person not in fact.text and not person.endswith(family)]
    if clause is None or not fact.person or not others or not fact.text.startswith(fact.subject):
        return
    done_once = clause.form is not None and clause.form.tense == "past" and clause.form.base in _EXCLUSIVE
    if done_once or _ONLY_ONE.match(f"{clause.verb} {clause.rest}"):
        yield Swap(fact, rng.choice(others), fact.subject, 0)


def _pair(swap: Swap, rng: random.Random) -> tuple[str, str]:
    question = _with_mistake(swap)
    if question and rng.random() < _QUESTION_SHARE:
        was = "was" if swap.fact.clause and is_past(swap.fact.clause) else "is"
        return question, f"{rng.choice(_MISTAKE)}: it {was} not {swap.false} but {swap.true}. {swap.fact.text}"
    question = rng.choice(_WHETHER).format(_false_inside(swap))
    return question, f"{rng.choice(_NO)}: not {swap.false} but {swap.true}. {swap.fact.text}"


def _with_mistake(swap: Swap) -> str:
    """A question that the fact answers, with the mistake in it; empty when there is none."""
    true = re.compile(rf"(?<![\w.,]){re.escape(swap.true)}(?!\w)")
    asked = (pair.question for pair in swap.fact.pairs)
    return next((true.sub(swap.false, question, count=1) for question in asked if true.search(question)), "")


def _false_inside(swap: Swap) -> str:
    text = swap.fact.text
    false = text[: swap.at] + swap.false + text[swap.at + len(swap.true) :]
    return swap.fact._replace(text=false).inside if swap.at else false.rstrip(".")

"""The offline writer of comparisons: which came first, which is more, what two things have of their own.

Both facts are in the answer; what is concluded from them is counted, never guessed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from itertools import combinations

from generation_functions.offline import lexicon
from generation_functions.offline.anchoring import anchored, bare_noun
from generation_functions.offline.asking import Pair, inverted, is_past, plain_complement
from generation_functions.offline.dates import DATE
from generation_functions.offline.recall_facts import (
    Fact,
    Values,
    as_reply,
    read_facts,
    shuffled,
    wanted_pairs,
)

_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_MEASURED = re.compile(r'^The ([a-z]+) of (the [a-z]+) ("[^"]+") is ([\d.,]*\d) ([a-z ]+)\.$')
_HOW = re.compile(r"^How (high|tall|long|wide|deep|heavy|old|large|far|fast) (?:is|are|was|were) ([^,]+)\?$")
_QUANTITY = re.compile(r"\b(\d[\d,]*(?:\.\d+)?) ([a-z]+)\b")
_IS_A = re.compile(r"^(?:is|are) (?:an?|the|two|three|four|five) ")
_COMPARATIVES = {"high": "higher", "far": "farther", "fast": "faster", "old": "older", "heavy": "heavier"}
_MOST_EVENT_WORDS = 9
_MOST_OF_A_KIND = 2


def comparison_questions(values: Values, rng: random.Random) -> str:
    """Pairs that compare two things, of two texts where that is possible, or `NO QUESTIONS`."""
    facts = read_facts(values, rng)
    kinds = (_earlier(facts), _measures(facts), _sizes(facts), _definitions(facts), _deeds(facts))
    found: list[tuple[str, str]] = []
    for kind in kinds:
        joined_first = sorted(shuffled(kind, rng), key=lambda compared: -len(compared[1]))
        found += _without_repeats([pair for pair, _ in joined_first])[:_MOST_OF_A_KIND]
    return as_reply(shuffled(found, rng)[: wanted_pairs(values)])


Compared = tuple[tuple[str, str], set[int]]  # a question with its answer, and the sources that both facts are from


def _without_repeats(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of which no two use the same sentence."""
    used: set[str] = set()
    kept = []
    for question, answer in pairs:
        sentences = {question, *re.split(r"(?<=\.) (?=[A-Z])", answer)} - {"Before.", "After.", "The two are equal."}
        if not used & sentences:
            used |= sentences
            kept.append((question, answer))
    return kept


def _paired(facts: Iterable[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """Two facts about two subjects, one of them from the main source."""
    for one, other in combinations(facts, 2):
        if one.source == 0 and one.subject != other.subject:
            yield one, other


def _earlier(facts: list[Fact]) -> Iterator[Compared]:
    """Which of two events came first."""
    events = [(fact, *event) for fact in facts if (event := _event(fact))]
    for (one, asked, _, year), (other, _, told, later) in combinations(events, 2):
        if one.source == 0 and year != later and one.subject != other.subject:
            word = "Before" if year < later else "After"
            question = f"{asked[:1].upper()}{asked[1:]} before or after {told}?"
            yield (question, f"{word}. {one.text} {other.text}"), {one.source, other.source}


def _event(fact: Fact) -> tuple[str, str, int] | None:
    """A fact as a question without its date, as a clause without it, and its year."""
    clause, years = fact.clause, _YEAR.findall(fact.text)
    if clause is None or len(years) != 1 or not fact.lifted or not is_past(clause) or clause.apposition:
        return None
    date = DATE.search(clause.rest)
    complement = f"{clause.rest[: date.start()]}{clause.rest[date.end() :]}" if date else clause.rest
    complement = " ".join(complement.split())
    if _YEAR.search(complement) or not (date or clause.front) or (clause.front and not _YEAR.search(clause.front)):
        return None
    if not plain_complement(complement, _MOST_EVENT_WORDS) or bare_noun(f"{fact.subject} {complement}")[1]:
        return None
    told = " ".join(filter(None, (fact.subject, *clause.adverbs, clause.verb, complement)))
    return inverted(clause, complement), told, int(years[0])


def _measures(facts: list[Fact]) -> Iterator[Compared]:
    """Rows of a table: the same measure of two things."""
    rows = [(fact, match) for fact in facts if (match := _MEASURED.match(fact.text))]
    for (one, first), (other, second) in combinations(rows, 2):
        same = first[1] == second[1] and first[2] == second[2] and first[5] == second[5] and first[3] != second[3]
        if same and one.source == 0:
            a, b = _number(first[4]), _number(second[4])
            verdict = (
                "The two are equal." if a == b else f"That of {first[3] if a > b else second[3]} is the greater one."
            )
            question = f"How do {first[2]}s {first[3]} and {second[3]} compare in {first[1]}?"
            yield (question, f"{one.text} {other.text} {verdict}"), {one.source, other.source}


def _sizes(facts: list[Fact]) -> Iterator[Compared]:
    """Two things of which the texts say how high, how long or how old they are."""
    sized = []
    for fact in facts:
        for pair in fact.pairs:
            match, quantities = _HOW.match(pair.question), _QUANTITY.findall(fact.text)
            if match and len(quantities) == 1:
                sized.append((fact, match[1], match[2], _number(quantities[0][0]), quantities[0][1]))
    for (one, how, what, a, unit), (other, same_how, other_what, b, same_unit) in combinations(sized, 2):
        if (how, unit) == (same_how, same_unit) and a != b and one.source == 0 and what != other_what:
            more = _COMPARATIVES.get(how, f"{how}r" if how.endswith("e") else f"{how}er")
            winner = what if a > b else other_what
            question = f"Which is {more}, {what} or {other_what}?"
            yield (question, f"It is {winner}. {one.text} {other.text}"), {one.source, other.source}


def _definitions(facts: list[Fact]) -> Iterator[Compared]:
    """Two things of which the texts say what they are."""
    things = [
        fact
        for fact in facts
        if fact.clause and fact.lifted and not fact.person and _IS_A.match(f"{fact.clause.verb} {fact.clause.rest}")
        and fact.clause.subject.kind == "definite"
    ]  # fmt: skip
    for one, other in _paired(things):
        question = f"What is the difference between {one.subject} and {other.subject}?"
        if one.title == other.title:
            question = anchored(Pair(question, "", 1.0), one.title).question
        yield (question, f"{one.text} {other.text}"), {one.source, other.source}


def _deeds(facts: list[Fact]) -> Iterator[Compared]:
    """Two people, and what each of them did."""
    done = [
        fact for fact in facts if fact.person and fact.lifted and fact.clause and fact.clause.form
        and is_past(fact.clause) and fact.clause.form.base not in lexicon.BE
    ]  # fmt: skip
    for one, other in _paired(done):
        question = f"What did {one.subject} do, and what did {other.subject} do?"
        yield (question, f"{one.text} {other.text}"), {one.source, other.source}


def _number(digits: str) -> float:
    return float(digits.replace(",", ""))

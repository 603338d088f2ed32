"""What the offline recall writers work with: the texts they are shown, and the facts in them with their subjects."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from generation_functions.offline.adverbial_rules import leans_alone
from generation_functions.offline.asking import Pair, is_past, leans
from generation_functions.offline.blocks import blocks
from generation_functions.offline.clauses import Clause, read_clause
from generation_functions.offline.lexicon import word_set
from generation_functions.offline.lifting import NO_FACTS, facts
from generation_functions.offline.mentions import Mentions, looks_like_person, read_mentions
from generation_functions.offline.question_answer_pairs import NO_QUESTIONS, find_pairs

T = TypeVar("T")
Values = Mapping[str, Any]
_NOT_LETTERS = re.compile(r"\W+")
_HEADING = re.compile(r"^\[\d+\] (.+) \(.+\)$", re.MULTILINE)
_NUMBERED = re.compile(r"^\d+\. ")
_OF_DATA = re.compile(r"[\"`]")
_UNRESOLVED = re.compile(
    r"^who \w+ (?:her|him|it|them)\b|^[^,]*, \w+ (?:her|him|it|them)\b(?! [a-z]+(?<!in)(?<!by)(?<!on)\b)"
)
_BROKEN_SUBJECT = re.compile(r" and [a-z]+$")
_OF_DATA = re.compile(r"[\"`]")
_UNRESOLVED = re.compile(
    r"\bwho \w+ (?:her|him|it|them)(?:,| (?:in|on|at|by|from|as|for|to|after|before)\b)|^(?:it|him|them)\b"
)
_BROKEN_SUBJECT = re.compile(r" and [a-z]+$")
_OPENS_SENTENCES = word_set("The A An In On At All Every Each Because If From By Between During Two Three Four")
_WORDS_PER_PAIR = 70
_FEWEST, _MOST = 2, 4


class Source(NamedTuple):
    """One of the texts that a writer is shown."""

    title: str
    text: str


class Fact(NamedTuple):
    """A sentence that stands alone, the source it is from (0: the main one), and the questions that it answers.

    One that is not `lifted` was derived from a sentence that is there too.
    """

    text: str
    source: int
    title: str
    clause: Clause | None
    person: bool
    lifted: bool
    pairs: tuple[Pair, ...]

    @property
    def subject(self) -> str:
        """What the fact is about, as it is written inside a sentence; empty where that is not sure."""
        return self.clause.subject.text if self.clause else ""

    @property
    def inside(self) -> str:
        """The fact as it goes on after a few words, without its stop."""
        text = self.text.rstrip(".")
        first = text.split(" ", 1)[0].rstrip(",")
        if self.clause and not self.clause.front and text.lower().startswith(self.subject.lower()):
            return self.subject + text[len(self.subject) :]
        return text[:1].lower() + text[1:] if first in _OPENS_SENTENCES else text


def read_sources(values: Values) -> list[Source]:
    """The `texts` of a record, the main one first; without them those in `text`, each under "[1] TITLE (FILE)"."""
    given = values.get("texts")
    if isinstance(given, list) and given:
        return [Source(str(one.get("title") or ""), str(one.get("text") or "")) for one in given]
    text, title = str(values.get("text") or ""), str(values.get("title") or "")
    headings = list(_HEADING.finditer(text))
    if not headings or headings[0].start():
        return [Source(title, text)]
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    return [Source(found[1], text[found.end() : end].strip()) for found, end in zip(headings, ends, strict=True)]


def read_facts(values: Values, rng: random.Random) -> list[Fact]:
    """The facts of all sources, those of the main one first; a fact that two sources state is there once."""
    found: dict[str, Fact] = {}
    for number, source in enumerate(read_sources(values)):
        for fact in _facts_of(source, number, rng):
            found.setdefault(_NOT_LETTERS.sub(" ", fact.text).casefold(), fact)
    return list(found.values())


def _facts_of(source: Source, number: int, rng: random.Random) -> Iterable[Fact]:
    prose = "\n".join(block.text for block in blocks(source.text) if block.kind in ("paragraph", "item"))
    mentions = read_mentions(prose, source.title)
    asked: dict[str, list[Pair]] = {}
    for group in find_pairs(source.text, rng, source.title):
        for pair in sorted(group, key=lambda pair: -pair.score):
            if pair.score > 0 and all(pair.question != other.question for other in asked.get(pair.answer, ())):
                asked.setdefault(pair.answer, []).append(pair)
    listed = facts({"text": source.text, "title": source.title}, rng)
    stated = [] if listed == NO_FACTS else [_NUMBERED.sub("", line) for line in listed.split("\n")]
    for text in dict.fromkeys([*stated, *asked]):
        clause = read_clause(text, mentions, None)
        if clause is None or not _points_outside(clause):
            pairs = tuple(asked.get(text, ()))
            yield Fact(text, number, source.title, clause, _is_person(clause, mentions), text in stated, pairs)


def _points_outside(clause: Clause) -> bool:
    """Whether only the sentences around it say what "the idea" or "it" is in a report of something past."""
    if _UNRESOLVED.search(clause.apposition) or _UNRESOLVED.search(clause.rest):
        return True
    if _BROKEN_SUBJECT.search(clause.subject.text):
        return True
    return is_past(clause) and (leans(clause.rest) or leans_alone(clause.rest))


def _is_person(clause: Clause | None, mentions: Mentions) -> bool:
    if clause is None or clause.subject.plural:
        return False
    text = clause.subject.text
    named = text[:1].isupper() and " " in text and " and " not in text
    return named and (clause.subject.person or text in mentions.people or looks_like_person(text.split()))


def by_subject(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """The facts about each subject that has a name or needs none; a subject of the main source comes first."""
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.lifted and fact.clause and fact.clause.subject.kind != "generic":
            groups.setdefault(fact.subject, []).append(fact)
    families = {subject.rsplit(" ", 1)[-1] for subject in groups if " " in subject}
    return {
        subject: group
        for subject, group in groups.items()
        if subject not in families and not _OF_DATA.search(subject) and any(fact.source == 0 for fact in group)
    }


def wanted_pairs(values: Values) -> int:
    """How many pairs the main source deserves."""
    words = len(read_sources(values)[0].text.split())
    return min(max(round(words / _WORDS_PER_PAIR), _FEWEST), _MOST)


def told_together(facts: Sequence[Fact]) -> str:
    """Facts about one subject as a few sentences; after the first, it goes by a shorter name where one is safe."""
    subject, told = facts[0].subject, [facts[0].text]
    for fact in facts[1:]:
        shorter = _later_name(fact) if fact.text.lower().startswith(f"{subject.lower()} ") else ""
        told.append(capital(shorter) + fact.text[len(subject) :] if shorter else fact.text)
    return " ".join(told)


def _later_name(fact: Fact) -> str:
    """The family name of a person; a pronoun of a thing where the verb shows its number."""
    if fact.person:
        return fact.subject.rsplit(" ", 1)[-1]
    clause = fact.clause
    if clause is None or not fact.subject.startswith("the "):
        return ""
    tense = clause.form.tense if clause.form else ""
    if clause.verb in ("is", "was", "has") or tense == "third":
        return "it"
    if clause.verb in ("are", "were", "have") or tense == "base":
        return "they"
    return "" if clause.subject.plural else "it"


def shuffled(items: Iterable[T], rng: random.Random) -> list[T]:
    """`items` in another order."""
    mixed = list(items)
    rng.shuffle(mixed)
    return mixed


def as_reply(pairs: Sequence[tuple[str, str]]) -> str:
    """`Question:` / `Answer:` blocks, or `NO QUESTIONS`."""
    if not pairs:
        return NO_QUESTIONS
    return "\n\n".join(f"Question: {question}\nAnswer: {answer}" for question, answer in pairs)


def capital(text: str) -> str:
    """`text` with a capital first letter."""
    return text[:1].upper() + text[1:]

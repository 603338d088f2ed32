"""The offline writer of follow-up questions: two questions about one thing, the second asked on the first's answer."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from generation_functions.offline.recall_facts import (
    Fact,
    Values,
    as_reply,
    by_subject,
    read_facts,
    shuffled,
    wanted_pairs,
)

_ANCHOR = re.compile(r'^According to "[^"]*", ')
_LEADS = ("And ", "And ", "Thanks. And ", "I see. ", "")


def followup_questions(values: Values, rng: random.Random) -> str:
    """An even number of pairs: each second one follows up on the one before it; or `NO QUESTIONS`."""
    groups = by_subject(read_facts(values, rng))
    found = [
        exchange for subject, group in groups.items() for exchange in shuffled(_exchanges(subject, group), rng)[:1]
    ]
    pairs: list[tuple[str, str]] = []
    for (first, answer), (second, more) in shuffled(found, rng)[: max(1, wanted_pairs(values) // 2)]:
        pairs += [(first, answer), (_as_follow_up(second, rng), more)]
    return as_reply(pairs)


Exchange = tuple[tuple[str, str], tuple[str, str]]


def _exchanges(subject: str, group: list[Fact]) -> Iterator[Exchange]:
    """A question about the subject, and one about another fact on it, in which it goes by its shorter name."""
    short = _shorter(group[0])
    for one in group:
        for other in group:
            opening, second = _asks_about(one, subject), _asks_about(other, subject)
            if one is other or not opening or opening == second or one.source > 0:
                continue
            follow = _ANCHOR.sub("", second or f"What else is known about {subject}?")
            named = re.sub(rf"\b{re.escape(subject)}(?!\w)", short, follow, count=1)
            yield (opening, one.text), (named[:1].upper() + named[1:], other.text)


def _asks_about(fact: Fact, subject: str) -> str:
    """A question that the fact answers and that names its subject; empty when there is none."""
    return next((pair.question for pair in fact.pairs if f" {subject}" in pair.question), "")


def _shorter(fact: Fact) -> str:
    if fact.person:
        return fact.subject.rsplit(" ", 1)[-1]
    clause = fact.clause
    if clause is None or clause.subject.plural or fact.subject[:1].isupper():
        return fact.subject
    return "it"


def _as_follow_up(question: str, rng: random.Random) -> str:
    lead = rng.choice(_LEADS)
    return f"{lead}{question[:1].lower()}{question[1:]}" if lead.endswith("And ") else f"{lead}{question}"

"""The offline writers of open questions: what is known about one thing, told in several sentences; and why."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from generation_functions.offline.anchoring import anchored, bare_noun, readable_title
from generation_functions.offline.asking import Pair
from generation_functions.offline.recall_facts import (
    Fact,
    Values,
    as_reply,
    by_subject,
    read_facts,
    read_sources,
    shuffled,
    told_together,
    wanted_pairs,
)

_MOST_FACTS = 4
_LEAST_FACTS_OF_A_TITLE = 3
_WHY = re.compile(r"^(?:According to \"[^\"]+\", )?why\b", re.IGNORECASE)
_OPEN = (
    "What is known about {0}?",
    "What can you tell me about {0}?",
    "Can you describe {0}?",
    "What should one know about {0}?",
)
_OF_A_PERSON = (
    "Who was {0}?",
    "What is known about {0}?",
    "What can you tell me about {0}?",
    "What did {0} do?",
)
_OF_A_TITLE = ('What are the main points of "{0}"?', 'What does one learn from "{0}"?')
_OF_DATA = re.compile(r"[\"`]")
_MEANT = ("If this is about {0}:", "If you mean {0}:", "You mean {0}?")
_WHICH = ("Which one are you asking about?", "Which of them do you mean?")
_MOST_MEANT = 3
_VAGUE = ("tell me about {0}", "what about {0}", "anything you know on {0}?", "{0}, what was that again?", "{0}?")


def open_questions(values: Values, rng: random.Random) -> str:
    """Pairs whose answers are several sentences, or `NO QUESTIONS`."""
    facts = read_facts(values, rng)
    groups = by_subject(facts)
    found = [
        *_reasons(facts, groups),
        *(_about(subject, group, rng) for subject, group in groups.items() if len(group) > 1),
    ]
    chosen = shuffled(found, rng)[: wanted_pairs(values)]
    return as_reply(chosen or list(_about_title(values, facts, rng)))


def vague_questions(values: Values, rng: random.Random) -> str:
    """Pairs whose questions are as short and careless as people type them, or `NO QUESTIONS`."""
    groups = by_subject(read_facts(values, rng))
    text = read_sources(values)[0].text
    meant: dict[str, list[str]] = {}
    for subject, group in groups.items():
        short = _short(subject, group[0], text)
        meant.setdefault(subject if short in groups else short, []).append(subject)
    found = []
    for short, subjects in meant.items():
        if len(subjects) > 1:
            found.append(_asked_back(short, [groups[subject] for subject in subjects], rng))
        elif short != subjects[0] or short[:1].isupper() or len(groups[short]) > 1:
            found.append(_taken_as_meant(subjects[0], short, groups[subjects[0]], rng))
    return as_reply(shuffled(found, rng)[: wanted_pairs(values)])


def _reasons(facts: list[Fact], groups: dict[str, list[Fact]]) -> Iterator[tuple[str, str]]:
    for fact in facts:
        for pair in fact.pairs:
            if fact.source == 0 and _WHY.match(pair.question):
                more = [other for other in groups.get(fact.subject, []) if not set(other.pairs) & set(fact.pairs)]
                yield pair.question, told_together([fact, *more[:1]]) if fact.subject else fact.text


def _about(subject: str, group: list[Fact], rng: random.Random) -> tuple[str, str]:
    person = any(fact.person for fact in group)
    question = rng.choice(_OF_A_PERSON if person else _OPEN).format(subject)
    pair = anchored(Pair(question, told_together(group[:_MOST_FACTS]), 1.0), group[0].title)
    return (pair.question, pair.answer) if pair.score > 0 else (question, pair.answer)


def _about_title(values: Values, facts: list[Fact], rng: random.Random) -> Iterator[tuple[str, str]]:
    title = readable_title(read_sources(values)[0].title)
    own = [fact.text for fact in facts if fact.source == 0 and fact.lifted and not _OF_DATA.search(fact.text)]
    if title and title[-1] != "?" and len(own) >= _LEAST_FACTS_OF_A_TITLE:
        yield rng.choice(_OF_A_TITLE).format(title), " ".join(own[:_MOST_FACTS])


def _short(subject: str, fact: Fact, text: str) -> str:
    """What people call a subject when they think everybody knows which one they mean."""
    if fact.person:
        return subject.rsplit(" ", 1)[-1]
    if subject.startswith("the ") and " of " in subject:
        return subject.split(" of ")[0]
    last = subject.rsplit(" ", 1)[-1].lower()
    return f"the {last}" if " " in subject and f" the {last} " in text else subject


def _taken_as_meant(subject: str, short: str, group: list[Fact], rng: random.Random) -> tuple[str, str]:
    asked = [pair.question for fact in group[:1] for pair in fact.pairs if f" {subject}" in pair.question]
    told = told_together(group[:2])
    if asked and short != subject and rng.random() < 0.5:
        question = asked[0].replace(subject, short, 1).rstrip("?")
        question, told = question[:1].lower() + question[1:], group[0].text
    else:
        question = rng.choice(_VAGUE).format(short)
    if short != subject:
        return question, f"{rng.choice(_MEANT).format(subject)} {told}"
    where = readable_title(group[0].title) if bare_noun(f"what about {subject}?")[1] else ""
    return question, f'If this is about {subject} in "{where}": {told}' if where else told


def _asked_back(short: str, groups: list[list[Fact]], rng: random.Random) -> tuple[str, str]:
    subjects = [group[0].subject for group in groups[:_MOST_MEANT]]
    told = " ".join(group[0].text for group in groups[:_MOST_MEANT])
    names = f"{', '.join(subjects[:-1])} and {subjects[-1]}"
    return rng.choice(_VAGUE).format(short), f"There are {names}. {told} {rng.choice(_WHICH)}"

"""Offline writers that tell a list of facts again in another form: true, plain, each visibly in its form.

Every one takes `facts` (a numbered list) and `title`, and uses every fact as it stands.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import orjson

from generation_functions.offline.anchoring import readable_title
from generation_functions.offline.lexicon import word_set
from generation_functions.offline.question_answer_pairs import find_pairs

Values = Mapping[str, Any]
_NUMBERED = re.compile(r"^\s*\d+[.)]\s*")
_YEAR = re.compile(r"\b(1[0-9]{3}|20[0-9]{2})\b")
_NAMED = re.compile(r"(?:[A-Z][\w'’-]+ ?){1,4}")
_LINKS = ("", "", "Also, ", "Besides, ", "And ")
_THOUGHTS = ("Let me go over this. {0}", "What else? {0}", "And then: {0}", "Yes, and {1}", "I remember this one: {0}")
_CHILD = (
    "Did you know this? {0}",
    "Here is another thing: {0}",
    "{0} Easy to remember!",
    "{0}",
    "And listen to this: {0}",
)


def facts_of(values: Values) -> list[str]:
    """The facts as sentences."""
    given = values.get("facts") or ""
    lines = given if isinstance(given, list | tuple) else str(given).splitlines()
    return [_sentence(_NUMBERED.sub("", str(line)).strip()) for line in lines if str(line).strip()]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…", '"', "”", "。")) else f"{text}."


def _subject(values: Values) -> str:
    title = str(values.get("title") or "")
    return readable_title(title) or title or "the subject"


def inside(fact: str) -> str:
    """A fact as it goes on after a few words: a lower-case start where that is surely no name."""
    first = fact.split(" ", 1)[0]
    return (
        fact[:1].lower() + fact[1:]
        if first in ("The", "A", "An", "In", "On", "At", "It", "There", "Every", "All")
        else fact
    )


def _groups(facts: Sequence[str], size: int) -> list[Sequence[str]]:
    return [facts[start : start + size] for start in range(0, len(facts), size)]


def _question(fact: str, title: str, rng: random.Random) -> str:
    """A question that the fact answers; a plain request where no rule is sure."""
    for group in find_pairs(fact, rng, title):
        for pair in group:
            return pair.question
    return f"What is known about {about(fact)}?"


def about(fact: str) -> str:
    """The first name in a fact, or its first words."""
    named: list[str] = [match.strip() for match in _NAMED.findall(fact) if match.strip() not in _NOT_NAMES]
    if named:
        name = named[0]
        return name.split(" ", 1)[1] if name.split(" ", 1)[0] in _NOT_NAMES and " " in name else name
    return "this: " + " ".join(fact.rstrip(".").split()[:5])


_NOT_NAMES = word_set(
    """
    The A An In On At It There Every All No Its From By January February March April May June July August September
    October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday
    """
)


def retold_essay(values: Values, rng: random.Random) -> str:
    """Paragraphs."""
    facts = facts_of(values)
    paragraphs = [
        " ".join(_linked(fact, rng) if place else fact for place, fact in enumerate(group))
        for group in _groups(facts, 4)
    ]
    return f"This is an account of {_subject(values)}. " + "\n\n".join(paragraphs)


def _linked(fact: str, rng: random.Random) -> str:
    link = rng.choice(_LINKS)
    return link + (inside(fact) if link else fact)


def retold_questions_and_answers(values: Values, rng: random.Random) -> str:
    """Q and A lines."""
    title = _subject(values)
    return "\n\n".join(f"Q: {_question(fact, title, rng)}\nA: {fact}" for fact in facts_of(values))


def retold_list(values: Values, rng: random.Random) -> str:
    """Notes under a heading."""
    del rng
    return "\n".join([_subject(values), *(f"- {fact}" for fact in facts_of(values))])


def retold_xml(values: Values, rng: random.Random) -> str:
    """One element."""
    del rng
    lines = []
    for fact in facts_of(values):
        year = _YEAR.search(fact)
        lines.append(f"  <fact{f' year={quoteattr(year[0])}' if year else ''}>{escape(fact)}</fact>")
    return "\n".join([f"<entry subject={quoteattr(_subject(values))}>", *lines, "</entry>"])


def retold_json(values: Values, rng: random.Random) -> str:
    """One object."""
    del rng
    facts = []
    for fact in facts_of(values):
        year = _YEAR.search(fact)
        facts.append({"about": about(fact), "statement": fact, **({"year": int(year[0])} if year else {})})
    return orjson.dumps({"subject": _subject(values), "facts": facts}, option=orjson.OPT_INDENT_2).decode()


def retold_logic_chain(values: Values, rng: random.Random) -> str:
    """Numbered steps; beside each other where nothing connects them."""
    del rng
    steps, before = [], ""
    for number, fact in enumerate(facts_of(values), start=1):
        shared = before and about(fact) == before
        lead = "Given: " if number == 1 else "About the same: " if shared else "Beside that: "
        steps.append(f"{number}. {lead}{fact}")
        before = about(fact)
    return "\n".join(steps)


def retold_reverse_causality(values: Values, rng: random.Random) -> str:
    """Latest first."""
    del rng
    facts = facts_of(values)
    dated = sorted((fact for fact in facts if _YEAR.search(fact)), key=_year, reverse=True)
    plain = [fact for fact in facts if not _YEAR.search(fact)]
    told = []
    if plain:
        told.append(f"This is how things are with {_subject(values)}. " + " ".join(plain))
    if dated:
        told.append("Going back from the latest: " + " Before that: ".join([dated[0], *map(inside, dated[1:])]))
    return "\n\n".join(told)


def _year(fact: str) -> int:
    found = _YEAR.search(fact)
    return int(found[0]) if found else 0


def retold_stream_of_thought(values: Values, rng: random.Random) -> str:
    """Somebody going over it."""
    thoughts = [rng.choice(_THOUGHTS).format(fact, inside(fact)) for fact in facts_of(values)]
    return f"{_subject(values)}, what do I know about it? " + " ".join(thoughts) + " That is all of it."


def retold_faq(values: Values, rng: random.Random) -> str:
    """Headings, questions and answers."""
    title = _subject(values)
    entries = "\n\n".join(f"### {_question(fact, title, rng)}\n{fact}" for fact in facts_of(values))
    return f"## {title}\n\n{entries}"


def retold_table(values: Values, rng: random.Random) -> str:
    """One Markdown table."""
    del rng
    rows = []
    for fact in facts_of(values):
        year = _YEAR.search(fact)
        cells = (about(fact), fact, year[0] if year else "-")
        rows.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return "\n".join(["| about | what is known | year |", "| --- | --- | --- |", *rows])


def retold_tutorial(values: Values, rng: random.Random) -> str:
    """Steps with headings, and a summary."""
    del rng
    facts = facts_of(values)
    steps = [f"## Step {number}\n" + " ".join(group) for number, group in enumerate(_groups(facts, 3), start=1)]
    return "\n\n".join([f"A short lesson about {_subject(values)}.", *steps, f"## Summary\n{' '.join(facts[:1])}"])


def retold_worked_problem(values: Values, rng: random.Random) -> str:
    """Put in order, or complete from memory."""
    facts = facts_of(values)
    dated = sorted({fact for fact in facts if _YEAR.search(fact)}, key=_year)
    if len(dated) > 1:
        shown = sorted(facts, key=lambda fact: rng.random())
        order = "; then ".join(f"{_year(fact)}: {fact}" for fact in dated)
        given = "\n".join(f"- {fact}" for fact in shown)
        return f"Problem\nPut what happened in order of time.\n{given}\nSolution\nLook for the years.\nAnswer\n{order}"
    questions = "\n".join(f"{n}. {_question(fact, _subject(values), rng)}" for n, fact in enumerate(facts, start=1))
    answers = "\n".join(f"{number}. {fact}" for number, fact in enumerate(facts, start=1))
    task = f"Answer from memory about {_subject(values)}:\n{questions}"
    return f"Problem\n{task}\nSolution\nRecall each statement.\nAnswer\n{answers}"


def retold_mnemonic(values: Values, rng: random.Random) -> str:
    """First letters as cues."""
    del rng
    cues = []
    for fact in facts_of(values):
        letters = "-".join(word[0].upper() for word in about(fact).split() if word[:1].isalnum()) or fact[0]
        year = _YEAR.search(fact)
        cues.append(f"Cue: {letters}{f', {year[0]}' if year else ''}\nFact: {fact}")
    return "\n\n".join(cues)


def retold_teaching_a_child(values: Values, rng: random.Random) -> str:
    """Told to a child."""
    told = " ".join(rng.choice(_CHILD).format(fact) for fact in facts_of(values))
    return f"Let me tell you about {_subject(values)}. {told}"


def inferred_facts(values: Values, rng: random.Random) -> str:
    """Spans of time between two dated facts that share a name, or `NOTHING FOLLOWS`."""
    del rng
    dated = [
        (fact, int(found[0]))
        for fact in facts_of(values)
        if (found := _YEAR.search(fact)) and len(_YEAR.findall(fact)) == 1
    ]
    lines = []
    for place, (first, year) in enumerate(dated):
        for second, other in dated[place + 1 :]:
            if year != other and about(first) == about(second) and not about(first).startswith("this"):
                early, late = (first, second) if year < other else (second, first)
                years = abs(other - year)
                lines.append(
                    f"It follows that {years} year{'s' if years > 1 else ''} lie between {min(year, other)} and "
                    f"{max(year, other)}, of which it is said: {early} {late}"
                )
                break
    return "\n".join(f"{n}. {line}" for n, line in enumerate(lines[:5], start=1)) if lines else "NOTHING FOLLOWS"

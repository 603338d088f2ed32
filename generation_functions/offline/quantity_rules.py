"""Questions for a number of things, from sentences such as "The body contains 206 bones"."""

from __future__ import annotations

from collections.abc import Iterator

from generation_functions.offline import lexicon
from generation_functions.offline.asking import Pair, askable, before_break, do_form, finished
from generation_functions.offline.clauses import Clause
from generation_functions.offline.dates import DATE
from generation_functions.offline.verbs import is_participle

# Verb (with preposition) whose object is worth asking for: "What does X consist of?"
ASKED_PHRASES = lexicon.phrase_set(
    """
    consist of; depend on; rely on; feed on; refer to; stand for; result in; lead to; belong to; serve as;
    act as; flow into; flow through; contribute to; range from; account for; focus on; specialise in; react
    with; combine with; connect to; turn into; develop into; work as; work with; respond to; protect
    against; live on; attach to; convert to; contain of
    """
)


def quantity_pairs(clause: Clause) -> Iterator[Pair]:
    """What 'The body contains 206 bones' answers: 'How many bones does the body contain?'"""
    words = list(clause.words)
    if clause.verb in lexicon.BE or clause.verb in lexicon.MODALS:
        return
    at = 0
    preposition = ""
    if words[0].lower() in ("through", "of", "into", "in", "on", "for") and len(words) > 3:
        preposition, at = words[0].lower(), 1
        if clause.form is None or f"{clause.form.base} {preposition}" not in ASKED_PHRASES:
            return
    counted = counted_after_number(tuple(words[at:]))
    if counted is None:
        return
    noun, length = counted
    tail = preposition
    if clause.verb in lexicon.HAVE:
        do = {"has": "does", "have": "do", "had": "did"}[clause.verb]
        parts = ("How many", noun, do, clause.subject.text, *clause.adverbs, "have")
    elif clause.form is not None:
        date = DATE.match(" ".join(words[at + length :]))
        tail = " ".join(part for part in (preposition, date[0] if date else "") if part)
        parts = ("How many", noun, do_form(clause), clause.subject.text, *clause.adverbs, clause.form.base)
    else:
        return
    text = finished(clause, " ".join(part for part in (*parts, tail) if part))
    if text:
        yield Pair(text, clause.answer, 2.9)


def counted_after_number(words: tuple[str, ...]) -> tuple[str, int] | None:
    """(counted noun, number of words up to its end) of "about 206 bones ..."."""
    at = 0
    while at < len(words) and words[at].lower() in lexicon.APPROXIMATIONS:
        at += 1
    start = at
    while at < len(words) and _is_number(words[at]):
        at += 1
    noun = _counted(list(words[at:])) if at > start else None
    return (noun, at + len(noun.split())) if noun else None


def _is_number(word: str) -> bool:
    low = word.lower()
    return (
        low in lexicon.NUMBER_WORDS
        or (low[0].isdigit() and low.replace(",", "").replace(".", "").isdigit() and len(low) != 4)
        or (low[0].isdigit() and "," in low and low[-1] != ",")
    )


def _counted(words: list[str]) -> str | None:
    """The plural noun with its adjectives at the start of `words`: "large wooden blades"."""
    taken: list[str] = []
    for word in before_break(words)[:5]:
        low = word.lower()
        if (
            low in lexicon.PREPOSITIONS
            or low in lexicon.ADVERBS
            or (is_participle(low) and taken and taken[-1].endswith("s"))
        ):
            break
        taken.append(word)
        if low in lexicon.UNITS or low in lexicon.TIME_UNITS or low == "square":
            return None
    if not taken or not askable(" ".join(taken)):
        return None
    last = taken[-1].lower()
    plural = last in lexicon.PLURALS or (last.endswith("s") and not last.endswith(("ss", "us", "is")))
    return " ".join(taken) if plural else None

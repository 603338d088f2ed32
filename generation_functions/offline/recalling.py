"""Offline writers of questions over several texts, one for each style: rule-based, and true to the texts.

They take `texts`, a list of mappings with `text` and `title`, the main one first, or just `text` and `title`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from generation_functions.offline.languages import known_words
from generation_functions.offline.lifting import NO_FACTS, facts
from generation_functions.offline.question_answer_pairs import find_pairs
from generation_functions.offline.retelling import about, facts_of, inside

NONE = "NO QUESTIONS"
Values = Mapping[str, Any]
QuestionAnswer = tuple[str, str]
_MOST = 2
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")
_WHEN = re.compile(r",? ?\b(?:on|in|since|from|by) (?:\d{1,2} )?(?:[A-Z][a-z]+ )?(1\d{3}|20\d\d)\b", re.IGNORECASE)
_MEASURE = re.compile(r"^The ([a-z ]+) of (.+) is ([\d.,]+) ([a-z ]+)\.$")
_NAME = re.compile(r"(?:[A-Z][a-z'’]+ )+[A-Z][a-z'’]+")
_INVENTED = (
    "Marlow Fennick", "Isaura Quenby", "Tobias Wrenfield", "Odalys Harkin", "Percival Dunmere", "Agnes Rookwell",
    "Leopold Strand", "Cordelia Vane-Hollis",
)  # fmt: skip


def open_questions(values: Values, rng: random.Random) -> str:
    """What is to be known about something that several facts name, from all texts."""
    by_name: dict[str, list[str]] = {}
    for fact in _facts(values):
        if (name := about(fact)) and not name.startswith("this:"):
            by_name.setdefault(name, []).append(fact)
    forms = ("What is there to know about {0}?", "Can you tell me about {0}?", "What do you know about {0}?")
    pairs = [
        (rng.choice(forms).format(name), " ".join(said[:5]))
        for name, said in sorted(by_name.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        if len(said) > 1
    ]
    return _written(pairs)


def negative_questions(values: Values, rng: random.Random) -> str:
    """A fact with another number of the texts in place of its own, put right by the fact itself."""
    found = _facts(values)
    numbers = sorted({number for fact in found for number in _NUMBER.findall(fact)})
    pairs: list[QuestionAnswer] = []
    for fact in found:
        own = _NUMBER.findall(fact)
        if not own:
            continue
        others = [number for number in numbers if number not in own and _alike(number, own[0])]
        if others:
            wrong = fact.replace(own[0], rng.choice(others), 1).rstrip(".")
            pairs.append((f"I have read that {inside(wrong)}. Is that so?", f"No, that is not so. {fact}"))
    rng.shuffle(pairs)
    return _written(pairs)


def unknown_questions(values: Values, rng: random.Random) -> str:
    """A question about a person who is in none of the texts, answered with not knowing."""
    known = known_words(" ".join(text for _, text in _texts(values)))
    invented = [name for name in _INVENTED if name.split()[-1].lower() not in known]
    pairs: list[QuestionAnswer] = []
    for title, text in _texts(values):
        for group in find_pairs(text, rng, title):
            for pair in group:
                names = _NAME.findall(pair.question)
                if (
                    names
                    and invented
                    and re.search(rf"\b(?:did|was|when|why|how)\b.*{re.escape(names[0])}", pair.question, re.IGNORECASE)
                ):
                    stranger = invented[rng.randrange(len(invented))]
                    question = pair.question.replace(names[0], stranger)
                    pairs.append(
                        (question, f"I know nothing of {stranger}. What I have learnt does not speak of them.")
                    )
    if not pairs and invented and _facts(values):
        stranger, title = rng.choice(invented), next(title for title, _ in _texts(values))
        pairs.append(
            (f'What did {stranger} have to do with "{title}"?', f"I know nothing of {stranger}. I cannot say.")
        )
    rng.shuffle(pairs)
    return _written(pairs)


def vague_questions(values: Values, rng: random.Random) -> str:
    """A few words about the subject of a fact."""
    forms = ("{0} what about it", "tell me about {0}", "{0}?", "something about {0}")
    pairs: dict[str, QuestionAnswer] = {}
    for fact in _facts(values):
        name = about(fact)
        if not name.startswith("this:"):
            pairs.setdefault(
                name, (rng.choice(forms).format(name.lower()), f"If you mean {name}: {inside_name(fact, name)}")
            )
    chosen = list(pairs.values())
    rng.shuffle(chosen)
    return _written(chosen)


def inside_name(fact: str, name: str) -> str:
    """A fact as it follows a colon: names keep their capital."""
    return fact if fact.startswith(name) else inside(fact)


def followup_questions(values: Values, rng: random.Random) -> str:
    """Two questions on one subject, the second leaning on the first."""
    for title, text in _texts(values):
        by_name: dict[str, list[QuestionAnswer]] = {}
        for group in find_pairs(text, rng, title):
            for pair in group[:1]:
                by_name.setdefault(about(pair.answer), []).append((pair.question, pair.answer))
        for name, pairs in sorted(by_name.items()):
            if len(pairs) > 1 and not name.startswith("this:") and pairs[0][1] != pairs[1][1]:
                second = pairs[1][0]
                return _written([pairs[0], (f"And {second[:1].lower()}{second[1:]}", pairs[1][1])])
    return NONE


def comparison_questions(values: Values, rng: random.Random) -> str:
    """Which came first, or which is greater, of two things that the texts date or measure."""
    found = _facts(values)
    pairs = [*_measured(found), *_dated(found)]
    rng.shuffle(pairs)
    return _written(pairs)


def _measured(found: Sequence[str]) -> list[QuestionAnswer]:
    read = [(fact, match) for fact in found if (match := _MEASURE.match(fact))]
    pairs = []
    for (first, one), (second, two) in combinations(read, 2):
        same = (one[1], one[4]) == (two[1], two[4])
        if same and _value(one[3]) != _value(two[3]):
            greater = one if _value(one[3]) > _value(two[3]) else two
            question = f"Which has the greater {one[1]}, {one[2]} or {two[2]}?"
            pairs.append((question, f"{first} {second} So the greater {one[1]} is that of {greater[2]}."))
    return pairs


def _value(number: str) -> float:
    return float(number.replace(",", ""))


def _dated(found: Sequence[str]) -> list[QuestionAnswer]:
    dated = [(fact, int(match[1])) for fact in found if (match := _WHEN.search(fact)) and len(_WHEN.findall(fact)) == 1]
    pairs = []
    for (first, year), (second, other) in combinations(dated, 2):
        if year == other:
            continue
        early, late = (first, second) if year < other else (second, first)
        one, two = (_WHEN.sub("", fact).strip(" ,.") for fact in (first, second))
        question = f"Which came first: that {inside_name(one, about(one))}, or that {inside_name(two, about(two))}?"
        pairs.append((question, f"{early} {late} So the first of the two came {abs(other - year)} years earlier."))
    return [pair for pair in pairs if " 1 years " not in pair[1]]


def false_premise_verdict(values: Values, rng: random.Random) -> str:
    """Whether a question holds a number that stands elsewhere in the text, and the answer denies it."""
    del rng
    question, answer = str(values.get("question") or ""), str(values.get("answer") or "")
    text = str(values.get("text") or "")
    wrong = set(_NUMBER.findall(question)) - set(_NUMBER.findall(answer))
    denied = answer.startswith("No, ") or " not " in f" {answer.split('.', 1)[0]} "
    if denied and wrong and inside(question.split("that ", 1)[-1].split(". Is", 1)[0]) not in text:
        return "The question assumes something else than the text says, and the answer puts it right.\nVerdict: yes"
    return "The question assumes nothing that the text contradicts.\nVerdict: no"


def unknown_verdict(values: Values, rng: random.Random) -> str:
    """Whether a question names somebody who is not in the text, and the answer says so."""
    del rng
    question, answer = str(values.get("question") or ""), str(values.get("answer") or "")
    strangers = [name for name in _NAME.findall(question) if name not in str(values.get("text") or "")]
    if strangers and re.search(r"\b(?:know nothing|not know|no such|know of no)\b", answer):
        return f"The text does not know {strangers[0]}, and the answer says so.\nVerdict: yes"
    return "The text knows what the question asks about, or the answer makes something up.\nVerdict: no"


def recognisable_verdict(values: Values, rng: random.Random) -> str:
    """Whether a loose question shares a word with the text that is not a common one."""
    del rng
    asked = known_words(str(values.get("question") or "")) & known_words(str(values.get("text") or ""))
    if any(len(word) > 3 for word in asked):
        return "Its subject can be recognised.\nVerdict: yes"
    return "Nobody could tell what it is about.\nVerdict: no"


def _texts(values: Values) -> list[tuple[str, str]]:
    given = values.get("texts")
    if isinstance(given, list) and given:
        return [(str(one.get("title") or ""), str(one.get("text") or "")) for one in given]
    return [(str(values.get("title") or ""), str(values.get("text") or ""))]


def _facts(values: Values) -> list[str]:
    found: dict[str, None] = {}
    for title, text in _texts(values):
        listed = facts({"text": text, "title": title}, random.Random(0))
        if listed != NO_FACTS:
            found |= dict.fromkeys(facts_of({"facts": listed}))
    return list(found)


def _alike(one: str, other: str) -> bool:
    """Numbers that can be mistaken for each other: years for years, whole for whole."""
    if "." in one or "." in other:
        return "." in one and "." in other
    if len(one.replace(",", "")) == 4 or len(other.replace(",", "")) == 4:
        return len(one) == len(other) == 4
    return True


def _written(pairs: Iterable[QuestionAnswer]) -> str:
    chosen = list(pairs)[:_MOST]
    return "\n\n".join(f"Question: {question}\nAnswer: {answer}" for question, answer in chosen) or NONE

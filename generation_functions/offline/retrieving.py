"""Offline writers of conversations over retrieved texts, and of exchanges that correct a mistake."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from generation_functions.offline.asking import Pair
from generation_functions.offline.languages import content_words, known_words, numbers
from generation_functions.offline.question_answer_pairs import find_pairs
from generation_functions.sentences import split_sentences

NOTHING = "NOTHING"
Values = Mapping[str, Any]
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")
_NAME = re.compile(r"(?<=[^.!?\s] )(?:[A-Z][a-z'’]+ )*[A-Z][a-z'’]{2,}")
_DOUBTS = (
    "Are you sure?",
    "That does not sound right to me.",
    "Really? I thought it was different.",
    "Is that correct?",
)
_ADMISSIONS = ("No, I was wrong.", "I was wrong there.", "That was wrong of me.")
_HOLDS_ANSWER = 0.8


def retrieval_conversation(values: Values, rng: random.Random) -> str:
    """Up to `exchanges` questions that the text answers, each answer followed by the text's `number`."""
    pairs = _pairs(values, rng)[: int(values.get("exchanges") or 1)]
    number = values.get("number") or 1
    return "\n\n".join(f"User: {pair.question}\n\nAssistant: {pair.answer} [{number}]" for pair in pairs) or NOTHING


def unanswered_conversation(values: Values, rng: random.Random) -> str:
    """A question that the hidden text answers, and the word that the retrieved ones do not."""
    shown = known_words(str(values.get("shown") or ""))
    pairs = [pair for pair in _pairs(values, rng) if not content_words(pair.answer) <= shown]
    if not pairs:
        return NOTHING
    subjects = " and ".join(f'"{title}"' for title in dict.fromkeys(values.get("subjects") or ()))
    about = f" They are about {subjects}." if subjects else ""
    return f"User: {pairs[0].question}\n\nAssistant: The texts that were retrieved do not answer this.{about}"


def not_answered_verdict(values: Values, rng: random.Random) -> str:
    """Whether a sentence of the texts has nearly all words of the question."""
    del rng
    asked = content_words(str(values.get("question") or ""))
    for sentence in split_sentences(str(values.get("shown") or "")):
        if asked and len(asked & known_words(sentence)) >= _HOLDS_ANSWER * len(asked):
            return f"A text says: {sentence.strip()}\nVerdict: answered"
    return "No sentence speaks of what is asked.\nVerdict: missing"


def corrections(values: Values, rng: random.Random) -> str:
    """Facts with one number or name exchanged for another one of the text, doubted and put right."""
    text = str(values.get("text") or "")
    made = []
    for pair in _pairs(values, rng):
        flawed = _flawed(pair.answer, text, rng)
        if flawed:
            made.append(
                f"Question: {pair.question}\nFlawed answer: {flawed}\nDoubt: {rng.choice(_DOUBTS)}\n"
                f"Right answer: {rng.choice(_ADMISSIONS)} {pair.answer}"
            )
    return "\n\n".join(made[: int(values.get("exchanges") or 1)]) or NOTHING


def flaw_verdict(values: Values, rng: random.Random) -> str:
    """Wrong when no sentence of the text has all words and numbers of the answer."""
    del rng
    said = str(values.get("flawed") or "")
    for sentence in split_sentences(str(values.get("text") or "")):
        if content_words(said) <= known_words(sentence) and numbers(said) <= numbers(sentence):
            return "The text says the same.\nVerdict: right"
    return "No sentence of the text says this.\nVerdict: wrong"


def _pairs(values: Values, rng: random.Random) -> list[Pair]:
    groups = find_pairs(str(values.get("text") or ""), rng, str(values.get("title") or ""))
    best = [max(group, key=lambda pair: pair.score) for group in groups]
    rng.shuffle(best)
    return best


def _flawed(answer: str, text: str, rng: random.Random) -> str:
    """The answer with a number, otherwise a name, of the text that is not its own; empty when there is none."""
    for pattern in (_NUMBER, _NAME):
        own: Sequence[str] = pattern.findall(answer)
        others = sorted({found for found in pattern.findall(text) if found not in answer})
        if pattern is _NUMBER:
            others = [other for other in others if own and len(other) == len(own[0])]
        else:
            others = [other for other in others if own and other.count(" ") == own[0].count(" ")]
        if own and others:
            return answer.replace(own[0], rng.choice(others), 1)
    return ""

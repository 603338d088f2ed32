"""The offline verdicts on an answer: does it answer its question, and does the text bear it out?"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from generation_functions.offline import lexicon
from generation_functions.offline.languages import content_words, known_words, numbers
from generation_functions.sentences import split_sentences

_EVASION = re.compile(
    r"\b(?:i (?:do not|don't|cannot|can't) (?:know|answer|say|tell|find)|as an ai"
    r"|(?:is|are|was|were) not (?:mentioned|specified|stated|given|provided)(?: (?:in|by|here)\b|\.?$)"
    r"|no information|cannot be determined|unclear from|is unknown|keine angabe|weiß ich nicht)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\d|\b(?:"
    + "|".join(sorted(lexicon.MONTHS))
    + r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|century|day"
    r"|night|noon|midnight|morning|evening|afternoon|spring|summer|autumn|winter|when|while|after|before|during|until|since"
    r"|once|year|years|week|month|hour|hours|always|never|januar|februar|märz|mai|juni|juli|oktober|dezember|jahr|tag)\b",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"\d|\b(?:"
    + "|".join(sorted(lexicon.NUMBER_WORDS))
    + r"|one|no|none|half|several|many|once|twice|daily|weekly|monthly|every"
    r"|always|never|never|each|ein|eine|zwei|drei|vier|fünf|neun|zehn)\b",
    re.IGNORECASE,
)
_ASKS_WHEN = re.compile(r"^(?:when|in (?:what|which) year|since when|wann|seit wann)\b", re.IGNORECASE)
_ASKS_QUANTITY = re.compile(
    r"^(?:how (?:many|much|often|long|tall|high|wide|deep|old|heavy|far|fast|large)|at what|from what distance"
    r"|wie (?:viele?|lang|hoch|oft|alt))\b",
    re.IGNORECASE,
)
_ASKS_WHO = re.compile(r"^(?:who|whom|whose|wer|von wem|wen)\b", re.IGNORECASE)
_ANCHOR = re.compile(r"^(?:according to|in|laut) (?:\"[^\"]*\"|“[^”]*”),? ", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:not|never|no|none|nobody|nothing|cannot|nicht|kein\w*|nie)\b|n['’]t\b", re.IGNORECASE)
_NAMES = re.compile(r"(?<=[^.!?\s] )[A-ZÄÖÜ][\w’'-]+")
_SHORT_ANSWER = 4
_LEAST_ASKED_SHARE = 0.3
_LEAST_GROUNDED_SHARE = 0.8
_SAME_SENTENCE_SHARE = 0.5


def relevance_verdict(values: Mapping[str, Any], rng: random.Random) -> str:
    """A reason and `Verdict: yes` or `Verdict: no`: does `answer` answer `question`?"""
    del rng
    reason = _beside_the_point(str(values.get("question") or "").strip(), str(values.get("answer") or "").strip())
    return f"{reason}\nVerdict: no" if reason else "The answer gives what the question asks for.\nVerdict: yes"


def grounded_verdict(values: Mapping[str, Any], rng: random.Random) -> str:
    """A reason and `Verdict: yes` or `Verdict: no`: does `text` say everything that `answer` says?"""
    del rng
    reason = _unsupported(str(values.get("answer") or "").strip(), str(values.get("text") or ""))
    return f"{reason}\nVerdict: no" if reason else "Every claim of the answer is in the text.\nVerdict: yes"


def _beside_the_point(question: str, answer: str) -> str:
    question = _ANCHOR.sub("", question)
    if not answer or _EVASION.search(answer):
        return "The answer does not answer."
    if answer.rstrip("?.! ").lower() == question.rstrip("?.! ").lower() or answer.endswith("?"):
        return "The answer is a question."
    if _ASKS_WHEN.match(question) and not _WHEN.search(answer):
        return "The question asks when, and the answer names no time."
    if _ASKS_QUANTITY.match(question) and not _QUANTITY.search(answer):
        return "The question asks for a quantity, and the answer names none."
    if _ASKS_WHO.match(question) and not _names_somebody(answer):
        return "The question asks who, and the answer names nobody."
    asked = content_words(question)
    said = content_words(answer)
    if asked and len(answer.split()) > _SHORT_ANSWER and len(asked & said) < _LEAST_ASKED_SHARE * len(asked):
        return "The answer is about something else than the question."
    return "" if said or numbers(answer) else "The answer says nothing."


def _names_somebody(answer: str) -> bool:
    words = answer.split()
    named = any(word[:1].isupper() for word in words[1:]) or (
        words[0][:1].isupper() and words[0].lower() not in lexicon.STOPWORDS
    )
    return named or any(word.strip(".,").lower().rstrip("s") in lexicon.PERSON_NOUNS for word in words)


def _unsupported(answer: str, text: str) -> str:
    said = content_words(answer)
    if not said and not numbers(answer):
        return "The answer makes no claim."
    unknown = numbers(answer) - numbers(text)
    if unknown:
        return f"The number {min(unknown)} is not in the text."
    known = known_words(text)
    for name in _NAMES.findall(answer):
        if not content_words(name) <= known:
            return f"{name} is not in the text."
    missing = said - known
    if len(missing) > (1 - _LEAST_GROUNDED_SHARE) * len(said):
        return f"The text does not say: {', '.join(sorted(missing)[:3])}."
    return _contradicted(answer, text)


def _contradicted(answer: str, text: str) -> str:
    """Whether the text says the opposite: a denial needs a denial in the text, a statement a statement."""
    sentences = [(content_words(sentence), bool(_NEGATION.search(sentence))) for sentence in split_sentences(text)]
    for claim in split_sentences(answer):
        words = content_words(claim)
        if len(words) < 2:
            continue
        denies = bool(_NEGATION.search(claim))
        same = max((len(words & other) for other, negated in sentences if negated == denies), default=0)
        opposite = max((len(words & other) for other, negated in sentences if negated != denies), default=0)
        if (denies and same < _SAME_SENTENCE_SHARE * len(words)) or (opposite == len(words) and same * 2 < opposite):
            return "The text says the opposite of one claim."
    return ""

"""The offline verdict on a question: does the text answer it, and does it make sense to somebody without the text?"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from generation_functions.offline.languages import content_words, known_words, numbers

_LEANS_ON_TEXT = re.compile(
    r"\b(?:the|this|that) (?:given |provided |above )?(?:passage|text|article|excerpt|document|chapter|paragraph"
    r"|section|narrator|speaker|context|extract|snippet|source text|(?:author|writer|story|book)(?! of\b))\b"
    r"|\b(?:according to|in|from|shown in|see) (?:the|this) "
    r"(?:table|figure|list|image|diagram|page|example|material|story|book)\b"
    r"|\b(?:above|aforementioned|mentioned|described here|following)\b"
    r"|\b(?:im|des|der|den|dem|dieser|diesem) (?:Text(?:es)?|Abschnitts?|Autor(?:in|s)?|Artikels?|Verfassers?)\b",
    re.IGNORECASE,
)
_AUXILIARY = r"(?:is|are|was|were|did|does|do|has|have|had|can|could|will|would|should|must|may|might)"
_LEANING_SUBJECT = re.compile(
    rf"^(?:[\w’'-]+ ){{0,5}}?{_AUXILIARY} (?:not )?"
    r"(?:it|he|she|they|this|that|these|those|we|i)\b(?! (?:true|that|possible|important|take))"
    r"|^(?:who|what|which) (?:\w+ ){1,2}(?:him|them|it)\b"
    r"|^(?:wann|wo|was|warum|wer|wie|wen|wem) (?:\w+ ){1,2}?(?:er|sie|es|dies|diese|dieser)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”")
_ANCHOR = re.compile(r"^(?:according to|in|laut) (?:\"[^\"]*\"|“[^”]*”),? ", re.IGNORECASE)
_LEAST_SHARE = 0.6
_LEAST_WORDS = 3


def answerable_verdict(values: Mapping[str, Any], rng: random.Random) -> str:
    """A reason and `Verdict: yes` or `Verdict: no` for `question` about `text`."""
    del rng
    question = str(values.get("question") or "").strip()
    reason = leaning(question) or _not_in(question, str(values.get("text") or ""))
    if reason:
        return f"{reason}\nVerdict: no"
    return "The text holds what the question asks for, and the question names its subject.\nVerdict: yes"


def leaning(question: str) -> str:
    """Why a question cannot be understood without its text; empty when it can."""
    if len(question.split()) < _LEAST_WORDS:
        return "The question is too short to be understood."
    asked = _ANCHOR.sub("", question)
    match = _LEANS_ON_TEXT.search(_QUOTED.sub("", asked))
    if match:
        return f'The question leans on "{match[0]}", which a reader without the text does not have.'
    if _LEANING_SUBJECT.match(asked):
        return "The question does not name its subject: its pronoun stands for something outside it."
    return ""


def _not_in(question: str, text: str) -> str:
    known = known_words(text)
    asked = content_words(_ANCHOR.sub("", question))
    if not asked:
        return "The question asks about nothing in particular."
    missing = asked - known
    if len(missing) > (1 - _LEAST_SHARE) * len(asked):
        return f"The text says nothing about {', '.join(sorted(missing)[:3])}."
    unknown = numbers(_ANCHOR.sub("", question)) - numbers(text)
    return f"The number {min(unknown)} is not in the text." if unknown else ""

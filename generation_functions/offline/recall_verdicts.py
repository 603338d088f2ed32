"""The offline verdicts on questions of the recall styles, and on their answers."""

from __future__ import annotations

import random
import re

from generation_functions.offline.answer_verdicts import grounded_verdict
from generation_functions.offline.languages import content_words, known_words, numbers
from generation_functions.offline.lexicon import word_set
from generation_functions.offline.question_verdicts import answerable_verdict, leaning
from generation_functions.offline.recall_facts import Values
from generation_functions.sentences import split_sentences

_ASKING = re.compile(
    r"\b(?:tell|know(?:n|s)?|describe|explain|learn|main points?|compare|difference|first|then|again|anything"
    r"|read|right|told|true|mean|thanks|see|should)\b",
    re.IGNORECASE,
)
_ADMITS = re.compile(
    r"\b(?:(?:do|does|did) not (?:know|exist)|(?:don|doesn|didn)['’]t (?:know|exist)|never come across|no such"
    r"|know of no|there is no|not aware of|not familiar with|nothing is known|cannot answer)\b",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:not?|mistake|wrong|incorrect|isn['’]t|wasn['’]t|didn['’]t|never)\b", re.IGNORECASE)
_LITTLE = word_set("somebody is so that")
_LEAST_KNOWN_SHARE = 0.5
_YES, _NO = "Verdict: yes", "Verdict: no"


def asked_openly_verdict(values: Values, rng: random.Random) -> str:
    """Like `answerable_verdict`, where words that only ask ("tell me about") count for nothing."""
    return answerable_verdict({**values, "question": _ASKING.sub("", str(values.get("question") or ""))}, rng)


def recognisable_verdict(values: Values, rng: random.Random) -> str:
    """Whether the text has what a short and careless question is about."""
    del rng
    asked = content_words(_ASKING.sub("", str(values.get("question") or "")))
    if not asked & known_words(str(values.get("text") or "")):
        return f"The text says nothing about it.\n{_NO}"
    return f"The text tells what somebody who asks this wants to know.\n{_YES}"


def false_premise_verdict(values: Values, rng: random.Random) -> str:
    """Whether a question takes something for granted that its answer, apart from the denial, does not say."""
    del rng
    question, answer = str(values.get("question") or ""), str(values.get("answer") or "")
    why = leaning(question) or _unknown(question, str(values.get("text") or ""), _LEAST_KNOWN_SHARE)
    if why:
        return f"{why}\n{_NO}"
    denial, right = _first_and_rest(answer)
    if not _DENIES.search(denial):
        return f"The answer does not say that something in the question is wrong.\n{_NO}"
    assumed = content_words(_ASKING.sub("", question)) | numbers(question)
    if not assumed - content_words(right) - numbers(right) - _LITTLE:
        return f"Everything that the question takes for granted is right.\n{_NO}"
    return f"The question takes something for granted that the text contradicts.\n{_YES}"


def correction_verdict(values: Values, rng: random.Random) -> str:
    """Whether the text bears out what an answer says after its denial."""
    _, right = _first_and_rest(str(values.get("answer") or ""))
    return grounded_verdict({**values, "answer": right}, rng)


def unknown_verdict(values: Values, rng: random.Random) -> str:
    """Whether a question is about something that the text does not have, and its answer says that it is not known."""
    del rng
    question, text = str(values.get("question") or ""), str(values.get("text") or "")
    why = leaning(question)
    if not why and content_words(question) <= known_words(text):
        why = "Everything in the question is in the text."
    if not why and not _ADMITS.search(str(values.get("answer") or "")):
        why = "The answer pretends to know."
    return f"{why}\n{_NO}" if why else f"The text does not know what is asked about, and the answer says so.\n{_YES}"


def nothing_invented_verdict(values: Values, rng: random.Random) -> str:
    """Whether the text bears out whatever an answer says beyond not knowing."""
    answer, question = str(values.get("answer") or ""), str(values.get("question") or "")
    stated = " ".join(sentence for sentence in _sentences(answer) if not _ADMITS.search(sentence))
    if not stated:
        return f"The answer claims nothing.\n{_YES}"
    return grounded_verdict({**values, "answer": stated, "text": f"{values.get('text') or ''}\n{question}"}, rng)


def _unknown(question: str, text: str, least: float) -> str:
    asked = content_words(_ASKING.sub("", question))
    known = known_words(text)
    return "" if len(asked & known) >= least * len(asked) else "The text is about something else."


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in split_sentences(text) if sentence.strip()]


def _first_and_rest(answer: str) -> tuple[str, str]:
    sentences = _sentences(answer)
    return (sentences[0], " ".join(sentences[1:])) if sentences else ("", "")

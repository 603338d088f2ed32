"""The offline rewording of a question that leans on its text: names what it is about, or gives up."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from generation_functions.offline.anchoring import readable_title
from generation_functions.offline.blocks import blocks
from generation_functions.offline.clauses import read_clause, stands_alone, without_opener
from generation_functions.offline.mentions import read_mentions
from generation_functions.offline.question_answer_pairs import sentences_of
from generation_functions.offline.question_verdicts import leaning
from generation_functions.offline.subjects import Subject

CANNOT = "CANNOT"
_THING = (
    r"(?:passage|text|article|excerpt|document|chapter|paragraph|section|source|context|extract|material|story|book"
    r"|page)"
)
_AS_SAID = r"as (?:described|stated|mentioned|shown) in"
_THE_TEXT = rf"(?:the|this) (?:given |provided |above )?{_THING}"
_OPENING = re.compile(rf"^(?:according to|based on|in|from|{_AS_SAID}) {_THE_TEXT},? ", re.IGNORECASE)
_ENDING = re.compile(
    rf",? (?:according to|based on|in|from|{_AS_SAID}|mentioned in|described in) {_THE_TEXT}(?=\?|$)", re.IGNORECASE
)
_DOES_SAY = re.compile(
    rf"^what does (?:the|this) (?:{_THING}|author|writer) (?:say|state|tell(?: us)?|mention|explain)\b", re.IGNORECASE
)
_AUTHOR = re.compile(r"\bthe (?:author|writer)\b(?! of\b)", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(is|are|was|were|did|does|do|has|have|had|can|could|will|would|should|must) (it|he|she|they)\b", re.IGNORECASE
)
_ANSWER_PRONOUN = re.compile(r"^(It|He|She|They)\b")


def reworded_question(values: Mapping[str, Any], rng: random.Random) -> str:
    """One `Question:` / `Answer:` block that makes sense without the text, or `CANNOT`."""
    del rng
    text, title = str(values.get("text") or ""), str(values.get("title") or "")
    question, answer = str(values.get("question") or "").strip(), str(values.get("answer") or "").strip()
    if not question or not answer:
        return CANNOT
    subject = only_subject(text, title)
    asked = _with_subject(_without_text(question, title), _PRONOUN, subject)
    if not asked or leaning(asked):
        return CANNOT
    if _ANSWER_PRONOUN.match(answer):
        answer = _answer_with(subject, answer)
    if not answer:
        return CANNOT
    return f"Question: {asked}\nAnswer: {answer}"


def only_subject(text: str, title: str = "") -> Subject | None:
    """What all sentences of a text that have a clear subject are about; None when that is more than one thing."""
    prose = [block for block in blocks(text) if block.kind in ("paragraph", "item")]
    mentions = read_mentions("\n".join(block.text for block in prose), title)
    found: Subject | None = None
    for block in prose:
        for sentence in map(without_opener, sentences_of(block)):
            clause = read_clause(sentence, mentions, found) if stands_alone(sentence) else None
            if clause is None:
                continue
            if found is not None and clause.subject.text != found.text:
                return None
            found = clause.subject
    return found


def _without_text(question: str, title: str) -> str:
    asked = _ENDING.sub("", _OPENING.sub("", question))
    if _DOES_SAY.match(asked):
        return ""
    if readable_title(title):
        asked = _AUTHOR.sub(f'the author of "{readable_title(title)}"', asked)
    return asked[:1].upper() + asked[1:]


def _with_subject(question: str, pronoun: re.Pattern[str], subject: Subject | None) -> str:
    match = pronoun.search(question)
    if match is None:
        return question
    if subject is None or not _agrees(match[2].lower(), subject):
        return ""
    return f"{question[: match.start(2)]}{subject.text}{question[match.end(2) :]}"


def _answer_with(subject: Subject | None, answer: str) -> str:
    pronoun = answer.split(" ", 1)[0]
    if subject is None or not _agrees(pronoun.lower(), subject):
        return ""
    return subject.text[:1].upper() + subject.text[1:] + answer[len(pronoun) :]


def _agrees(pronoun: str, subject: Subject) -> bool:
    if pronoun == "they":
        return subject.plural
    return not subject.plural and (pronoun == "it") != subject.person

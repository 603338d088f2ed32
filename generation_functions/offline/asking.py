"""What the question rules share: the pair they make, turning a clause into a question, dates and quantities."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from generation_functions.offline import lexicon
from generation_functions.offline.clauses import Clause

_BE_OR_MODAL = lexicon.BE | lexicon.MODALS
_MAX_QUESTION_WORDS = 26


class Pair(NamedTuple):
    """A question, its answer, and how informative the pair is (higher first)."""

    question: str
    answer: str
    score: float


_MONTH = "(?:" + "|".join(month.capitalize() for month in sorted(lexicon.MONTHS)) + ")"
_YEAR = r"(?:(?:1\d{3}|20\d{2})(?: (?:BC|AD|BCE|CE))?|(?:AD )?\d{1,4} (?:BC|AD|BCE|CE)|AD \d{2,4})"
_PART = r"(?:(?:the )?(?:early|late|mid|spring|summer|autumn|winter|fall|end|beginning|middle)(?: of)?[ -])?"
_CENTURY = r"(?:the )?(?:\d{1,2}(?:st|nd|rd|th)|[a-z]{5,12}th|first|second|third) century(?: (?:BC|AD|BCE|CE))?"
_DAY = rf"(?:\d{{1,2}} {_MONTH}|{_MONTH} \d{{1,2}})(?:,? {_YEAR})?"
_TIME = rf"(?:{_DAY}|{_MONTH} {_YEAR}|{_YEAR}(?: (?:and|to) {_YEAR})?|(?:the )?\d{{3,4}}s|{_CENTURY})"
_ENDS = r"(?=$|[,;:]| (?:by|in|at|on|with|from|for|to|after|before|and|but|when|because|as|near|under|during|into|while)\b)"
DATE = re.compile(rf"\b(?:in|on|around|between|from|during) (?:about |around )?{_PART}{_TIME}{_ENDS}")
_FRONT_DATE = re.compile(rf"(?:In|On|Around|Between|From|During) (?:about |around )?{_PART}{_TIME}")
_YEAR_ONLY = re.compile(r"in [12]\d{3}")

NUMBER = r"(?:[$€£]\s?)?(?:\d[\d,.]*\d|\d)(?:–\d[\d,.]*)?(?: (?:hundred|thousand|million|billion))*"

# Words that must not stand in a question, because they point outside it.
_NOT_IN_QUESTIONS = (
    lexicon.PRONOUNS - lexicon.POSSESSIVES - frozenset("one ones that who whom itself themselves himself herself both either everyone "
                                                         "everything anyone anything neither her".split())
) | frozenset("following above former latter below same".split())
_LEANING_HEADS = frozenset("time times way ways period process place case fact point result".split())


def askable(fragment: str, limit: int = _MAX_QUESTION_WORDS) -> bool:
    """Whether a piece of a sentence can stand in a question without pointing outside it."""
    words = [word.strip(",;:'’\"“”") for word in fragment.lower().split()]
    if len(words) > limit or any(mark in fragment for mark in ";:()[]?!") or fragment.count('"') % 2:
        return False
    return _NOT_IN_QUESTIONS.isdisjoint(words)


def is_front_date(front: str) -> bool:
    """Whether a fronted phrase is a date ("In 1891")."""
    return _FRONT_DATE.fullmatch(front) is not None


def is_year_only(date: str) -> bool:
    """Whether a date phrase names just a year ("in 1891")."""
    return _YEAR_ONLY.fullmatch(date) is not None


def lowered_start(text: str) -> str:
    """`text` with its first word in lower case, unless that is a name or an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def inverted(clause: Clause, predicate: str) -> str:
    """The question order of a clause: "was the tower built in Paris", "did the tower fall"."""
    adverbs = " ".join(clause.adverbs)
    if clause.verb in _BE_OR_MODAL or clause.form is None:
        parts = (clause.verb, clause.subject.text, adverbs, predicate)
    else:
        parts = (do_form(clause), clause.subject.text, adverbs, clause.form.base, predicate)
    return " ".join(part for part in parts if part)


def do_form(clause: Clause) -> str:
    """The form of "do" that a clause's lexical verb takes in a question."""
    if clause.form is None or clause.form.tense == "past":
        return "did"
    return "does" if clause.form.tense == "third" else "do"


def question(clause: Clause, start: str, predicate: str = "") -> str | None:
    """`start` + the clause in question order; its fronted phrase goes first. None when it could not stand alone."""
    return finished(clause, f"{start} {inverted(clause, predicate)}")


def finished(clause: Clause, text: str) -> str | None:
    """A question text with the clause's fronted phrase and a question mark, or None when it could not stand alone."""
    front = clause.front
    if not askable(text.replace(clause.subject.text, "", 1)) or len(text.split()) > _MAX_QUESTION_WORDS:
        return None
    if not front:
        return text[:1].upper() + text[1:] + "?"
    if is_front_date(front):
        return f"{text[:1].upper()}{text[1:]} {lowered_start(front)}?"
    if not askable(front, 7) or not _LEANING_HEADS.isdisjoint(front.lower().split()) or " the " in front and not _has_name(front):
        return None
    return f"{front}, {text[:1].lower()}{text[1:]}?"


def _has_name(front: str) -> bool:
    return any(word[:1].isupper() for word in front.split()[1:])


def before_break(words: Sequence[str], *, stops: frozenset[str] = lexicon.CLAUSE_STARTS) -> list[str]:
    """The leading words up to a comma or a word that may begin another clause."""
    kept: list[str] = []
    for word in words:
        if kept and word.lower() in stops:
            break
        kept.append(word)
        if word[-1] in ",;:":
            kept[-1] = word.rstrip(",;:")
            break
    return kept


def plain_complement(text: str, limit: int = 10) -> bool:
    """Whether the words between a verb and what is asked for hold no other clause."""
    words = text.lower().split()
    if len(words) > limit or any(mark in text for mark in ",;:"):
        return False
    return _CLAUSE_WORDS.isdisjoint(words)


_CLAUSE_WORDS = (lexicon.CLAUSE_STARTS - frozenset(["or", "than"])) | lexicon.AUXILIARIES


def is_noun_phrase(words: Sequence[str]) -> bool:
    """Whether words read as one noun phrase that names something ("the Nobel Prize in Physics")."""
    return bool(words) and (
        words[0].lower() in lexicon.DETERMINERS or words[0][:1].isupper() or words[0].lower().rstrip(",").endswith("s")
    )


def has_name(words: Sequence[str]) -> bool:
    """Whether one of the words is written as a name."""
    return any(word[:1].isupper() for word in words)


def head_noun(words: Sequence[str]) -> str:
    """The noun a noun phrase is about: its last word before a preposition, comma or relative clause."""
    head = ""
    for word in words:
        low = word.lower().rstrip(",;:")
        if head and (low in lexicon.PREPOSITIONS or low in lexicon.CLAUSE_STARTS or low.endswith("ed")):
            return head
        head = low
        if word[-1] in ",;:":
            return head
    return head


def is_person_noun(noun: str) -> bool:
    """Whether a noun, singular or plural, names a kind of person."""
    return noun in lexicon.PERSON_NOUNS or noun.rstrip("s") in lexicon.PERSON_NOUNS or noun.endswith(lexicon.PERSON_SUFFIXES)

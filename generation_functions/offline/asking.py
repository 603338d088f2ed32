"""What the question rules share: the pair they make, turning a clause into a question, dates and quantities."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from generation_functions.offline import lexicon
from generation_functions.offline.clauses import Clause
from generation_functions.offline.dates import is_front_date
from generation_functions.offline.verbs import is_participle, verb_forms

_BE_OR_MODAL = lexicon.BE | lexicon.MODALS
_MAX_QUESTION_WORDS = 26


class Pair(NamedTuple):
    """A question, its answer, and how informative the pair is (higher first)."""

    question: str
    answer: str
    score: float


_NUMBER_WORD = "(?:" + "|".join(sorted(lexicon.NUMBER_WORDS)) + ")"
_DIGITS = r"(?:[$€£]\s?)?(?:\d[\d,.]*\d|\d)(?:[–-]\d[\d,.]*)?"
NUMBER = rf"(?:{_DIGITS}|{_NUMBER_WORD}\b)(?: (?:hundred|thousand|million|billion)\b)*"

# Words that must not stand in a question, because they point outside it.
_NOT_IN_QUESTIONS = (
    lexicon.PRONOUNS
    - lexicon.POSSESSIVES
    - lexicon.word_set(
        """
    one ones that who whom itself themselves himself herself both either everyone everything anyone anything
    neither her
    """
    )
) | lexicon.word_set("following above former latter below same")
_EXAMPLE_VARIABLE = re.compile(r"`\w`")
_LEANING_HEADS = lexicon.word_set("terms turn addition time times way ways period process place case fact point result")


def askable(fragment: str, limit: int = _MAX_QUESTION_WORDS) -> bool:
    """Whether a piece of a sentence can stand in a question without pointing outside it."""
    words = [word.strip(",;:'’\"“”") for word in fragment.lower().split()]
    if len(words) > limit or any(mark in fragment for mark in ";:()[]?!") or fragment.count('"') % 2:
        return False
    return _NOT_IN_QUESTIONS.isdisjoint(words) and not _EXAMPLE_VARIABLE.search(fragment)


def leans(fragment: str) -> bool:
    """Whether only the text around a fragment explains one of its "the" ("the fence", not "the fall of Rome")."""
    words = fragment.split()
    for at, word in enumerate(words[:-1]):
        if word != "the":
            continue
        phrase = before_break(words[at + 1 :], stops=_PHRASE_ENDS)
        after = words[at + 1 + len(phrase) : at + 2 + len(phrase)]
        if after and after[0] == "to" and phrase[0] in lexicon.PLAIN_ADJECTIVES:
            continue
        if after and (after[0] in _EXPLAINING or has_name(words[at + 1 + len(phrase) : at + 5 + len(phrase)])):
            continue
        if not has_name(phrase) and not _explains_itself([part.lower() for part in phrase]):
            return True
    return False


def _explains_itself(phrase: list[str]) -> bool:
    """Whether a noun phrase after "the" needs no text around it: "sun", "largest planet", "tuning collar"."""
    if phrase[-1] == "time" and phrase[0] in lexicon.PLAIN_ADJECTIVES:
        return True
    if not lexicon.UNIQUE_THINGS.isdisjoint(phrase) or (len(phrase) > 1 and phrase[0].endswith("est")):
        return True
    return len(phrase) > 1 and phrase[0] not in lexicon.PLAIN_ADJECTIVES and phrase[-1] not in lexicon.VAGUE_HEADS


_EXPLAINING = frozenset(["of", "between", "that", "who", "which"])
_PHRASE_ENDS = lexicon.CLAUSE_STARTS | lexicon.PREPOSITIONS


def is_past(clause: Clause) -> bool:
    """Whether a clause reports something past rather than something that holds in general."""
    return clause.verb in ("was", "were", "had", "did", "could") or (
        clause.form is not None and clause.form.tense == "past"
    )


def can_be_named(clause: Clause, story: bool) -> bool:
    """Whether a question may name the clause's subject to somebody who has not seen the text.

    "The pump" in a statement that holds in general may be; in a story or a report of the past it is one pump.
    """
    subject = clause.subject
    if subject.kind == "named":
        return not story or " " in subject.text
    past = is_past(clause)
    named = has_name(clause.words)
    words = subject.text.split()
    if subject.kind == "definite":
        if past and words[1] in lexicon.PLAIN_ADJECTIVES:
            return False
        if subject.person or len(words) > 6 or words[-1].rstrip("s") in lexicon.DOCUMENT_WORDS:
            return False
        return not past or (named and len(words) > 2 and not story and not leans(" ".join(words[1:])))
    return not past or (named and not story and len(words) > 1)


def lowered_start(text: str) -> str:
    """`text` with its first word in lower case, unless that is a name or an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def inverted(clause: Clause, predicate: str) -> str:
    """The question order of a clause: "was the tower built in Paris", "did the tower fall"."""
    adverbs = " ".join(clause.adverbs)
    first, base = clause.verb, ""
    if clause.form is not None:
        first, base = do_form(clause), clause.form.base
    parts = (first, clause.subject.text, adverbs, base, predicate)
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
    asked = text.replace(clause.subject.text, "", 1)
    if (
        _EXAMPLE_VARIABLE.search(text)
        or not askable(asked)
        or len(text.split()) > _MAX_QUESTION_WORDS
        or (is_past(clause) and leans(asked))
    ):
        return None
    if not front:
        return text[:1].upper() + text[1:] + "?"
    if is_front_date(front):
        return f"{text[:1].upper()}{text[1:]} {lowered_start(front)}?"
    if (
        not askable(front, 7)
        or not _LEANING_HEADS.isdisjoint(front.lower().split())
        or (" the " in front and not _has_name(front))
    ):
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
    if not _CLAUSE_WORDS.isdisjoint(words):
        return False
    return not any(word == "and" and _begins_verb_phrase(words[at + 1 : at + 3]) for at, word in enumerate(words))


def _begins_verb_phrase(words: list[str]) -> bool:
    return not words or any(is_participle(word) or word in verb_forms() for word in words)


_CLAUSE_WORDS = (lexicon.CLAUSE_STARTS - frozenset(["and", "or", "than"])) | lexicon.AUXILIARIES


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
    singular = noun.removesuffix("s")
    if noun in lexicon.PERSON_NOUNS or singular in lexicon.PERSON_NOUNS:
        return True
    return singular.endswith(lexicon.PERSON_SUFFIXES) and singular not in lexicon.NOT_PERSONS

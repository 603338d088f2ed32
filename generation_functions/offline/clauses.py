"""Declarative sentences taken apart into subject, finite verb and the rest, without a language model.

The parser takes a sentence only when one reading is left; everything doubtful (a second finite verb before the clause
ends, a subject that leans on something outside) is refused. Recall is cheap here, a wrong question is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from generation_functions.offline import lexicon
from generation_functions.offline.dates import FRONT_DATE
from generation_functions.offline.mentions import Mentions
from generation_functions.offline.subjects import Subject, read_subject
from generation_functions.offline.verbs import NOUN_LIKE, SAME_PAST, VerbForm, is_participle, verb_forms

MAX_WORDS = 42
_MAX_SUBJECT_WORDS = 12
_MAX_FRONT_WORDS = 8
_PARENTHESES = re.compile(r"\s+\([^()]*\)")
_OPENER = re.compile("(?:" + "|".join(sorted(lexicon.OPENERS)) + r"), +", re.IGNORECASE)
_DIALOGUE = re.compile(r"[,.!?…—]['\"”’](?:\s|$)|^['\"“‘][^'\"”’]*$|^[“\"]")
_ADDRESS = re.compile(r"https?://|www\.|\S@\S")
_PLAIN_WORDS = re.compile(r"[a-z][a-z'’]*")
_PUNCTUATION = ",;:"

# A sentence with one of these leans on what stands around it, or is somebody's own voice.
_OUTSIDE = (
    lexicon.FIRST_SECOND
    | lexicon.word_set(
        """
    this these those here above below following former latter aforementioned respectively such
    """
    )
) - frozenset(["such"])
_APPOSITION_STARTS = lexicon.word_set(
    """
    a an the which who whose also or born known named called located now one then
    """
)
_PRONOUN_SUBJECTS = lexicon.word_set("he she it they")
_OBJECT_STARTS = (
    lexicon.DETERMINERS
    | lexicon.POSSESSIVES
    | lexicon.NUMBER_WORDS
    | lexicon.QUANTIFIERS
    | lexicon.APPROXIMATIONS
    | lexicon.ADVERBS
    | (lexicon.PREPOSITIONS - {"of"})
    | {"that", "it", "him", "her", "them", "itself", "how", "what", "whether", "which", "where", "when"}
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence whose main clause begins with subject and verb.

    `words` are those after the verb, without parentheses and final stop; `answer` is the whole sentence, made to stand
    alone. `form` is None when the verb is an auxiliary or a form of "be" or "have".
    """

    answer: str
    subject: Subject
    verb: str
    form: VerbForm | None
    words: tuple[str, ...]
    adverbs: tuple[str, ...] = ()
    front: str = ""
    apposition: str = ""

    @property
    def rest(self) -> str:
        """Everything after the verb."""
        return " ".join(self.words)


def stands_alone(sentence: str) -> bool:
    """Whether a sentence is whole, of a useful length, and points at nothing outside itself."""
    words = sentence.lower().split()
    if not 4 <= len(words) <= MAX_WORDS or sentence[-1] != "." or sentence.endswith(("...", "…")):
        return False
    if not (sentence[0].isupper() or sentence[0] in '`"“' or sentence[0].isdigit()):
        return False
    if not _OUTSIDE.isdisjoint(_PLAIN_WORDS.findall(sentence.lower())):
        return False
    if sentence.count("(") != sentence.count(")") or sentence.count('"') % 2 or ": " in sentence[:12]:
        return False
    return not (_DIALOGUE.search(sentence) or _ADDRESS.search(sentence))


def without_opener(sentence: str) -> str:
    """`sentence` without a leading "However," and the like."""
    match = _OPENER.match(sentence)
    return sentence[match.end() :][:1].upper() + sentence[match.end() + 1 :] if match else sentence


def read_clause(sentence: str, mentions: Mentions, antecedent: Subject | None) -> Clause | None:
    """The clause that `sentence` (ends with a full stop) is, or None where the reading is not sure.

    `antecedent` is what a leading he, she, it or they stands for, when that is known.
    """
    bare = _PARENTHESES.sub("", sentence) if "(" in sentence else sentence
    words = bare.rstrip(".").split()
    low = [word.lower().rstrip(_PUNCTUATION) for word in words]
    start = _front_length(bare, words, low)
    if start is None or start >= len(words) - 1:
        return None
    found = _find_verb(words, low, start)
    if found is None:
        return None
    subject_end, verb_at = found
    if not _only_verb(words, low, verb_at):
        return None
    subject = _resolve(words[start:subject_end], low[start], mentions, antecedent, low[verb_at:])
    if subject is None:
        return None
    between = words[subject_end:verb_at]
    adverbs = tuple(word for word in between if _is_adverb(word.lower())) if between and "," not in between[-1] else ()
    rest, more = _after_verb(words[verb_at + 1 :])
    full = sentence.rstrip(".").split()
    tail = full[verb_at:] if full[:verb_at] == words[:verb_at] else words[verb_at:]
    kept = [word for word in [*between, *tail] if word not in ("also", "therefore", "thus")]
    answer = " ".join([*words[:start], subject.text, *kept]) if start else " ".join([subject.text, *kept])
    apposition = ""
    if words[subject_end - 1].endswith(","):
        answer = answer.replace(subject.text, subject.text + ",", 1)
    form = None if low[verb_at] in lexicon.AUXILIARIES else _form(low, verb_at)
    if words[subject_end - 1].endswith(","):
        apposition = " ".join(between[: len(between) - len(adverbs)]).rstrip(",")
    return Clause(
        answer[:1].upper() + answer[1:] + ".",
        subject,
        low[verb_at],
        form,
        tuple(rest),
        tuple(word for word in (*adverbs, *more) if word not in lexicon.LINKING_ADVERBS),
        " ".join(words[:start]).rstrip(","),
        apposition,
    )


def _front_length(bare: str, words: list[str], low: list[str]) -> int | None:
    """Number of words before the subject ("In 1891, ..."); None when the sentence begins with something else."""
    date = FRONT_DATE.match(bare) if low[0] in ("in", "on", "around", "between", "from", "during") else None
    if date:
        return len(date[0].split())
    if low[0] in lexicon.PREPOSITIONS and low[0] not in ("after", "before", "since", "until", "despite", "as", "to"):
        for number, word in enumerate(words[:_MAX_FRONT_WORDS]):
            if word.endswith(","):
                return number + 1 if not low[1].endswith("ing") else None
        return None
    return None if low[0] in lexicon.CLAUSE_STARTS else 0


def _is_adverb(low: str) -> bool:
    return low in lexicon.ADVERBS or (low.endswith("ly") and len(low) > 4)


def _find_verb(words: list[str], low: list[str], start: int) -> tuple[int, int] | None:
    """(index after the subject, index of the finite verb)."""
    for at in range(start, min(start + _MAX_SUBJECT_WORDS, len(words))):
        word = words[at]
        if at > start:
            if _is_finite(words, low, at):
                return at, at
            if low[at] in lexicon.SUBJECT_STOPS:
                return None
            if low[at] in lexicon.PREPOSITIONS and low[at] not in lexicon.SUBJECT_PREPOSITIONS:
                return None
            if _is_adverb(low[at]) and word[0].islower():
                verb_at = _skip_adverbs(low, at)
                return (at, verb_at) if _is_finite(words, low, verb_at) else None
        if word[-1] == ",":
            return _after_apposition(words, low, at)
        if word[-1] in _PUNCTUATION:
            return None
    return None


def _skip_adverbs(low: list[str], at: int) -> int:
    while at < len(low) and _is_adverb(low[at]):
        at += 1
    return at


def _after_apposition(words: list[str], low: list[str], comma_at: int) -> tuple[int, int] | None:
    """Subject end and verb of "Grace Hopper, an American computer scientist, developed ..."."""
    after = comma_at + 1
    if after >= len(words) or not (low[after] in _APPOSITION_STARTS or is_participle(low[after])):
        return None
    for at in range(after, min(after + 16, len(words) - 1)):
        if words[at].endswith(","):
            verb_at = _skip_adverbs(low, at + 1)
            return (after, verb_at) if _is_finite(words, low, verb_at) else None
    return None


def _is_finite(words: list[str], low: list[str], at: int) -> bool:
    """Whether the word at `at` can be the finite verb of a statement."""
    if at >= len(low):
        return False
    word = low[at]
    if word in lexicon.AUXILIARIES:
        return True
    if at == 0 or words[at][0].isupper() or word not in verb_forms():
        return False
    form = _form(low, at)
    before = low[at - 1]
    if before in lexicon.DETERMINERS or before in lexicon.PREPOSITIONS or before in lexicon.POSSESSIVES:
        return False
    after = low[at + 1] if at + 1 < len(low) else ""
    if form.tense == "past":
        if after in ("by", "of"):
            return False
        named = words[at - 1][0].isupper() and at > 0
        return not form.participle or named or words[at - 1][-1] == "," or _starts_object(words, at + 1)
    if form.tense == "base" and not (_plural(before) or before == "they"):
        return False
    return form.base not in NOUN_LIKE or _starts_object(words, at + 1)


def _form(low: list[str], at: int) -> VerbForm:
    """The verb form at `at`; "cost" after a singular subject is the past."""
    form = verb_forms()[low[at]]
    before = low[at - 1]
    if form.tense == "base" and form.base in SAME_PAST and not _plural(before):
        return VerbForm(form.base, "past", True)
    return form


def _plural(noun: str) -> bool:
    return noun in lexicon.PLURALS or (noun.endswith("s") and not noun.endswith(("ss", "us", "is")))


def _starts_object(words: list[str], at: int) -> bool:
    """Whether what follows a verb shows that it is one."""
    if at >= len(words):
        return True
    low = words[at].lower().rstrip(_PUNCTUATION)
    if low in _OBJECT_STARTS or low[:1].isdigit() or words[at][0].isupper() or words[at][0] in '`"“$€£':
        return True
    return low.endswith(("ly", "s", "ing")) and low not in lexicon.BE


def _only_verb(words: list[str], low: list[str], verb_at: int) -> bool:
    """False when another finite verb follows before the clause ends: then the first was no main verb."""
    auxiliary = low[verb_at] in lexicon.AUXILIARIES
    forms = verb_forms()
    if words[verb_at][-1] in _PUNCTUATION:
        return False
    for at in range(verb_at + 1, len(words)):
        if low[at] in lexicon.CLAUSE_STARTS:
            return True
        if low[at] in lexicon.AUXILIARIES and low[at] not in ("might", "will", "may") and low[at - 1] != "to":
            return False
        form = forms.get(low[at])
        if form and not auxiliary and words[at][0].islower() and low[at - 1] not in lexicon.DETERMINERS:
            certain = form.tense == "past" and not form.participle
            if certain or (form.tense == "third" and form.base not in NOUN_LIKE):
                return False
        if words[at][-1] in _PUNCTUATION:
            return True
    return True


def _after_verb(words: list[str]) -> tuple[list[str], list[str]]:
    """(words after the verb without leading adverbs, those adverbs)."""
    at = 0
    while at < len(words) - 1 and _is_adverb(words[at].lower()) and words[at].lower() not in _KEPT_AFTER_VERB:
        at += 1
    return words[at:], words[:at]


_KEPT_AFTER_VERB = lexicon.word_set(
    """
    not no only just almost even early likely approximately roughly nearly once ever
    """
)


def _resolve(
    words: list[str], first: str, mentions: Mentions, antecedent: Subject | None, after: list[str]
) -> Subject | None:
    if first not in _PRONOUN_SUBJECTS:
        return read_subject([*words[:-1], words[-1].rstrip(",")], mentions)
    if antecedent is None or len(words) > 1 or not _agrees(first, antecedent):
        return None
    if first == "it" and (after[0] not in ("is", "was") or len(after) < 2):
        impersonal = after[0] in ("seems", "seemed", "appears", "appeared", "follows", "turns", "turned")
        return None if impersonal or (after[0] in ("takes", "took") and after[1:2] != ["place"]) else antecedent
    if first == "it" and not (
        after[1] in ("a", "an", "the", "one") or is_participle(after[1]) or after[1][:1].isdigit()
    ):
        return None
    if first == "it" and {"said", "believed", "thought", "known", "estimated"} & set(after[1:3]) and "that" in after:
        return None
    return antecedent


def _agrees(pronoun: str, subject: Subject) -> bool:
    if pronoun == "they":
        return subject.plural
    if pronoun == "it":
        return not subject.plural and not subject.person
    return subject.person

"""Questions from the shape of a whole sentence: because, if and when, "to do X, do Y", "there are N"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generation_functions.offline import lexicon
from generation_functions.offline.asking import (
    NUMBER,
    Pair,
    askable,
    can_be_named,
    has_name,
    inverted,
    is_past,
    leans,
    plain_complement,
)
from generation_functions.offline.clauses import Clause, read_clause
from generation_functions.offline.mentions import Mentions
from generation_functions.offline.subjects import Subject
from generation_functions.offline.verbs import verb_forms

_BECAUSE = re.compile(r",? because (?=\w)")
_IF = re.compile(r"(If|When|Whenever) ([^,;:()]{8,110}), (?:then )?(.{8,})\.$")
_TO_DO = re.compile(r"To ([a-z]+ [^,;:()]{3,80}), ((?:first |simply |carefully |always )?[a-z]+)\b(.{4,})\.$")
_DO_TO = re.compile(r"([A-Z][a-z]+) ([^,;:()]{3,80}?) to ([a-z]+ [^,;:()]{3,70})\.$")
_BEFORE = re.compile(r"(Before|After) ([a-z]+ing [^,;:()]{3,80}), ((?:always |first )?[a-z]+)\b(.{4,})\.$")
_THERE_ARE = re.compile(
    rf"There (are|were) (?:about |approximately |around |more than |over |only |nearly )?(?P<number>{NUMBER}|[a-z]+) "
    r"(?P<noun>(?:[\w-]+ ){0,3}?[\w-]*s)(?P<where> (?:of|in|on|at) [^,;:]+?)?(?P<list>: .+)?\.$"
)
_OFTEN = re.compile(
    r"You (should|must) ([a-z]+ [^,;:()]{3,60}?) (?:at least )?"
    r"(?:every [\w ]+|once an? \w+|twice an? \w+|daily|weekly|monthly)\.$"
)
_VAGUE_OBJECTS = lexicon.word_set("it them this that these those one ones")
_NOT_PLACES = lexicon.word_set("ways reasons things times cases steps")


def shape_pairs(sentence: str, mentions: Mentions, antecedent: Subject | None) -> Iterator[Pair]:
    """Pairs that the shape of `sentence` gives, whatever its verb."""
    first = sentence.split(" ", 1)[0]
    if first in ("If", "When", "Whenever"):
        yield from _condition(sentence, first, mentions)
    elif first == "To":
        yield from _how_to(sentence, mentions)
    elif first in ("Before", "After"):
        yield from _before(sentence, mentions)
    elif first == "There":
        yield from _there(sentence)
    elif first.lower() in verb_forms() and verb_forms()[first.lower()].tense == "base":
        yield from _instruction(sentence, mentions)
    elif first == "You":
        yield from _duty(sentence, mentions)
    elif first == "Because":
        yield from _because_first(sentence, mentions)
    if " because " in sentence:
        yield from _why(sentence, mentions, antecedent)


def _why(sentence: str, mentions: Mentions, antecedent: Subject | None) -> Iterator[Pair]:
    main, *reasons = _BECAUSE.split(sentence, maxsplit=1)
    if not reasons or len(main.split()) > 20 or len(reasons[0].split()) < 3 or "," in main:
        return
    clause = read_clause(main + ".", mentions, antecedent)
    if clause is None or clause.front or not _can_be_asked_why(clause) or not can_be_named(clause, mentions.story):
        return
    if is_past(clause) and leans(clause.rest):
        return
    text = f"Why {inverted(clause, clause.rest)}?"
    if clause.verb == "cannot":
        text = f"Why can {clause.subject.text} not {clause.rest}?"
    if askable(text.rstrip("?").replace(clause.subject.text, "", 1)) and plain_complement(clause.rest, 14):
        yield Pair(text, f"{clause.answer.rstrip('.')} because {reasons[0]}", 3.6)


def _because_first(sentence: str, mentions: Mentions) -> Iterator[Pair]:
    """A reason that comes first: "Because the organ gives one blast a minute, a charge lasts seven hours."""
    reason, _, main = sentence.partition(", ")
    clause = read_clause(main[:1].upper() + main[1:], mentions, None) if main else None
    if (
        clause is None
        or clause.front
        or len(reason.split()) < 4
        or not askable(reason)
        or not can_be_named(clause, mentions.story)
    ):
        return
    if (
        not _can_be_asked_why(clause)
        or (is_past(clause) and leans(clause.rest))
        or not plain_complement(clause.rest, 14)
    ):
        return
    if askable(clause.rest):
        yield Pair(f"Why {inverted(clause, clause.rest)}?", sentence, 3.5)


def _can_be_asked_why(clause: Clause) -> bool:
    if clause.verb in lexicon.HAVE:
        return bool(clause.words) and clause.words[0].endswith(("ed", "en", "een"))
    return clause.verb in lexicon.AUXILIARIES or clause.form is not None


def _condition(sentence: str, first: str, mentions: Mentions) -> Iterator[Pair]:
    match = _IF.match(sentence)
    if not match:
        return
    condition, consequence = match[2], match[3]
    words = condition.split()
    if not _whole_condition(words) or not askable(condition, 16) or "you" in words or " not only" in condition:
        return
    clause = read_clause(condition[:1].upper() + condition[1:] + ".", mentions, None)
    if (
        clause is None
        or (clause.form is not None and clause.form.tense == "past")
        or clause.verb in ("was", "were", "had", "did")
    ):
        return
    named = with_names(words, mentions)
    if named is None:
        return
    link = first.lower() if first != "Whenever" else "when"
    answer = sentence.replace(condition, named, 1)
    if _is_command(consequence):
        yield Pair(f"What should you do {link} {named}?", answer, 3.0)
    elif " you " not in f" {consequence} " and not has_question_word(consequence):
        yield Pair(f"What happens {link} {named}?", answer, 2.8)


def _is_command(clause: str) -> bool:
    """Whether a main clause tells the reader to do something: "rinse the tray", "do not open the door"."""
    first, second = [*clause.lower().split(), "", ""][:2]
    if first in ("do", "don't", "never", "always", "make", "be") or _is_order(first):
        return True
    return first not in lexicon.STOPWORDS and (second in lexicon.DETERMINERS or second == "your")


def has_question_word(text: str) -> bool:
    """Whether a main clause asks or commands rather than states."""
    return text.split(" ", 1)[0].lower() in ("what", "why", "how", "who", "where", "please", "let", "please,")


def _whole_condition(words: list[str]) -> bool:
    return (
        len(words) > 1
        and words[0] not in _VAGUE_OBJECTS
        and not words[0].endswith("ing")
        and words[0] not in ("necessary", "possible", "needed", "required", "applicable", "so", "not", "in", "present")
    )


def _is_order(word: str) -> bool:
    form = verb_forms().get(word.lower())
    return (form is not None and form.tense == "base") or word.lower() in (
        "do",
        "make",
        "be",
        "get",
        "unplug",
        "unscrew",
        "insert",
        "rinse",
        "enter",
        "click",
        "type",
        "add",
        "mix",
        "wait",
        "wipe",
        "loosen",
        "tighten",
        "twist",
        "push",
    )


def _how_to(sentence: str, mentions: Mentions) -> Iterator[Pair]:
    match = _TO_DO.match(sentence)
    if not match:
        return
    task = match[1]
    verb = task.split(" ", 1)[0]
    order = match[2].split()[-1]
    asked = named_task(task, mentions)
    if verb in lexicon.STOPWORDS or not (_is_order(order) or order == "you") or asked is None:
        return
    yield Pair(f"How do you {asked}?", sentence.replace(task, asked, 1), 3.3)


def named_task(task: str, mentions: Mentions) -> str | None:
    """A task ("clean the filter") as a question may name it, or None when it leans on something outside."""
    words = task.split()
    if (
        not askable(task, 14)
        or not _VAGUE_OBJECTS.isdisjoint(words)
        or not plain_complement(task, 14)
        or len(words) < 2
    ):
        return None
    return with_names(words, mentions)


def with_names(words: list[str], mentions: Mentions) -> str | None:
    """Words with "the machine" replaced by the machine's own name; None when it is not known which machine."""
    named = list(words)
    for at, word in enumerate(words[:-1]):
        noun = words[at + 1]
        last = at + 2 == len(words) or words[at + 2] in lexicon.PREPOSITIONS or words[at + 2] in lexicon.AUXILIARIES
        if word != "the" or not (last or is_verb_like(words[at + 2])):
            continue
        known = mentions.named(noun)
        if known:
            named[at : at + 2] = ["", known]
        elif noun in lexicon.VAGUE_ALONE:
            return None
    return " ".join(filter(None, named))


def is_verb_like(word: str) -> bool:
    """Whether a word is a form of a listed verb."""
    return word in verb_forms()


def _instruction(sentence: str, mentions: Mentions) -> Iterator[Pair]:
    """What 'Press the red button to stop the pump' answers: 'How do you stop the pump?'"""
    match = _DO_TO.match(sentence)
    if not match or not _is_order(match[1]):
        return
    verb, after = match[3].split(" ")[:2]
    if not _is_order(verb) and (verb in lexicon.STOPWORDS or after not in ("the", "a", "an", "your")):
        return
    asked = named_task(match[3], mentions)
    if asked is None or " to " in f" {match[2]} " or not _VAGUE_OBJECTS.isdisjoint(match[2].split()):
        return
    if len(match[3].split()) > 2 and verb not in ("let", "make", "be", "get"):
        yield Pair(f"How do you {asked}?", sentence.replace(match[3], asked, 1), 3.0)


def _before(sentence: str, mentions: Mentions) -> Iterator[Pair]:
    match = _BEFORE.match(sentence)
    asked = named_task(match[2], mentions) if match else None
    if not match or asked is None or not _is_order(match[3].split()[-1]):
        return
    yield Pair(f"What should you do {match[1].lower()} {asked}?", sentence.replace(match[2], asked, 1), 3.0)


def _duty(sentence: str, mentions: Mentions) -> Iterator[Pair]:
    """What 'You should descale the machine every three months' answers: 'How often should you descale ...?'"""
    match = _OFTEN.match(sentence)
    asked = named_task(match[2], mentions) if match else None
    if match and asked:
        yield Pair(f"How often {match[1]} you {asked}?", sentence.replace(match[2], asked, 1), 3.0)


def _there(sentence: str) -> Iterator[Pair]:
    match = _THERE_ARE.match(sentence)
    if not match or not askable(match["noun"]) or match["noun"].split()[0] in lexicon.PREPOSITIONS:
        return
    number, noun, where = match["number"], match["noun"], match["where"] or ""
    if (
        not (number in lexicon.NUMBER_WORDS or number[:1].isdigit())
        or not askable(where)
        or noun.split()[-1] in _NOT_PLACES
    ):
        return
    if where.startswith(" of ") and match["list"]:
        yield Pair(f"What {match[1]} the {number} {noun}{where}?", sentence, 3.2)
    elif where and not where.startswith(" of ") and (has_name(where.split()) or match[1] == "are"):
        yield Pair(f"How many {noun} {match[1]} there{where}?", sentence, 2.8)

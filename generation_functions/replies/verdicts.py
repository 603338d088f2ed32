"""Reads a verdict from a fixed set. The last stated verdict wins, and "not suitable" is never "suitable".

A mention of a verdict is one of three things. *Stated*: on a line or in a sentence of its own, after a label such
as "Verdict:", in a box, or as what something is said to be at the end of a sentence. *Said in passing*: anywhere
else in prose; the last of these counts only if nothing is stated. *No mention of its own*: a choice that is
repeated ("suitable or not suitable"), a question, a condition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import IntEnum

from generation_functions.errors import UnusableReplyError
from generation_functions.replies.formats import ReplyFormat
from generation_functions.replies.verdict_words import Found, Vocabulary, count_negations, vocabulary, without_negator

_BEFORE, _AFTER = 140, 60
_MOST_MENTIONS = 200
"""How many mentions are looked at, from the end; a verdict is not said earlier than that."""

_LABELS = (
    r"(?:verdict|answer|judge?ment|decision|conclusion|result|rating|score|label|classification|category|class"
    r"|assessment|evaluation|determination|choice|status|urteil|ergebnis|antwort|entscheidung|bewertung|veredicto|respuesta"
    r"|conclusión|decisión|réponse|décision|avis|risposta|verdetto|вердикт|ответ|вывод|оценка|решение)"
)
_LABELLED = re.compile(
    rf"\b{_LABELS}\b[\"'*_`\])]{{0,4}}(?:\s{{0,2}}[:：=→]|\s{{0,2}}[-—–]>?\s|\s(?:is|would be|are|was|ist|es|est)\b)"
    r"|(?:结论|結論|判定|判断|答案|回答|评价|評価)\s{0,2}(?:[:：=]|是|は)"
    rf"|(?:\\boxed\{{|\[\[|#{{4}}\s|<\s?(?:\w{{1,10}}[ -])?{_LABELS}\s?>)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?](?=[\s\"'*_)\]]|$)|[。！？]|\n")
_MARKS = " \t\n.!。*`\"'“”‘’«»「」[](){}<>#:："
_OPENS_BOLD = re.compile(r"\*\*[\"'“‘]?$")
_CLOSES_BOLD = re.compile(r"[\"'”’.,!]{0,2}\*\*")
_ENDS_SCORE = re.compile(r"[*`\"')\]}]{0,4}\s{0,2}(?:$|\n|/)")
_ONLY_MARKS = re.compile(r"[\W_]*(?:\d{1,3}[.)][\W_]*)?$")
_ENDS_SENTENCE = re.compile(r"[\"'”’*_`)\]}>]{0,6}\s{0,2}(?:</|[.!。！;,](?=\s|\*|$|[\"'”’])|[。！，；、\n]|$)")
_ENDS_HEAD = re.compile(
    r"[\"'”’*_`)\]}>]{0,6}\s{0,2}(?:</|[.!,;:。！，；：](?=\s|$|\*)|[-—–]{1,2}>?\s|\(|[。！，；：\n]|$)"
)
_ASSERTS = re.compile(
    r"\b(?:is|are|was|as|be|it|this|text|deemed?|rated?|judged?|consider(?:ed)?|seems?|appears?|looks?|remains?"
    r"|i say|i'd say|choose|select|pick|go with|therefore|thus|hence|so|overall|actually|rather|instead|ist|es|est|это)"
    r"\W{0,3}(?:\s(?:\w+ly|not|never|indeed|still|quite|very|in fact|nicht|pas|no|не)\b\W{0,3}){0,3}$",
    re.IGNORECASE,
)
_SOFT = re.compile(
    r"\b(?:would|could|might|may|should|to be|were|but|while|although|though|even if|despite|however)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:if|whether|unless|ob|si|если|ли)\b[^,;:]*$", re.IGNORECASE)
_ANSWERED = re.compile(
    r"[\"'*`\])]{0,4}[ \t]{0,2}[:：=?]\s{0,3}[\"'*`\[(]{0,4}"
    r"(?:(?P<no>no|false|nein|non|нет|否|✗|❌)|yes|true|ja|sí|oui|да|是|✓|✔|✅)(?!\w)",
    re.IGNORECASE,
)
_NEGATED_AFTER = re.compile(r"(?:では|じゃ|で)?は?(?:ない|なく|ありません)|하지 ?않")
_QUESTION_AFTER = re.compile(r"[\"'”’*_`)\]]{0,4}[ \t]{0,2}[?？]")
_BETWEEN_CHOICES = re.compile(r"[\W_]{0,6}(?:or|and|oder|und|ou|et|o|y|или|и|或|和|または)?[\W_]{0,6}$", re.IGNORECASE)
_DENOMINATOR = re.compile(r"\d\s{0,2}(?:/|out of|of|von|de|sur|из)\s{0,2}$", re.IGNORECASE)
_HAS_DENOMINATOR = re.compile(r"[*_]{0,2}\s{0,2}(?:/|out of)\s{0,2}\d", re.IGNORECASE)


class _Weight(IntEnum):
    SOFT = 0
    """In a sentence about what would be or might be."""
    FIRM = 1
    STATED = 2


@dataclass(frozen=True, slots=True)
class _Mention:
    verdict: str
    end: int
    weight: _Weight


@dataclass(frozen=True, slots=True)
class _Context:
    """What stands around one mention."""

    mention: Found
    line: str
    """What precedes it on its line."""
    sentence: str
    """What precedes it in its sentence."""
    after: str


def read_verdict(reply_format: ReplyFormat, text: str, cut: bool) -> str:
    """The last verdict that the reply states, spelt as in the format."""
    words = vocabulary(reply_format.verdicts)
    text = text.replace("_", " ")
    whole = words.canonical(text.strip(_MARKS)) if len(text) < 200 else None
    if whole is not None and not (cut and words.begins_another(whole)):
        return whole
    mentions = _mentions(words, text)
    best = max((mention.weight for mention in mentions), default=None)
    last = next((mention for mention in reversed(mentions) if mention.weight == best), None)
    if cut:
        # What the model was going to say may have been another verdict, unless it had finished saying one.
        finished = last is not None and last.weight == _Weight.STATED and "\n" in text[last.end :]
        if last is None or not finished or mentions[-1].verdict != last.verdict:
            raise UnusableReplyError(f"Your reply was cut off before its verdict. {_wanted(reply_format)}")
    if last is None:
        raise UnusableReplyError(f"Your reply states no verdict. {_wanted(reply_format)}")
    return last.verdict


def _wanted(reply_format: ReplyFormat) -> str:
    return f"End it with a line that holds only one of: {' | '.join(reply_format.verdicts)}"


def _mentions(words: Vocabulary, text: str) -> list[_Mention]:
    found = words.find(text)[-_MOST_MENTIONS:]
    choices = _choices(found, text)
    judged = (_judge(words, text, mention) for number, mention in enumerate(found) if number not in choices)
    return [mention for mention in judged if mention is not None]


def _choices(found: list[Found], text: str) -> set[int]:
    """Mentions that only repeat what there is to choose from: "suitable or not suitable", "yes/no"."""
    choices: set[int] = set()
    for number in range(1, len(found)):
        first, second = found[number - 1], found[number]
        if second.start - first.end > 20 or (first.verdict, first.negated) == (second.verdict, second.negated):
            continue
        between = text[first.end : second.start]
        if not _BETWEEN_CHOICES.match(between) or "\n" in between or _has_denominator(first, text):
            continue
        listed = set(",、") & set(between) and not (first.is_common or second.is_common)
        if listed or set("/|") & set(between) or any(map(str.isalpha, between)):
            choices |= {number - 1, number}
    return choices


def _has_denominator(found: Found, text: str) -> bool:
    return found.is_number and _HAS_DENOMINATOR.match(text, found.end) is not None


def _judge(words: Vocabulary, text: str, found: Found) -> _Mention | None:
    """What one mention says, or None if it says nothing."""
    before = text[max(0, found.start - _BEFORE) : found.start]
    line = before[before.rfind("\n") + 1 :]
    around = _Context(found, line, _last_sentence(line), text[found.end : found.end + _AFTER])
    if _CONDITION.search(around.sentence) or (found.is_number and _DENOMINATOR.search(line)):
        return None
    negated = found.negated
    if answer := _ANSWERED.match(around.after):
        negated ^= answer["no"] is not None
        around = replace(around, after="")
    elif _QUESTION_AFTER.match(around.after):
        return None
    negated ^= bool(_NEGATED_AFTER.match(around.after)) ^ bool(count_negations(around.sentence) % 2)
    meant = words.opposites.get(found.verdict) if negated else found.verdict
    weight = _weight(words, around)
    return None if meant is None or weight is None else _Mention(meant, found.end, weight)


def _last_sentence(line: str) -> str:
    ends = list(_SENTENCE_END.finditer(line))
    return line[ends[-1].end() :] if ends else line


def _weight(words: Vocabulary, around: _Context) -> _Weight | None:
    """How much a mention counts; None for a word that is there for another reason."""
    common = around.mention.is_common
    ends_head = _ENDS_HEAD.match(around.after) is not None
    if _is_labelled(words, around.sentence) and (not common or ends_head or _HAS_DENOMINATOR.match(around.after)):
        return _Weight.STATED
    if _ONLY_MARKS.match(without_negator(around.sentence)):
        if around.mention.is_number:  # "1. The text ..." numbers a line, "4" and "4/5" alone on theirs are scores
            alone = not around.line.strip(_MARKS) and _ENDS_SCORE.match(around.after)
            return _Weight.STATED if alone else None
        if ends_head:
            return _Weight.STATED
    ends_sentence = _ENDS_SENTENCE.match(around.after)
    if common and not ends_sentence and not _HAS_DENOMINATOR.match(around.after):
        return None
    if _SOFT.search(around.sentence):
        return _Weight.SOFT
    emphasised = _OPENS_BOLD.search(around.sentence) and _CLOSES_BOLD.match(around.after)
    said = ends_sentence and "," not in ends_sentence[0] and _ASSERTS.search(around.sentence)
    return _Weight.STATED if emphasised or said else _Weight.FIRM


def _is_labelled(words: Vocabulary, sentence: str) -> bool:
    """Whether the mention belongs to a label such as "Verdict:" before it."""
    labels = list(_LABELLED.finditer(sentence))
    if not labels:
        return False
    between = sentence[labels[-1].end() :]
    return len(between) <= 60 and not set(",;{}|") & set(between) and not words.find(between)

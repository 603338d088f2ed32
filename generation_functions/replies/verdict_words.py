"""The words of a set of verdicts: how they are spelt, which is the opposite of which, and what negates them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_PREFIXES = ("non", "un", "in", "im", "ir", "il", "dis")
_ANTONYMS = (
    ("yes", "no"),
    ("true", "false"),
    ("pass", "fail"),
    ("passed", "failed"),
    ("accept", "reject"),
    ("accepted", "rejected"),
    ("keep", "drop"),
    ("good", "bad"),
    ("correct", "wrong"),
    ("right", "wrong"),
    ("ja", "nein"),
    ("sí", "no"),
    ("oui", "non"),
    ("да", "нет"),
    ("是", "否"),
    ("はい", "いいえ"),
)
_NEGATED_WITH = ("not ", "non ", "no ", "nicht ", "kein ", "pas ", "не ", "不", "非", "未", "無", "无")
_COMMON = frozenset({"no", "none", "so", "on", "non", "good", "right", "keep", "是", "否"})

_NEGATORS = re.compile(
    r"\b(?:not(?! only| just| merely| surprisingly)|never|no(?! (?:doubt|question|wonder))"
    r"|nor|neither(?!.{1,60}\bnor\b)|none|nothing|nobody"
    r"|cannot|(?:is|are|was|were|does|do|did|ca|wo|would|could|should|has|have)nt|hardly|barely|scarcely"
    r"|without(?! (?:a )?(?:doubt|question))|lack(?:s|ing)?|fails? to be|far from|anything but|rather than|instead of"
    r"|nicht|kein(?:e|en|er|es)?|nie|nunca|tampoco|jamais|pas|não|nunca|не|нет|никак|niet|geen)\b"
    r"|n't\b|(?:不|非|未|没有|沒有|並非|并非)(?=.{0,3}$)",
    re.IGNORECASE,
)
_CLAUSE_BREAK = re.compile(
    r"[;:—–，；：、,]|\s-\s|\b(?:and|but|so|because|since|therefore|thus|hence|yet|which|who|however|und|aber|weil|y|pero|porque"
    r"|et|mais|car|и|но|поэтому)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\b(not|never|n't)\s?,[^,.;!?\n]{1,40},", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\((?!not\b|never\b|no\b)[^()\n]{0,60}\)")
_LEADING_NEGATOR = re.compile(
    r"\b(?:(?:it|this|that|the text)\s)?(?:(?:is|are|was)\s?)?(?:not|never|isn't|nicht|pas|не)[\W_]*$",
    re.IGNORECASE,
)
_PREFIX = re.compile(rf"(?<!\w)(?:(?:{'|'.join(_PREFIXES)})-?|non )$")
_SPACES = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class Found:
    """A place where a text names a verdict."""

    verdict: str
    negated: bool
    """Whether a prefix denies it, as in `unsuitable`."""
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        """Whether the verdict is a score."""
        return self.verdict.isdigit()

    @property
    def is_common(self) -> bool:
        """Whether the word turns up in any prose, so that a bare mention says little."""
        return len(self.verdict) == 1 or self.is_number or self.verdict.casefold() in _COMMON


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A set of verdicts, ready to be found in text."""

    pattern: re.Pattern[str]
    spellings: dict[str, str]
    opposites: dict[str, str]

    def canonical(self, text: str) -> str | None:
        """The verdict that `text` spells, whatever its case and separators."""
        verdict = self.spellings.get(_fold(text))
        return None if verdict is not None and len(verdict) == 1 and text != verdict else verdict

    def begins_another(self, verdict: str) -> bool:
        """Whether more text could have made it another verdict."""
        return any(other != verdict and other.startswith(verdict) for other in self.spellings.values())

    def find(self, text: str) -> list[Found]:
        """Every mention of a verdict, in order."""
        lowered = text.lower()
        if len(lowered) != len(text):  # a few capitals grow
            lowered = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
        mentions: list[Found] = []
        position = 0
        while match := self.pattern.search(lowered, position):
            found = self._judge(text, lowered, match)
            position = match.end() if found else match.start() + 1
            if found:
                mentions.append(found)
        return mentions

    def _judge(self, text: str, lowered: str, match: re.Match[str]) -> Found | None:
        verdict = self.spellings[_fold(match[0])]
        start, end = match.span()
        if len(verdict) == 1 and text[start] != verdict:
            return None  # "a" is an article
        if _is_cjk(verdict[0]) or start == 0 or not (lowered[start - 1].isalnum() or lowered[start - 1] == "-"):
            return Found(verdict, False, start, end)
        prefix = _PREFIX.search(lowered, max(0, start - 6), start)
        if prefix is not None and len(verdict) > 3:
            return Found(verdict, True, prefix.start(), end)
        return None if lowered[start - 1].isalnum() or verdict.isdigit() else Found(verdict, False, start, end)


@lru_cache(maxsize=256)
def vocabulary(verdicts: tuple[str, ...]) -> Vocabulary:
    """The vocabulary of these verdicts."""
    longest_first = sorted(verdicts, key=len, reverse=True)
    pattern = "|".join(_spelling(verdict.lower()) for verdict in longest_first)
    return Vocabulary(re.compile(pattern), {_fold(verdict): verdict for verdict in verdicts}, _opposites(verdicts))


def without_negator(text: str) -> str:
    """What is left of the text before a verdict when "not" or "it is not" stands right before it."""
    return _LEADING_NEGATOR.sub("", text)


def count_negations(sentence: str) -> int:
    """How many negators bear on what follows `sentence`, which is the part of a sentence before a verdict."""
    sentence = sentence.replace("’", "'")
    sentence = _IN_BRACKETS.sub("", _ASIDE.sub(r"\1", sentence))
    breaks = list(_CLAUSE_BREAK.finditer(sentence))
    clause = sentence[breaks[-1].end() :] if breaks else sentence
    return len(_NEGATORS.findall(clause))


def _spelling(verdict: str) -> str:
    """A pattern for the verdict with any separators. Numbers must not be part of a longer one."""
    body = r"[\s-]{1,3}".join(re.escape(part) for part in _SPACES.split(verdict) if part)
    if _is_cjk(verdict[-1]):
        return body
    return rf"{body}(?!\w|[.,]\d)" if verdict.isdigit() else rf"{body}(?!\w)"


def _is_cjk(letter: str) -> bool:
    return "\u3040" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7af"


def _fold(text: str) -> str:
    return _SPACES.sub(" ", text.casefold()).strip()


def _opposites(verdicts: tuple[str, ...]) -> dict[str, str]:
    opposites: dict[str, str] = {}
    for first in verdicts:
        for second in verdicts:
            if first != second and _is_opposite(_fold(first), _fold(second)):
                opposites.setdefault(first, second)
                opposites.setdefault(second, first)
    if len(verdicts) == 2:
        opposites.setdefault(verdicts[0], verdicts[1])
        opposites.setdefault(verdicts[1], verdicts[0])
    return opposites


def _is_opposite(verdict: str, other: str) -> bool:
    negated = {prefix + verdict for prefix in (*_PREFIXES, *_NEGATED_WITH)}
    return other in negated or (verdict, other) in _ANTONYMS

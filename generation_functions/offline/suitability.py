"""The offline verdict on a chunk: can facts be learned from it, or is it an index, boilerplate or garble?"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from typing import Any

from generation_functions.offline.blocks import blocks

_DOTTED = re.compile(r"(?:\.{4,}|(?:\. ){3,}|…{2,}|\t)\s*(?:\d{1,4}|[ivxlc]+)\s*$", re.IGNORECASE)
_INDEX_LINE = re.compile(
    r"[^\d,;]{2,50},(?: [^\d]{0,20}?)? ?(?:see (?:also )?\w+|\d{1,4}[n–-]?\d*(?:, \d{1,4}[n–-]?\d*)*)\.?"
)
_REFERENCE = re.compile(
    r"\((?:1[89]|20)\d{2}[a-z]?\)|\bet al\.|\bpp?\. ?\d|\bdoi\b|https?://|\bVol\. \d"
    r"|^\[\d{1,3}\]|\bISBN\b|\bPress, (?:1[89]|20)\d{2}"
)
_LEGAL = re.compile(
    r"all rights reserved|no part of this publication|without (?:the )?prior (?:written )?permission|retrieval system"
    r"|permission is hereby granted|without warranty|warranties of|as is[\"”]|accepts? no (?:liability|responsibility)"
    r"|liability for any|catalogue record|\bISBN\b|copyright (?:©|\(c\)|\d{4}|holder)|©|licensed under|terms of use"
    r"|privacy policy|printed and bound|first published|reprinted with|alle Rechte vorbehalten|Haftung für"
    r"|redistributions? (?:of|in)|merchantability",
    re.IGNORECASE,
)
# What at least one legal phrase holds; looked for first because it is fast.
_LEGAL_SIGNS = (
    *(
        "rights",
        "publication",
        "permission",
        "retrieval",
        "warrant",
        "as is",
        "accept",
        "liability",
        "catalogue",
        "isbn",
    ),
    *("copyright", "©", "licensed", "terms of", "privacy", "printed", "published", "reprinted", "rechte", "haftung"),
    *("redistribut", "merchantab"),
)
_NAVIGATION = re.compile(
    r"\b(?:home|next|previous|back to top|skip to|sign in|log in|sign up|subscribe|search|menu|share|cookies?|sitemap"
    r"|contact us|about us|read more|click here|newsletter|follow us)\b",
    re.IGNORECASE,
)
_BLANK = re.compile(r"\s")
_LETTER = re.compile(r"[^\W\d_]")
_STRANGE = re.compile(r"[^\w\s.,;:!?'\"()\[\]{}<>/“”‘’`*#|+=%°&@$€£§\\^~…•·–—-]")
_VOWELS = re.compile(r"[aeiouyäöüáéíóúàèâêîôûåøæœ]", re.IGNORECASE)
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
_SENTENCE_END = re.compile(r"[.!?:;…。！？][\"”’)]*(?:\s|$)")
_LEAST_NAVIGATION_LINES = 5
_LEAST_WORDS = 12
_LEAST_DATA_WORDS = 6


def suitability_verdict(values: Mapping[str, Any], rng: random.Random) -> str:
    """A reason and `Verdict: suitable` or `Verdict: unsuitable` for `text`."""
    del rng
    text = str(values.get("text") or "")
    for says in _OBJECTIONS:
        reason = says(text)
        if reason:
            return f"{reason}\nVerdict: unsuitable"
    return "The text states facts in whole sentences or in rows that can be read.\nVerdict: suitable"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _share(lines: list[str], pattern: re.Pattern[str]) -> float:
    return sum(1 for line in lines if pattern.search(line)) / len(lines) if lines else 0.0


def _too_short(text: str) -> str:
    words = len(text.split())
    if words >= _LEAST_WORDS:
        return ""
    if words >= _LEAST_DATA_WORDS and any(block.fields for block in blocks(text)):
        return ""
    return f"The text is too short to teach anything: {words} words."


def _is_contents(text: str) -> str:
    lines = _lines(text)
    if len(lines) > 2 and _share(lines, _DOTTED) >= 0.35:
        return "The text is a table of contents: titles with page numbers."
    return ""


def _is_index(text: str) -> str:
    lines = _lines(text)
    if len(lines) > 3 and sum(1 for line in lines if _INDEX_LINE.fullmatch(line)) >= 0.5 * len(lines):
        return "The text is an index: words with page numbers."
    return ""


def _is_legal(text: str) -> str:
    low = text.lower()
    if not any(sign in low for sign in _LEGAL_SIGNS):
        return ""
    found = len(_LEGAL.findall(text))
    if found >= 2 and found * 60 >= len(text.split()):
        return "The text is a licence, copyright or publisher's notice."
    return ""


def _is_bibliography(text: str) -> str:
    lines = _lines(text)
    if len(lines) > 2 and _share(lines, _REFERENCE) >= 0.6:
        return "The text is a list of references."
    return ""


def _is_garbled(text: str) -> str:
    visible = len(text) - len(_BLANK.findall(text))
    strange = len(_STRANGE.findall(text))
    letters = len(_LETTER.findall(text))
    words = _LATIN_WORD.findall(text)
    without_vowels = sum(1 for word in words if not word.isupper() and not _VOWELS.search(word))
    if "\ufffd" * 3 in text or strange > 0.12 * visible or letters < 0.3 * visible:
        return "The text is garbled: too few of its characters are letters."
    if len(words) > 10 and without_vowels > 0.3 * len(words):
        return "The text is garbled: many of its words cannot be words."
    return ""


def _is_navigation(text: str) -> str:
    lines = _lines(text)
    if len(lines) < _LEAST_NAVIGATION_LINES:
        return ""
    short = sum(1 for line in lines if len(line.split()) < 5 and line[-1] not in ".:;!?")
    if short >= 0.7 * len(lines) and len(_NAVIGATION.findall(text)) >= 3:
        return "The text is the navigation of a web page."
    return ""


def _has_no_statement(text: str) -> str:
    if len(_SENTENCE_END.findall(text)) >= 2:
        return ""
    if any(block.fields or block.kind in ("code", "item") for block in blocks(text)):
        return ""
    return "" if _SENTENCE_END.search(text) and len(text.split()) > 20 else "The text holds no whole sentences."


_OBJECTIONS: tuple[Callable[[str], str], ...] = (
    _too_short,
    _is_contents,
    _is_index,
    _is_legal,
    _is_bibliography,
    _is_garbled,
    _is_navigation,
    _has_no_statement,
)

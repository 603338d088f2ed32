"""Splits text into sentences with rules, in linear time, losing nothing.

One regular expression finds every place where a sentence might end: a stop with the quotes and brackets that
close after it, or a line break. About twenty rules, each looking at a few words around the place, then say
whether one does. They know what English, German, French, Spanish and Italian do, and the stops of Chinese,
Japanese, Hindi and Arabic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

_CLOSING = "\"'”’»›)\\]}*_`」』）】》〉"
_OPENING = "\"'“”‘’«»‹›„‚(\\[{¿¡*_`#>-–—「『（【《〈 "

_STOPS = ".!?…؟۔।॥"
_WIDE_STOPS = "。！？｡"  # end a sentence without a blank after them

# Begins with one set of characters, which the search skips to; every part is possessive and nothing can fail, so a
# text of nothing but stops is still one pass.
_PLACE = re.compile(rf"[{_STOPS}{_WIDE_STOPS}\n](?:(?<=\n)|[{_STOPS}{_WIDE_STOPS}]*+[{_CLOSING}]*+)(?P<space>\s*+)")

_FIRST_REACH = 400  # how many characters are searched backwards at first
_STRADDLE = 16  # a stop and its blanks may lie across the beginning of what was searched
_LOOK_BACK = 24
_LOOK_AHEAD = 32

# A line that stands for itself: a list item, heading, quotation, table row or code fence.
_OWN_LINE = re.compile(
    r"[ \t]*(?:[-*+•‣◦·–—][ \t]|(?:\d{1,3}|[A-Za-z])[.)][ \t]|\(\w{1,3}\)[ \t]|#{1,6}[ \t]|>|\||`{3}|~{3})"
)
_HEADING_LINE = re.compile(r"[ \t]{0,3}#{1,6}[ \t]")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Never the end of a sentence: what they shorten goes on.
_BEFORE_NAME = _words(
    """mr mrs ms mx dr prof st sr fr rev hon gen col maj capt cmdr lt sgt cpl adm gov sen rep pres supt messrs
    mme mlle mgr dra hr herr frau dott sig ing dipl mag
    e.g i.e eg ie cf viz vs resp incl excl esp approx ca bzw z.b d.h u.a usw.z vgl sog ggf evtl inkl zzgl
    p.ex c.-à-d par.ex ej p.ej es"""
)
# Not the end when a number follows: "No. 5", "Fig. 3", but "I said no. 5 people left." is rarer than both.
_BEFORE_NUMBER = _words(
    """no nos nr nro núm num art fig figs eq eqs sec secs ch chap p pp pg vol vols ver v par abs bd s ss st §
    jan feb mar apr jun jul aug sep sept oct nov dec ca approx tel ext op r"""
)
# May end a sentence: they do when a word follows that likes to begin one.
_MAYBE_LAST = _words(
    """inc ltd co corp llc plc bros dept univ assn ave blvd rd jr sr esq phd ph.d m.d b.a m.a etc al ed eds
    est min max jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
    usw etc u.s.w u.ä o.ä str mio mrd cie gmbh"""
)
_BEGINNERS = _words(
    """a an the this that these those there here he she it we they you i in on at by for from with after before
    when while if as but and so yet however because since although though then now his her its our their my your
    what who why how where which one some many most all no not other another each every both
    der die das ein eine er sie es wir ihr ich im am an auf aber und als wenn dann doch nach seit bei mit zu
    le la les l un une il elle on nous vous ils elles ce cette ces dans en au aux mais et puis
    el los las lo un una él ella en al pero y con il lo gli i una nel ma e"""
)
# "am 3. Oktober", "im 19. Jahrhundert": an ordinal number is written with a point in many languages.
_AFTER_ORDINAL = _words(
    """januar februar märz april mai juni juli august september oktober november dezember jänner
    jahrhundert jahrhunderts jahrhunderte jahrtausend jahrestag geburtstag auflage kapitel klasse weltkrieg stock
    semester platz bundestag januari februari mars maj augusti"""
)
_DOTTED = re.compile(r"(?:\w{1,2}\.)+\w{1,2}")
_WORD = re.compile(r"[^\W_]+")


def _word_before(text: str, end: int) -> str:
    """What stands right before the stop at `end`, without the brackets or quotes in front of it."""
    piece = text[max(0, end - _LOOK_BACK) : end]
    words = piece.split()
    if not words or piece[-1].isspace():
        return ""
    return words[-1].lstrip("\"'“‘«„([{*_-–—§")


def _begins_line(text: str, end: int, word: str) -> bool:
    start = end - len(word)
    return not text[max(0, start - 8) : start].rpartition("\n")[2].strip() and (
        start < 8 or "\n" in text[start - 8 : start]
    )


def _is_enumerator(text: str, end: int, word: str) -> bool:
    """Whether `word` numbers an item at the beginning of its line, as in "3. Boil the water"."""
    short = word.isdecimal() and len(word) <= 3
    return (short or len(word) == 1) and word.isalnum() and _begins_line(text, end, word)


def _point_ends(text: str, end: int, following: str) -> bool:
    """Whether the single point at `end` ends a sentence, given the word after it."""
    word = _word_before(text, end)
    lowered = word.lower()
    if not word:
        return True
    if _is_enumerator(text, end, word) or lowered in _BEFORE_NAME:
        return False
    if following[:1].isdecimal():
        return lowered not in _BEFORE_NUMBER
    if word.isdecimal():
        return len(word) > 2 or following.lower() not in _AFTER_ORDINAL
    initial = len(word) == 1 and word.isalpha() and (word.isupper() or lowered in _BEFORE_NUMBER)
    if initial or lowered in _MAYBE_LAST or _DOTTED.fullmatch(word):
        return following.lower() in _BEGINNERS
    return True


def _stop_ends(text: str, start: int, marks: str, after: int) -> bool:
    """Whether the stop `marks` at `start` ends a sentence; `after` is where the next word may begin."""
    ahead = text[after : after + _LOOK_AHEAD]
    first = ahead.lstrip(_OPENING)
    word = _WORD.match(first)
    following = word.group() if word else ""
    if first and not following:  # a comma, a colon or another stop: this one was inside the sentence
        return first[0] not in ",;:.!?…%&=+/<)]}"
    if following[:1].islower() and following.islower():
        return False
    return marks[0] != "." or marks[:2] == ".." or _point_ends(text, start, following)


def _line_ends(text: str, space: str, at: int) -> bool:
    """Whether the line break in `space`, which ends at `at`, separates sentences whatever stands before it."""
    if space.count("\n") > 1:
        return True
    start = at - len(space) + space.rfind("\n") + 1
    if _OWN_LINE.match(text, start, start + _LOOK_AHEAD):
        return True
    line_break = at - len(space) + space.find("\n")
    line = text.rfind("\n", max(0, line_break - 200), line_break) + 1
    return _HEADING_LINE.match(text, line, line + 10) is not None


def _start_after(text: str, place: re.Match[str]) -> int | None:
    """Where the next sentence begins, if one ends at `place`. The blanks between two belong to the first."""
    start, at = place.span()
    stop = text[start : place.start("space")]
    if stop[0] in _WIDE_STOPS:
        return at
    space = text[start:at] if stop == "\n" else place["space"]
    if "\n" in space and _line_ends(text, space, at):
        return at - len(space) + space.rfind("\n") + 1  # the indentation belongs to the next line
    return at if stop != "\n" and space and _stop_ends(text, start, stop, at) else None


def sentence_starts(text: str) -> Iterator[int]:
    """Where sentences begin in `text`, in order, the first one left out."""
    for place in _PLACE.finditer(text):
        at = _start_after(text, place)
        if at is not None and 0 < at < len(text):
            yield at


def sentence_starts_before(text: str, end: int, start: int = 0) -> Iterator[int]:
    """Where sentences begin in text[start:end], the last first. Reads only as far back as results are asked for."""
    until, reach = end, _FIRST_REACH
    begin = end
    while begin > start:
        begin = max(start, until - reach)
        for place in reversed(list(_PLACE.finditer(text, begin, until))):
            at = _start_after(text, place)
            if at is not None and start < at <= end:
                yield at
        until, reach = min(begin + _STRADDLE, end), 2 * reach


def split_sentences(text: str) -> list[str]:
    """The sentences of `text`, each with the blanks after it: joined, they are the text again.

    A list item, heading, table row or paragraph is a sentence of its own, with or without a stop.
    """
    cuts = [0, *sentence_starts(text), len(text)]
    return [text[start:end] for start, end in pairwise(cuts) if start < end]

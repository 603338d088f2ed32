"""Dates as English prose writes them."""

from __future__ import annotations

import re

from generation_functions.offline import lexicon

_MONTH = "(?:" + "|".join(month.capitalize() for month in sorted(lexicon.MONTHS)) + ")"
_YEAR = r"(?:(?:1\d{3}|20\d{2})(?: (?:BC|AD|BCE|CE))?|(?:AD )?\d{1,4} (?:BC|AD|BCE|CE)|AD \d{2,4})"
_PART = r"(?:(?:the )?(?:early|late|mid|spring|summer|autumn|winter|fall|end|beginning|middle)(?: of)?[ -])?"
_CENTURY = r"(?:the )?(?:\d{1,2}(?:st|nd|rd|th)|[a-z]{5,12}th|first|second|third) century(?: (?:BC|AD|BCE|CE))?"
_DAY = rf"(?:\d{{1,2}} {_MONTH}|{_MONTH} \d{{1,2}})(?:,? {_YEAR})?"
_TIME = rf"(?:{_DAY}|{_MONTH} {_YEAR}|{_YEAR}(?: (?:and|to) {_YEAR})?|(?:the )?\d{{3,4}}s|{_CENTURY})"
_NEXT = "by in at on with from for to after before and but when because as near under during into while until"
_ENDS = rf"(?=$|[,;:]| (?:{'|'.join(_NEXT.split())})\b)"

DATE = re.compile(rf"\b(?:in|on|around|between|from|during) (?:about |around )?{_PART}{_TIME}{_ENDS}")
FRONT_DATE = re.compile(rf"(?:In|On|Around|Between|From|During) (?:about |around )?{_PART}{_TIME}(?=,? |$)")
_YEAR_ONLY = re.compile(r"in [12]\d{3}")


def is_front_date(front: str) -> bool:
    """Whether a fronted phrase is a date ("In 1891")."""
    return FRONT_DATE.fullmatch(front) is not None


def is_year_only(date: str) -> bool:
    """Whether a date phrase names just a year ("in 1891")."""
    return _YEAR_ONLY.fullmatch(date) is not None

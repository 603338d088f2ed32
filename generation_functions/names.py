"""Names that people mistype, and the one they probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable


def closest(name: str, known: Iterable[str]) -> str:
    """The known name nearest to `name`, ignoring case, dashes and underscores; '' when none is near."""
    by_folded: dict[str, str] = {}
    for candidate in known:
        by_folded.setdefault(_fold(candidate), candidate)
    near = difflib.get_close_matches(_fold(name), by_folded, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`": did you mean chunk_size?"`, or '' when nothing is near."""
    near = closest(name, known)
    return f": did you mean {near}?" if near else ""


def _fold(name: str) -> str:
    return re.sub(r"[-_ ]+", "_", name.strip().lower())

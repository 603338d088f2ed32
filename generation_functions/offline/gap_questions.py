"""The offline writer of a question about one given fact."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from generation_functions.offline.question_answer_pairs import find_pairs
from generation_functions.offline.retelling import about

CANNOT = "CANNOT"


def question_about_fact(values: Mapping[str, Any], rng: random.Random) -> str:
    """One pair whose answer is the fact, or `CANNOT`."""
    fact = " ".join(str(values.get("fact") or "").split())
    for group in find_pairs(fact, rng, str(values.get("title") or "")):
        for pair in group:
            return f"Question: {pair.question}\nAnswer: {fact}"
    name = about(fact)
    if not fact or name.startswith("this:"):
        return CANNOT
    return f"Question: What is said about {name}?\nAnswer: {fact}"

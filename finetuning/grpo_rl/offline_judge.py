"""The judge for trying things out, without a model: it counts words."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

NOT_GIVEN = "none is given"
"""What the judge is told where no answer is expected."""
_WORD = re.compile(r"\w+")


def grade(values: Mapping[str, Any], rng: random.Random) -> str:
    """A reason, and a grade: the share of the expected answer's words, or of whole words where none is expected."""
    del rng
    said = _WORD.findall(str(values["answer"]).casefold())
    expected = "" if values["expected"] == NOT_GIVEN else str(values["expected"])
    wanted = _WORD.findall(expected.casefold())
    if not said:
        return "The answer is empty.\n<grade>0</grade>"
    if wanted:
        share = len(set(said) & set(wanted)) / len(set(wanted))
        return f"It has {share:.0%} of the words of the expected answer.\n<grade>{round(10 * share)}</grade>"
    share = sum(len(word) > 1 for word in said) / len(said)
    return f"Of its words, {share:.0%} are longer than a letter.\n<grade>{round(10 * share)}</grade>"

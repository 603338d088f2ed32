"""The judge for trying things out, without a model: it compares words."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from finetuning.evaluate.scoring import contained, f1

_LEAST_OVERLAP = 0.8


def judge_verdict(values: Mapping[str, Any], rng: random.Random) -> str:
    """A reason and `Verdict: right` or `Verdict: wrong`."""
    del rng
    answer, expected = str(values["answer"]), str(values["expected"])
    if contained(answer, expected) or f1(answer, expected) >= _LEAST_OVERLAP:
        return "The answer has the words of the expected one.\nVerdict: right"
    return "The answer has other words than the expected one.\nVerdict: wrong"

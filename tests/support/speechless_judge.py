"""An offline judge that has nothing to say about one question, whatever the answer."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from finetuning.evaluate.offline_judge import judge_verdict

UNSPEAKABLE = "Verrano"


def speechless(values: Mapping[str, Any], rng: random.Random) -> str:
    """The verdict of the offline judge; no word about questions that name UNSPEAKABLE."""
    return "" if UNSPEAKABLE in str(values["question"]) else judge_verdict(values, rng)

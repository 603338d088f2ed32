"""The offline writer of thoughts that lead to an answer."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from generation_functions.offline.languages import content_words, numbers

_LAST_QUESTION = re.compile(r"(?:^|\n\n)User: (.*?)(?=\n\n(?:User|Assistant|System): |\Z)", re.DOTALL)
_OPENINGS = ("They ask: {0}", "The question is: {0}", "What is wanted here: {0}")


def thought_process(values: Mapping[str, Any], rng: random.Random) -> str:
    """What is asked, what the answer has to hold, how long it should be: plain, short and true."""
    turns = _LAST_QUESTION.findall(str(values.get("conversation") or ""))
    answer = str(values.get("answer") or "")
    asked = " ".join(turns[-1].split()) if turns else ""
    if len(asked) > 200:
        asked = asked[:200].rsplit(" ", 1)[0] + " ..."
    thoughts = [rng.choice(_OPENINGS).format(asked or "something that goes on from before.")]
    shared = sorted(content_words(asked) & content_words(answer))[:4]
    if shared:
        thoughts.append(f"So the answer has to speak of {', '.join(shared)}.")
    if len(turns) > 1:
        thoughts.append("It goes on from what was said before, which I keep in mind.")
    if numbers(answer):
        thoughts.append("There are numbers in it, so I make sure that each of them is right.")
    if "```" in answer:
        thoughts.append("Code says it best, with a line on how to use it.")
    length = len(answer.split())
    thoughts.append(
        "A sentence is enough." if length < 25 else "A few sentences will do." if length < 90 else "It takes some room."
    )
    return " ".join(thoughts)

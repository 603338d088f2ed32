"""A small local model that answers every prompt of this project: right in substance, careless in form.

The fake endpoint loads this file (`reply="script"`). It finds the prompt file that a request was made from by its
system message, recovers what was filled in, lets that prompt's own offline writer answer, and then spoils the form:
a third of the answers are in a format that nobody asked for, a tenth are cut off, the others wear bold labels,
preambles and think blocks. What it says depends on the request alone; told what was wrong, it mostly does better.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from generation_functions.offline import write_offline
from generation_functions.prompts import PLACEHOLDER, Prompt, load_prompts

PROJECT = Path(__file__).resolve().parent.parent.parent
WRONG, CUT = 85, 25  # of 256
_CORRECTION = "That answer cannot be used"


def reply(body: dict[str, Any]) -> str | dict[str, Any]:
    """Answer one request."""
    messages = body["messages"]
    corrected = _CORRECTION in messages[-1]["content"]
    request = messages[-3] if corrected else messages[-1]
    prompt = _prompts()[messages[0]["content"]]
    answer = write_offline(prompt.offline or "echo", _values(prompt, request["content"]), request["content"])
    dice = blake2b(repr(messages).encode(), digest_size=2).digest()
    if corrected and dice[0] % 2:
        return answer
    if dice[0] < WRONG:
        return _wrong(prompt.reply.kind, answer, dice[1])
    if dice[0] < WRONG + CUT:
        return {"content": answer[: len(answer) // 2], "finish_reason": "length"}
    return _careless(prompt.reply.kind, answer, dice[1])


@cache
def _prompts() -> Mapping[str, Prompt]:
    """Every prompt of every pipeline and style by its system message."""
    found: dict[str, Prompt] = {}
    for folder in sorted(
        {path.parent for path in (PROJECT / "generation").rglob("*.yaml") if path.name != "config.yaml"}
    ):
        base = folder.parent.parent / "prompts"
        layered = (base, folder) if folder.parent.name == "styles" and base.is_dir() else (folder,)
        for prompt in load_prompts(*layered).values():
            found.setdefault(prompt.messages[0][1], prompt)
    return found


def _values(prompt: Prompt, said: str) -> dict[str, str]:
    """What was filled into the prompt's last message."""
    template = prompt.messages[-1][1]
    pattern, names, end = "", [], 0
    for match in PLACEHOLDER.finditer(template):
        pattern += re.escape(template[end : match.start()]) + "(.*?)"
        names.append(match[1] or match[2])
        end = match.end()
    pattern += re.escape(template[end:])
    found = re.fullmatch(pattern, said, re.DOTALL)
    return dict(zip(names, found.groups(), strict=True)) if found else {"text": said}


def _wrong(kind: str, answer: str, dice: int) -> str:
    """Something else than was asked for."""
    if kind == "verdict":
        return ("I have read it carefully and I do not see a problem.", "This looks fine to me!")[dice % 2]
    if kind in ("pairs", "list"):
        return ("Sure! I would be happy to help you with that.", "Here is what I found in the text you gave me.")[
            dice % 2
        ]
    if kind == "json":
        return "The requested data is as follows: see above."
    return ("", "As an AI language model I can help you with that. What would you like to know?")[dice % 2]


def _careless(kind: str, answer: str, dice: int) -> str:
    """The answer, in a form that a reader understands at once and a strict program does not."""
    if dice % 4 == 0:
        return f"<think>Let me see. Question: what is asked? Verdict: no, or yes?</think>\n\n{answer}"
    if kind == "verdict":
        return re.sub(r"Verdict: (\w+)", r"**Verdict:** \1.", answer)
    if kind == "pairs" and dice % 4 == 1:
        return "Here are the pairs:\n\n" + re.sub(r"(?m)^(Question|Answer):", r"**\1:**", answer)
    if kind == "list" and dice % 4 == 1:
        return "Here are the facts:\n" + re.sub(r"(?m)^\d+\.", "-", answer)
    if kind == "json" and dice % 2:
        return f"Here is the JSON:\n```json\n{answer}\n```"
    if kind == "text":
        return re.sub(r"(?m)^(User|Assistant|Question|Flawed answer|Doubt|Right answer):", r"**\1:**", answer)
    return answer

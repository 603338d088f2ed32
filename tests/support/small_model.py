"""How a small local model answers the factual pipeline's prompts: right in substance, careless in form.

The fake endpoint loads this file (`reply="script"`) and asks it for every reply. What it says depends on the
request alone.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Any


def reply(body: dict[str, Any]) -> str | dict[str, Any]:
    """Answer one request."""
    system = body["messages"][0]["content"]
    user = next(message["content"] for message in reversed(body["messages"]) if message["role"] == "user")
    corrected = "That answer cannot be used" in user
    if corrected:  # the request itself stands two messages before the correction
        user = body["messages"][-3]["content"]
    dice = blake2b(repr(body["messages"]).encode(), digest_size=1).digest()[0]
    if "choose texts that a student can learn" in system:
        return _verdict("suitable" if "...." not in user else "unsuitable", dice)
    if "write questions and answers" in system:
        return _pairs(user, dice, tidy=corrected)
    if "You check" in system:
        return _verdict("yes", dice)
    if "reword a quiz question" in system:
        return "CANNOT"
    return _conversation(user)


def _verdict(word: str, dice: int) -> str:
    forms = (
        f"It states facts.\nVerdict: {word}",
        f"<think>Is it unsuitable? No, or is it? yes, no...</think>\n\n**Verdict:** {word}.",
        f"The text says so plainly.\n\n### Verdict: **{word.upper()}**\n",
    )
    return forms[dice % 3]


def _pairs(user: str, dice: int, *, tidy: bool) -> str:
    sentences = re.findall(r"[A-Z][^.\n]{20,200}\.", user.split("Text:", 1)[-1])[:3]
    if not sentences:
        return "NO QUESTIONS"
    pairs = [(f"What is known about this fact: {sentence[:60]}?", sentence) for sentence in sentences]
    if not tidy and dice % 5 == 0:
        return "Sure! I would be happy to help with that."
    if dice % 2:
        return "Here are the questions:\n\n" + "\n\n".join(
            f"{number}. **Question:** {question}\n   **Answer:** {answer}"
            for number, (question, answer) in enumerate(pairs, 1)
        )
    return "\n\n".join(f"Question: {question}\nAnswer: {answer}" for question, answer in pairs)


def _conversation(user: str) -> str:
    found = re.findall(r"Question: (.*)\nAnswer: (.*)", user)
    return "\n\n".join(f"**User:** {question}\n\n**Assistant:** {answer}" for question, answer in found)

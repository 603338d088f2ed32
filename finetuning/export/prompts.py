"""What exported models are tried with: prompts that were not trained on, and conversations of every shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from generation_functions.chat_templates import ChatTemplate
from generation_functions.datasets.jsonl import read_json_lines
from generation_functions.errors import RecordFailedError, UsageError

Render = Callable[[Sequence[Mapping[str, Any]]], str | None]

QUESTIONS = (
    "Who are you?",
    "What is this about?",
    "When did it begin, and where?",
    "Name three things that matter here, in one line each.",
    "How does it work?",
    "Explain it to somebody who has never heard of it.",
    "What happens if it goes wrong?",
    "Which of the two is older?",
    "Write one sentence about a bridge.",
    "Is that true? Answer yes or no.",
    "What should I read next?",
    "Why?",
)
TEXTS = (
    "The first thing to know is",
    "In the year 1871 the",
    "A short history:",
    "It is made of",
    "She said that",
    "There are two reasons. The first",
)
# Blanks, line ends, digits, contractions, capitals, accents, other scripts, signs: where tokenizers differ.
AWKWARD = (
    "it's WE'LL they'RE I'd",
    "1 12 123 1234 12345678 3.14 1,000,000",
    "two  blanks\tand a tab\n\n\nthree line ends \n a blank",
    "na\u00efve caf\u00e9 \u00fcber \u0161koda \u00e6on",
    "\u65e5\u672c\u8a9e \u4e2d\u6587 \ud55c\uad6d\uc5b4",
    "\u0440\u0443\u0441\u0441\u043a\u0438\u0439 \u0639\u0631\u0628\u064a",
    "def f(x):\n    return {x: [1, 2]}  # snake_case CamelCase",
    "http://example.org/a?b=c&d=%20 a@b.c \u2014 \u201cquoted\u201d\u2026 \U0001f9ea",
)
_SYSTEM = "Be brief.\nUse plain words."
_FIRST, _SECOND = "Who cast it?  {{ x }} <b>", "And when?\n\nTell me 'exactly'."
CONVERSATIONS: tuple[tuple[dict[str, str], ...], ...] = (
    ({"role": "user", "content": _FIRST},),
    ({"role": "system", "content": _SYSTEM}, {"role": "user", "content": _FIRST}),
    (
        {"role": "user", "content": _FIRST},
        {"role": "assistant", "content": "Ada Finch."},
        {"role": "user", "content": _SECOND},
    ),
    (
        {"role": "system", "content": _SYSTEM},
        {"role": "user", "content": _FIRST},
        {"role": "assistant", "content": "Ada \u00c9. Finch."},
        {"role": "user", "content": _SECOND},
        {"role": "assistant", "content": "In 1871."},
        {"role": "user", "content": "Thanks"},
    ),
)
_CHARACTERS = 400  # of a text that the model goes on from


def check_prompts(path: Path | None, render: Render | None, number: int) -> list[str]:
    """Texts that a model is to go on from, as it is served them.

    Args:
        path: JSON lines with `question`, `messages` or `text`; None takes questions of our own.
        render: A conversation as the model is served it; None for a model that only knows plain text.
        number: How many.

    Raises:
        UsageError: The file is not there, or holds none.
    """
    if path is None:
        found = [prompt for prompt in (_shown({"question": question}, render) for question in QUESTIONS) if prompt]
        return (found or list(TEXTS))[:number]
    if not path.is_file():
        raise UsageError(
            f"No prompts at {path}. Give JSON lines, such as a run's eval_questions.jsonl; or leave it out."
        )
    rows = list(read_json_lines(path))
    found = [prompt for prompt in (_shown(row, render) for row in rows) if prompt]
    if not found:
        raise UsageError(
            f"{path} holds no prompts. Give JSON lines with question, messages or text, such as a run's "
            "eval_questions.jsonl; or leave `prompts` out."
        )
    step = max(1, len(found) / number)  # from all over the file
    return [found[int(place * step)] for place in range(min(number, len(found)))]


def _shown(row: Mapping[str, Any], render: Render | None) -> str:
    """A row as a prompt; "" where it cannot be one."""
    messages = row.get("messages")
    if isinstance(row.get("question"), str):
        messages = [{"role": "user", "content": row["question"]}]
    if render and isinstance(messages, list) and all(isinstance(message, dict) for message in messages):
        while messages and messages[-1].get("role") == "assistant":
            messages = messages[:-1]
        return render(messages) or "" if messages else ""
    text = row.get("text")
    return text[: min(_CHARACTERS, max(1, len(text) // 2))].rstrip() if isinstance(text, str) else ""


def rendered(template: ChatTemplate, messages: Sequence[Mapping[str, Any]]) -> str | None:
    """A conversation up to the answer that is due; None where the template has no place for it."""
    try:
        return template.render(messages, add_generation_prompt=True)
    except RecordFailedError:
        return None


def served_render(template: ChatTemplate, tokenizer: Any) -> Render:
    """Conversations as a server shows them, up to the answer that is due.

    A start token that the template writes is left to the tokenizer, where that puts one before every text.
    """
    own = tokenizer("a")["input_ids"][0] == tokenizer.bos_token_id
    start = tokenizer.bos_token if tokenizer.bos_token and not own and "bos_token" in template.source else ""

    def render(messages: Sequence[Mapping[str, Any]]) -> str | None:
        text = rendered(template, messages)
        return None if text is None else start + text

    return render

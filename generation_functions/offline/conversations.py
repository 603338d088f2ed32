"""The offline conversation: the pairs of a chunk as a user and an assistant would go through them."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from generation_functions.offline.anchoring import readable_title
from generation_functions.offline.languages import language_of

_PAIR = re.compile(r"Question:[ \t]*(.+?)\s*\nAnswer:[ \t]*(.+?)\s*(?=\n\s*\nQuestion:|\Z)", re.DOTALL)
_LINKS = {
    "english": (
        "",
        "",
        "Thank you. ",
        "Good to know. ",
        "I see. ",
        "That helps. ",
        "One more question. ",
        "Thanks, that is clear. ",
        "And another thing I would like to know. ",
    ),
    "german": ("", "", "Danke. ", "Gut zu wissen. ", "Verstehe. ", "Noch eine Frage. "),
}
_OPENINGS = {
    "english": ("", "Hello. ", "I have a few questions. ", "Can you help me with something? "),
    "german": ("", "Hallo. ", "Ich habe ein paar Fragen. "),
}
_TITLED = ('I am reading about "{title}". ', 'I have some questions about "{title}". ')


def conversation(values: Mapping[str, Any], rng: random.Random) -> str:
    """`User:` and `Assistant:` turns, a blank line between them: each of `pairs` asked and answered as it stands."""
    pairs = read_pairs(values.get("pairs"))
    title = str(values.get("title") or "")
    language = "german" if language_of(" ".join(answer for _, answer in pairs)) == "german" else "english"
    turns: list[str] = []
    for number, (question, answer) in enumerate(pairs):
        link = rng.choice(_LINKS[language]) if number else _opening(title, language, rng)
        turns += [f"User: {link}{question}", f"Assistant: {answer}"]
    return "\n\n".join(turns)


def read_pairs(pairs: Any) -> list[tuple[str, str]]:
    """(question, answer) of a list of mappings, or of a text of `Question:` / `Answer:` blocks; each on one line."""
    if isinstance(pairs, str):
        found = [(match[1], match[2]) for match in _PAIR.finditer(pairs)]
    elif isinstance(pairs, list | tuple):
        found = [
            (str(pair.get("question") or ""), str(pair.get("answer") or ""))
            for pair in pairs
            if isinstance(pair, Mapping)
        ]
    else:
        found = []
    on_one_line = [(" ".join(question.split()), " ".join(answer.split())) for question, answer in found]
    return [(question, answer) for question, answer in on_one_line if question and answer]


def _opening(title: str, language: str, rng: random.Random) -> str:
    if language == "english" and readable_title(title) and rng.random() < 0.5:
        return rng.choice(_TITLED).format(title=readable_title(title))
    return rng.choice(_OPENINGS[language])

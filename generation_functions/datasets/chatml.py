"""ChatML, the notation in which a conversation becomes plain text and comes back unchanged.

`<|im_start|>user\\nHello<|im_end|>\\n<|im_start|>assistant\\nHi<|im_end|>`
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

START, END = "<|im_start|>", "<|im_end|>"
_TURN = re.compile(r"<\|im_start\|>([a-z]+)\n((?:(?!<\|im_(?:start|end)\|>).)*)<\|im_end\|>\n?", re.DOTALL)


class Part(NamedTuple):
    """A piece of text, and whether a model is trained on it."""

    label: bool
    text: str


class Turn(NamedTuple):
    """One message as it stands in the text. `labels` holds both values when a cut goes through it."""

    role: str
    content: str
    labels: frozenset[bool]


def holds_marks(text: str) -> bool:
    """Whether `text` contains a mark of ChatML itself, which inside a message would forge a turn."""
    return START in text or END in text


def write_chatml(turns: Iterable[tuple[str, str, bool]]) -> Iterator[Part]:
    """Parts from (role, content, trained on).

    The end mark is trained on with its answer: a model must learn to stop.
    """
    head = START
    for role, content, label in turns:
        yield Part(False, f"{head}{role}\n")
        yield Part(label, f"{content}{END}")
        head = f"\n{START}"


def read_chatml(parts: Iterable[Part]) -> list[Turn]:
    """The turns that the parts spell out; none when anything in them is not ChatML."""
    known = list(parts)
    text = "".join(part.text for part in known)
    matches = list(_TURN.finditer(text))
    if sum(len(match.group()) for match in matches) != len(text):
        return []
    return [Turn(match[1], match[2], _labels(known, match.start(2), match.end(2))) for match in matches]


def _labels(parts: list[Part], start: int, end: int) -> frozenset[bool]:
    labels, position = set(), 0
    for part in parts:
        if position < max(end, start + 1) and start < position + len(part.text):
            labels.add(part.label)
        position += len(part.text)
    return frozenset(labels)

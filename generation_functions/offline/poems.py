"""The offline poem: phrases lifted from the text, with its title as refrain."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from typing import Any

from generation_functions.offline.blocks import blocks
from generation_functions.offline.lexicon import STOPWORDS
from generation_functions.offline.question_answer_pairs import sentences_of

_MARKS = re.compile(r"[,;:()—–\"“”]+(?:\s+|$)|\s+[—–(\"“]+")
_JOINTS = re.compile(r"\s+(?=(?:and|but|because|while|when|until|where|which)\b)")
_LEAST_WORDS, _MOST_WORDS = 4, 10
_STANZAS, _LINES = 2, 4


def poem(values: Mapping[str, Any], rng: random.Random) -> str:
    """Eight to twelve lines in <poem> tags: phrases of `text` in their order, and a refrain with `title`."""
    text = str(values.get("text") or "")
    title = " ".join(str(values.get("title") or "").replace("_", " ").split())
    title = title if " " in title or "-" not in title else title.replace("-", " ")
    wanted = _STANZAS * _LINES
    phrases = list(dict.fromkeys(_phrases(text)))
    if len(phrases) < wanted:
        phrases = list(dict.fromkeys([*phrases, *_fields(text)]))
    if len(phrases) < wanted:
        phrases = _cut_evenly(text, wanted) or phrases or ["A page with nothing on it"] * wanted
    chosen = _spread(phrases, wanted, rng)
    refrain = _capitalised(title or chosen[0]).rstrip(".,;:!")
    lines: list[str] = []
    for start in range(0, wanted, _LINES):
        last = start + _LINES >= wanted
        mark = "" if refrain.endswith("?") else "." if last else ";"
        lines += [*(f"{_capitalised(line)}," for line in chosen[start : start + _LINES]), f"{refrain}{mark}"]
    return "<poem>\n" + "\n".join(lines) + "\n</poem>"


def _phrases(text: str) -> Iterator[str]:
    """Short pieces of the text's sentences that read as a line of verse."""
    for block in blocks(text):
        if block.kind not in ("paragraph", "item"):
            continue
        for sentence in sentences_of(block):
            for piece in _MARKS.split(sentence.rstrip(".!?")):
                phrases = _JOINTS.split(piece) if len(piece.split()) > _MOST_WORDS else [piece]
                yield from filter(None, map(_line, phrases))


def _line(phrase: str) -> str:
    words = phrase.strip(" .!?'’").split()
    while words and words[-1].lower() in STOPWORDS:
        words.pop()
    fits = _LEAST_WORDS <= len(words) <= _MOST_WORDS
    return " ".join(words) if fits and words[0].lower() not in ("which", "that", "than", "of") else ""


def _fields(text: str) -> Iterator[str]:
    for block in blocks(text):
        for key, value in block.fields:
            if len(value.split()) < _MOST_WORDS:
                yield f"{key.replace('_', ' ')}: {value}".rstrip(".,;")


def _cut_evenly(text: str, wanted: int) -> list[str]:
    """`wanted` pieces of a text that has too few phrases of its own."""
    words = text.replace("<", " ").replace(">", " ").split()
    length = min(max(len(words) // wanted, 1), _MOST_WORDS)
    pieces = [" ".join(words[at : at + length]).rstrip(".,;:") for at in range(0, len(words), length)]
    pieces = [piece for piece in pieces if piece]
    return [pieces[at % len(pieces)] for at in range(max(wanted, len(pieces)))] if pieces else []


def _spread(phrases: list[str], wanted: int, rng: random.Random) -> list[str]:
    """`wanted` phrases from all over the text, in their order."""
    if len(phrases) <= wanted:
        return phrases
    return [phrases[at] for at in sorted(rng.sample(range(len(phrases)), wanted))]


def _capitalised(line: str) -> str:
    return line[:1].upper() + line[1:]

"""Questions from program text: what a documented Python function does, what a constant is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generation_functions.offline.asking import Pair
from generation_functions.offline.verbs import third_person, verb_forms

_DOCUMENTED = re.compile(
    r"^[ \t]*(?:async )?(def|class) (\w+)[^\n]*(?:\n[^\n]*?)??:\s*\n"
    r"\s*[rRuU]?(?:\"\"\"|''')([A-Z][^\n\"]{8,160}?\.)(?=\s|\"|')",
    re.MULTILINE,
)
_CONSTANT = re.compile(
    r"^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:: [\w\[\]., ]+)? = "
    r"([\w.+-]{1,30}|\"[^\"\n]{1,60}\"|'[^'\n]{1,60}')[ \t]*(?:#.*)?$",
    re.MULTILINE,
)


def code_pairs(code: str) -> Iterator[Pair]:
    """Pairs from Python source: documented functions and classes, then constants."""
    for match in _DOCUMENTED.finditer(code):
        kind, name, sentence = match[1], match[2], match[3]
        if name.startswith("_"):
            continue
        pair = _documented(kind, name, sentence)
        if pair:
            yield pair
    for match in _CONSTANT.finditer(code):
        yield Pair(
            f"What is the value of the constant `{match[1]}`?",
            f"The value of the constant `{match[1]}` is {match[2]}.",
            1.5,
        )


def _documented(kind: str, name: str, sentence: str) -> Pair | None:
    sentence = sentence.split(";")[0].rstrip(".") + "."
    first, _, rest = sentence.partition(" ")
    form = verb_forms().get(first.lower())
    what = f"the function `{name}`" if kind == "def" else f"the class `{name}`"
    if form is not None and form.tense in ("base", "third"):
        return Pair(f"What does {what} do?", f"{what[0].upper()}{what[1:]} {third_person(form.base)} {rest}", 3.0)
    if kind == "class" and first in ("A", "An", "The"):
        return Pair(f"What is {what}?", f"{what[0].upper()}{what[1:]} is {sentence[0].lower()}{sentence[1:]}", 2.6)
    return None

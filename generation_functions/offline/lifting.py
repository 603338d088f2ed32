"""Offline writers that hand back what is there: the text itself, or its facts one by one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from generation_functions.offline.asking import can_be_named
from generation_functions.offline.blocks import Block, blocks
from generation_functions.offline.clauses import read_clause, stands_alone, without_opener
from generation_functions.offline.languages import language_of
from generation_functions.offline.mentions import Mentions, read_mentions
from generation_functions.offline.question_answer_pairs import data_pairs, sentences_of
from generation_functions.offline.subjects import Subject

NO_FACTS = "NO FACTS"


def echo(values: Mapping[str, Any], rng: random.Random) -> str:
    """`text`, unchanged, in <text> tags."""
    del rng
    return f"<text>\n{values.get('text') or ''}\n</text>"


def facts(values: Mapping[str, Any], rng: random.Random) -> str:
    """A numbered list of sentences of `text` that make sense alone, or `NO FACTS`."""
    del rng
    text, title = str(values.get("text") or ""), str(values.get("title") or "")
    found = list(blocks(text))
    prose = [block for block in found if block.kind in ("paragraph", "item")]
    joined = "\n".join(block.text for block in prose)
    stated = dict.fromkeys(pair.answer for group in data_pairs(found, title) for pair in group)
    if language_of(joined) == "english":
        stated |= dict.fromkeys(_sentences(prose, read_mentions(joined, title)))
    if not stated:
        return NO_FACTS
    return "\n".join(f"{number}. {fact}" for number, fact in enumerate(stated, start=1))


def _sentences(prose: list[Block], mentions: Mentions) -> Iterator[str]:
    for block in prose:
        antecedent: Subject | None = None
        for sentence in map(without_opener, sentences_of(block)):
            clause = read_clause(sentence, mentions, antecedent) if stands_alone(sentence) else None
            if clause is None:
                antecedent = None
                continue
            antecedent = clause.subject if antecedent in (None, clause.subject) else None
            if can_be_named(clause, mentions.story):
                yield clause.answer

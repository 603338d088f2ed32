"""Records about several texts at once: a chunk and those related to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from generation_functions import Record
from generation_functions.retrieval.chunk_terms import chunk_terms
from generation_functions.sentences import split_sentences

NO_TEXTS = "No text was found."
_RETRIEVED = """\
Answer from the following texts, which were retrieved for the user's questions. Name the number of the text that you \
use. If none of them holds the answer, say so.

{texts}"""
_NAME_OR_NUMBER = re.compile(r"(?<![.!?] )(?<!^)(?<![^\W_])[^\W\d_a-z][\w’'-]+|\d[\d.,]*\d|\d")
_MUCH = 0.3  # of a sentence's words


def with_texts(record: Record, related: Sequence[Record]) -> Record:
    """The record with its own text and the related ones together in `text`, numbered and headed.

    `texts` holds them apart, the record's own first; `sources` says where each is from.
    """
    texts = [{"text": one["text"], "title": one["title"], "file": one["source"]["file"]} for one in (record, *related)]
    rest = {key: value for key, value in record.items() if key != "related"}
    return {
        **rest,
        "text": numbered_texts(texts),
        "texts": texts,
        "sources": [one["source"] for one in (record, *related)],
    }


def numbered_texts(texts: Sequence[Record]) -> str:
    """Texts one below the other, each headed by its number, title and file."""
    return "\n\n".join(
        f"[{number}] {one['title']} ({one['file']})\n{one['text'].strip()}" for number, one in enumerate(texts, start=1)
    )


def retrieved_texts_prompt(texts: str) -> str:
    """The system prompt over retrieved texts that models are trained on, and are given when they are served.

    Args:
        texts: As `numbered_texts` shows them; NO_TEXTS where none were found.
    """
    return _RETRIEVED.format(texts=texts)


def without_texts(record: Record) -> Record:
    """The record with its own text alone again, and with the `sources` that its `answer` rests on."""
    rest = {key: value for key, value in record.items() if key != "texts"}
    sources = sources_behind(record["question"], record["answer"], record)
    return {**rest, "text": record["texts"][0]["text"], "sources": sources}


def sources_behind(question: str, answer: str, record: Record) -> list[dict[str, Any]]:
    """The record's own source, and those of `texts` that the answer needs beside it.

    That is a text with far more of the words of one of its sentences than the own text, or with a name or a number that
    is in none of these and not in the question either.
    """
    texts = [_terms(f"{one['title']}\n{one['text']}") for one in record["texts"]]
    behind = {0}
    for sentence in map(_terms, split_sentences(answer)):
        best = max(range(len(texts)), key=lambda number: (len(sentence & texts[number]), -number))
        if len(sentence & texts[best]) - len(sentence & texts[0]) >= _MUCH * len(sentence):
            behind.add(best)
    missing = _terms(" ".join(_NAME_OR_NUMBER.findall(answer))) - _terms(question)
    missing -= set().union(*(texts[number] for number in behind))
    for number, terms in enumerate(texts):
        if missing & terms:
            behind.add(number)
            missing -= terms
    return [record["sources"][number] for number in sorted(behind)]


def _terms(text: str) -> set[str]:
    return set(chunk_terms(text.replace("_", " ")))

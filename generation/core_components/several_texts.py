"""Records about several texts at once: a chunk and those related to it."""

from __future__ import annotations

from collections.abc import Sequence

from generation_functions import Record


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

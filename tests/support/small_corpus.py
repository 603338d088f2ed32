"""A few made-up documents, as chunk records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generation_functions.records import Record, record_id

TEXTS: dict[str, list[str]] = {
    "looms.txt": [
        "The Harrow loom weaves linen cloth on two beams.",
        "Oil the treadle bearings of every loom once a month.",
    ],
    "mill.txt": [
        "The Harrow mill grinds rye between two basalt stones.",
        "The baker fetches rye flour from the mill on Fridays.",
    ],
    "schooners.txt": [
        "A schooner carries two masts and a crew of nine.",
        "Bread for the crew is baked of rye flour from Harrow.",
    ],
}


def chunk(file: str, text: str, start: int = 0) -> Record:
    identity = record_id("chunk", file, text)
    source = {"file": file, "start": start, "end": start + len(text), "chunk": identity}
    return {"id": identity, "text": text, "title": file.removesuffix(".txt"), "source": source}


def chunks(texts: Mapping[str, Sequence[str]] = TEXTS) -> list[Record]:
    made = []
    for file, pieces in texts.items():
        start = 0
        for text in pieces:
            made.append(chunk(file, text, start))
            start += len(text)
    return made

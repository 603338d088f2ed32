"""Choosing chunks for a record: those nearest to it, or any others, but never its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from generation_functions.datasets.holdout import record_sources
from generation_functions.records import Record, seeded
from generation_functions.retrieval.chunk_index import ChunkIndex, Place, document_name

if TYPE_CHECKING:
    from generation_functions.retrieval.vector_index import VectorIndex

_LOOK = 256  # candidates that are looked at for one of another document
_RANK_OFFSET = 60  # of the fusion; its authors' choice
_TRIES = 64  # the same for a random one


def nearest(
    index: ChunkIndex, record: Record, most: int, *, other_documents: bool = True, vectors: VectorIndex | None = None
) -> list[Record]:
    """Up to `most` chunks that are about what `record` is about, nearest first.

    With `other_documents` those of its own document come after all others. With `vectors`, what has the same meaning
    in other words is found too.
    """
    ranked = index.ranked(record["text"]) if vectors is None else _fused(index, vectors, record["text"])
    candidates = islice(_foreign(ranked, record), _LOOK if other_documents else most)
    return [index.record(place.number) for place in _preferred(candidates, record, most, other_documents)]


def _fused(index: ChunkIndex, vectors: VectorIndex, text: str) -> list[Place]:
    """Both rankings as one: reciprocal rank fusion (Cormack, Clarke & Büttcher, 2009)."""
    places = {place.number: place for place in islice(index.ranked(text), _LOOK)}
    by_meaning = vectors.nearest(text, _LOOK)
    scores: defaultdict[int, float] = defaultdict(float)
    for ranking in (places, by_meaning):
        for rank, number in enumerate(ranking, start=1):
            scores[number] += 1 / (_RANK_OFFSET + rank)
    places.update((place.number, place) for place in index.places(set(by_meaning) - set(places)))
    return sorted(places.values(), key=lambda place: (-scores[place.number], place.id))


def random_chunks(index: ChunkIndex, record: Record, most: int, *, other_documents: bool = True) -> list[Record]:
    """Up to `most` chunks that depend on the record's id and on which chunks there are, and on nothing else."""
    rng = seeded(record["id"], "random chunks")
    chosen: dict[int, Place] = {}
    for _ in range(most):
        walk = (place for place in index.from_id(f"{rng.getrandbits(80):020x}") if place.number not in chosen)
        tries = islice(_foreign(walk, record), _TRIES)
        for place in _preferred(tries, record, 1, other_documents):
            chosen[place.number] = place
    return [index.record(number) for number in chosen]


def _foreign(places: Iterable[Place], record: Record) -> Iterator[Place]:
    """Without the chunks that the record rests on, and what overlaps them."""
    own = record_sources(record)
    ids = {record["id"], *(source.get("chunk") for source in own)}
    spans = [(document_name({"source": source}), source.get("start", 0), source.get("end", 0)) for source in own]
    for place in places:
        overlaps = any(place.document == name and place.start < end and start < place.end for name, start, end in spans)
        if place.id not in ids and not overlaps:
            yield place


def _preferred(places: Iterable[Place], record: Record, most: int, other_documents: bool) -> list[Place]:
    """The first `most`, those of other documents in front if they are preferred."""
    if not other_documents:
        return list(islice(places, most))
    own = {document_name({"source": source}) for source in record_sources(record)}
    first: list[Place] = []
    second: list[Place] = []
    for place in places:
        (second if place.document in own else first).append(place)
        if len(first) == most:
            break
    return [*first, *second][:most]

"""Nearest vectors, and both rankings as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from generation_functions.errors import StorageError
from generation_functions.model import Model
from generation_functions.retrieval.chunk_index import ChunkIndex
from generation_functions.retrieval.embeddings import VectorStore, vector_key
from generation_functions.retrieval.neighbours import nearest
from generation_functions.retrieval.vector_index import VectorIndex
from generation_functions.testing.fake_embeddings import embed
from tests.support.small_corpus import TEXTS, chunk, chunks

MODEL = Model(name="fake", base_url="http://127.0.0.1:9/v1")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[ChunkIndex]:
    with closing(ChunkIndex(tmp_path / "chunks.sqlite")) as opened:
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[VectorStore]:
    with closing(VectorStore(tmp_path / "vectors.sqlite")) as opened:
        yield opened


def fill(store: VectorStore, index: ChunkIndex, texts: Mapping[str, list[str]]) -> None:
    index.sync(chunks(texts))
    every = [text for pieces in texts.values() for text in pieces]
    store.add({vector_key(MODEL, text): np.array(embed(text), dtype="<f2").tobytes() for text in every})


def built(tmp_path: Path, index: ChunkIndex, store: VectorStore) -> VectorIndex:
    return VectorIndex(tmp_path / "chunks.npy", index, store, MODEL)


def texts_of(index: ChunkIndex, numbers: list[int]) -> list[str]:
    return [index.record(number)["text"] for number in numbers]


def test_the_nearest_vectors_come_first(tmp_path: Path, index: ChunkIndex, store: VectorStore) -> None:
    fill(store, index, TEXTS)
    asked = TEXTS["mill.txt"][1]
    found = texts_of(index, built(tmp_path, index, store).nearest(asked, 3))
    every = [text for pieces in TEXTS.values() for text in pieces]
    by_hand = sorted(every, key=lambda text: -float(np.dot(embed(asked), embed(text))))
    assert found == by_hand[:3]
    assert found[0] == asked


def test_many_vectors_are_found_by_clusters_nearly_as_well(
    tmp_path: Path, index: ChunkIndex, store: VectorStore
) -> None:
    rng = np.random.default_rng(5)
    topics = rng.normal(size=(60, 16))
    texts = {f"{n}.txt": [f"text {n} {m}" for m in range(100)] for n in range(60)}
    index.sync(chunks(texts))
    vectors = {}
    for topic, pieces in zip(topics, texts.values(), strict=True):
        for text in pieces:
            vector = topic + rng.normal(size=16) / 3
            vectors[text] = (vector / np.linalg.norm(vector)).astype("<f2")
    store.add({vector_key(MODEL, text): vector.tobytes() for text, vector in vectors.items()})
    nearest_vectors = built(tmp_path, index, store)
    assert len(nearest_vectors) == 6_000
    every = np.array(list(vectors.values()), dtype=np.float32)
    names = np.array(list(vectors))
    hits = 0
    for text in names[::300]:
        best = set(names[np.argsort(-(every @ vectors[text].astype(np.float32)))[:10]])
        hits += len(best & set(texts_of(index, nearest_vectors.nearest(text, 10))))
    assert hits >= 0.9 * 10 * len(names[::300])


def test_the_file_is_used_again_until_the_chunks_change(tmp_path: Path, index: ChunkIndex, store: VectorStore) -> None:
    fill(store, index, TEXTS)
    built(tmp_path, index, store)
    first = (tmp_path / "chunks.npy").stat().st_mtime_ns
    built(tmp_path, index, store)
    assert (tmp_path / "chunks.npy").stat().st_mtime_ns == first
    fill(store, index, {"mill.txt": TEXTS["mill.txt"]})
    assert len(built(tmp_path, index, store)) == 2
    (tmp_path / "chunks.npz").write_bytes(b"half a file")
    assert len(built(tmp_path, index, store)) == 2


def test_texts_without_a_vector_are_left_out_and_find_nothing(
    tmp_path: Path, index: ChunkIndex, store: VectorStore
) -> None:
    index.sync(chunks())
    empty = built(tmp_path, index, store)
    assert (len(empty), empty.nearest(TEXTS["mill.txt"][0], 5)) == (0, [])
    fill(store, index, {"mill.txt": TEXTS["mill.txt"]})
    index.sync(chunks())
    some = built(tmp_path, index, store)
    assert len(some) == 2
    assert some.nearest("never seen", 5) == []


def test_fusion_finds_what_shares_no_word(tmp_path: Path, index: ChunkIndex, store: VectorStore) -> None:
    texts = {
        "asked.txt": ["keepers polish lanterns nightly"],
        "same-meaning.txt": ["the keeper's lantern, polished every night"],
        "same-word.txt": ["nightly trains", "trains run nightly to town"],
    }
    fill(store, index, texts)
    record = chunk("asked.txt", texts["asked.txt"][0])
    by_words = [found["source"]["file"] for found in nearest(index, record, 3)]
    assert "same-meaning.txt" not in by_words
    fused = nearest(index, record, 3, vectors=built(tmp_path, index, store))
    assert {found["source"]["file"] for found in fused} == {"same-meaning.txt", "same-word.txt"}


def test_a_damaged_store_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "broken.sqlite"
    path.write_bytes(b"not a database, " * 100)
    with pytest.raises(StorageError, match=r"broken\.sqlite cannot be read.*Delete it and run again"):
        VectorStore(path)

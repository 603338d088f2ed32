"""Nearest vectors by cosine, in a memory-mapped file.

The vectors lie in the file cluster by cluster, so that a question reads only the clusters nearest to it (an inverted
file: Sivic & Zisserman, 2003; Jégou et al., 2011): the work grows with the square root of their number. Up to a few
thousand vectors there is one cluster, and the answer is exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generation_functions.model import Model
from generation_functions.records import stable_hash
from generation_functions.retrieval.chunk_index import ChunkIndex
from generation_functions.retrieval.embeddings import VectorStore, vector_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Whole = NDArray[np.int64]

_VERSION = 1
_EXACT = 4_096  # up to so many, all are compared
_PROBES = 16  # clusters that a question reads
_PER_CLUSTER = 32  # vectors that a centroid is learned from
_ROUNDS = 8
_BLOCK = 8_192


class VectorIndex:
    """The vectors of an index's chunks, in `path` and a file beside it; built when the chunks are not those in it.

    Chunks without a vector are left out. Any thread, one at a time.
    """

    def __init__(self, path: Path, chunks: ChunkIndex, store: VectorStore, model: Model) -> None:
        import numpy as np

        self._store, self._model = store, model
        about = path.with_suffix(".npz")
        edition = stable_hash(_VERSION, chunks.edition, store.token, model.public())
        if not (about.exists() and path.exists() and _edition(about) == edition):
            about.unlink(missing_ok=True)
            _build(path, about, edition, _vectors(chunks, store, model), len(chunks))
        with np.load(about) as known:
            self._numbers: Whole = known["numbers"]
            self._order: Whole = known["order"]
            self._starts: Whole = known["starts"]
            self._centroids: Floats = known["centroids"]
        self._rows: Floats | None = np.load(path, mmap_mode="r") if len(self._numbers) else None

    def __len__(self) -> int:
        return len(self._numbers)

    def nearest(self, text: str, most: int) -> list[int]:
        """The numbers of the chunks nearest to a text that has a vector, nearest first; none when it has not."""
        vector = self._store.get(vector_key(self._model, text))
        return [number for number, _ in self.near(vector, most)] if vector is not None else []

    def near(self, vector: bytes, most: int) -> list[tuple[int, float]]:
        """The numbers of the chunks nearest to a vector as the store keeps them, each with its cosine."""
        import numpy as np

        if self._rows is None or len(vector) != 2 * self._rows.shape[1]:
            return []
        question = np.frombuffer(vector, dtype="<f2").astype(np.float32)
        clusters = np.argsort(-(self._centroids @ question), kind="stable")[:_PROBES]
        places = [np.arange(self._starts[one], self._starts[one + 1]) for one in sorted(clusters)]
        scores = np.concatenate([self._rows[part[0] : part[-1] + 1] @ question for part in places if len(part)])
        rows = np.concatenate(places)
        best = np.lexsort((self._order[rows], -scores))[:most]  # of equals, the first by id
        return [(int(self._numbers[rows[one]]), float(scores[one])) for one in best]


def _edition(about: Path) -> str:
    import zipfile

    import numpy as np

    try:
        with np.load(about) as known:
            return str(known["edition"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):  # damaged: built anew
        return ""


def _vectors(chunks: ChunkIndex, store: VectorStore, model: Model) -> Iterator[tuple[int, bytes]]:
    for number, text in chunks.texts():
        vector = store.get(vector_key(model, text))
        if vector is not None:
            yield number, vector


def _build(path: Path, about: Path, edition: str, vectors: Iterator[tuple[int, bytes]], most: int) -> None:
    """Write both files, the one that vouches for the other last."""
    import numpy as np

    raw = path.with_suffix(".raw")
    numbers = np.zeros(most, dtype=np.int64)
    count, size = 0, 0
    with raw.open("wb") as file:
        while block := list(islice(vectors, _BLOCK)):
            size = size or len(block[0][1])
            block = [row for row in block if len(row[1]) == size]  # a model that changed its mind on the dimensions
            numbers[count : count + len(block)] = [number for number, _ in block]
            count += len(block)
            file.write(b"".join(vector for _, vector in block))
    facts: dict[str, Any] = {"edition": edition, "numbers": numbers[:0], "order": numbers[:0]}
    facts |= {"starts": np.zeros(2, dtype=np.int64), "centroids": np.zeros((1, 1), dtype=np.float32)}
    if count:
        rows = np.memmap(raw, dtype="<f2", mode="r", shape=(count, size // 2))
        facts |= _write_clustered(path, rows)
        facts["numbers"] = numbers[:count][facts["order"]]
        del rows
    else:
        path.touch()
    raw.unlink()
    np.savez(about, **facts)


def _write_clustered(path: Path, rows: Any) -> dict[str, Any]:
    """Write the rows cluster by cluster; returns the order, where each cluster starts, and the centroids."""
    import numpy as np

    count, size = rows.shape
    clusters = 1 if count <= _EXACT else round(math.sqrt(count))
    centroids = _centroids(rows, clusters)
    nearest = np.zeros(count, dtype=np.int32)
    for start in range(0, count, _BLOCK):
        block = rows[start : start + _BLOCK].astype(np.float32)
        nearest[start : start + _BLOCK] = np.argmax(block @ centroids.T, axis=1)
    order = np.argsort(nearest, kind="stable")
    written = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(count, size))
    for start in range(0, count, _BLOCK):
        written[start : start + _BLOCK] = rows[order[start : start + _BLOCK]]
    written.flush()
    starts = np.searchsorted(nearest[order], np.arange(clusters + 1))
    return {"order": order, "starts": starts, "centroids": centroids}


def _centroids(rows: Any, clusters: int) -> Floats:
    """Directions that the vectors gather around: k-means on the sphere (Dhillon & Modha, 2001), of a few of them."""
    import numpy as np

    chosen = np.linspace(0, len(rows) - 1, min(len(rows), clusters * _PER_CLUSTER)).astype(np.int64)
    sample = rows[chosen].astype(np.float32)
    centroids: Floats = sample[np.linspace(0, len(sample) - 1, clusters).astype(np.int64)]
    for _ in range(_ROUNDS if clusters > 1 else 0):
        nearest = np.argmax(sample @ centroids.T, axis=1)
        sums = np.zeros_like(centroids)
        np.add.at(sums, nearest, sample)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centroids = np.where(lengths > 0, sums / np.where(lengths > 0, lengths, 1), centroids)
    return centroids

"""Measures the index of related texts: building it, bringing it up to date, and asking it, at two sizes.

python -m benchmarks.retrieval                        # 5 000 and 50 000 chunks
python -m benchmarks.retrieval --chunks 1000,200000 --questions 500
python -m benchmarks.retrieval --dimensions 768       # vectors as well, made up: no endpoint is asked
python -m benchmarks.retrieval --json

The texts are made up of words as frequent as in English books, 2 kB each, a hundred to a document. Each size is
measured in a process of its own. Questions are spread evenly over the chunks; "other documents" is on.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that `python benchmarks/NAME.py` works too

from benchmarks.chunking import Words
from benchmarks.measure import measure
from generation_functions.model import Model
from generation_functions.records import Record, record_id
from generation_functions.retrieval.chunk_index import ChunkIndex
from generation_functions.retrieval.neighbours import nearest, random_chunks

_SENTENCES = 20
_CHUNKS_PER_DOCUMENT = 100
_NEIGHBOURS = 3
_MODEL = Model(name="made-up", base_url="http://127.0.0.1:9/v1")
_BLOCK = 4_096


class ChunkLines:
    """Chunk records in a file of JSON lines; one is in memory at a time."""

    def __init__(self, path: Path, changed: int = -1) -> None:
        self._path, self._changed = path, changed

    def __iter__(self) -> Iterator[Record]:
        with self._path.open("rb") as file:
            for number, line in enumerate(file):
                record: Record = orjson.loads(line)
                if number == self._changed:
                    record["text"] += " An edit."
                yield record


def write_chunks(path: str, count: int) -> None:
    """Make up `count` chunks of different texts."""
    words = Words("retrieval")
    with Path(path).open("wb") as file:
        for number in range(count):
            text = " ".join(words.sentence() for _ in range(_SENTENCES))
            document, place = divmod(number, _CHUNKS_PER_DOCUMENT)
            identity = record_id("benchmark", number)
            source = {"file": f"document-{document}.txt", "start": place * 5_000, "end": place * 5_000 + len(text)}
            record = {"id": identity, "text": text, "title": "Made up", "source": {**source, "chunk": identity}}
            file.write(orjson.dumps(record) + b"\n")


def build_and_ask(path: str, count: int, questions: int) -> dict[str, float]:
    """Build the index of the chunks in a file, bring it up to date twice, and ask it."""
    chunks, database = Path(path), Path(path).with_suffix(".sqlite")
    with closing(ChunkIndex(database)) as index:
        figures = {"build_s": _seconds(lambda: index.sync(ChunkLines(chunks)))}
        figures["unchanged_s"] = _seconds(lambda: index.sync(ChunkLines(chunks)))
        figures["one_file_changed_s"] = _seconds(lambda: index.sync(ChunkLines(chunks, changed=count // 2)))
        asked = list(islice(ChunkLines(chunks), 0, None, max(1, count // questions)))
        figures["near_ms"] = _seconds(lambda: [nearest(index, record, _NEIGHBOURS) for record in asked])
        figures["random_ms"] = _seconds(lambda: [random_chunks(index, record, _NEIGHBOURS) for record in asked])
        for name in ("near_ms", "random_ms"):
            figures[name] *= 1000 / len(asked)
    figures["index_bytes_per_text_byte"] = database.stat().st_size / chunks.stat().st_size
    return figures


def build_and_ask_vectors(path: str, count: int, questions: int, dimensions: int) -> dict[str, float]:
    """The same with vectors: how long the file of vectors takes, and a question to both rankings."""
    import numpy as np

    from generation_functions.retrieval.embeddings import VectorStore, vector_key
    from generation_functions.retrieval.vector_index import VectorIndex

    chunks, database = ChunkLines(Path(path)), Path(path).with_suffix(".sqlite")
    with closing(ChunkIndex(database)) as index, closing(VectorStore(Path(path).with_suffix(".vectors"))) as store:
        index.sync(chunks)
        rng, records = np.random.default_rng(0), iter(chunks)
        while block := list(islice(records, _BLOCK)):
            rows = rng.normal(size=(len(block), dimensions))
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
            keys = (vector_key(_MODEL, record["text"]) for record in block)
            store.add({key: row.tobytes() for key, row in zip(keys, rows.astype("<f2"), strict=True)})
        start = time.perf_counter()
        vectors = VectorIndex(database.with_suffix(".npy"), index, store, _MODEL)
        build_s = time.perf_counter() - start
        asked = list(islice(chunks, 0, None, max(1, count // questions)))
        spent = _seconds(lambda: [nearest(index, record, _NEIGHBOURS, vectors=vectors) for record in asked])
    return {"vectors_build_s": build_s, "fused_ms": 1000 * spent / len(asked)}


def _seconds(call: Any) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def benchmark(count: int, questions: int, dimensions: int) -> dict[str, float]:
    """All figures of one size."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        path = Path(folder) / "chunks.jsonl"
        arguments = {"path": str(path), "count": count}
        measure("benchmarks.retrieval:write_chunks", Path(folder) / "state", **arguments)
        got = measure("benchmarks.retrieval:build_and_ask", Path(folder) / "state", **arguments, questions=questions)
        figures = {"chunks": count, **got.result, "peak_rss_mb": got.peak_rss_mb}
        if dimensions:
            arguments |= {"questions": questions, "dimensions": dimensions}
            got = measure("benchmarks.retrieval:build_and_ask_vectors", Path(folder) / "state", **arguments)
            figures |= {**got.result, "vectors_peak_rss_mb": got.peak_rss_mb}
    return {name: round(figure, 2) for name, figure in figures.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", default="5000,50000", help="sizes, separated by commas")
    parser.add_argument("--questions", type=int, default=1_000)
    parser.add_argument("--dimensions", type=int, default=0, help="of made-up vectors; 0 leaves them out")
    parser.add_argument("--json", action="store_true", help="one line of JSON per size")
    options = parser.parse_args()
    for size in map(int, options.chunks.split(",")):
        figures = benchmark(size, options.questions, options.dimensions)
        line = ", ".join(f"{name.replace('_', ' ')} {figure:g}" for name, figure in figures.items())
        print(orjson.dumps(figures).decode() if options.json else line, flush=True)


if __name__ == "__main__":
    main()

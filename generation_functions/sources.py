"""From a folder of documents to chunk records on disk."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from generation_functions.datasets.summary import READING_STEP
from generation_functions.errors import EmptyStageError
from generation_functions.records import Record, stable_hash, stable_share
from generation_functions.stage import Tally, stage_summary
from generation_functions.stage_store import Records, StageStore, content_hash


@dataclass(frozen=True)
class Cut:
    """What to read and how to cut it; see `Run.chunks`. `corpus` names one input folder of several."""

    input_dir: Path
    chunk_size: int
    overlap: int = 0
    limit: int | None = None
    drop_near_duplicates: bool = True
    corpus: str = ""


@dataclass(frozen=True)
class Chunks:
    """Chunk records on disk, the digest that everything after depends on, and their stage of the funnel."""

    records: Records
    digest: str
    stage: dict[str, Any]


class Sources:
    """What a run has read: documents, skips, and chunks."""

    def __init__(self, cache: Path, note: Callable[[str], None]) -> None:
        self.skipped: list[dict[str, str]] = []
        self._documents: dict[str, dict[str, Any]] = {}
        self._cut: dict[Cut, Chunks] = {}
        self._cache = cache
        self._note = note

    @property
    def read(self) -> list[dict[str, Any]]:
        """The documents that were read, each once."""
        return list(self._documents.values())

    def known(self, cut: Cut) -> Chunks | None:
        """The chunks of `cut` when this run has made them already."""
        return self._cut.get(cut)

    def chunks(self, cut: Cut, path: Path) -> Chunks:
        """Write the chunk records of a folder to `path`; see `Run.chunks`."""
        started = monotonic()
        reading = Tally(READING_STEP)
        store = StageStore(path, stable_hash("always anew", str(started)))
        ids: list[str] = []
        position = 0
        for position, record in enumerate(self._read(cut, reading)):
            ids.append(record["id"])
            store.add(position, content_hash(record), {"id": record["id"], "out": [record]}, plain=True)
        if not ids:
            store.close()
            skipped = "\n".join(f"  {skip['file']}: {skip['reason']}" for skip in self.skipped[:10])
            raise EmptyStageError(f"no text was found in {cut.input_dir}.\n{skipped}".rstrip())
        everything = store.finish(len(ids), len(ids))
        tallies = [reading]
        kept = set(range(len(ids)))
        if cut.drop_near_duplicates:
            kept -= self._near_duplicates(everything, tallies)
        if cut.limit is not None:
            kept = self._limited(kept, ids, cut.limit, tallies)
        stage = stage_summary("chunks", tallies, reading.entered, len(kept), monotonic() - started)
        digest = stable_hash(cut.chunk_size, cut.corpus, [ids[place] for place in sorted(kept)])
        self._cut[cut] = Chunks(everything.only(kept), digest, stage)
        return self._cut[cut]

    def _read(self, cut: Cut, reading: Tally) -> Iterator[Record]:
        from generation_functions.documents import document_chunks, read_documents
        from generation_functions.tokens import count_tokens

        def on_skip(file: str, reason: str) -> None:
            shown = in_corpus(file, cut.corpus)
            reading.count("failed", reason)
            if not any(skip["file"] == shown for skip in self.skipped):
                self.skipped.append({"file": shown, "reason": reason})
                self._note(f"skipped {shown}: {reason}")

        for document in read_documents(cut.input_dir, cache=self._cache, on_skip=on_skip):
            number = 0
            for record in document_chunks(document, cut.chunk_size, cut.overlap):
                number += 1
                if cut.corpus:
                    record["source"]["corpus"] = cut.corpus
                yield record
            reading.count("kept", number)
            shown = in_corpus(document.file, cut.corpus)
            if shown not in self._documents:
                self._documents[shown] = {
                    "file": shown,
                    "sha256": document.sha256,
                    "characters": len(document.text),
                    "tokens": count_tokens(document.text),
                    "chunks": number,
                    "licence": document.licence,
                }

    @staticmethod
    def _near_duplicates(everything: Records, tallies: list[Tally]) -> set[int]:
        from generation_functions.near_duplicates import find_near_duplicates

        duplicates = find_near_duplicates(everything.values("text"))
        total = len(everything)
        tallies.append(
            Tally(
                "near-duplicates",
                entered=total,
                kept=total - len(duplicates),
                made=total - len(duplicates),
                dropped=Counter({"near-duplicate of an earlier chunk": len(duplicates)} if duplicates else {}),
            )
        )
        return set(duplicates)

    @staticmethod
    def _limited(kept: set[int], ids: list[str], limit: int, tallies: list[Tally]) -> set[int]:
        chosen = heapq.nsmallest(limit, kept, key=lambda place: (stable_share(ids[place], "limit"), ids[place]))
        over = len(kept) - len(chosen)
        tallies.append(
            Tally(
                "limit",
                entered=len(kept),
                kept=len(chosen),
                made=len(chosen),
                dropped=Counter({f"over the limit of {limit}": over} if over else {}),
            )
        )
        return set(chosen)


def in_corpus(file: str, corpus: str) -> str:
    """How a document is called where several input folders may each have a file of that name."""
    return f"{corpus}/{file}" if corpus else file


def take_sample(records: Iterable[Record], size: int) -> tuple[list[Record], int]:
    """`size` records chosen by a stable hash, in their order, and how many there were."""
    total = 0

    def numbered() -> Iterator[tuple[str, int, Record]]:
        nonlocal total
        for record in records:
            total += 1
            yield stable_hash(record["id"], "sample"), total, record

    chosen = sorted(heapq.nsmallest(size, numbered()), key=lambda item: item[1])
    return [record for _, _, record in chosen], total

"""From a folder of documents to chunk records on disk."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

from generation_functions.errors import EmptyStageError
from generation_functions.records import Record, stable_hash, stable_share
from generation_functions.stage import Tally
from generation_functions.stage_store import Records, StageStore, content_hash


class Sources:
    """What a run has read: documents, skips, and the digest that everything after depends on."""

    def __init__(self, cache: Path, note: Callable[[str], None]) -> None:
        self.read: list[dict[str, Any]] = []
        self.skipped: list[dict[str, str]] = []
        self.folders: list[Path] = []
        self.digest = ""
        self.stage: dict[str, Any] = {}
        self._cache = cache
        self._note = note

    def chunks(
        self,
        input_dir: Path,
        path: Path,
        *,
        chunk_size: int,
        overlap: int,
        limit: int | None,
        drop_near_duplicates: bool,
    ) -> Records:
        """Write the chunk records of a folder to `path`; see `Run.chunks`."""
        started = monotonic()
        reading = Tally("read documents")
        store = StageStore(path, stable_hash("always anew", str(started)))
        ids: list[str] = []
        position = 0
        for position, record in enumerate(self._read(input_dir, chunk_size, overlap, reading)):
            ids.append(record["id"])
            store.add(position, content_hash(record), {"id": record["id"], "out": [record]}, plain=True)
        if not ids:
            store.close()
            skipped = "\n".join(f"  {skip['file']}: {skip['reason']}" for skip in self.skipped[:10])
            raise EmptyStageError(f"no text was found in {input_dir}.\n{skipped}".rstrip())
        everything = store.finish(len(ids), len(ids))
        tallies = [reading]
        kept = set(range(len(ids)))
        if drop_near_duplicates:
            kept -= self._near_duplicates(everything, tallies)
        if limit is not None:
            kept = self._limited(kept, ids, limit, tallies)
        self.digest = stable_hash(self.digest, chunk_size, [ids[place] for place in sorted(kept)])
        self.stage = {
            "name": "chunks",
            "records_in": reading.entered,
            "records_out": len(kept),
            "seconds": round(monotonic() - started, 3),
            "steps": [tally.as_dict() for tally in tallies],
        }
        return everything.only(kept)

    def _read(self, input_dir: Path, chunk_size: int, overlap: int, reading: Tally) -> Iterator[Record]:
        from generation_functions.documents import document_chunks, read_documents
        from generation_functions.tokens import count_tokens

        def on_skip(file: str, reason: str) -> None:
            self.skipped.append({"file": file, "reason": reason})
            reading.count("failed", reason)
            self._note(f"skipped {file}: {reason}")

        self.folders.append(input_dir)
        for document in read_documents(input_dir, cache=self._cache, on_skip=on_skip):
            number = 0
            for record in document_chunks(document, chunk_size, overlap):
                number += 1
                yield record
            reading.count("kept", number)
            self.read.append(
                {
                    "file": document.file,
                    "sha256": document.sha256,
                    "characters": len(document.text),
                    "tokens": count_tokens(document.text),
                    "chunks": number,
                    "licence": document.licence,
                }
            )

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

"""Keeps extracted texts by the hash of the file's content, so that only edited files are read again."""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict
from pathlib import Path, PurePosixPath

import orjson

from generation_functions.documents.document import ExtractedText, LostPart

# Raise this whenever a reader gives other text for the same bytes.
READER_VERSION = 1


def extracted_to_json(extracted: ExtractedText) -> bytes:
    """One line of JSON, for the cache and for the way from a worker process."""
    return orjson.dumps(asdict(extracted))


def extracted_from_json(data: bytes) -> ExtractedText:
    """The inverse of `extracted_to_json`; ValueError, KeyError or TypeError when it is something else."""
    fields = orjson.loads(data)
    return ExtractedText(
        sha256=str(fields["sha256"]),
        text=str(fields["text"]),
        pages=tuple(map(int, fields["pages"])),
        title=str(fields["title"]),
        licence=fields["licence"],
        lost=tuple(LostPart(part["part"], part["reason"]) for part in fields["lost"]),
    )


class ExtractionCache:
    """A folder of JSON files. Safe to share between processes: files appear whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, sha256: str, file: str) -> ExtractedText | None:
        """The text kept for this content. Of the name only the suffix counts: it picks the reader."""
        try:
            return extracted_from_json(self._path(sha256, file).read_bytes())
        except (OSError, ValueError, KeyError, TypeError):
            return None  # missing or damaged: it is read again

    def put(self, file: str, extracted: ExtractedText) -> None:
        """Keeps a text. OSError when the disk is full or the folder cannot be written."""
        path = self._path(extracted.sha256, file)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as out:
                out.write(extracted_to_json(extracted))
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _path(self, sha256: str, file: str) -> Path:
        suffix = PurePosixPath(file).suffix.lower() or ".none"
        return self._folder / sha256[:2] / f"{sha256}{suffix}.v{READER_VERSION}.json"

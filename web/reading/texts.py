"""The text that a row rests on, cut out of the documents that the run has read."""

from __future__ import annotations

import re
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any

from generation_functions.documents.extraction_cache import ExtractionCache
from web.tolerant import text_of

_MOST_CHARACTERS = 32 << 20
_LONGEST = 20_000
_HASH = re.compile(r"[0-9a-f]{64}")


class Texts:
    """Texts of documents that were looked at last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._texts: OrderedDict[tuple[Path, str], str] = OrderedDict()
        self._characters = 0

    def passage(self, folder: Path, source: dict[str, Any]) -> str | None:
        """What `source` points at; None when the run's folder does not hold the document's text (any more)."""
        start, end = source.get("start"), source.get("end")
        sha256, file = source.get("sha256"), text_of(source.get("file"))
        if not (isinstance(sha256, str) and _HASH.fullmatch(sha256) and type(start) is int and type(end) is int):
            return None
        text = self._document(folder, sha256, file)
        if text is None or not 0 <= start <= end:
            return None
        return text[start : min(end, start + _LONGEST)] + (" …" if end - start > _LONGEST else "")

    def _document(self, folder: Path, sha256: str, file: str) -> str | None:
        key = (folder, sha256)
        with self._lock:
            if key in self._texts:
                self._texts.move_to_end(key)
                return self._texts[key]
        extracted = ExtractionCache(folder / "documents").get(sha256, file)
        if extracted is None:
            return None
        with self._lock:
            if key not in self._texts:
                self._texts[key] = extracted.text
                self._characters += len(extracted.text)
            while self._characters > _MOST_CHARACTERS and len(self._texts) > 1:
                _, gone = self._texts.popitem(last=False)
                self._characters -= len(gone)
        return extracted.text

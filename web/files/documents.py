"""Previews of documents: their text is read in a process of its own, once, and kept for the pages after the first."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from generation_functions.documents.document import ExtractedText
from generation_functions.documents.extraction_cache import ExtractionCache
from generation_functions.documents.worker_process import WorkerProcess
from generation_functions.errors import UnreadableDocumentError
from generation_functions.tokens import count_tokens
from web.files.preview_models import DocumentPreview, TokenCount
from web.files.reading_turns import reading_turn
from web.settings import Settings

_MOST_BYTES = 256 << 20
_SECONDS = 30.0
_KEPT_TEXTS = 300
_COUNTED_CHARACTERS = 2 << 20


def preview_document(settings: Settings, path: Path, *, cursor: int, most: int) -> DocumentPreview:
    """The `most` characters of a document's text from `cursor` on; an unreadable one says what is wrong with it."""
    size = path.stat().st_size
    nothing = DocumentPreview(size=size, title="", pages=0, offset=cursor, text="", next=None, tokens=None)
    if size > _MOST_BYTES:
        return nothing.model_copy(update={"problem": f"it is larger than {_MOST_BYTES >> 20} MB: too large to preview"})
    try:
        read = _text_of(settings, path)
    except UnreadableDocumentError as error:
        return nothing.model_copy(update={"problem": str(error).encode("utf-8", "replace").decode()})
    behind = cursor + most
    return DocumentPreview(
        size=size,
        title=read.title,
        pages=len(read.pages),
        offset=cursor,
        text=read.text[cursor:behind],
        next=str(behind) if behind < len(read.text) else None,
        tokens=None if cursor else _count(read.text),
        lost=[f"{lost.part}: {lost.reason}" for lost in read.lost],
    )


def _text_of(settings: Settings, path: Path) -> ExtractedText:
    folder = settings.state / "previews"
    cache = ExtractionCache(folder)
    with path.open("rb") as file:
        known = cache.get(hashlib.file_digest(file, "sha256").hexdigest(), path.name)
    if known is not None:
        return known
    with reading_turn(), WorkerProcess(_SECONDS) as process:
        read = process.read(path, path.name)
    with suppress(OSError):  # a preview is worth nothing more than the trouble to make it again
        cache.put(path.name, read)
        _forget_old(folder)
    return read


def _forget_old(folder: Path) -> None:
    kept = sorted(folder.glob("*/*.json"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-_KEPT_TEXTS]:
        path.unlink(missing_ok=True)


def _count(text: str) -> TokenCount:
    start = text[:_COUNTED_CHARACTERS]
    if len(start) == len(text):
        return TokenCount(count=count_tokens(text), sampled=False)
    return TokenCount(count=round(count_tokens(start) * len(text) / len(start)), sampled=True)

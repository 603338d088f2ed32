"""Cuts a document into chunk records that know their file, page and place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from generation_functions.documents.document import Document
from generation_functions.documents.formats import has_headings
from generation_functions.records import Record, record_id


def document_chunks(document: Document, chunk_size: int, overlap: int = 0) -> Iterator[Record]:
    """Records of at most `chunk_size` tokens whose `text` is exactly `document.text[start:end]`.

    An id depends on the file's name and the chunk's text, not on its position: it survives edits elsewhere
    in the file. Equal chunks of one file are told apart by counting them.
    """
    from generation_functions.chunking import chunk_text

    seen: Counter[str] = Counter()
    headings = has_headings(document.file)
    for span in chunk_text(document.text, chunk_size, overlap):
        text = document.text[span.start : span.end]
        identity = record_id("chunk", document.file, text, seen[text])
        seen[text] += 1
        first_character = span.start + len(text) - len(text.lstrip())
        yield {
            "id": identity,
            "text": text,
            "source": {
                "file": document.file,
                "sha256": document.sha256,
                "page": document.page_at(first_character),
                "start": span.start,
                "end": span.end,
                "licence": document.licence,
                "chunk": identity,
            },
            "title": (headings and span.heading) or document.title,
        }

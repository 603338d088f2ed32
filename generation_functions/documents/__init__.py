"""Documents: files of many formats found, read, cached and cut into chunk records."""

from __future__ import annotations

from generation_functions.documents.chunk_records import document_chunks
from generation_functions.documents.document import Document
from generation_functions.documents.reading import read_documents

__all__ = ["Document", "document_chunks", "read_documents"]

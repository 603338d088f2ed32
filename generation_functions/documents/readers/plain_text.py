"""Plain text and source code: as it stands. A form feed starts a new page in plain text."""

from __future__ import annotations

from generation_functions.documents.document import Extraction
from generation_functions.documents.encodings import decode_text
from generation_functions.documents.licences import spdx_licence


def read_plain_text(data: bytes) -> Extraction:
    """Text with form feeds (pdftotext, RFCs) has pages, other text has none."""
    text = decode_text(data)
    pages = text.removesuffix("\f").split("\f")
    return Extraction(parts=tuple(pages), paged=len(pages) > 1, licence=spdx_licence(text))


def read_code(data: bytes) -> Extraction:
    """Source code and configuration files, unchanged."""
    text = decode_text(data)
    return Extraction(parts=(text,), licence=spdx_licence(text))

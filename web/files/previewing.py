"""Previews of files, a page at a time, whatever their size."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from generation_functions.documents.encodings import decode_text
from generation_functions.errors import UnreadableDocumentError
from generation_functions.tokens import count_tokens
from web.files.documents import preview_document
from web.files.places import disk_errors
from web.files.preview_models import (
    BinaryPreview,
    DocumentPreview,
    RowsPreview,
    TextPreview,
    TokenCount,
)
from web.files.rows import preview_lines, preview_parquet
from web.problems import InvalidError
from web.settings import Settings

_DOCUMENTS = frozenset((".pdf", ".docx", ".pptx", ".epub", ".html", ".htm", ".xhtml"))
_LINES = frozenset((".jsonl", ".ndjson"))
_KILOBYTE = 1024
_COUNTED_BYTES = 2 << 20
_SAMPLES = 8
_WIDE_MARKS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff", b"\xff\xfe", b"\xfe\xff")


def preview_file(
    settings: Settings, path: Path, shown: str, *, cursor: int, limit: int
) -> TextPreview | RowsPreview | DocumentPreview | BinaryPreview:
    """The part of a file that starts at `cursor`: a byte, a row or a character, as its kind demands.

    `limit` is the most rows, or the most KiB of text.

    Raises:
        InvalidError: It is a folder.
    """
    if not path.is_file():
        raise InvalidError(f"{shown} is not a file", code="not-a-file")
    suffix = path.suffix.lower()
    with disk_errors(shown):
        if suffix in _DOCUMENTS:
            return preview_document(settings, path, cursor=cursor, most=limit * _KILOBYTE)
        if suffix in _LINES:
            return preview_lines(path, cursor=cursor, limit=limit)
        if suffix == ".parquet":
            return preview_parquet(path, cursor=cursor, limit=limit)
        return _preview_text(path, cursor, limit * _KILOBYTE)


def _preview_text(path: Path, offset: int, most: int) -> TextPreview | BinaryPreview:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(4096)
        mark = next((mark for mark in _WIDE_MARKS if head.startswith(mark)), b"")
        wide = bool(mark) or b"\0" in head
        offset = min(offset, size)
        offset = offset - offset % 4 if wide else _start_of_character(file, offset)
        file.seek(offset)
        data = _whole_characters(file.read(most), wide, at_end=offset + most >= size)
    try:
        text = decode_text((mark if offset else b"") + data)
    except UnreadableDocumentError:
        if not offset:
            return BinaryPreview(size=size)
        text = data.decode("utf-8", "replace")
    behind = offset + len(data)
    return TextPreview(
        size=size,
        offset=offset,
        text=text.encode("utf-8", "replace").decode(),
        next=str(behind) if data and behind < size else None,
        tokens=None if offset else _count(path, size, text, whole=behind >= size),
    )


def _start_of_character(file: BinaryIO, offset: int) -> int:
    """`offset`, or the end of the UTF-8 character that it falls into: whoever jumps to the middle hits anything."""
    file.seek(max(0, offset - 3))
    before = file.read(min(3, offset))
    for back in range(1, len(before) + 1):
        byte = before[-back]
        if byte >= 0xC0:
            return offset + max(0, 2 + (byte >= 0xE0) + (byte >= 0xF0) - back)
        if byte < 0x80:
            break
    return offset


def _whole_characters(data: bytes, wide: bool, at_end: bool) -> bytes:
    """A page without the character that its end would cut. The rest starts the next page."""
    if at_end:
        return data
    if wide:
        return data[: len(data) - len(data) % 4]
    line_end = data.rfind(b"\n", len(data) // 2) + 1
    if line_end:
        return data[:line_end]
    for back in range(1, min(4, len(data))):
        if data[-back] >= 0xC0:  # starts a character of UTF-8 that goes on behind the end
            return data[:-back]
        if data[-back] < 0x80:
            break
    return data


def _count(path: Path, size: int, first: str, whole: bool) -> TokenCount:
    """Small files in full; of large ones samples from all over, so that the work stays the same."""
    if whole:
        return TokenCount(count=count_tokens(first), sampled=False)
    with path.open("rb") as file:
        if size <= _COUNTED_BYTES:
            return TokenCount(count=count_tokens(_text(file.read())), sampled=False)
        mark = next((mark for mark in _WIDE_MARKS if file.read(4).startswith(mark)), b"")
        each, tokens = _COUNTED_BYTES // _SAMPLES // 4 * 4, 0
        for number in range(_SAMPLES):
            file.seek((size - each) // (_SAMPLES - 1) * number // 4 * 4)
            tokens += count_tokens(_text((mark if number else b"") + file.read(each)))
    return TokenCount(count=round(tokens * size / (each * _SAMPLES)), sampled=True)


def _text(data: bytes) -> str:
    try:
        return decode_text(data)
    except UnreadableDocumentError:
        return data.decode("utf-8", "replace")

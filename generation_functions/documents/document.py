"""What reading a file gives: first an Extraction (content only), then a Document (content and place)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LostPart:
    """A part of a readable document that could not be read: which, and why."""

    part: str
    reason: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a reader takes out of the bytes of one file; says nothing about where the file lies.

    `parts` are pages when `paged`, otherwise chapters, rows or the whole text.
    """

    parts: tuple[str, ...]
    paged: bool = False
    title: str = ""
    licence: str | None = None
    lost: tuple[LostPart, ...] = ()


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """An extraction as normalised text: what the cache keeps for each file content.

    `pages` are the offsets in `text` at which the pages start; empty for formats without pages.
    """

    sha256: str
    text: str
    pages: tuple[int, ...] = ()
    title: str = ""
    licence: str | None = None
    lost: tuple[LostPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One file's text. `file` is relative to the input folder, with forward slashes on every system.

    `pages` are the offsets in `text` at which the pages start; empty for formats without pages.
    """

    file: str
    sha256: str
    text: str
    pages: tuple[int, ...] = ()
    licence: str | None = None
    title: str = ""

    def page_at(self, offset: int) -> int | None:
        """Number of the page, counted from 1, that the character at `offset` stands on."""
        return max(1, bisect_right(self.pages, offset)) if self.pages else None

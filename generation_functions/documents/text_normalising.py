"""Brings extracted text into one form, and joins pages while keeping where each one starts."""

from __future__ import annotations

import re
import unicodedata

from generation_functions.documents.document import ExtractedText, Extraction
from generation_functions.errors import UnreadableDocumentError

# Control characters, byte-order marks, soft hyphens and non-characters: invisible, and harmful in prompts.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\u00ad\u200b\u2060\ufeff\ufffe\uffff]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0c\x85\u2028]")
_MANY_NEWLINES = re.compile("\n{4,}")
PART_SEPARATOR = "\n\n"
MAX_TITLE = 200


def normalise_text(text: str) -> str:
    """Line ends as \\n, Unicode NFC, no invisible characters, no trailing spaces, no blank edges."""
    text = _LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n")
    text = _INVISIBLE.sub("", text)
    text = _LONE_SURROGATE.sub("\ufffd", text)
    text = unicodedata.normalize("NFC", text)
    # Not a regular expression: trailing-space patterns are quadratic on a long run of spaces.
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return _MANY_NEWLINES.sub("\n\n\n", text).strip("\n").rstrip()


def normalise_title(title: str) -> str:
    """A title on one line, of bearable length."""
    return " ".join(normalise_text(title[: 4 * MAX_TITLE]).split())[:MAX_TITLE]


def normalise_extraction(extraction: Extraction, sha256: str) -> ExtractedText:
    """The normalised text of a whole file.

    Raises:
        UnreadableDocumentError: nothing but white space is left.
    """
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    for part in extraction.parts:
        text = normalise_text(part)
        if pieces and text:
            text = PART_SEPARATOR + text
        starts.append(length + len(PART_SEPARATOR) if pieces and text else length)
        if text:
            pieces.append(text)
            length += len(text)
    if not length:
        raise UnreadableDocumentError("no text in it")
    return ExtractedText(
        sha256=sha256,
        text="".join(pieces),
        pages=tuple(starts) if extraction.paged else (),
        title=normalise_title(extraction.title),
        licence=extraction.licence,
        lost=extraction.lost,
    )

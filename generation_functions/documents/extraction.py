"""Reads one file: picks the reader, guards against hostile and broken content, normalises the text."""

from __future__ import annotations

import struct
import zipfile
import zlib
from hashlib import sha256
from pathlib import Path

from generation_functions.documents.document import ExtractedText
from generation_functions.documents.formats import reader_of, why_not_readable
from generation_functions.documents.text_normalising import normalise_extraction
from generation_functions.errors import UnreadableDocumentError

MAX_FILE_BYTES = 1024 * 1024 * 1024
# What parsers of other people's formats raise on content that nobody foresaw. A mistake of our own in a
# reader shows as a skipped file with this error's name in the reason, never as a lost run.
_BROKEN_CONTENT = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def extract_file(path: Path, file: str) -> ExtractedText:
    """The text of the file at `path`; `file` is its name in records, which decides on the reader.

    Raises:
        UnreadableDocumentError: with a plain reason, for whatever is wrong with the file.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UnreadableDocumentError(
                f"it is larger than {MAX_FILE_BYTES // 1024**2} MB; split it into several files"
            )
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableDocumentError(f"it cannot be opened ({error.strerror or error})") from error
    return extract_bytes(data, file)


def extract_bytes(data: bytes, file: str) -> ExtractedText:
    """The text in the bytes of a file of this name.

    Raises:
        UnreadableDocumentError: with a plain reason, for whatever is wrong with the content.
    """
    reader = reader_of(file)
    if reader is None:
        raise UnreadableDocumentError(why_not_readable(file))
    if not data:
        raise UnreadableDocumentError("no text in it: the file is empty")
    try:
        extraction = reader(data)
    except RecursionError as error:
        raise UnreadableDocumentError("it is nested too deeply") from error
    except MemoryError as error:
        raise UnreadableDocumentError("reading it needs more memory than there is") from error
    except _BROKEN_CONTENT as error:
        detail = str(error).strip().splitlines()[:1]
        raise UnreadableDocumentError(
            f"it is damaged ({type(error).__name__}{': ' + detail[0] if detail else ''})"
        ) from error
    return normalise_extraction(extraction, sha256(data).hexdigest())

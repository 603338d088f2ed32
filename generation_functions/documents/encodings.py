"""Turns the bytes of a text file into text, whatever encoding they are in."""

from __future__ import annotations

import codecs
import re

from generation_functions.errors import UnreadableDocumentError

# UTF-32 first: its little-endian mark starts with that of UTF-16.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_BYTES = 256 * 1024
_BINARY_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# Western code pages that statistics cannot tell apart on short texts; the first is what people have.
_WESTERN = ("cp1252", "latin_1", "iso8859_15", "cp1250", "cp1254", "cp1257", "iso8859_2", "iso8859_9")


def decode_text(data: bytes, declared: str = "") -> str:
    """The text in `data`: by its byte-order mark, else UTF-8, else `declared`, else by statistics.

    Raises:
        UnreadableDocumentError: the bytes are not text.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    wide = _wide_encoding(data)
    if wide:
        return data.decode(wide, "replace")
    text = _decode_utf8(data)
    if text is None and declared:
        text = _decode_declared(data, declared)
    if text is None:
        text = _decode_by_statistics(data)
    _refuse_binary(text)
    return text


def _wide_encoding(data: bytes) -> str:
    """UTF-16 without a mark: in most scripts every other byte is zero or one of very few values."""
    sample = data[:4096]
    if b"\0" not in sample or len(data) % 2:
        return ""
    half = len(sample) // 2
    zeros_even = sample[0::2].count(0) / half
    zeros_odd = sample[1::2].count(0) / half
    if zeros_odd > 0.3 and zeros_even < 0.05:
        return "utf-16-le"
    if zeros_even > 0.3 and zeros_odd < 0.05:
        return "utf-16-be"
    return ""


def _decode_utf8(data: bytes) -> str | None:
    """UTF-8, forgiving a few broken bytes in a text that otherwise clearly is UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond_ascii = len(text) - sum(map(str.isascii, text)) - broken
    return text if broken * 20 <= beyond_ascii else None


def _decode_declared(data: bytes, declared: str) -> str | None:
    # Browsers read these names as Windows-1252 as well (WHATWG Encoding Standard).
    if declared.lower() in {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"}:
        declared = "cp1252"
    try:
        return data.decode(declared)
    except (UnicodeDecodeError, LookupError):
        return None


def _decode_by_statistics(data: bytes) -> str:
    if b"\0" in data[:8192]:
        raise UnreadableDocumentError("it looks like a binary file, not text")
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE_BYTES]).best()
    encoding = best.encoding if best else "cp1252"
    for western in _WESTERN if encoding in _WESTERN else (encoding,):
        try:
            return data.decode(western)
        except UnicodeDecodeError:
            continue
    return data.decode(encoding, "replace")


def _refuse_binary(text: str) -> None:
    sample = text[:8192]
    if len(_BINARY_CONTROLS.findall(sample)) * 20 > len(sample):
        raise UnreadableDocumentError("it looks like a binary file, not text")

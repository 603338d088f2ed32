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
# Code pages of Latin script, which statistics often confuse; tried in this order, what people have first.
_LATIN = ("cp1252", "cp1250", "iso8859_2")
_LATIN_FAMILY = re.compile(r"cp125[0247]|latin_1|iso8859_\d+|mac_(roman|iceland|latin2|turkish)|cp(437|775|85\d)")
# A sign inside a word ("p\u00f3\u00b3nocny") shows the wrong page of Latin letters.
_SIGN_IN_WORD = re.compile(
    "[^\\W\\d_][\u00a1-\u00a9\u00ab\u00ac\u00ae-\u00b4\u00b6\u00b8\u00b9\u00bb-\u00bf\u02c7\u02db\u02d8\u02dd][^\\W\\d_]"
)
_KANA = re.compile("[\u3040-\u30ff]")
_EAST_ASIAN = ("cp949", "euc_kr", "johab", "gb18030", "gb2312", "gbk", "big5", "big5hkscs", "euc_jis_2004")


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
    """UTF-16 without a mark: zero bytes, and spaces and line ends where one byte order puts them."""
    sample = data[:4096]
    if b"\0" not in sample or len(data) % 2:
        return ""
    texts = {order: sample.decode(order, "replace") for order in ("utf-16-le", "utf-16-be")}
    spaces = {order: sum(map(text.count, " \r\n\t")) for order, text in texts.items()}
    best = max(spaces, key=lambda order: spaces[order])
    too_few = spaces[best] * 50 < len(texts[best]) or min(spaces.values()) * 10 > spaces[best]
    return "" if too_few or "\0" in texts[best] else best


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
    text = data.decode(encoding, "replace")
    if _LATIN_FAMILY.fullmatch(encoding):
        return _decode_latin(data) or text
    if encoding in _EAST_ASIAN:
        return _decode_japanese(data) or text
    return text


def _decode_latin(data: bytes) -> str:
    for encoding in _LATIN:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _SIGN_IN_WORD.search(text[:_SAMPLE_BYTES]):
            return text
    return ""


def _decode_japanese(data: bytes) -> str:
    """EUC-JP, which is often taken for Korean or Chinese: Japanese has kana in every sentence."""
    try:
        text = data.decode("euc_jp")
    except UnicodeDecodeError:
        return ""
    return text if len(_KANA.findall(text)) * 7 > len(text) else ""


def _refuse_binary(text: str) -> None:
    sample = text[:8192]
    if len(_BINARY_CONTROLS.findall(sample)) * 20 > len(sample):
        raise UnreadableDocumentError("it looks like a binary file, not text")

"""Text files in the encodings that people have."""

from __future__ import annotations

import codecs

import pytest

from generation_functions.documents.encodings import decode_text
from generation_functions.errors import UnreadableDocumentError

FRENCH = "Le phare était célèbre à cause de sa corne de brume. Les élèves l'écoutaient très tôt, même à Noël."
GERMAN = "Der Wärter grüßte höflich. Die Straße führt über die Brücke, für ältere Gäste mühsam."
TYPOGRAPHY = "The keeper’s log said “fog” – 12 € for the café…"
POLISH = "Latarnia morska stoi na północnym krańcu wyspy. Latarnik zapala lampę, a żółte światło widać z daleka."
RUSSIAN = "Маяк стоит на северной оконечности острова. Смотритель каждую ночь зажигает лампу. " * 3
JAPANESE = "灯台守は毎晩霧笛を鳴らした。霧が深い夜には、船の汽笛が答えた。港の人々はその音を聞いて眠った。\n"
CHINESE = "灯塔守护人每晚都会点亮灯火。雾很浓的时候，他会吹响雾号，让船只知道方向。\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "utf-8"),
        (FRENCH, "latin-1"),
        (GERMAN, "latin-1"),
        (GERMAN, "cp1252"),
        (TYPOGRAPHY, "cp1252"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "utf-16-le"),
        (JAPANESE, "shift-jis"),
        (JAPANESE, "euc-jp"),
        (CHINESE, "gb18030"),
        (FRENCH, "utf-16-le"),
        (FRENCH, "utf-16-be"),
    ],
)
def test_text_without_a_byte_order_mark_is_recognised(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_decides_and_is_taken_off(mark: bytes, encoding: str) -> None:
    assert decode_text(mark + JAPANESE.encode(encoding)) == JAPANESE


def test_one_broken_byte_does_not_turn_utf8_into_another_encoding() -> None:
    data = (FRENCH * 5).encode() + b"\xff" + FRENCH.encode()
    assert decode_text(data) == FRENCH * 5 + "\ufffd" + FRENCH


def test_a_declared_encoding_is_believed_unless_the_text_is_utf8() -> None:
    assert decode_text("Żółw".encode("iso8859-2"), declared="iso-8859-2") == "Żółw"
    assert decode_text("Żółw".encode(), declared="iso-8859-2") == "Żółw"
    assert decode_text(GERMAN.encode("cp1252"), declared="no-such-encoding") == GERMAN


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 8, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0", b"\x01\x02" * 500]
)
def test_binary_content_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocumentError, match="looks like a binary file"):
        decode_text(data)

"""Word and PowerPoint files made with the libraries that people make them with."""

from __future__ import annotations

import zipfile
from io import BytesIO

import docx
import pptx
import pytest
from docx.document import Document as WordFile
from docx.oxml.parser import parse_xml
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from generation_functions.documents.document import ExtractedText
from generation_functions.documents.extraction import extract_bytes
from generation_functions.errors import UnreadableDocumentError

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read_word(word: WordFile) -> ExtractedText:
    out = BytesIO()
    word.save(out)
    return extract_bytes(out.getvalue(), "a.docx")


def append(word: WordFile, xml: str) -> None:
    """Puts a paragraph or content control at the end of the body."""
    word.element.body.insert(len(word.element.body) - 1, parse_xml(xml.replace(">", f" {W}>", 1)))


def test_word_headings_lists_and_tables_become_markdown() -> None:
    word = docx.Document()
    word.add_heading("Manual", level=0)
    word.add_heading("Starting", level=1)
    word.add_paragraph("Open the valve.")
    for text in ("gauge", "clock"):
        word.add_paragraph(text, style="List Bullet")
    for text in ("first", "second"):
        word.add_paragraph(text, style="List Number")
    table = word.add_table(rows=2, cols=2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ("a", "b", "1", "2"), strict=True):
        cell.text = text
    word.add_paragraph("After the table.")
    document = read_word(word)
    assert document.text == (
        "# Manual\n\n## Starting\n\nOpen the valve.\n\n- gauge\n- clock\n1. first\n2. second\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\nAfter the table."
    )
    assert document.title == "Manual"


def test_the_title_property_of_a_word_file_wins() -> None:
    word = docx.Document()
    word.core_properties.title = "The real title"
    word.add_paragraph("text")
    assert read_word(word).title == "The real title"


def test_tracked_changes_content_controls_and_text_boxes_are_read() -> None:
    word = docx.Document()
    inserted = "<w:ins><w:r><w:t>added</w:t></w:r></w:ins>"
    deleted = "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
    append(word, f"<w:p><w:r><w:t xml:space='preserve'>kept </w:t></w:r>{inserted}{deleted}</w:p>")
    append(word, "<w:sdt><w:sdtContent><w:p><w:r><w:t>controlled</w:t></w:r></w:p></w:sdtContent></w:sdt>")
    box = "<w:pict><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></w:pict>"
    append(word, f"<w:p><w:r><w:t>anchor</w:t></w:r><w:r>{box}</w:r></w:p>")
    append(word, "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>")
    assert read_word(word).text == "kept added\n\ncontrolled\n\nanchor\n\nboxed\n\na\tb\nc"


def test_a_word_file_with_a_password_says_so() -> None:
    with pytest.raises(UnreadableDocumentError, match="protected with a password or in the format before"):
        extract_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600, "a.docx")


def test_slides_are_pages_with_titles_lists_tables_charts_and_notes() -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "The fog organ"
    frame = slide.placeholders[1].text_frame
    frame.text = "Nine pipes"
    inner = frame.add_paragraph()
    inner.text, inner.level = "of brass", 1
    slide.notes_slide.notes_text_frame.text = "Play a recording."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Ranges"
    table = second.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for at, text in zip(((0, 0), (0, 1), (1, 0), (1, 1)), ("Wind", "Miles", "calm", "9.4"), strict=True):
        table.cell(*at).text = text
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(4), Inches(2), Inches(1)).text_frame.text = "grouped"
    data = CategoryChartData()
    data.categories = ["calm", "down"]
    data.add_series("1931", (9.4, 12.1))
    second.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(5), Inches(4), Inches(2), data)
    out = BytesIO()
    deck.save(out)
    document = extract_bytes(out.getvalue(), "a.pptx")
    pages = [document.text[start:] for start in document.pages]
    assert pages[1] == (
        "# Ranges\n\n| Wind | Miles |\n|---|---|\n| calm | 9.4 |\n\ngrouped\n\n"
        "|  | 1931 |\n|---|---|\n| calm | 9.4 |\n| down | 12.1 |"
    )
    assert document.text.startswith(
        "# The fog organ\n\n- Nine pipes\n  - of brass\n\nNotes: Play a recording.\n\n# Ranges"
    )
    assert document.title == "The fog organ"


# --- hostile packages ---


def packed(members: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("file", ["a.docx", "a.pptx", "a.epub"])
def test_a_zip_bomb_is_refused_before_it_is_unpacked(file: str) -> None:
    bomb = packed({"word/document.xml": b" " * 40_000_000})
    with pytest.raises(UnreadableDocumentError, match=r"would unpack to 40 MB from .* a zip bomb is not read"):
        extract_bytes(bomb, file)


@pytest.mark.parametrize("file", ["a.docx", "a.pptx", "a.epub"])
def test_xml_that_declares_entities_is_refused(file: str) -> None:
    laughs = b'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    with pytest.raises(UnreadableDocumentError, match=r"word/document\.xml declares XML entities"):
        extract_bytes(packed({"word/document.xml": laughs}), file)


@pytest.mark.parametrize("file", ["a.docx", "a.pptx", "a.epub"])
@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 and nothing more", packed({}), packed({"hello.txt": b"x"}), b"plain text"]
)
def test_a_file_of_another_kind_is_damaged(file: str, data: bytes) -> None:
    with pytest.raises(UnreadableDocumentError, match=r"damaged|missing"):
        extract_bytes(data, file)

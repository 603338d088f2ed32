"""PDFs: pages, columns, hyphens, and the ways in which they cannot be read."""

from __future__ import annotations

import pytest

from generation_functions.documents.document import LostPart
from generation_functions.documents.extraction import extract_bytes
from generation_functions.documents.readers.pdf import join_broken_words
from generation_functions.errors import UnreadableDocumentError
from tests.support.pdf_writer import TextAt, write_pdf

LEFT = [f"Left line {number} fills its whole column" for number in range(12)]
RIGHT = [f"Right line {number} fills its whole column" for number in range(12)]
HEADING = TextAt(60, 740, "A heading that runs across both of the columns of this page here", 14)


def column(x: float, lines: list[str]) -> list[TextAt]:
    return [TextAt(x, 700 - 14 * row, line, 11) for row, line in enumerate(lines)]


def alternating(left: list[TextAt], right: list[TextAt]) -> list[TextAt]:
    return [item for pair in zip(left, right, strict=True) for item in pair]


def lines_of(*pages: list[TextAt]) -> list[str]:
    return extract_bytes(write_pdf(list(pages)), "a.pdf").text.splitlines()


def test_each_page_starts_where_it_says_and_blank_pages_count() -> None:
    pages = [[TextAt(60, 700, "One.")], [], [TextAt(60, 700, "Three.")]]
    document = extract_bytes(write_pdf(pages, title="Counting (to three)"), "a.pdf")
    assert document.text == "One.\n\nThree."
    assert document.pages == (0, 4, 6)
    assert document.title == "Counting (to three)"


@pytest.mark.parametrize(
    ("property_", "title"), [("Microsoft Word - survey", "survey"), ("Untitled", ""), ("Fog", "Fog")]
)
def test_titles_that_programs_made_up_are_not_believed(property_: str, title: str) -> None:
    assert extract_bytes(write_pdf([[TextAt(60, 700, "text")]], title=property_), "a.pdf").title == title


def test_columns_that_the_file_keeps_apart_are_read_one_after_the_other() -> None:
    assert lines_of([HEADING, *column(60, LEFT), *column(310, RIGHT)]) == [HEADING.text, *LEFT, *RIGHT]


def test_columns_that_the_file_mixes_line_by_line_are_read_one_after_the_other() -> None:
    header, footer = TextAt(60, 800, "Proceedings, page 7", 9), TextAt(60, 40, "Quist and Hale", 9)
    body = alternating(column(60, LEFT), column(310, RIGHT))
    assert lines_of([header, HEADING, *body, footer]) == [header.text, HEADING.text, *LEFT, *RIGHT, footer.text]


def test_a_table_is_still_read_row_by_row() -> None:
    names, numbers = [f"Pipe {n}" for n in range(12)], [f"{n} m" for n in range(12)]
    rows = lines_of(alternating(column(60, names), column(310, numbers)))
    assert rows == [f"{name} {number}" for name, number in zip(names, numbers, strict=True)]


def test_words_broken_at_line_ends_are_joined_in_both_kinds_of_columns() -> None:
    left = [*LEFT[:10], "the keeper rings the loud fog sig-", "nal of the point every single minute"]
    for body in (column(60, left) + column(310, RIGHT), alternating(column(60, left), column(310, RIGHT))):
        assert "the keeper rings the loud fog signal of the point every single minute" in lines_of(body)


def test_a_hyphen_that_belongs_to_the_word_stays() -> None:
    pages = [
        "the well\ufffeknown keeper",
        "a well-known and well-known light",
        "1895\x021897, Anglo\x02Saxon, sig\x02nal",
    ]
    assert join_broken_words(pages) == (
        "the well-known keeper",
        "a well-known and well-known light",
        "1895-1897, Anglo-Saxon, signal",
    )


def test_ligatures_are_spelt_out() -> None:
    page = write_pdf([[TextAt(60, 700, "XY")]]).replace(
        b"/Encoding /WinAnsiEncoding", b"/Encoding << /Differences [88 /fi /fl] >>"
    )
    assert extract_bytes(page, "a.pdf").text == "fifl"


def test_a_password_is_named_as_the_reason() -> None:
    data = write_pdf([[TextAt(60, 700, "secret")]], password="tide")
    with pytest.raises(UnreadableDocumentError, match="protected with a password"):
        extract_bytes(data, "a.pdf")


def with_picture(text: str = "") -> bytes:
    """One page with an inline picture on it."""
    page = write_pdf([[TextAt(60, 700, "PICTURE"), *([TextAt(60, 600, text)] if text else [])]])
    drawn = b"BT /regular 10 Tf 60 700 Td (PICTURE) Tj ET"
    picture = b"q 9 0 0 9 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q"
    return page.replace(drawn, picture.ljust(len(drawn))[: max(len(drawn), len(picture))])


def test_a_page_that_is_a_picture_is_said_to_look_scanned() -> None:
    with pytest.raises(UnreadableDocumentError, match="no text in it: it looks scanned, and OCR is not included"):
        extract_bytes(with_picture(), "a.pdf")


def test_a_pdf_of_blank_pages_is_not_called_scanned() -> None:
    with pytest.raises(UnreadableDocumentError, match="no text in it: its pages are blank"):
        extract_bytes(write_pdf([[], []]), "a.pdf")


@pytest.mark.parametrize("kept", [0, 5, 100, 400])
def test_a_cut_off_pdf_is_damaged(kept: int) -> None:
    data = write_pdf([[TextAt(60, 700, "text")]])[:kept]
    with pytest.raises(UnreadableDocumentError, match=r"damaged|empty"):
        extract_bytes(data, "a.pdf")


def test_scanned_pages_among_others_are_reported_by_number() -> None:
    data = write_pdf([[TextAt(60, 700, "One.")], [TextAt(60, 700, "PICTURE" + "x" * 30)]])
    drawn = b"BT /regular 10 Tf 60 700 Td (PICTURE" + b"x" * 30 + b") Tj ET"
    picture = b"q 9 0 0 9 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q"
    document = extract_bytes(data.replace(drawn, picture.ljust(len(drawn))), "a.pdf")
    assert document.text == "One."
    assert document.lost == (LostPart("page 2", "no text on it: it looks scanned, and OCR is not included"),)

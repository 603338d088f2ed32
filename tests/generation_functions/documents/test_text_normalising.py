"""The one form that all extracted text is brought into."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation_functions.documents.document import Extraction
from generation_functions.documents.text_normalising import normalise_extraction, normalise_text, normalise_title
from generation_functions.errors import UnreadableDocumentError


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("a\r\nb\rc\x0cd\u2028e", "a\nb\nc\nd\ne"),
        ("a\0b\x07c\ufeffd\u00ade", "abcde"),
        ("cafe\u0301", "caf\u00e9"),
        ("a  \n\tb \t\n", "a\n\tb"),
        ("\n\n  indented", "  indented"),
        ("a\n\n\n\n\n\n\nb", "a\n\n\nb"),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_text_is_brought_into_one_form(raw: str, normal: str) -> None:
    assert normalise_text(raw) == normal


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec=None), max_size=60))
def test_normalising_twice_changes_nothing_more(raw: str) -> None:
    once = normalise_text(raw)
    assert normalise_text(once) == once
    once.encode()  # valid Unicode, whatever came in


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(" \na\u00e9", max_size=8), max_size=6))
def test_every_page_starts_where_it_says(pages: list[str]) -> None:
    extraction = Extraction(parts=tuple(pages), paged=True)
    if not any(map(normalise_text, pages)):
        with pytest.raises(UnreadableDocumentError, match="no text in it"):
            normalise_extraction(extraction, "0")
        return
    result = normalise_extraction(extraction, "0")
    assert len(result.pages) == len(pages)
    for start, page in zip(result.pages, pages, strict=True):
        assert result.text[start:].startswith(normalise_text(page))
    assert list(result.pages) == sorted(result.pages)


def test_a_long_run_of_spaces_takes_no_quadratic_time() -> None:
    assert normalise_text("a" + " " * 3_000_000 + "b").endswith(" b")


def test_a_title_is_one_line_of_bearable_length() -> None:
    assert normalise_title("  The\n  fog   organ ") == "The fog organ"
    assert len(normalise_title("word " * 1000)) == 200

"""What texts are searched by."""

from __future__ import annotations

import pytest

from generation_functions.retrieval.chunk_terms import chunk_terms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("The Loom, the LOOM!", ["the", "loom", "the", "loom"]),
        ("Grüße aus Århus: straße", ["grüsse", "aus", "århus", "strasse"]),
        ("load_charge(2.4)", ["load_charge", "2", "4"]),
        ("灯台守は島", ["灯台", "台守", "守は", "は島"]),
        ("島 and 灯台", ["島", "and", "灯台"]),
        ("ประภาคาร"[:4], ["ปร", "ระ", "ะภ"]),
        ("등대지기", ["등대", "대지", "지기"]),
        ("маяк", ["маяк"]),
        ("f" * 41, []),
        ("\x00 — !?", []),
    ],
)
def test_words_are_terms_and_where_there_are_no_spaces_pairs_of_characters(text: str, terms: list[str]) -> None:
    assert chunk_terms(text) == terms

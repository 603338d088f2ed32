"""Chunk records: exact text, place, page, title, and ids that survive edits elsewhere."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from generation_functions.documents import Document, document_chunks

PAGES = ["The first page tells of the reef. " * 6, "The second page tells of the tower. " * 6]
TEXT = f"{PAGES[0].strip()}\n\n{PAGES[1].strip()}"
DOCUMENT = Document("sub/a.pdf", "f" * 64, TEXT, (0, len(PAGES[0].strip()) + 2), "CC0-1.0", "Reef and tower")


def test_chunks_are_the_text_piece_by_piece_and_nothing_is_lost() -> None:
    records = list(document_chunks(DOCUMENT, 40))
    assert len(records) > 2
    assert "".join(record["text"] for record in records) == TEXT
    for record in records:
        assert record["text"] == TEXT[record["source"]["start"] : record["source"]["end"]]


def test_a_record_says_where_its_text_comes_from() -> None:
    first, *_, last = document_chunks(DOCUMENT, 40)
    assert first["source"] == {
        "file": "sub/a.pdf",
        "sha256": "f" * 64,
        "page": 1,
        "start": 0,
        "end": len(first["text"]),
        "licence": "CC0-1.0",
        "chunk": first["id"],
    }
    assert last["source"]["page"] == 2
    assert first["title"] == "Reef and tower"


def test_a_format_without_pages_has_no_page_numbers() -> None:
    assert {r["source"]["page"] for r in document_chunks(replace(DOCUMENT, pages=()), 40)} == {None}


def test_the_title_of_a_chunk_is_its_nearest_heading() -> None:
    text = "# The reef\n\n" + PAGES[0] + "\n\n# The tower\n\n" + PAGES[1]
    titles = [record["title"] for record in document_chunks(replace(DOCUMENT, text=text, pages=()), 60)]
    assert titles[0] == "The reef"
    assert titles[-1] == "The tower"


def test_a_comment_in_source_code_is_no_heading() -> None:
    code = replace(DOCUMENT, file="a.py", text="# a comment\nx = 1\n", pages=())
    assert [record["title"] for record in document_chunks(code, 60)] == ["Reef and tower"]


def test_ids_depend_on_file_and_text_and_not_on_the_place() -> None:
    reef, tower = "# Reef\n\n" + "Waves cover the reef. " * 6, "\n\n# Tower\n\n" + "Steps lead up. " * 8
    edited = reef.replace("Waves", "Slow waves", 1)
    before, after = (
        [record["id"] for record in document_chunks(replace(DOCUMENT, text=text, pages=()), 50)]
        for text in (reef + tower, edited + tower)
    )
    assert len(before) == len(after) == 2
    assert before[0] != after[0]
    assert before[1] == after[1]
    renamed = {record["id"] for record in document_chunks(replace(DOCUMENT, file="b.pdf"), 40)}
    assert not renamed & {record["id"] for record in document_chunks(DOCUMENT, 40)}


def test_equal_chunks_of_one_file_have_different_ids() -> None:
    section = "# Again\n\n" + "The same words. " * 20 + "\n\n"
    records = list(document_chunks(replace(DOCUMENT, text=section * 5, pages=()), 90))
    assert len({record["id"] for record in records}) == len(records)


def test_overlapping_chunks_still_tell_their_true_place() -> None:
    records = list(document_chunks(DOCUMENT, 40, overlap=10))
    for record in records:
        assert record["text"] == TEXT[record["source"]["start"] : record["source"]["end"]]
    assert any(a["source"]["end"] > b["source"]["start"] for a, b in pairwise(records))

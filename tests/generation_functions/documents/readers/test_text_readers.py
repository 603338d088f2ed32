"""Plain text, Markdown, reStructuredText and source code."""

from __future__ import annotations

import pytest

from generation_functions.documents.extraction import extract_bytes
from generation_functions.errors import UnreadableDocumentError


def test_form_feeds_separate_the_pages_of_plain_text() -> None:
    document = extract_bytes(b"one\n\x0ctwo\x0c", "a.txt")
    assert (document.text, document.pages) == ("one\n\ntwo", (0, 5))
    assert extract_bytes(b"one", "a.txt").pages == ()


def test_front_matter_gives_title_and_licence_and_is_taken_off() -> None:
    document = extract_bytes(
        b"---\r\ntitle: The light\r\nlicense: MIT\r\ntags: [a]\r\n---\r\n# Heading\r\n\r\nText.", "a.md"
    )
    assert (document.text, document.title, document.licence) == ("# Heading\n\nText.", "The light", "MIT")


@pytest.mark.parametrize(
    "text", ["---\n\nA rule, then text.\n\n---\n\nMore.", "---\nnot: [closed\n---\ntext", "---\ntext"]
)
def test_what_only_looks_like_front_matter_stays(text: str) -> None:
    assert extract_bytes(text.encode(), "a.md").text == text


def test_the_first_heading_is_the_title_of_markdown() -> None:
    assert extract_bytes(b"intro\n\n# The reef #\n\ntext", "a.markdown").title == "The reef"


def test_headings_of_restructured_text_become_markdown() -> None:
    text = b"=====\nLight\n=====\n\nTower\n-----\n\nText.\n\nLens\n~~~~\n\nOrgan\n-----\n\n.. note:: loud\n\nA - B\n"
    document = extract_bytes(text, "a.rst")
    assert document.text == "# Light\n\n## Tower\n\nText.\n\n### Lens\n\n## Organ\n\n.. note:: loud\n\nA - B"
    assert document.title == "Light"


def test_tables_of_restructured_text_are_not_headings() -> None:
    table = "===== =====\nA     B\n===== =====\n1     2\n===== ====="
    assert extract_bytes(table.encode(), "a.rst").text == table


@pytest.mark.parametrize("file", ["a.py", "a.rs", "A.JAVA", "a.yaml", "a.cpp"])
def test_source_code_keeps_its_indentation(file: str) -> None:
    code = "// SPDX-License-Identifier: MIT\nif x {\n    y\n}"
    document = extract_bytes(code.encode(), file)
    assert (document.text, document.licence) == (code, "MIT")


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UnreadableDocumentError, match=r"\.xlsx files are not read; save its sheets as \.csv"):
        extract_bytes(b"PK", "a.xlsx")

"""Structure of text: headings, paragraphs and code blocks."""

from __future__ import annotations

import pytest

from generation_functions.text_structure import read_structure


def test_headings_of_markdown_and_restructured_text_are_found() -> None:
    text = "# One\n\ntext\n\n## Two ##\ntext\n\nThree\n=====\n\ntext\n\nFour\n----\ntext"
    assert read_structure(text).headings == ["One", "Two", "Three", "Four"]


def test_the_nearest_heading_above_a_place_is_known() -> None:
    text = "preface\n\n# One\n\ntext\n\n## Two\n\ntext"
    structure = read_structure(text)
    assert structure.heading_at(0) is None
    assert structure.heading_at(text.index("# One")) == "One"
    assert structure.heading_at(len(text)) == "Two"


def test_paragraphs_begin_after_blank_lines() -> None:
    text = "one\ntwo\n\nthree\n \t\n\nfour\r\n\r\nfive"
    starts = read_structure(text).starts
    assert [text[start:].split()[0] for start in starts] == ["three", "four", "five"]


def test_what_follows_a_heading_directly_belongs_to_it() -> None:
    text = "intro\n\n# Part\n\n## Chapter\n\n```\ncode\n```\n\nrest"
    structure = read_structure(text)
    assert [(text[block.start :][:6], block.is_heading) for block in structure.blocks] == [
        ("# Part", True),
        ("rest", False),
    ]
    assert text[structure.blocks[0].start : structure.blocks[0].end].endswith("code\n```\n")


def test_code_blocks_are_whole_and_hide_what_is_in_them() -> None:
    text = "text\n\n```python\n# not a heading\n\nx = 1\n```\nafter\n"
    structure = read_structure(text)
    code = structure.blocks[0]
    assert text[code.start : code.end] == "```python\n# not a heading\n\nx = 1\n```\n"
    assert structure.headings == []
    assert text[structure.starts[1] :] == "after\n"


def test_a_longer_fence_holds_a_shorter_one() -> None:
    text = "````\n```\ninner\n```\n````\n"
    assert read_structure(text).blocks[0].end == len(text)


def test_an_open_fence_runs_to_the_end() -> None:
    text = "a\n\n~~~\ncode\n\n# code"
    structure = read_structure(text)
    assert structure.blocks[0].end == len(text)
    assert structure.headings == []


@pytest.mark.parametrize(
    "text",
    [
        "# one comment\n# that goes on\nx = 1",
        "#include <stdio.h>\n",
        "#!/bin/sh\n",
        "---\ntitle: x\n---\n",
        "a\n\n---\n\nb",
        "#\n",
        "| a |\n-----\n",
        "```inline``` code\n",
    ],
)
def test_what_only_looks_like_a_heading_is_none(text: str) -> None:
    assert read_structure(text).headings == []


@pytest.mark.parametrize("text", ["", "\n", " \n\n ", "# ", "```", "\n\n\n# A", "A\n=", "A\n==="])
def test_the_smallest_texts_are_read(text: str) -> None:
    structure = read_structure(text)
    assert structure.starts == sorted(set(structure.starts))
    assert all(start < len(text) for start in structure.starts)

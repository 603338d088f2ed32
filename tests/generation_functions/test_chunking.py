"""Chunking: never over the limit, nothing lost, nothing blank, cut where a person would."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation_functions.chunking import SMALLEST_CHUNK, Span, chunk_text
from generation_functions.errors import UsageError
from generation_functions.tokens import count_tokens

_PIECES = [
    "word ",
    "Hello. ",
    "\n",
    "\n\n",
    "  ",
    "\t",
    "\r\n",
    "# Title\n",
    "## Sub\n\n",
    "Under\n-----\n",
    "```py\n",
    "```\n",
    "~~~\n",
    "a" * 60,
    "日本語。",
    "，",
    "😀",
    "👨\u200d👩\u200d👧",
    "e\u0301",
    "\u0301",
    "שלום ",
    "مرحبا ",
    "\x00",
    "\u00a0" * 40,
    "\u00a0 ",
    "\u2028",
    "\x85",
    "\x1c",
    "\u3000" * 30,
    "Ա" * 30,
    "𒀀",
    "." * 40,
    " " * 200,
    "\n" * 50,
    "- item\n",
    "| a | b |\n",
    "    indented\n",
    "https://x.y/z?q=1 ",
]
texts = st.one_of(
    st.lists(st.sampled_from(_PIECES), max_size=60).map("".join),
    st.text(max_size=200),
)


def checked(text: str, size: int, overlap: int = 0) -> list[Span]:
    """The spans, once everything that always holds has been checked."""
    spans = chunk_text(text, size, overlap)
    reached = 0
    for span in spans:
        chunk = text[span.start : span.end]
        assert chunk.strip(), "a blank chunk"
        assert count_tokens(chunk) == span.tokens <= size
        assert span.start <= reached < span.end, "a gap, or no progress"
        assert overlap or span.start == reached
        reached = span.end
    assert reached == (len(text) if text.strip() else 0)
    return spans


def chunks(text: str, size: int, overlap: int = 0) -> list[str]:
    return [text[span.start : span.end] for span in checked(text, size, overlap)]


def sentences(count: int) -> str:
    return " ".join(f"Sentence number {number} says something short." for number in range(count))


@given(texts, st.sampled_from([8, 9, 13, 20, 50, 200]))
@settings(max_examples=100, deadline=None)
def test_no_chunk_is_too_long_or_blank_and_nothing_is_lost(text: str, size: int) -> None:
    checked(text, size)


@given(texts, st.sampled_from([(16, 1), (16, 8), (40, 10), (100, 50)]))
@settings(max_examples=60, deadline=None)
def test_that_holds_with_an_overlap_too(text: str, sizes: tuple[int, int]) -> None:
    checked(text, *sizes)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 200_000,
        "word " * 40_000,
        "a\n" * 50_000,
        "." * 100_000,
        "a" + " " * 300_000 + "b",
        "\n" * 100_000 + "end",
        "\u00a0" * 100_000 + "end",
        "語" * 50_000,
        "😀" * 30_000,
        "e\u0301" * 30_000,
        "שלום" * 20_000,
        "\x00" * 50_000,
        "```\n" * 20_000,
        "# \n# a\n" * 10_000,
        "a\n---\n\n" * 10_000,
        "Ա" * 30_000,
        '."' * 50_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_texts_that_are_all_of_one_kind_are_cut(text: str) -> None:
    assert len(checked(text, 200)) >= 1


def test_an_odd_text_of_a_million_characters_is_cut_in_one_pass() -> None:
    # Would take hours if any step looked at the rest of the text for each chunk.
    assert len(checked("no_spaces_at_all," * 60_000, 64)) > 1_000


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u00a0\t\r\n", "\u3000" * 100])
def test_a_blank_text_has_no_chunks(text: str) -> None:
    assert chunk_text(text, 100) == []


def test_a_short_text_is_one_chunk() -> None:
    assert chunk_text("A short text.\n", 100) == [Span(0, 14, count_tokens("A short text.\n"), None)]


def test_paragraphs_stay_whole_where_they_can() -> None:
    paragraphs = [sentences(4) + "\n\n" for _ in range(6)]
    size = count_tokens("".join(paragraphs[:2])) + 3
    assert chunks("".join(paragraphs), size) == ["".join(paragraphs[at : at + 2]) for at in (0, 2, 4)]


def test_a_heading_begins_a_chunk_and_names_those_below_it() -> None:
    text = f"# One\n\n{sentences(8)}\n\n# Two\n\n{sentences(8)}\n\n{sentences(8)}\n"
    spans = checked(text, 100)
    assert [span.heading for span in spans][:2] == ["One", "Two"]
    assert text[spans[1].start :].startswith("# Two")
    assert {span.heading for span in spans[1:]} == {"Two"}


def test_a_heading_never_ends_a_chunk() -> None:
    text = f"{sentences(10)}\n\n## Heading\n\n{sentences(10)}\n\n## Heading\n\n{sentences(10)}"
    for size in range(30, 160, 7):
        assert not any(chunk.rstrip().endswith("Heading") for chunk in chunks(text, size))


def test_a_code_block_that_fits_is_never_cut() -> None:
    code = "```python\n" + "\n\n".join(f"value_{number} = {number}" for number in range(12)) + "\n```\n"
    size = count_tokens(code) + 8
    for before in range(1, 14):
        text = f"{sentences(before)}\n\n{code}\n{sentences(5)}"
        assert any(code in chunk for chunk in chunks(text, size))


def test_a_code_block_that_does_not_fit_is_cut_between_lines() -> None:
    code = "```\n" + "".join(f"call_{number}(argument, other_argument)\n" for number in range(60)) + "```\n"
    assert all(chunk.endswith("\n") for chunk in chunks(code, 64))


def test_long_paragraphs_are_cut_between_sentences() -> None:
    assert all(chunk.rstrip().endswith(".") for chunk in chunks(sentences(80), 60))


def test_long_sentences_are_cut_between_words() -> None:
    text = "and so on with another word " * 100
    assert all(chunk.endswith(" ") for chunk in chunks(text, 50))


def test_chinese_is_cut_between_sentences_or_after_a_comma() -> None:
    assert all(chunk.endswith("。") for chunk in chunks("今天天气很好，我们去公园。" * 40, 60))
    assert all(chunk.endswith("，") for chunk in chunks("今天天气很好，" * 60, 60))


def test_characters_that_are_shown_as_one_stay_together() -> None:
    family = "👨\u200d👩\u200d👧"
    assert all(chunk.startswith("👨") for chunk in chunks(family * 50, 40))


def test_the_indentation_of_a_line_stays_with_it() -> None:
    text = "".join(f"def f{number}():\n    return {number}\n\n    # end {number}\n\n" for number in range(30))
    for chunk in chunks(text, 40):
        assert chunk.startswith(("def", "    "))


def test_no_tiny_chunk_is_left_over_at_the_end() -> None:
    for count in range(10, 60):
        spans = checked(sentences(count), 80)
        assert len(spans) == 1 or spans[-1].tokens >= 16


def test_lines_that_end_in_cr_lf_are_lines() -> None:
    text = "\r\n\r\n".join(sentences(3) for _ in range(8))
    assert all(chunk.startswith("Sentence number 0") for chunk in chunks(text, 50))


def test_an_overlap_repeats_the_end_of_the_chunk_before() -> None:
    spans = checked(sentences(60), 80, 20)
    for before, after in pairwise(spans):
        repeated = sentences(60)[after.start : before.end]
        assert repeated.startswith("Sentence")
        assert 0 < count_tokens(repeated) <= 20


def test_the_same_text_is_always_cut_the_same() -> None:
    text = sentences(300)
    assert chunk_text(text, 64) == chunk_text(text, 64)


@pytest.mark.parametrize(
    ("size", "overlap", "message"),
    [
        (SMALLEST_CHUNK - 1, 0, "chunk_size is 7, but must be at least 8"),
        (100, 51, "overlap is 51, but must be between 0 and half of chunk_size"),
        (100, -1, "overlap is -1"),
        (10, 5, "leave at least 8"),
    ],
)
def test_sizes_out_of_range_are_refused(size: int, overlap: int, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        chunk_text("text", size, overlap)

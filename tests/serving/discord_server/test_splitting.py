"""Long answers become messages that a reader can follow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.discord_server.splitting import split_answer

PIECES = st.sampled_from(
    [
        "word",
        "Wort ",
        "A sentence. ",
        "\n",
        "\n\n",
        "```",
        "\n```py\n",
        "\n```\n",
        "x = 1\n",
        "  ",
        "é" * 40,
        "日本語。",
        "- one\n",
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=120).map("".join)


def bare(text: str) -> str:
    """A text without blanks and fences, which is what splitting may add or leave out."""
    return re.sub(r"\s|```+(?:py)?", "", text)


@given(TEXTS, st.integers(100, 300))
def test_nothing_is_lost_and_nothing_is_too_long(text: str, longest: int) -> None:
    text = re.sub(r"`+(?!py\b)", lambda marks: "```" if len(marks[0]) >= 3 else "", text)
    parts = split_answer(text, longest)
    assert all(part.strip() and len(part) <= longest for part in parts)
    assert bare("".join(parts)) == bare(text)


def test_a_short_answer_stays_one_message() -> None:
    assert split_answer("  Twenty-three people. ") == ["Twenty-three people."]
    assert split_answer(" \n ") == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 60 + ".\n\n" + "b" * 60, ["a" * 60 + ".", "b" * 60]),
        ("a" * 60 + ". " + "b" * 60 + ".", ["a" * 60 + ".", "b" * 60 + "."]),
        ("a" * 60 + " " + "b" * 60, ["a" * 60, "b" * 60]),
        ("a" * 196, ["a" * 96, "a" * 100]),
    ],
)
def test_cuts_come_where_a_reader_would_make_them(text: str, parts: list[str]) -> None:
    assert split_answer(text, 100) == parts


def test_a_code_block_is_closed_and_opened_again_in_its_language() -> None:
    code = "".join(f"value_{number} = {number}\n" for number in range(20))
    parts = split_answer(f"Like this:\n```python\n{code}```\nThat is all.", 150)
    assert len(parts) > 2
    assert all(part.count("```") % 2 == 0 for part in parts)
    assert all(part.startswith("```python\n") for part in parts[1:])
    assert [line for part in parts for line in part.splitlines() if line.startswith("value_")] == code.splitlines()
    assert parts[-1].endswith("That is all.")

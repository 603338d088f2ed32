"""The offline repair of extracted text."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from generation_functions.offline import write_offline


def repaired(text: str) -> str:
    reply = write_offline("repaired_text", {"text": text}, "key")
    assert reply.startswith("<text>\n")
    assert reply.endswith("\n</text>")
    return reply.removeprefix("<text>\n").removesuffix("\n</text>")


def test_wrapped_lines_become_one_paragraph_and_cut_words_whole() -> None:
    text = "Before the first firing the cham-\nber is dried for two days at 90\ndegrees. The damper stays open.\n"
    assert repaired(text) == (
        "Before the first firing the chamber is dried for two days at 90 degrees. The damper stays open."
    )


def test_a_hyphen_that_belongs_to_the_word_stays() -> None:
    text = "The well-known man met a well-\nknown woman and a self-\nmade engineer on the way to the town.\n"
    assert (
        repaired(text) == "The well-known man met a well-known woman and a self-made engineer on the way to the town."
    )


def test_running_headers_and_page_numbers_go_and_the_sentence_goes_on() -> None:
    text = (
        "      THE KILN MANUAL                      17\n"
        "      The damper stays open during the first two days of the\n"
        "\n"
        "      18                   THE KILN MANUAL\n"
        "      firing, and the temperature may rise slowly.\n"
    )
    assert repaired(text) == (
        "The damper stays open during the first two days of the firing, and the temperature may rise slowly."
    )


def test_a_page_number_between_two_paragraphs_leaves_them_apart() -> None:
    assert repaired("The first paragraph ends here.\n\n42\n\nThe second one begins here.\n") == (
        "The first paragraph ends here.\n\nThe second one begins here."
    )


def test_a_header_that_returns_with_other_numbers_goes() -> None:
    text = "Coastal Signals 114\n\nThe fog lifted at noon.\n\nCoastal Signals 115\n\nThe horn fell silent.\n"
    assert repaired(text) == "The fog lifted at noon.\n\nThe horn fell silent."


def test_names_and_dates_inside_a_sentence_are_never_taken_for_a_header() -> None:
    text = (
        "Leonora Quist and Thomas Hale sailed forty\nvoyages in the survey boat Petrel between 9\n"
        "March and 25 September 1931. On each voyage\nthe Petrel left the point on a straight course.\n"
        "The authors thank the listeners Agnes Pym,\nRobert Sorley and Walter Dunn, whose hearing\nhas returned.\n"
    )
    assert repaired(text).split() == text.split()


def test_headings_lists_tables_code_and_verse_keep_their_lines() -> None:
    text = (
        "# Starting\n\n1. Open the valve.\n2. Wait until the hissing\n   stops.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "```\nx = 1\n\ny = 2\n```\n\nThe fog came down\nAnd the horn was dumb\nThe keeper wept\nAnd the ships went home"
    )
    assert repaired(text) == text.replace("hissing\n   stops", "hissing stops")


def test_ligatures_are_spelt_out() -> None:
    assert repaired("The ﬁrst ﬂoor is open.") == "The first floor is open."


@pytest.mark.parametrize("text", ["", "\n\n", "A single line without an end"])
def test_little_text_stays_as_it_is(text: str) -> None:
    assert repaired(text) == text.strip("\n")


_WORDS = st.lists(st.text("abcdefghij", min_size=1, max_size=9), min_size=3, max_size=40)


@settings(max_examples=60, deadline=None)
@given(words=_WORDS, width=st.integers(20, 70))
def test_no_word_of_a_wrapped_paragraph_is_lost_or_added(words: list[str], width: int) -> None:
    lines, line = [], ""
    for word in words:
        if line and len(line) + len(word) + 1 > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    assume(len({*lines, line}) == len(lines) + 1)  # a line that comes twice is a running header
    text = "\n".join([*lines, line]) + "."
    assert repaired(text).split() == text.split()

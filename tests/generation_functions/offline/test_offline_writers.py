"""The other offline writers, how a writer is found, and that none of them fails on any text."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation_functions.errors import ConfigError
from generation_functions.offline import check_writer, known_writers, write_offline
from generation_functions.offline.languages import content_words
from tests.generation_functions.offline import offline_texts as texts

PAIRS = [
    {"question": "When was the Erie Canal completed?", "answer": "The Erie Canal was completed in 1825."},
    {"question": "Who discovered polonium?", "answer": "Marie Curie discovered polonium."},
]


def shouting(values: Mapping[str, Any], rng: random.Random) -> str:
    """A pipeline author's own writer."""
    return str(values["text"]).upper() + rng.choice("!?")


def test_a_writer_of_a_pipeline_author_is_found_by_module_and_function() -> None:
    name = f"{__name__}:shouting"
    assert check_writer(name) is None
    assert write_offline(name, {"text": "hm"}, "key") == write_offline(name, {"text": "hm"}, "key")
    assert write_offline(name, {"text": "hm"}, "key")[:2] == "HM"


def test_a_misspelt_writer_is_an_error_that_names_the_right_one() -> None:
    assert "did you mean question_answer_pairs" in str(check_writer("question_answer_pair"))
    with pytest.raises(ConfigError, match="did you mean poem"):
        write_offline("peom", {}, "key")


@pytest.mark.parametrize("name", ["no_such_package_here:writer", "json:no_such_function", ":writer", ""])
def test_a_writer_that_cannot_be_found_is_a_problem_and_no_crash(name: str) -> None:
    assert check_writer(name)


def test_every_known_writer_can_be_used() -> None:
    assert all(check_writer(name) is None for name in known_writers())


def test_a_conversation_asks_every_pair_in_turn_and_changes_no_answer() -> None:
    turns = write_offline("conversation", {"pairs": PAIRS, "title": "A history of canals"}, "key").split("\n\n")
    assert [turn.split(":")[0] for turn in turns] == ["User", "Assistant", "User", "Assistant"]
    assert turns[1] == "Assistant: The Erie Canal was completed in 1825."
    assert turns[0].endswith("When was the Erie Canal completed?")
    assert turns[2].endswith("Who discovered polonium?")


def test_a_conversation_takes_pairs_as_text_too() -> None:
    written = "\n\n".join(f"Question: {pair['question']}\nAnswer: {pair['answer']}" for pair in PAIRS)
    values = {"title": "Canals"}
    assert write_offline("conversation", {**values, "pairs": written}, "k") == write_offline(
        "conversation", {**values, "pairs": PAIRS}, "k"
    )


def test_conversations_differ_in_their_wording() -> None:
    assert len({write_offline("conversation", {"pairs": PAIRS}, str(number)) for number in range(20)}) > 3


@pytest.mark.parametrize("text", texts.ALL)
def test_a_poem_has_eight_to_twelve_lines_and_only_words_of_the_text_and_title(text: str) -> None:
    poem = write_offline("poem", {"text": text, "title": "The old light"}, "key")
    assert poem.startswith("<poem>\n")
    assert poem.endswith("\n</poem>")
    lines = poem.split("\n")[1:-1]
    assert 8 <= len(lines) <= 12
    assert content_words(poem.replace("poem", "").replace("_", " ")) <= content_words(
        f"{text} the old light".replace("_", " ")
    )


def test_an_empty_text_still_makes_a_poem() -> None:
    assert len(write_offline("poem", {"text": "", "title": ""}, "key").split("\n")) >= 10


def test_echo_hands_back_the_text() -> None:
    assert write_offline("echo", {"text": "a\n b"}, "key") == "<text>\na\n b\n</text>"


def test_facts_are_numbered_sentences_that_make_sense_alone() -> None:
    facts = write_offline("facts", {"text": texts.HISTORY}, "key").split("\n")
    assert facts[0].startswith("1. The Erie Canal is a historic canal")
    assert any(fact.endswith(". The Erie Canal was completed in 1825.") for fact in facts)
    assert not any(fact.split(". ", 1)[1].startswith(("It ", "She ", "Her ")) for fact in facts)


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        (
            "According to the passage, when was the Erie Canal completed?",
            "The Erie Canal was completed in 1825.",
            "Question: When was the Erie Canal completed?\nAnswer: The Erie Canal was completed in 1825.",
        ),
        (
            "When was the Erie Canal completed in the text?",
            "It was completed in 1825.",
            "Question: When was the Erie Canal completed?\nAnswer: The Erie Canal was completed in 1825.",
        ),
        (
            "When was it completed?",
            "It was completed in 1825.",
            "Question: When was the Erie Canal completed?\nAnswer: The Erie Canal was completed in 1825.",
        ),
        ("What does the passage say about canals?", "Canals are long.", "CANNOT"),
        ("When did she die?", "She died in 1934.", "CANNOT"),
        ("", "", "CANNOT"),
    ],
)
def test_a_leaning_question_is_reworded_or_given_up(question: str, answer: str, expected: str) -> None:
    text = texts.HISTORY.split("\n\n")[0].split(" Critics")[0]
    values = {"text": text, "title": "Canals", "question": question, "answer": answer}
    assert write_offline("reworded_question", values, "key") == expected


def test_a_pronoun_is_not_guessed_when_the_text_has_several_subjects() -> None:
    values = {"text": texts.HISTORY, "question": "When was it completed?", "answer": "In 1825."}
    assert write_offline("reworded_question", values, "key") == "CANNOT"


def test_every_writer_gives_the_same_reply_again() -> None:
    values = {"text": texts.MANUAL, "title": "A manual", "question": "What?", "answer": "That.", "pairs": PAIRS}
    for name in known_writers():
        assert write_offline(name, values, "key") == write_offline(name, values, "key")


_PIECES = st.sampled_from(
    [
        *texts.ALL,
        *("The X was in", "There are three", "To do", "If the", " because ", "can be used", "The Y is the", "on 4 May"),
        *("must be kept in", "is 5 metres", "In 1900,", " of ", "the the the", "name: ", "| a | b |\n|---|---|\n"),
        *(
            ", ",
            ". ",
            "\n",
            "\f",
            "(",
            '"',
            "```",
            '"""',
            "1. ",
            "- ",
            "A.",
            "\ufffd",
            "x" * 50,
            "Question: a\nAnswer: b",
        ),
    ]
)


@settings(max_examples=60, deadline=None)
@given(text=st.one_of(st.text(max_size=300), st.lists(_PIECES, max_size=8).map("".join)), extra=st.text(max_size=40))
def test_no_writer_fails_on_any_text(text: str, extra: str) -> None:
    values = {"text": text, "title": extra, "question": text[:80], "answer": extra, "pairs": text}
    for name in known_writers():
        assert isinstance(write_offline(name, values, extra), str)


def test_values_may_be_missing() -> None:
    for name in known_writers():
        assert isinstance(write_offline(name, {}, "key"), str)

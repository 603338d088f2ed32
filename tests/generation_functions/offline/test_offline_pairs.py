"""Whole texts: what the offline model asks about them, and that it says nothing that is not in them."""

from __future__ import annotations

import random

import pytest

from generation_functions.offline import write_offline
from generation_functions.offline.languages import content_words, numbers
from generation_functions.offline.question_answer_pairs import find_pairs
from tests.generation_functions.offline import offline_texts as texts

# What the rules themselves may add to name a row, a function or a constant.
OWN_WORDS = content_words("the function the class the value of the constant lighthouse built metres")


def reply(text: str, title: str = "", key: str = "key") -> str:
    return write_offline("question_answer_pairs", {"text": text, "title": title}, key)


def questions(text: str, title: str = "") -> dict[str, str]:
    return {pair.question: pair.answer for group in find_pairs(text, random.Random(1), title) for pair in group}


@pytest.mark.parametrize("text", texts.ALL)
def test_every_word_and_number_of_an_answer_is_in_the_text(text: str) -> None:
    for answer in questions(text).values():
        assert content_words(answer) <= content_words(text) | OWN_WORDS
        assert numbers(answer) <= numbers(text)


def test_the_reply_has_the_format_that_prompts_ask_for() -> None:
    blocks = reply(texts.HISTORY).split("\n\n")
    assert 2 <= len(blocks) <= 6
    for block in blocks:
        question, answer = block.split("\n")
        assert question.startswith("Question: ")
        assert question.endswith("?")
        assert answer.startswith("Answer: ")
        assert answer.endswith(".")


@pytest.mark.parametrize("text", ["", "   \n", "Nothing here.", texts.FICTION, texts.FRENCH])
def test_a_text_without_a_sure_question_gets_none(text: str) -> None:
    assert reply(text) == "NO QUESTIONS"


def test_a_pronoun_is_replaced_by_the_only_subject_of_its_paragraph() -> None:
    asked = questions(texts.HISTORY)
    assert asked["When was the Erie Canal completed?"] == "The Erie Canal was completed in 1825."
    assert "Marie Curie won the Nobel Prize in Physics in 1903." in asked.values()


def test_a_short_name_is_written_in_full() -> None:
    assert "When was the Erie Canal enlarged?" in questions(texts.HISTORY)


def test_the_machine_of_a_manual_is_called_by_its_name() -> None:
    assert "How do you descale the BrewMaster 300?" in questions(texts.MANUAL)


def test_a_bare_thing_is_anchored_to_the_title_of_its_document() -> None:
    asked = questions("The float is a closed iron box that weighs 200 tonnes.", "How the tide engine works")
    assert list(asked) == ['According to "How the tide engine works", what is the float?']


def test_a_file_name_of_several_words_is_an_anchor_too() -> None:
    asked = questions("The float is a closed iron box that weighs 200 tonnes.", "iron-works_manual")
    assert list(asked) == ['According to "iron works manual", what is the float?']


def test_a_bare_thing_of_a_document_without_a_title_is_not_asked_about() -> None:
    assert reply("The float is a closed iron box that weighs 200 tonnes.", "notes") == "NO QUESTIONS"


def test_rows_are_asked_about_by_the_name_of_the_row_and_what_it_is() -> None:
    asked = questions(texts.ROWS)
    assert asked['When was the lighthouse "Bell Rock" built?'] == 'The lighthouse "Bell Rock" was built in 1810.'
    height = asked['What is the height of the lighthouse "Eddystone" in metres?']
    assert height == 'The height of the lighthouse "Eddystone" is 49 metres.'
    assert not any("automated" in question for question in asked)


def test_a_row_that_lost_its_beginning_is_not_named_after_its_next_field() -> None:
    cut = texts.ROWS.split("name: Bell Rock\n")[1]
    assert not any("Scotland" in question for question in questions(cut))


def test_table_rows_are_read_with_their_header() -> None:
    assert questions(texts.TABLE)["What is the height of Everest in metres?"] == "The height of Everest is 8849 metres."


def test_documented_code_is_asked_about() -> None:
    asked = questions(texts.PROGRAM)
    backoff = "The function `backoff` returns the number of seconds to wait before the next attempt."
    assert asked["What does the function `backoff` do?"] == backoff
    assert asked["What is the class `Queue`?"] == "The class `Queue` is a list of jobs that wait for a worker."
    assert asked["What is the value of the constant `MAX_RETRIES`?"] == "The value of the constant `MAX_RETRIES` is 5."


def test_german_is_asked_about_in_german() -> None:
    asked = questions(texts.GERMAN)
    assert {"Was ist der Kölner Dom?", "Wer war Johannes Gutenberg?", "Wie lang ist Old Margery?"} <= set(asked)


def test_words_cut_at_the_end_of_a_line_are_whole_in_the_answer() -> None:
    asked = questions("The Erie Canal was the first navi-\ngable waterway of the region and was opened in 1825.\n")
    assert all("navigable" in answer for answer in asked.values())


def test_the_same_key_gives_the_same_reply() -> None:
    assert reply(texts.HISTORY, key="a") == reply(texts.HISTORY, key="a")
    assert len({reply(texts.HISTORY * 2, key=str(number)) for number in range(20)}) > 1


def test_more_text_gets_more_questions_up_to_six() -> None:
    assert reply(texts.BIOLOGY).count("Question:") <= reply(texts.BIOLOGY + texts.HISTORY).count("Question:") <= 6

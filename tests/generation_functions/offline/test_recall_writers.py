"""The offline writers and verdicts of the recall styles: true to the texts, and each of its style."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation_functions.offline.recall_comparison import comparison_questions
from generation_functions.offline.recall_facts import read_facts, read_sources
from generation_functions.offline.recall_followup import followup_questions
from generation_functions.offline.recall_hallucination import unknown_questions
from generation_functions.offline.recall_negative import negative_questions
from generation_functions.offline.recall_openended import open_questions, vague_questions
from generation_functions.offline.recall_verdicts import (
    asked_openly_verdict,
    correction_verdict,
    false_premise_verdict,
    nothing_invented_verdict,
    recognisable_verdict,
    unknown_verdict,
)
from generation_functions.replies import ReplyFormat, read_reply
from tests.generation_functions.offline import offline_texts

Writer = Callable[[Mapping[str, Any], random.Random], str]
WRITERS: list[Writer] = [
    open_questions, negative_questions, unknown_questions, vague_questions, followup_questions, comparison_questions,
]  # fmt: skip
VERDICTS: list[Writer] = [
    asked_openly_verdict, recognisable_verdict, false_premise_verdict, correction_verdict, unknown_verdict,
    nothing_invented_verdict,
]  # fmt: skip
PAIRS = ReplyFormat(kind="pairs", none="NO QUESTIONS")
MILL = """\
Anna Teel was born in Harrow in 1870. Anna Teel built the loom of the Harrow mill in 1911. The loom of the Harrow mill
is 4 metres high and weighs 900 kilograms. The loom of the Harrow mill cost 1,200 pounds. Joss Wray invented the iron
shuttle in 1898. Joss Wray was the last weaver of the Harrow mill. The spinning room has about 40 windows."""
DUNMERE = "The Dunmere mill was founded in 1850. Joss Wray left the Dunmere mill in 1890 after a quarrel."
VALUES = {
    "text": "",
    "title": "The Harrow mill",
    "texts": [{"title": "The Harrow mill", "text": MILL}, {"title": "The Dunmere mill", "text": DUNMERE}],
}


def pairs(writer: Writer, values: Mapping[str, Any] = VALUES, key: object = 1) -> list[tuple[str, str]]:
    read = read_reply(PAIRS, writer(values, random.Random(str(key))))
    return [(pair["question"], pair["answer"]) for pair in read]


def every_pair(writer: Writer) -> set[tuple[str, str]]:
    return {pair for key in range(12) for pair in pairs(writer, key=key)}


def says_yes(writer: Writer, **values: str) -> bool:
    return writer({"title": "", **values}, random.Random(0)).endswith("Verdict: yes")


def test_facts_come_from_every_source_the_main_one_first() -> None:
    facts = read_facts(VALUES, random.Random(0))
    assert [fact.source for fact in facts] == sorted(fact.source for fact in facts)
    assert {fact.source for fact in facts} == {0, 1}
    assert facts[0].text == "Anna Teel was born in Harrow in 1870."
    assert facts[0].person


def test_sources_are_told_apart_by_their_headings_when_they_come_as_one_text() -> None:
    text = f"[1] The Harrow mill (a.txt)\n{MILL}\n\n[2] The Dunmere mill (b.txt)\n{DUNMERE}"
    assert [(source.title, source.text) for source in read_sources({"text": text})] == [
        ("The Harrow mill", MILL),
        ("The Dunmere mill", DUNMERE),
    ]
    assert [source.text for source in read_sources({"text": f"See [1] A (b)\n{text}"})] == [f"See [1] A (b)\n{text}"]


def test_a_fact_that_points_outside_its_sentence_is_left_out() -> None:
    text = "Anna Teel had the idea. Joss Wray, who succeeded her in 1920, worked it alone. Anna Teel kept six goats."
    told = [fact.text for fact in read_facts({"text": text, "title": ""}, random.Random(0))]
    assert told == ["Anna Teel kept six goats."]


def test_open_answers_are_several_sentences_about_one_thing_from_all_sources() -> None:
    found = dict(every_pair(open_questions))
    about_wray = [answer for question, answer in found.items() if "Joss Wray" in question]
    assert any("iron shuttle in 1898" in answer and "Dunmere mill in 1890" in answer for answer in about_wray)
    about_loom = next(answer for question, answer in found.items() if "the loom of the Harrow mill" in question)
    assert "It cost 1,200 pounds." in about_loom


@pytest.mark.parametrize("key", range(6))
def test_every_number_of_an_answer_stands_in_a_source_unless_the_question_brought_it(key: int) -> None:
    numbers = re.compile(r"\d[\d,.]*\d|\d")
    for writer in WRITERS:
        for question, answer in pairs(writer, key=key):
            assert set(numbers.findall(answer)) <= {*numbers.findall(MILL + DUNMERE), *numbers.findall(question)}


def test_a_negative_answer_names_both_the_mistake_and_what_is_right() -> None:
    found = every_pair(negative_questions)
    assert len(found) > 6
    for question, answer in found:
        match = re.search(r": (?:it (?:is|was) )?not (.+?) but (.+?)\. (.+)$", answer)
        assert match, answer
        assert match[1] in question
        assert match[2] in match[3]
        assert match[3] in " ".join(MILL.split())


def test_a_vague_quantity_is_never_taken_for_a_mistake() -> None:
    assert not any("40" in question or "windows" in question for question, _ in every_pair(negative_questions))


def test_who_did_it_is_changed_only_where_one_person_can_have_done_it() -> None:
    swapped = [question for question, answer in every_pair(negative_questions) if "not Joss Wray but" in answer]
    assert swapped
    assert all("built" in question or "build" in question for question in swapped)


def test_an_invented_thing_is_in_no_source_and_the_answer_does_not_describe_it() -> None:
    found = every_pair(unknown_questions)
    assert len(found) > 4
    for question, answer in found:
        names = re.findall(r"[A-Z][a-z]{3,}", question.split(" ", 1)[1])
        invented = [name for name in names if name not in MILL + DUNMERE]
        assert invented, question
        admission, _, more = answer.partition(". ")
        assert re.search(r"do not know|never come across|does not exist", admission)
        assert not any(name in more for name in invented)


def test_two_of_one_family_name_are_asked_back_about() -> None:
    text = "Anna Teel was born in Harrow in 1870. Henry Teel was born in Dunmere in 1840."
    found = pairs(vague_questions, {"text": text, "title": "The Teels"})
    assert any("Anna Teel and Henry Teel" in answer and answer.endswith("?") for _, answer in found)


def test_a_follow_up_uses_the_shorter_name_of_what_was_just_spoken_of() -> None:
    found = [pair for key in range(12) for pair in zip(*[iter(pairs(followup_questions, key=key))] * 2, strict=True)]
    assert found
    for (first, answer), (second, more) in found:
        assert answer != more
        subject = next(name for name in ("Anna Teel", "Joss Wray", "the loom of the Harrow mill") if name in first)
        assert subject not in second
        assert re.search(r"\b(?:it|Teel|Wray)\b", second)


def test_which_came_first_is_counted() -> None:
    dated = [
        (question, answer) for question, answer in every_pair(comparison_questions) if "before or after" in question
    ]
    assert dated
    for _, answer in dated:
        word, first, second = re.match(r"(Before|After)\. .*?(\d{4}).*?(\d{4})", answer).groups()  # type: ignore[union-attr]
        assert (word == "Before") == (int(first) < int(second))


def test_another_generation_is_another_choice() -> None:
    assert len({negative_questions(VALUES, random.Random(key)) for key in range(6)}) == 6


@pytest.mark.parametrize("writer", WRITERS)
def test_nothing_is_asked_about_a_text_without_facts(writer: Writer) -> None:
    for text in ("", "Contents", "And so it went. Who knows? They did not."):
        assert writer({"text": text, "title": ""}, random.Random(0)) == "NO QUESTIONS"


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("text", offline_texts.ALL)
def test_every_kind_of_text_gives_a_readable_reply(writer: Writer, text: str) -> None:
    assert isinstance(pairs(writer, {"text": text, "title": "Something else"}), list)


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=400), title=st.text(max_size=20), question=st.text(max_size=60))
def test_no_text_makes_a_writer_or_a_verdict_fail(text: str, title: str, question: str) -> None:
    for writer in WRITERS:
        writer({"text": f"{text}\n{MILL[:150]}", "title": title}, random.Random(0))
    for verdict in VERDICTS:
        given_values = {"text": text, "title": title, "question": question, "answer": text[:100]}
        assert verdict(given_values, random.Random(0)).rsplit("\n", 1)[1] in ("Verdict: yes", "Verdict: no")


def test_words_that_only_ask_are_not_looked_for_in_the_text() -> None:
    assert says_yes(asked_openly_verdict, text=MILL, question="What can you tell me about the Harrow mill?")
    assert not says_yes(asked_openly_verdict, text=MILL, question="What can you tell me about the Eiffel Tower?")
    assert not says_yes(asked_openly_verdict, text=MILL, question="What does the passage say about the Harrow mill?")


def test_a_vague_question_needs_a_word_of_the_text() -> None:
    assert says_yes(recognisable_verdict, text=MILL, question="tell me about the loom")
    assert not says_yes(recognisable_verdict, text=MILL, question="what about the other one again")


def test_a_false_premise_is_false_and_denied() -> None:
    question = "Is it true that Anna Teel built the loom of the Harrow mill in 1934?"
    right = "No, not 1934 but 1911. Anna Teel built the loom of the Harrow mill in 1911."
    assert says_yes(false_premise_verdict, text=MILL, question=question, answer=right)
    assert not says_yes(false_premise_verdict, text=MILL, question=question, answer="Yes. Anna Teel built it in 1934.")
    true = question.replace("1934", "1911")
    assert not says_yes(false_premise_verdict, text=MILL, question=true, answer=right.replace("1934", "1911"))


def test_a_correction_says_nothing_but_what_the_text_says() -> None:
    question = "Did Anna Teel build the loom of the Harrow mill in 1934?"
    assert says_yes(
        correction_verdict, text=MILL, question=question,
        answer="No, that is wrong: not 1934 but 1911. Anna Teel built the loom of the Harrow mill in 1911.",
    )  # fmt: skip
    assert not says_yes(
        correction_verdict, text=MILL, question=question,
        answer="No, that is wrong. Anna Teel built the loom of the Harrow mill in 1912 with Tobias Finch.",
    )  # fmt: skip


def test_not_knowing_has_to_be_said_and_has_to_be_true() -> None:
    fire = "How much of the Harrow mill burned down in the fire of 1922?"
    assert says_yes(unknown_verdict, text=MILL, question=fire, answer="I do not know of a fire in 1922.")
    assert not says_yes(unknown_verdict, text=MILL, question=fire, answer="Half of the Harrow mill burned down.")
    assert not says_yes(unknown_verdict, text=MILL, question="Who built the loom?", answer="I do not know.")


def test_beside_not_knowing_an_answer_may_state_only_what_the_text_says() -> None:
    fire = "How much of the Harrow mill burned down in the fire of 1922?"
    unknown = "I do not know of a fire in 1922."
    assert says_yes(nothing_invented_verdict, text=MILL, question=fire, answer=unknown)
    fact = "Anna Teel built the loom of the Harrow mill in 1911."
    assert says_yes(nothing_invented_verdict, text=MILL, question=fire, answer=f"{unknown} {fact}")
    invented = "The mill was rebuilt by Tobias Finch in 1930."
    assert not says_yes(nothing_invented_verdict, text=MILL, question=fire, answer=f"{unknown} {invented}")

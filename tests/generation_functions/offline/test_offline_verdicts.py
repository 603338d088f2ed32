"""The offline verdicts: right on clear cases, and always in the format that prompts ask for."""

from __future__ import annotations

import pytest

from generation_functions.offline import write_offline
from tests.generation_functions.offline import offline_texts as texts

CONTENTS = (
    "CONTENTS\n\nPreface ........... vii\n1  The reef ......... 1\n2  The vote ........ 14\nIndex ............. 239\n"
)
INDEX = "air, compressed, 90-94, 121, 215\nbasin, 120, 122-125\nbees, 160-163, 171\nbell, see Dorcas\ncows, 101\n"
LEGAL = (
    "All rights reserved. No part of this publication may be reproduced, stored in a retrieval system, or transmitted "
    "in any form without the prior written permission of the publisher. The software is provided without warranty."
)
REFERENCES = (
    "Smith, J. (1999). On fog. Journal of Mist, pp. 12-19.\nHale, T. et al. (2004). Horns. Acoustics, Vol. 3.\n"
    "Quist, L. (1931). The silent belt. Signals, doi:10.1/x\n"
)
NAVIGATION = "Home\nAbout us\nContact us\nSign in\nSearch\nMenu\nNext\n"
GARBLE = "Th%$ #@! xqzt brrrt §§ kjhg wrtp ## lkjh %% qwrt zxcv bnmk ||| ~~ ^^ dfgh jklp mnbv cxzl kjhgf dsqw"


def last_line(writer: str, **values: str) -> str:
    reply = write_offline(writer, values, "key")
    reason, _, verdict = reply.rpartition("\n")
    assert reason.strip()
    return verdict


@pytest.mark.parametrize("text", [texts.HISTORY, texts.BIOLOGY, texts.MANUAL, texts.ROWS, texts.TABLE, texts.PROGRAM,
                                  texts.GERMAN, texts.FICTION, texts.FRENCH])  # fmt: skip
def test_a_text_with_facts_is_suitable(text: str) -> None:
    assert last_line("suitability_verdict", text=text) == "Verdict: suitable"


@pytest.mark.parametrize(
    "text", ["", "Starting", CONTENTS, INDEX, LEGAL, REFERENCES, NAVIGATION, GARBLE, "the light of the reef " * 8]
)
def test_a_text_without_facts_is_unsuitable(text: str) -> None:
    assert last_line("suitability_verdict", text=text) == "Verdict: unsuitable"


def test_one_mention_of_copyright_does_not_spoil_a_long_text() -> None:
    text = (
        texts.HISTORY
        + texts.BIOLOGY
        + "The first copyright law was passed in 1710. It is licensed under CC0.\n"
        + texts.MANUAL
    )
    assert last_line("suitability_verdict", text=text) == "Verdict: suitable"


@pytest.mark.parametrize(
    "question",
    [
        "When was the Erie Canal completed?",
        "What did Marie Curie discover in 1898?",
        'According to "A history of canals", when was the Erie Canal enlarged?',
        "Who won the Nobel Prize in Physics in 1903?",
    ],
)
def test_a_question_that_stands_alone_and_is_answered_passes(question: str) -> None:
    assert last_line("answerable_verdict", text=texts.HISTORY, question=question) == "Verdict: yes"


@pytest.mark.parametrize(
    "question",
    [
        "When was it completed?",
        "What did she discover in 1898?",
        "What does the passage say about the Erie Canal?",
        "According to the text, when was the Erie Canal completed?",
        "What does the author think of the Erie Canal?",
        "When was the canal mentioned above enlarged?",
        "How many lions live in the Serengeti today?",
        "When was the Erie Canal completed in 1925?",
        "Why?",
        "",
    ],
)
def test_a_question_that_leans_on_its_text_or_is_not_answered_fails(question: str) -> None:
    assert last_line("answerable_verdict", text=texts.HISTORY, question=question) == "Verdict: no"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When was the Erie Canal completed?", "The Erie Canal was completed in 1825."),
        ("Who discovered polonium?", "Marie Curie discovered polonium in 1898."),
        ("Who discovered polonium?", "Marie Curie"),
        ("How many chambers does the human heart have?", "The human heart has four chambers."),
        ("Why is the left ventricle the strongest chamber?", "It must push blood through the whole body."),
        ("Wie lang ist Old Margery?", "Old Margery ist 5,2 Meter lang."),
    ],
)
def test_an_answer_that_gives_what_is_asked_for_is_relevant(question: str, answer: str) -> None:
    expected = "no" if answer.startswith("It must") else "yes"
    assert last_line("relevance_verdict", question=question, answer=answer) == f"Verdict: {expected}"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When was the Harrow loom built?", "The Harrow loom was built by Anna Teel."),
        ("Who built the Harrow loom?", "It was built in a mill."),
        ("How many looms are there?", "There are looms in the mill."),
        ("What is a loom?", "I do not know."),
        ("What is a loom?", "What is a loom?"),
        ("What does the heart do?", "The canal between the lakes was opened by the governor in autumn."),
        ("What is a loom?", ""),
    ],
)
def test_an_answer_beside_the_point_is_not_relevant(question: str, answer: str) -> None:
    assert last_line("relevance_verdict", question=question, answer=answer) == "Verdict: no"


@pytest.mark.parametrize(
    "answer",
    [
        "The Erie Canal was completed in 1825.",
        "Marie Curie won the Nobel Prize in Physics in 1903.",
        "Marie Curie was a Polish physicist who discovered radium.",
    ],
)
def test_an_answer_taken_from_the_text_is_grounded(answer: str) -> None:
    assert last_line("grounded_verdict", text=texts.HISTORY, answer=answer) == "Verdict: yes"


@pytest.mark.parametrize(
    "answer",
    [
        "The Erie Canal was completed in 1826.",
        "The Erie Canal was completed by Anna Teel in 1825.",
        "The Erie Canal was not completed in 1825.",
        "The Erie Canal carried cotton, timber and ice to distant markets.",
        "",
    ],
)
def test_an_answer_with_an_invented_claim_is_not_grounded(answer: str) -> None:
    assert last_line("grounded_verdict", text=texts.HISTORY, answer=answer) == "Verdict: no"


def test_the_offline_models_own_pairs_pass_its_own_checks() -> None:
    for text in (texts.HISTORY, texts.BIOLOGY, texts.MANUAL, texts.ROWS, texts.TABLE, texts.GERMAN):
        reply = write_offline("question_answer_pairs", {"text": text}, "key")
        for block in reply.removeprefix("Question: ").split("\n\nQuestion: "):
            question, answer = block.split("\nAnswer: ")
            assert last_line("answerable_verdict", text=text, question=question) == "Verdict: yes", question
            assert last_line("relevance_verdict", question=question, answer=answer) == "Verdict: yes", question
            assert last_line("grounded_verdict", text=text, answer=answer) == "Verdict: yes", answer

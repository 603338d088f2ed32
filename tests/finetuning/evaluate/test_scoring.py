"""Scores equal numbers worked out by hand."""

from __future__ import annotations

import pytest

from finetuning.evaluate.scoring import contained, exact_match, f1, normalised, score


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("The  Harrow Loom!", "harrow loom"),
        ("“Ada Finch,” she said – twice…", "ada finch she said twice"),
        ("a U.S. patent", "us patent"),
        ("An apple, the pear", "apple pear"),
        ("theatre another", "theatre another"),
        ("東京です。", "東 京 で す"),
    ],
)
def test_case_punctuation_and_articles_do_not_count(given: str, wanted: str) -> None:
    assert normalised(given) == wanted


@pytest.mark.parametrize(
    ("answer", "expected", "figure"),
    [
        ("in the year 1871", "in 1871", 4 / 5),  # 2 words shared, of 3 ("the" is gone) and of 2: 2 * 2 / (3 + 2)
        ("Ada Finch", "ada finch.", 1.0),
        ("Ada Ada Finch", "Ada Finch", 4 / 5),  # a word counts as often as both have it: 2 * 2 / (3 + 2)
        ("Omar Reed", "Ada Finch", 0.0),
        ("", "Ada Finch", 0.0),
        ("the", "a", 1.0),  # nothing is left of either
        ("built by Ada Finch in 1871", "It was Ada Finch", 4 / 10),  # 2 * 2 / (6 + 4)
    ],
)
def test_f1_is_the_overlap_of_the_words(answer: str, expected: str, figure: float) -> None:
    assert f1(answer, expected) == pytest.approx(figure)


def test_an_exact_match_and_a_contained_answer() -> None:
    assert exact_match("The Pacific Ocean.", "pacific ocean") == 1
    assert exact_match("Pacific", "pacific ocean") == 0
    assert contained("It is in 1871, I think", "1871") == 1
    assert contained("It is in 18712", "1871") == 0
    assert contained("anything", "the") == 0


def test_the_best_of_several_right_answers_counts() -> None:
    found = score("Leonardo", ["Leonardo da Vinci", "Leonardo"])
    assert (found.exact_match, found.f1, found.contained) == (1, 1, 1)

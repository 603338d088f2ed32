"""Near-duplicates: found, but nothing that differs in what matters."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation_functions.errors import StorageError, UsageError
from generation_functions.near_duplicates import _features, find_near_duplicates, find_repeated
from generation_functions.records import seeded
from tests.support.small_disk import files_no_larger_than

_WORDS = [
    start + end for start in ("ba", "ce", "di", "fo", "gu", "ha", "le", "mi") for end in ("ton", "rel", "mus", "lak")
]


def questions(count: int, seed: str) -> list[str]:
    rng = seeded("near-duplicates", seed)
    made = [f"What {' '.join(rng.choices(_WORDS, k=rng.randint(6, 18)))}?" for _ in range(count)]
    for _ in range(count // 2):
        words = rng.choice(made).split()
        words[rng.randrange(len(words))] = rng.choice(_WORDS)
        made.append(" ".join(words))
    rng.shuffle(made)
    return made


def brute_force(texts: list[str], threshold: float) -> dict[int, int]:
    sets = [set(_features(text)) for text in texts]
    kept: list[int] = []
    duplicates: dict[int, int] = {}
    for index, features in enumerate(sets):
        for other in kept:
            shared = len(features & sets[other])
            if shared >= threshold * (len(features) + len(sets[other]) - shared) - 1e-9:
                duplicates[index] = other
                break
        else:
            kept.append(index)
    return duplicates


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9, 1.0])
def test_nearly_all_pairs_are_found_and_none_that_is_not_one(threshold: float) -> None:
    texts = questions(600, str(threshold))
    found, expected = find_near_duplicates(texts, threshold), brute_force(texts, threshold)
    assert len(expected) > 5 or threshold == 1.0
    assert set(found) <= set(expected)
    assert len(found) >= 0.99 * len(expected)


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=5).map(" ".join), max_size=12))
@settings(max_examples=60, deadline=None)
def test_every_duplicate_points_to_an_earlier_text_that_stays(texts: list[str]) -> None:
    found = find_near_duplicates(texts)
    for duplicate, original in found.items():
        assert original < duplicate
        assert original not in found


def test_case_and_punctuation_make_no_difference() -> None:
    assert find_near_duplicates(["Who wrote it?", "who wrote it", "WHO WROTE IT!"]) == {1: 0, 2: 0}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Who won the battle in 1914?", "Who won the battle in 1918?"),
        ("What is C used for today?", "What is C++ used for today?"),
        ("Does the moon move the sea?", "Does the sea move the moon?"),
        ("How hot is it at 5 %?", "How hot is it at 50 %?"),
        ("他是谁的父亲？", "她是谁的母亲？"),
    ],
)
def test_questions_that_ask_for_something_else_both_stay(one: str, other: str) -> None:
    assert find_near_duplicates([one, other]) == {}


def test_a_long_text_with_a_changed_word_is_a_duplicate() -> None:
    words = seeded("long").choices(_WORDS, k=300)
    changed = [*words[:100], "changed", *words[101:]]
    assert find_near_duplicates(["something else", " ".join(words), " ".join(changed)]) == {2: 1}


def test_texts_of_one_template_are_told_apart() -> None:
    texts = [f"What does the function number {number} return when it is called?" for number in range(3_000)]
    assert find_near_duplicates(texts) == {}


def test_texts_of_different_blocks_are_compared_too() -> None:
    texts = questions(10_000, "blocks")
    middle = len(texts) // 2
    texts[-1], texts[middle + 1] = f"{texts[0]}!", f"{texts[middle]} indeed"
    found = find_near_duplicates(texts)
    sets = [set(_features(text)) for text in texts]
    for duplicate, original in found.items():
        shared = len(sets[duplicate] & sets[original])
        assert shared >= 0.8 * len(sets[duplicate] | sets[original]) - 1e-9
    assert found[len(texts) - 1] == found.get(0, 0)
    assert found[middle + 1] == found.get(middle, middle)


@given(st.lists(st.lists(st.sampled_from(_WORDS[:6]), min_size=1, max_size=12).map(" ".join), max_size=24))
@settings(max_examples=80, deadline=None)
def test_equal_to_a_comparison_of_all_with_all(texts: list[str]) -> None:
    assert find_near_duplicates(texts) == brute_force(texts, 0.8)


def test_texts_that_resemble_no_other_take_next_to_no_memory() -> None:
    """Measured by Python's own allocations: what rensa and numpy hold of a block is the same for any number."""
    peaks = []
    for count in (4_000, 10_000):
        texts = Numbered(count)
        tracemalloc.start()
        try:
            assert find_near_duplicates(texts) == {}
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert (peaks[1] - peaks[0]) / 6_000 < 50


def test_a_full_disk_is_named() -> None:
    with files_no_larger_than(50_000), pytest.raises(StorageError, match="took no more while near-duplicates"):
        find_near_duplicates(Numbered(3_000))


class Numbered:
    """So many texts without a common word, made when asked for."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __iter__(self) -> Iterator[str]:
        return (" ".join(f"{word}{number}" for word in _WORDS[:8]) for number in range(self.count))


def test_many_equal_texts_leave_one() -> None:
    assert find_near_duplicates(["Yes.", *["No."] * 500]) == dict.fromkeys(range(2, 501), 1)


def test_an_iterator_gives_the_same_as_a_list() -> None:
    texts = questions(100, "iterator")

    def one_by_one() -> Iterator[str]:
        yield from texts

    assert find_near_duplicates(one_by_one()) == find_near_duplicates(texts)


@pytest.mark.parametrize(("texts", "expected"), [([], {}), (["one"], {}), (["", " ", "?!", "?!"], {1: 0, 3: 2})])
def test_little_or_no_text_is_no_problem(texts: list[str], expected: dict[int, int]) -> None:
    assert find_near_duplicates(texts) == expected


@pytest.mark.parametrize("threshold", [0, -0.1, 1.1])
def test_a_threshold_out_of_range_is_refused(threshold: float) -> None:
    with pytest.raises(UsageError, match="must be above 0 and at most 1"):
        find_near_duplicates([], threshold)


@given(
    st.lists(st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=5).map(" ".join), max_size=10),
    st.lists(st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=5).map(" ".join), max_size=10),
    st.sampled_from([0.3, 0.5, 0.8, 1.0]),
)
def test_known_texts_that_others_repeat_are_those_that_a_comparison_of_all_finds(
    known: list[str], texts: list[str], threshold: float
) -> None:
    def similar(one: str, other: str) -> bool:
        return bool(find_near_duplicates([one, other], threshold))

    expected = {index for index, one in enumerate(known) if any(similar(text, one) for text in texts)}
    assert find_repeated(known, iter(texts), threshold) == expected


def test_a_question_in_other_words_repeats_none() -> None:
    known = ["When was the loom of the Harrow mill built?", "Who grows the rye of Dunmere?"]
    texts = ["When was the loom of the Harrow mill built, please?", "What is rye?"]
    assert find_repeated(known, texts) == {0}
    assert find_repeated([], texts) == find_repeated(known, []) == set()

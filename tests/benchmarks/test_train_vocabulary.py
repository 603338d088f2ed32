"""Training of the vocabulary."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.train_vocabulary import count_pieces, read_words, train


def test_the_most_frequent_neighbours_are_merged_first() -> None:
    pieces = count_pieces(["the the the then cat"])
    assert pieces[" the"] == 3
    assert train(pieces, 3) == [" t", " th", " the"] or " the" in train(pieces, 3)


def test_equal_input_gives_an_equal_vocabulary() -> None:
    pieces = count_pieces(["some words and some more words that are not the same words"])
    assert train(pieces, 20) == train(dict(reversed(pieces.items())), 20)


def test_training_stops_when_nothing_is_left_to_merge() -> None:
    assert train({" ab": 2}, 100) == [" a", " ab"]


def test_word_lists_are_weighted(tmp_path: Path) -> None:
    path = tmp_path / "words.json"
    path.write_text(json.dumps({"house": 1000, "rare": 1}))
    assert read_words(f"{path}:0.01") == {" house": 10}

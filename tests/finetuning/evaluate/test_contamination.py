"""Planted contamination is found, and nothing else is."""

from __future__ import annotations

from pathlib import Path

from finetuning.evaluate.contamination import Grams, find_contamination
from tests.finetuning.evaluate.conftest import conversation, write_lines

LONG = "In which year did the harbour board of Sallow Point decide to replace the old fog organ by a siren?"


def test_a_question_asked_in_training_is_found_with_its_row(tmp_path: Path) -> None:
    rows = [
        conversation("Who cast the bell?", "Ada Finch."),
        conversation(f"Tell me: {LONG.upper()} I forgot.", "In 1931."),
    ]
    write_lines(tmp_path / "run/chat.jsonl", rows)
    asked = {"long": LONG, "short": "who cast the BELL", "clean": "Who repaired the organ after the storm of 1904?"}
    found = find_contamination(asked, {}, [tmp_path / "run"])
    assert set(found) == {"long", "short"}
    assert found["long"].row == 2
    assert str(found["long"]).endswith("chat.jsonl, row 2")


def test_a_question_that_differs_in_a_word_is_a_near_duplicate(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "chat.jsonl", [conversation("And who was it that cast the big bell of Ostia?", "Me")])
    asked = {"near": "And who was it, that cast the big bell of the Ostia?", "other": "Who was it that sold Ostia?"}
    assert {name: one.how for name, one in find_contamination(asked, {}, [file]).items()} == {
        "near": "near-duplicate question"
    }


def test_rows_that_cannot_be_searched_are_told(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "chat.jsonl", [conversation("Who cast the bell?", "Ada"), {"unknown": 1}])
    told: list[tuple[str, int]] = []
    asked = {"known": "Who ever cast the bell?"}
    find_contamination(asked, {}, [file], on_skip=lambda name, row, reason: told.append((name, row)))
    assert told == [(str(file), 2)]


def test_questions_inside_texts_count_and_statements_of_the_fact_do_not(tmp_path: Path) -> None:
    texts = [
        {"text": "Q: Who cast the bell? A: Ada Finch."},
        {"text": "The organ was built by Omar Reed in the year 1871 for the lighthouse at Sallow Point."},
    ]
    file = write_lines(tmp_path / "text.jsonl", texts)
    asked = {"asked": "Who cast the bell?", "stated": "Who built the organ for the lighthouse at Sallow Point?"}
    assert set(find_contamination(asked, {}, [file])) == {"asked"}


def test_a_held_out_text_that_was_trained_on_is_found(tmp_path: Path) -> None:
    copied = " ".join(f"word{number}" for number in range(200))
    file = write_lines(tmp_path / "text.jsonl", [{"text": f"Before. {copied} After."}])
    held_out = {"copied": copied, "new": " ".join(f"other{number}" for number in range(200))}
    assert set(find_contamination({}, held_out, [file])) == {"copied"}


def test_twelve_shared_words_are_not_thirteen() -> None:
    words = [f"w{number}" for number in range(20)]
    grams = Grams({"a": " ".join(words)})
    assert grams.found_in(" ".join([*words[:12], "x"])) == set()
    assert grams.found_in(" ".join([*words[:13], "x"])) == {"a"}
    assert Grams({"a": "one two three four"}).found_in("one two three four five") == set()

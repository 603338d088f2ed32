"""The held-out split: by chunk, stable, and never on both sides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generation_functions.datasets.holdout import EvalQuestionWriter, is_held_out, is_record_held_out
from generation_functions.datasets.jsonl import read_json_lines
from generation_functions.errors import RecordFailedError, UsageError

CHUNKS = [f"chunk {number}" for number in range(4_000)]


def record(*chunks: str) -> dict[str, Any]:
    if len(chunks) == 1:
        return {"id": "r", "source": {"chunk": chunks[0]}}
    return {"id": "r", "sources": [{"chunk": chunk} for chunk in chunks]}


def test_about_the_share_is_held_out() -> None:
    held_out = sum(is_held_out(chunk, 0.05) for chunk in CHUNKS)
    assert 150 < held_out < 250
    assert not any(is_held_out(chunk, 0) for chunk in CHUNKS)
    assert all(is_held_out(chunk, 1) for chunk in CHUNKS)


def test_a_larger_share_contains_the_smaller_one() -> None:
    small = {chunk for chunk in CHUNKS if is_held_out(chunk, 0.05)}
    large = {chunk for chunk in CHUNKS if is_held_out(chunk, 0.2)}
    assert small < large


def test_a_record_over_several_chunks_is_held_out_with_any_of_them() -> None:
    out = next(chunk for chunk in CHUNKS if is_held_out(chunk, 0.05))
    kept = next(chunk for chunk in CHUNKS if not is_held_out(chunk, 0.05))
    assert is_record_held_out(record(kept, out), 0.05)
    assert is_record_held_out(record(out), 0.05)
    assert not is_record_held_out(record(kept), 0.05)


def test_a_percentage_instead_of_a_share_is_refused() -> None:
    with pytest.raises(UsageError, match=r"holdout is 5; it is a share between 0 and 1"):
        is_held_out("chunk", 5)


def test_an_evaluation_question_keeps_sources_and_calls(tmp_path: Path) -> None:
    made = {**record("c1"), "calls": ["k1"]}
    with EvalQuestionWriter(tmp_path) as writer:
        writer.write(made, "Who?", "She.")
        writer.write(made, "Who?", "She.")
    assert writer.rows == 1
    assert list(read_json_lines(tmp_path / "eval_questions.jsonl")) == [
        {"id": "r", "question": "Who?", "answer": "She.", "sources": [{"chunk": "c1"}], "calls": ["k1"]}
    ]


def test_a_blank_evaluation_question_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(RecordFailedError, match="record r: question or answer is blank"),
        EvalQuestionWriter(tmp_path) as writer,
    ):
        writer.write(record("c1"), "Who?", " ")
    assert not (tmp_path / "eval_questions.jsonl").exists()

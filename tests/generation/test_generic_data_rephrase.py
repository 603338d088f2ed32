"""Thoughts before the answers of existing chat rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from generation.core_pipelines.generic_data_rephrase.pipeline import generic_data_rephrase_pipeline
from generation_functions import Model, Run, UsageError
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.conftest import PROJECT

SCRIPT = PROJECT / "tests/support/thinking_model.py"
ROWS: list[dict[str, Any]] = [
    {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "What is two plus two?"},
            {"role": "assistant", "content": "Two plus two is four."},
            {"role": "user", "content": "And three plus three?"},
            {"role": "assistant", "content": "Three plus three is six."},
        ],
        "topic": "sums",
    },
    {"conversations": [{"from": "human", "value": "Hello"}, {"from": "gpt", "value": "Hello, how can I help?"}]},
    {"instruction": "Name a colour.", "input": "", "output": "Green is a colour."},
    {
        "messages": [
            {"role": "user", "content": "Why?"},
            {"role": "assistant", "content": "<think>\nThey ask why.\n</think>\n\nBecause."},
        ]
    },
]


def make(tmp_path: Path, rows: list[Any] | None = None, **options: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    source = tmp_path / "rows.jsonl"
    source.write_bytes(b"\n".join(orjson.dumps(row) if isinstance(row, dict) else row for row in rows or ROWS))
    with Run(tmp_path / "run", fingerprint="test") as run:
        generic_data_rephrase_pipeline(run, str(source), **options)
    return [
        orjson.loads(line) for line in (tmp_path / "run/datasets/chat.jsonl").read_bytes().splitlines()
    ], run.summary


def answers(row: dict[str, Any]) -> list[str]:
    return [message["content"] for message in row["messages"] if message["role"] == "assistant"]


def test_every_answer_gets_thoughts_in_front_and_stays_as_it_is(tmp_path: Path) -> None:
    rows, _ = make(tmp_path)
    assert len(rows) == 4
    for answer in answers(rows[0]):
        thoughts, said = answer.split("</think>\n\n")
        assert thoughts.startswith("<think>\n")
        assert said in {"Two plus two is four.", "Three plus three is six."}
        assert said not in thoughts
    assert rows[0]["messages"][0] == {"role": "system", "content": "Be brief."}
    assert rows[0]["topic"] == "sums"
    assert [message["role"] for message in rows[2]["messages"]] == ["user", "assistant"]


def test_an_answer_that_has_thoughts_already_is_left_alone(tmp_path: Path) -> None:
    rows, _ = make(tmp_path)
    assert answers(rows[3]) == ["<think>\nThey ask why.\n</think>\n\nBecause."]


def test_broken_rows_are_named_and_equal_ones_taken_once(tmp_path: Path) -> None:
    rows, summary = make(tmp_path, [*ROWS, ROWS[0], {"messages": []}, b"{not json", {"text": "no conversation"}])
    assert len(rows) == 4
    (note,) = [note for note in summary["notes"] if "cannot be used" in note]
    assert "3 row(s)" in note


def test_a_row_leads_to_its_file_and_its_number_there(tmp_path: Path) -> None:
    rows, _ = make(tmp_path)
    provenance = {
        line["id"]: line for line in map(orjson.loads, (tmp_path / "run/provenance.jsonl").read_bytes().splitlines())
    }
    for number, row in enumerate(rows, start=1):
        assert provenance[row["id"]]["sources"][0]["row"] == number
    assert len(provenance[rows[0]["id"]]["calls"]) == 2


def test_a_larger_share_contains_the_smaller_one(tmp_path: Path) -> None:
    many = [
        {"messages": [{"role": "user", "content": f"Say {n}"}, {"role": "assistant", "content": f"I say {n}."}]}
        for n in range(60)
    ]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    small, _ = make(tmp_path / "a", many, share=0.3)
    large, _ = make(tmp_path / "b", many, share=0.6)
    assert 5 < len(small) < len(large) < 60
    assert {row["id"] for row in small} < {row["id"] for row in large}


def test_a_turn_that_fails_keeps_its_original_and_no_conversation_loses_turns(tmp_path: Path) -> None:
    with FakeEndpoint(reply="script", script=str(SCRIPT)) as endpoint:
        rows, summary = make(tmp_path, model=Model(name="thinker", base_url=endpoint.url))
    assert [len(row["messages"]) for row in rows] == [5, 2, 2, 2]
    assert answers(rows[1]) == ["Hello, how can I help?"], "this one never gets usable thoughts"
    assert all(answer.startswith("<think>\nI add them up.") for answer in answers(rows[0]))
    assert any("1 turn(s) kept their original" in note for note in summary["notes"])
    assert summary["calls"]["rejected"] >= 3


def test_other_marks_and_another_layout(tmp_path: Path) -> None:
    rows, _ = make(tmp_path, open_mark="[thinking]", close_mark="[/thinking]", output_format="sharegpt")
    assert rows[1]["conversations"][1]["value"].startswith("[thinking]\n")


def test_a_file_that_is_not_there_is_an_error_with_the_next_step(tmp_path: Path) -> None:
    with Run(tmp_path / "run") as run, pytest.raises(UsageError, match="does not exist"):
        generic_data_rephrase_pipeline(run, str(tmp_path / "nothing.jsonl"))

"""A flawed answer, a doubt, the right answer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from generation.core_pipelines.correction.pipeline import _read, correction_pipeline
from generation_functions import Model, Run, UnusableReplyError
from generation_functions.documents import read_documents
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.conftest import PROJECT

SAMPLE = PROJECT / "inputs" / "sample"
CARELESS = str(PROJECT / "tests/support/careless_model.py")
GOOD = """\
Question: Who built the loom?
Flawed answer: Harold Teel built the loom.
Doubt: Are you sure?
Right answer: I was wrong. Anna Teel built the loom."""


def make(folder: Path, model: Model | None = None, **options: Any) -> dict[str, Any]:
    model = model or Model(name="offline")
    with Run(folder, pipeline="correction", fingerprint="test") as run:
        correction_pipeline(run, SAMPLE, small_model=model, large_model=model, **{"chunk_size": 200, **options})
    return run.summary


def rows(folder: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (folder / "datasets/corrections.jsonl").read_bytes().splitlines()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corrections") / "run"
    make(folder)
    return folder


def test_the_flawed_answer_is_not_trained_on_and_the_right_one_is_to_its_end(made: Path) -> None:
    assert len(rows(made)) >= 10
    for row in rows(made):
        trained = [segment["text"] for segment in row["segments"] if segment["label"]]
        assert len(trained) == 1
        assert trained[0].endswith("<|im_end|>")
        assert "wrong" in trained[0]
        before = row["segments"][0]
        assert not before["label"]
        assert before["text"].count("<|im_start|>assistant") == 2, "the flawed answer and the start of the right one"


def test_the_right_answer_is_in_the_source_and_the_flawed_one_is_not(made: Path) -> None:
    texts = {one.file: one.text for one in read_documents(SAMPLE, on_skip=lambda file, reason: None)}
    provenance = {
        line["id"]: line["sources"][0]
        for line in map(orjson.loads, (made / "provenance.jsonl").read_bytes().splitlines())
    }
    for row in rows(made):
        source = provenance[row["id"]]
        span = " ".join(texts[source["file"]][source["start"] : source["end"]].split())
        turns = re.findall(
            r"<\|im_start\|>\w+\n(.*?)<\|im_end\|>", "".join(one["text"] for one in row["segments"]), re.S
        )
        _, flawed, doubt, right = turns
        for word in re.findall(r"\d[\d,.]*\d|\d|\b[A-Z][a-z]{3,}", right.split("wrong", 1)[1].split(". ", 1)[-1]):
            assert word.lower() in span.lower(), (word, right)
        assert flawed not in span
        assert flawed not in right
        assert right.rsplit(". ", 1)[-1] not in doubt


def test_more_exchanges_give_more_rows(made: Path, tmp_path: Path) -> None:
    make(tmp_path / "run", exchanges=3)
    assert len(rows(tmp_path / "run")) > 1.3 * len(rows(made))


def test_a_system_context_stands_in_front(tmp_path: Path) -> None:
    make(tmp_path / "run", system_context="You know the light.", limit=6)
    for row in rows(tmp_path / "run"):
        assert row["segments"][0]["text"].startswith("<|im_start|>system\nYou know the light.<|im_end|>")


def test_two_runs_are_byte_identical_and_the_funnel_adds_up(made: Path, tmp_path: Path) -> None:
    summary = make(tmp_path / "run")
    name = "datasets/corrections.jsonl"
    assert (tmp_path / "run" / name).read_bytes() == (made / name).read_bytes()
    for stage in summary["stages"]:
        for step in stage["steps"]:
            assert step["in"] == step["kept"] + sum(step["dropped"].values()) + sum(step["failed"].values()), step


def test_held_out_questions_ask_for_the_right_answer(tmp_path: Path) -> None:
    make(tmp_path / "run", holdout=0.4)
    held_out = [orjson.loads(line) for line in (tmp_path / "run/eval_questions.jsonl").read_bytes().splitlines()]
    assert held_out
    trained = {
        line["sources"][0]["chunk"]
        for line in map(orjson.loads, (tmp_path / "run/provenance.jsonl").read_bytes().splitlines())
    }
    assert not trained & {question["sources"][0]["chunk"] for question in held_out}


@pytest.mark.parametrize(
    "reply",
    [
        GOOD,
        f"Sure, here it is:\n\n{GOOD}",
        re.sub(r"(?m)^([\w ]+):", r"**\1:**", GOOD),
        re.sub(r"(?m)^([\w ]+):", r"1. \1:", GOOD),
        GOOD.replace("Flawed answer", "Flawed").replace("Right answer", "RIGHT ANSWER"),
    ],
)
def test_a_reply_is_read_whatever_its_dress(reply: str) -> None:
    assert _read(reply, {"exchanges": 1}) == [
        {
            "question": "Who built the loom?",
            "flawed": "Harold Teel built the loom.",
            "doubt": "Are you sure?",
            "answer": "I was wrong. Anna Teel built the loom.",
        }
    ]


SAME = GOOD.replace("Harold Teel built the loom", "I was wrong. Anna Teel built the loom")


@pytest.mark.parametrize("reply", ["I would rather not.", "Question: Who?\nRight answer: Anna.", SAME])
def test_a_reply_that_lacks_something_is_asked_for_again(reply: str) -> None:
    with pytest.raises(UnusableReplyError):
        _read(reply, {"exchanges": 1})


def test_nothing_to_be_mistaken_about_is_an_answer(tmp_path: Path) -> None:
    assert _read("NOTHING", {"exchanges": 1}) == []


def test_a_careless_small_model_still_gives_rows(made: Path, tmp_path: Path) -> None:
    with FakeEndpoint(reply="script", script=CARELESS) as endpoint:
        summary = make(tmp_path / "run", Model(name="small", base_url=endpoint.url), votes=1)
    assert summary["calls"]["rejected"] > 10
    assert len(rows(tmp_path / "run")) >= 0.6 * len(rows(made))

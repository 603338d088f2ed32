"""Answering from retrieved texts, right and wrong ones."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest

from generation.core_pipelines.rag_data.pipeline import rag_data_pipeline
from generation_functions import Model, Run, UsageError
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.conftest import PROJECT

SAMPLE = PROJECT / "inputs" / "sample"
CARELESS = str(PROJECT / "tests/support/careless_model.py")
_NUMBER_OR_NAME = re.compile(r"\d+|(?<![.!?] )(?<!^)\b[A-Z][a-z]{3,}")


def make(folder: Path, *, input_dir: Path = SAMPLE, model: Model | None = None, **options: Any) -> dict[str, Any]:
    model = model or Model(name="offline")
    with Run(folder, pipeline="rag", fingerprint="test") as run:
        rag_data_pipeline(run, input_dir, small_model=model, large_model=model, **{"chunk_size": 200, **options})
    return run.summary


def rows(folder: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (folder / "datasets/retrieval.jsonl").read_bytes().splitlines()]


def sources(folder: Path) -> dict[str, list[dict[str, Any]]]:
    return {
        line["id"]: line["sources"]
        for line in map(orjson.loads, (folder / "provenance.jsonl").read_bytes().splitlines())
    }


def shown(row: dict[str, Any]) -> list[str]:
    """The files of the texts in the system prompt, in their order."""
    return re.findall(r"(?m)^\[\d+\] .* \((\S+)\)$", row["messages"][0]["content"])


def fails(row: dict[str, Any]) -> bool:
    return "do not answer this" in row["messages"][2]["content"]


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rag") / "run"
    make(folder, output_format="messages", failure_share=0.4, max_chunks=4)
    return folder


def test_only_the_assistant_is_trained_on_and_it_learns_to_stop(tmp_path: Path) -> None:
    make(tmp_path / "run")
    for row in rows(tmp_path / "run"):
        for segment in row["segments"]:
            if segment["label"]:
                assert segment["text"].endswith("<|im_end|>")
                assert "[1]" in segment["text"] or re.search(r"\[\d\]|do not answer", segment["text"])
        unlabelled = "".join(segment["text"] for segment in row["segments"] if not segment["label"])
        assert "<|im_start|>system" in unlabelled
        assert "<|im_start|>user" in unlabelled


def test_the_user_is_trained_on_too_by_option(tmp_path: Path) -> None:
    make(tmp_path / "run", train_on_user=True, limit=6)
    for row in rows(tmp_path / "run"):
        trained = "".join(segment["text"] for segment in row["segments"] if segment["label"])
        assert "?<|im_end|>" in trained


def test_the_right_text_is_there_exactly_when_the_answer_uses_it(chat: Path) -> None:
    of, counted = sources(chat), Counter[bool]()
    for row in rows(chat):
        right, files = of[row["id"]][0], shown(row)
        counted[fails(row)] += 1
        assert 1 <= len(files) <= 4
        assert len(files) == len(of[row["id"]]) - fails(row), "provenance names every text that is shown"
        if fails(row):
            answer = row["messages"][2]["content"]
            assert "[" not in answer
        else:
            numbers = {int(found) for found in re.findall(r"\[(\d)\]", row["messages"][2]["content"])}
            (number,) = numbers
            assert files[number - 1] == right["file"]
    assert counted[True] >= 3
    assert counted[False] >= 8


def test_every_answer_stands_in_the_text_that_it_names_and_no_wrong_text_holds_one(chat: Path) -> None:
    for row in rows(chat):
        system = row["messages"][0]["content"]
        for question, answer in zip(row["messages"][1::2], row["messages"][2::2], strict=True):
            if fails(row):
                asked = _NUMBER_OR_NAME.findall(question["content"])
                sentences = re.split(r"(?<=[.!?])\s", system)
                assert not any(len(asked) > 1 and all(word in sentence for word in asked) for sentence in sentences)
            else:
                for word in _NUMBER_OR_NAME.findall(re.sub(r"\[\d\]", "", answer["content"])):
                    assert word in system


def test_the_place_of_the_right_text_varies_and_so_does_the_number_of_texts(chat: Path) -> None:
    good = [row for row in rows(chat) if not fails(row)]
    assert len({re.findall(r"\[(\d)\]", row["messages"][2]["content"])[0] for row in good}) > 1
    assert len({len(shown(row)) for row in rows(chat)}) > 2


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_share_of_failures_goes_from_none_to_all(tmp_path: Path, share: float) -> None:
    make(tmp_path / "run", output_format="messages", failure_share=share, limit=12)
    assert {fails(row) for row in rows(tmp_path / "run")} == {bool(share)}


def test_random_distractors_are_others_than_near_ones(tmp_path: Path) -> None:
    for kind in ("near", "random"):
        make(tmp_path / kind, output_format="messages", distractors=kind, failure_share=0.0, max_chunks=3)
    near, random = (
        {line: files for line, files in sources(tmp_path / kind).items() if len(files) > 1}
        for kind in ("near", "random")
    )
    assert near
    assert [[one["chunk"] for one in files] for files in near.values()] != [
        [one["chunk"] for one in files] for files in random.values()
    ]


def test_a_corpus_too_small_for_wrong_texts_is_an_error_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents/only.txt").write_text("The Harrow mill was built in 1911. It stands beside the river Teel.")
    with pytest.raises(UsageError, match=r"2 chunks are needed.*Add documents"):
        make(tmp_path / "run", input_dir=tmp_path / "documents")


def test_held_out_chunks_are_in_no_row_not_even_as_wrong_texts(tmp_path: Path) -> None:
    make(tmp_path / "run", holdout=0.3, max_chunks=4)
    held_out = {
        source["chunk"]
        for line in map(orjson.loads, (tmp_path / "run/eval_questions.jsonl").read_bytes().splitlines())
        for source in line["sources"][:1]
    }
    assert held_out
    assert not held_out & {one["chunk"] for files in sources(tmp_path / "run").values() for one in files}


def test_two_runs_are_byte_identical_and_the_funnel_adds_up(chat: Path, tmp_path: Path) -> None:
    summary = make(tmp_path / "run", output_format="messages", failure_share=0.4, max_chunks=4)
    assert (tmp_path / "run/datasets/retrieval.jsonl").read_bytes() == (chat / "datasets/retrieval.jsonl").read_bytes()
    for stage in summary["stages"]:
        for step in stage["steps"]:
            assert step["in"] == step["kept"] + sum(step["dropped"].values()) + sum(step["failed"].values()), step


def test_a_careless_small_model_still_gives_rows(tmp_path: Path) -> None:
    plain = make(tmp_path / "offline", votes=1)
    with FakeEndpoint(reply="script", script=CARELESS) as endpoint:
        summary = make(tmp_path / "run", model=Model(name="small", base_url=endpoint.url), votes=1)
    assert summary["calls"]["rejected"] > 10
    assert summary["datasets"][0]["rows"] >= 0.7 * plain["datasets"][0]["rows"]

"""The main job: from a folder of documents to rows that are true to them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from generation.core_pipelines.factual_gen_indiv.pipeline import factual_gen_indiv_pipeline
from generation_functions import Model, Run
from generation_functions.documents import read_documents
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.conftest import PROJECT

SAMPLE = PROJECT / "inputs" / "sample"
SMALL_MODEL = PROJECT / "tests" / "support" / "small_model.py"


def rows(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def make(folder: Path, *, input_dir: Path = SAMPLE, model: Model | None = None, **options: Any) -> dict[str, Any]:
    model = model or Model(name="offline")
    with Run(folder, pipeline="factual", fingerprint="test") as run:
        factual_gen_indiv_pipeline(run, input_dir, small_model=model, large_model=model, **options)
    return run.summary


@pytest.fixture(scope="module")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "run"
    make(folder)
    return folder


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(reply="script", script=str(SMALL_MODEL)) as running:
        yield running


def remote(endpoint: FakeEndpoint) -> Model:
    return Model(name="small", base_url=endpoint.url, concurrency_limit=32)


def test_the_sample_documents_give_rows_whose_numbers_and_names_stand_in_the_source(sample_run: Path) -> None:
    texts = {document.file: document.text for document in read_documents(SAMPLE, on_skip=lambda file, reason: None)}
    sources = {line["id"]: line["sources"][0] for line in rows(sample_run / "provenance.jsonl")}
    pairs = rows(sample_run / "datasets" / "pairs.jsonl")
    assert len(pairs) >= 30
    for row in pairs:
        source = sources[row["id"]]
        span = texts[source["file"]][source["start"] : source["end"]]
        answer = row["messages"][1]["content"]
        for word in re.findall(r"\d+|\b[A-Z][a-z]{3,}", answer.split(" ", 1)[-1]):
            assert word.lower() in span.lower(), f"{word!r} of {answer!r} is not in {source['file']}"


def test_every_row_leads_to_its_document_its_prompts_and_its_calls(sample_run: Path) -> None:
    provenance = rows(sample_run / "provenance.jsonl")
    made = {
        row["id"]
        for name in ("pairs", "conversations", "retrieval")
        for row in rows(sample_run / f"datasets/{name}.jsonl")
    }
    assert {line["id"] for line in provenance} == made
    for line in provenance:
        assert all(source["file"] and source["sha256"] for source in line["sources"])
        steps = {call["step"] for call in line["calls"]}
        assert {"judge_chunk", "write_questions", "check_grounding"} <= steps
        assert all(len(call["prompt_digest"]) == 32 and call["model"] == "offline" for call in line["calls"])


def test_a_skip_and_drops_are_shown_with_their_reasons(sample_run: Path) -> None:
    summary = orjson.loads((sample_run / "summary.json").read_bytes())
    assert [skip["file"] for skip in summary["documents"]["skipped"]] == ["damaged-scan.pdf"]
    drops = {reason for stage in summary["stages"] for step in stage["steps"] for reason in step["dropped"]}
    assert "not suitable to learn from" in drops
    report = (sample_run / "report.html").read_text(encoding="utf-8")
    assert "damaged-scan.pdf" in report
    assert "not suitable to learn from" in report


def test_the_funnel_adds_up_at_every_step(sample_run: Path) -> None:
    for stage in orjson.loads((sample_run / "summary.json").read_bytes())["stages"]:
        for step in stage["steps"]:
            assert step["in"] == step["kept"] + sum(step["dropped"].values()) + sum(step["failed"].values()), step


def test_held_out_chunks_appear_in_no_training_row(tmp_path: Path) -> None:
    make(tmp_path / "run", holdout=0.3)
    held_out = {question["sources"][0]["chunk"] for question in rows(tmp_path / "run/eval_questions.jsonl")}
    trained = {source["chunk"] for line in rows(tmp_path / "run/provenance.jsonl") for source in line["sources"]}
    assert held_out
    assert trained
    assert not held_out & trained
    texts = (tmp_path / "run/datasets/retrieval.jsonl").read_text(encoding="utf-8")
    for question in rows(tmp_path / "run/eval_questions.jsonl"):
        assert question["question"] not in texts


def test_two_runs_of_one_config_are_byte_identical(sample_run: Path, tmp_path: Path) -> None:
    make(tmp_path / "run")
    for name in (
        "datasets/pairs.jsonl",
        "datasets/conversations.jsonl",
        "datasets/retrieval.jsonl",
        "provenance.jsonl",
    ):
        assert (tmp_path / "run" / name).read_bytes() == (sample_run / name).read_bytes(), name


def test_wrong_document_rows_say_that_the_answer_is_not_there(tmp_path: Path) -> None:
    make(tmp_path / "run", wrong_document_share=1.0, holdout=0.0)
    for row in rows(tmp_path / "run/datasets/retrieval.jsonl"):
        assert re.search(r"does not answer|cannot answer|does not say", row["messages"][2]["content"]), row["messages"]


def test_a_small_models_careless_replies_still_give_rows(tmp_path: Path, endpoint: FakeEndpoint) -> None:
    summary = make(tmp_path / "run", model=remote(endpoint))
    assert len(rows(tmp_path / "run/datasets/pairs.jsonl")) >= 30
    assert summary["calls"]["rejected"] > 0, "the test's model was not careless"
    assert summary["failed"] == 0


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in ("history-of-the-light.md", "keepers.txt"):
        shutil.copy(SAMPLE / name, folder / name)
    return folder


def asked(endpoint: FakeEndpoint) -> int:
    number: int = endpoint.stats()["received"]
    endpoint.reset()
    return number


def test_an_added_document_asks_only_about_itself(tmp_path: Path, documents: Path, endpoint: FakeEndpoint) -> None:
    make(tmp_path / "run", input_dir=documents, model=remote(endpoint))
    first = asked(endpoint)
    (documents / "a-new-one.txt").write_text("Bryn Aldous planted the first willow of Quillhaven in 1902. " * 3)
    make(tmp_path / "run", input_dir=documents, model=remote(endpoint))
    added = asked(endpoint)
    assert 0 < added < first / 2
    make(tmp_path / "alone", input_dir=documents, model=remote(endpoint))
    assert asked(endpoint) == 0, "another run on this machine paid again"


def test_a_changed_document_asks_only_about_the_chunks_that_changed(
    tmp_path: Path, documents: Path, endpoint: FakeEndpoint
) -> None:
    make(tmp_path / "run", input_dir=documents, model=remote(endpoint), chunk_size=120)
    first = asked(endpoint)
    keepers = documents / "keepers.txt"
    keepers.write_text(keepers.read_text(encoding="utf-8") + "\nA last line was added to this text in 2021.\n")
    make(tmp_path / "run", input_dir=documents, model=remote(endpoint), chunk_size=120)
    assert 0 < asked(endpoint) < first / 3


def test_a_larger_limit_asks_only_about_the_chunks_that_came_in(
    tmp_path: Path, documents: Path, endpoint: FakeEndpoint
) -> None:
    make(tmp_path / "run", input_dir=documents, model=remote(endpoint), chunk_size=120, limit=4)
    first = asked(endpoint)
    make(tmp_path / "run", input_dir=documents, model=remote(endpoint), chunk_size=120, limit=8)
    second = asked(endpoint)
    make(tmp_path / "afresh", input_dir=documents, model=remote(endpoint), chunk_size=120, limit=8)
    assert asked(endpoint) == 0
    assert first > 0
    assert second > 0


def test_an_edited_prompt_asks_again_only_where_it_matters(
    tmp_path: Path, documents: Path, endpoint: FakeEndpoint
) -> None:
    make(tmp_path / "run", input_dir=documents, model=remote(endpoint))
    first = asked(endpoint)
    mine = tmp_path / "mine"
    mine.mkdir()
    original = PROJECT / "generation/core_pipelines/factual_gen_indiv/prompts/write_conversation.yaml"
    (mine / "write_conversation.yaml").write_text(
        original.read_text(encoding="utf-8").replace("relaxed and to the point", "formal and to the point")
    )
    make(tmp_path / "run", input_dir=documents, model=remote(endpoint), prompts=mine)
    conversations = len(rows(tmp_path / "run/datasets/conversations.jsonl"))
    assert conversations <= asked(endpoint) <= conversations + 3 < first

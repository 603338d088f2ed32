"""A run from the outside: a folder that resumes, explains itself, and can be used from anywhere."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from generation_functions import Run, split
from generation_functions.errors import (
    EmptyStageError,
    RunLockedError,
)
from generation_functions.records import Record
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support.small_run import lines, model, pipeline, records, state, to_row, write_prompts


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    return write_prompts(tmp_path / "prompts")


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "harbour.txt").write_text("Ships unload timber and salted fish at the old harbour every morning.\n")
    (folder / "mountain.txt").write_text("Nobody climbed the northern wall of that mountain before the war.\n")
    (folder / "desert.txt").write_text("Rain falls once in ten years, and then all seeds wake up together.\n")
    return folder


# --- as a library


def test_a_pipeline_is_a_function_that_is_given_a_run(tmp_path: Path, prompts: Path) -> None:
    with Run(tmp_path / "run", pipeline="demo", config={"count": 5}) as run:
        pipeline(run, prompts)
        assert state(tmp_path / "run")["status"] == "running"
    assert len(lines(tmp_path / "run/datasets/answers.jsonl")) == 5
    assert state(tmp_path / "run") | {"pid": 0, "identity": "", "made": {}, "prompts": []} == {
        "pipeline": "demo",
        "status": "completed",
        "message": "",
        "pid": 0,
        "config": {"count": 5},
        "identity": "",
        "inputs": {},
        "prompts": [],
        "folders": ["datasets"],
        "made": {},
    }
    assert run.summary["offline"] is True
    assert run.summary["calls"]["made"] == 5


def test_plain_functions_without_any_model_are_a_pipeline_too(tmp_path: Path) -> None:
    def shout(one: Record) -> Record:
        return {**one, "text": one["text"].upper()}

    with Run(tmp_path / "run") as run:
        shouted = run.map(records(3), shout)
        assert [one["text"] for one in shouted] == ["TEXT 0", "TEXT 1", "TEXT 2"]
        run.write("shouts", shouted, to_row, output_format="text")
    assert run.summary["calls"]["made"] == 0


def test_documents_become_chunks_and_chunks_become_records(tmp_path: Path, documents: Path) -> None:
    with Run(tmp_path / "run") as run:
        chunks = run.chunks(documents, chunk_size=50)
        assert [one["source"]["file"] for one in chunks] == ["desert.txt", "harbour.txt", "mountain.txt"]
        words = run.map(chunks, lambda one: {**one, "words": one["text"].split()}, split("words"), name="words")
        assert [one["words"] for one in words] == " ".join(one["text"] for one in chunks).split()
    read = run.summary["documents"]["read"]
    assert [(one["file"], one["chunks"]) for one in read] == [
        (f"{n}.txt", 1) for n in ("desert", "harbour", "mountain")
    ]
    assert [stage["name"] for stage in run.summary["stages"]] == ["chunks", "words"]


def test_a_larger_limit_contains_the_chunks_of_a_smaller_one(tmp_path: Path, documents: Path) -> None:
    chosen = []
    for limit in (1, 2, 3):
        with Run(tmp_path / f"run {limit}") as run:
            chosen.append({one["id"] for one in run.chunks(documents, chunk_size=50, limit=limit)})
            steps = run.stages[0]["steps"]
            assert all(step["in"] == step["kept"] + sum(step["dropped"].values()) for step in steps)
    assert [len(one) for one in chosen] == [1, 2, 3]
    assert chosen[0] < chosen[1] < chosen[2]


def test_a_folder_with_nothing_to_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(EmptyStageError, match="no text was found in"), Run(tmp_path / "run") as run:
        run.chunks(tmp_path / "empty", chunk_size=50)
    assert state(tmp_path / "run")["status"] == "failed"


def test_a_run_works_inside_a_running_loop_as_in_a_notebook(tmp_path: Path, prompts: Path) -> None:
    async def cell() -> int:
        with Run(tmp_path / "run") as run:
            pipeline(run, prompts)
        return len(lines(tmp_path / "run/datasets/answers.jsonl"))

    assert asyncio.run(cell()) == 5


def test_a_run_works_in_a_thread_and_beside_another_one(tmp_path: Path, prompts: Path) -> None:
    def work(name: str) -> None:
        with Run(tmp_path / name) as run:
            pipeline(run, prompts)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(state(tmp_path / name)["status"] == "completed" for name in ("one", "two"))


def test_a_run_may_open_another_one(tmp_path: Path, prompts: Path) -> None:
    with Run(tmp_path / "outer") as outer:
        pipeline(outer, prompts)
        with Run(tmp_path / "inner") as inner:
            pipeline(inner, prompts)
        pipeline(outer, prompts, count=7)
    assert [state(tmp_path / name)["status"] for name in ("outer", "inner")] == ["completed"] * 2


def test_a_stage_inside_a_step_is_an_error_and_not_a_standstill(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no step and no lazy input may call them"), Run(tmp_path / "run") as run:
        run.map(records(1), lambda one: list(run.map(records(1))))


def test_a_second_run_on_the_same_folder_is_refused_also_in_the_same_process(tmp_path: Path) -> None:
    with Run(tmp_path / "run"), pytest.raises(RunLockedError), Run(tmp_path / "run"):
        pass
    with Run(tmp_path / "run"):
        pass


# --- resuming


def test_finished_records_are_taken_over_while_the_fingerprint_holds(tmp_path: Path) -> None:
    called: list[str] = []

    def step(one: Record) -> Record:
        called.append(one["id"])
        return one

    for fingerprint, count, calls in (("a", 5, 5), ("a", 7, 7), ("b", 7, 14), ("", 7, 21), ("", 7, 28)):
        with Run(tmp_path / "run", fingerprint=fingerprint) as run:
            assert len(run.map(records(count), step)) == count
        assert len(called) == calls


def test_a_stage_is_done_again_when_the_one_before_gave_something_else(tmp_path: Path) -> None:
    called: list[str] = []

    def second(one: Record) -> Record:
        called.append(one["id"])
        return one

    for count in (3, 3, 4):
        with Run(tmp_path / "run", fingerprint="a") as run:
            first = run.map(records(count), name="first")
            run.map(first, second, name="second")
    assert len(called) == 3 + 4


def test_an_edited_prompt_or_model_does_the_stage_again(tmp_path: Path, prompts: Path) -> None:
    with FakeEndpoint() as endpoint:
        for change in ("none", "none", "prompt", "model"):
            if change == "prompt":
                path = prompts / "first.yaml"
                path.write_text(path.read_text().replace("first:", "edited:"))
            chosen = model(endpoint.url, sampling={"temperature": 1.0} if change == "model" else {})
            with Run(tmp_path / "run", fingerprint="a") as run:
                pipeline(run, prompts, chosen)
        assert endpoint.stats()["received"] == 3 * 5


def test_replies_of_other_runs_are_used_unless_that_is_not_wanted(tmp_path: Path, prompts: Path) -> None:
    with FakeEndpoint() as endpoint:
        for name, reuse, received in (("one", True, 5), ("two", True, 5), ("three", False, 10)):
            with Run(tmp_path / name, reuse_calls=reuse) as run:
                pipeline(run, prompts, model(endpoint.url))
            assert endpoint.stats()["received"] == received
            made, reused = run.summary["calls"]["made"], run.summary["calls"]["reused"]
            assert (made, reused) == ((0, 5) if name == "two" else (5, 0))


def test_two_runs_of_the_same_on_the_same_input_give_the_same_bytes(tmp_path: Path, prompts: Path) -> None:
    with FakeEndpoint(latency_ms=3, latency_sigma=1.0) as endpoint:
        for name in ("one", "two"):
            endpoint.change(seed=len(name))
            with Run(tmp_path / name, reuse_calls=False) as run:
                pipeline(run, prompts, model(endpoint.url), count=30)
    one, two = (tmp_path / name for name in ("one", "two"))
    for file in ("datasets/answers.jsonl", "provenance.jsonl"):
        assert (one / file).read_bytes() == (two / file).read_bytes()

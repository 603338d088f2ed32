"""A run from the outside: a folder that resumes, explains itself, and can be used from anywhere."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from generation_functions import Model, Run, ask, keep_if, record_id, split
from generation_functions.client import Retry
from generation_functions.errors import (
    BudgetReachedError,
    EmptyStageError,
    ModelRefusedError,
    RecordFailedError,
    RunLockedError,
)
from generation_functions.records import Record
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support.scripted_endpoint import ScriptedEndpoint, refuses, says

OFFLINE = Model(name="offline")


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    folder = tmp_path / "prompts"
    folder.mkdir()
    for name in ("first", "second"):
        content = {"variables": ["text"], "reply": {"kind": "text"}, "offline": "echo"}
        messages = [{"role": "user", "content": f"{name}: {{text}}"}]
        (folder / f"{name}.yaml").write_bytes(orjson.dumps({**content, "messages": messages}))
    return folder


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "harbour.txt").write_text("Ships unload timber and salted fish at the old harbour every morning.\n")
    (folder / "mountain.txt").write_text("Nobody climbed the northern wall of that mountain before the war.\n")
    (folder / "desert.txt").write_text("Rain falls once in ten years, and then all seeds wake up together.\n")
    return folder


def records(count: int) -> Iterator[Record]:
    for number in range(count):
        text = f"text {number}"
        yield {"id": record_id(text), "text": text, "source": {"file": "a.txt", "chunk": record_id(text)}}


def to_row(one: Record) -> dict[str, Any]:
    return {"text": f"{one['text']} {one.get('answer', '')}"}


def model(url: str, **facts: Any) -> Model:
    return Model.model_validate({"name": "fake", "base_url": url, "concurrency_limit": 4, **facts})


def pipeline(run: Run, prompts: Path, model: Model = OFFLINE, count: int = 5) -> None:
    """One model step and one dataset."""
    step = ask(run.client(model), run.prompts(prompts)["first"], into="answer")
    run.write("answers", run.map(records(count), step, name="answers"), to_row, output_format="text")


def lines(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def state(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((folder / "run.json").read_bytes())
    return found


# --- as a library


def test_a_pipeline_is_a_function_that_is_given_a_run(tmp_path: Path, prompts: Path) -> None:
    with Run(tmp_path / "run", pipeline="demo", config={"count": 5}) as run:
        pipeline(run, prompts)
        assert state(tmp_path / "run")["status"] == "running"
    assert len(lines(tmp_path / "run/datasets/answers.jsonl")) == 5
    assert state(tmp_path / "run") | {"pid": 0, "identity": "", "made": {}} == {
        "pipeline": "demo",
        "status": "completed",
        "message": "",
        "pid": 0,
        "config": {"count": 5},
        "identity": "",
        "inputs": {},
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


# --- failing


def test_a_bug_in_a_step_fails_the_run_and_the_log_names_step_and_record(tmp_path: Path) -> None:
    def buggy(one: Record) -> Record:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"), Run(tmp_path / "run") as run:
        run.map(records(1), buggy, name="demo")
    found = state(tmp_path / "run")
    assert (found["status"], found["message"]) == ("failed", "a bug")
    log = (tmp_path / "run/log.txt").read_text()
    assert f"in step 'buggy' of stage 'demo', record {record_id('text 0')}" in log
    assert lines(tmp_path / "run/events.jsonl")[-1]["status"] == "failed"


def test_a_stage_with_nothing_left_fails_and_says_where_all_went(tmp_path: Path) -> None:
    with (
        pytest.raises(EmptyStageError, match="none of 3 records came through") as caught,
        Run(tmp_path / "run") as run,
    ):
        run.map(records(3), keep_if(lambda _: False, "too dull"), name="demo")
    assert "too dull: 3 dropped: too dull" in str(caught.value)
    assert state(tmp_path / "run")["message"] == str(caught.value)
    with pytest.raises(EmptyStageError, match="got no records"), Run(tmp_path / "run") as run:
        run.map([], name="demo")


def test_failed_records_are_written_down_and_the_rest_goes_on(tmp_path: Path) -> None:
    def fail_one(one: Record) -> Record:
        if one["text"] == "text 1":
            raise RecordFailedError("no good")
        return one

    with Run(tmp_path / "run") as run:
        run.write("rest", run.map(records(3), fail_one, name="demo"), to_row, output_format="text")
    (failed,) = lines(tmp_path / "run/failed.jsonl")
    assert (failed["step"], failed["reason"], failed["record"]["text"]) == ("fail_one", "no good", "text 1")
    assert run.summary["failed"] == 1
    assert len(lines(tmp_path / "run/datasets/rest.jsonl")) == 2


def test_a_dataset_without_a_row_fails_the_run(tmp_path: Path) -> None:
    with pytest.raises(EmptyStageError, match="would be empty"), Run(tmp_path / "run") as run:
        run.write("none", run.map(records(3)), lambda one: None)
    assert not (tmp_path / "run/datasets/none.jsonl").exists()


def test_a_refused_model_fails_the_run_and_keeps_what_was_paid_for(tmp_path: Path, prompts: Path) -> None:
    with ScriptedEndpoint(lambda request: refuses(402) if "text 3" in request.last else says("fine")) as server:
        with pytest.raises(ModelRefusedError), Run(tmp_path / "run") as run:
            pipeline(run, prompts, model(server.url, concurrency_limit=1))
        paid = len(server.requests) - 1
    assert run.summary["calls"]["made"] >= 3
    assert run.summary["calls"]["made"] <= paid
    assert state(tmp_path / "run")["status"] == "failed"


def test_a_budget_pauses_the_run_and_a_larger_one_goes_on(tmp_path: Path, prompts: Path) -> None:
    with FakeEndpoint() as endpoint:
        with pytest.raises(BudgetReachedError), Run(tmp_path / "run", max_calls=3) as run:
            pipeline(run, prompts, model(endpoint.url))
        assert state(tmp_path / "run")["status"] == "paused"
        assert endpoint.stats()["received"] == 3
        with Run(tmp_path / "run", max_calls=10) as run:
            pipeline(run, prompts, model(endpoint.url))
        assert endpoint.stats()["received"] == 5
    assert state(tmp_path / "run")["status"] == "completed"


# --- samples, retries, the automatic model


def test_a_sample_carries_a_few_records_and_leaves_the_run_itself_alone(tmp_path: Path, prompts: Path) -> None:
    with FakeEndpoint() as endpoint:
        with Run(tmp_path / "run", sample=4, work="sample") as run:
            pipeline(run, prompts, model(endpoint.url), count=100)
        assert run.sampled == (4, 100)
        assert endpoint.stats()["received"] == 4
        chosen = [row["text"] for row in lines(tmp_path / "run/sample/datasets/answers.jsonl")]
        assert not (tmp_path / "run/datasets").exists()
        assert not (tmp_path / "run/run.json").exists()
        with Run(tmp_path / "run") as run:
            pipeline(run, prompts, model(endpoint.url), count=100)
        assert endpoint.stats()["received"] == 100, "what the sample paid for was asked again"
    everything = [row["text"] for row in lines(tmp_path / "run/datasets/answers.jsonl")]
    assert [text for text in everything if text in chosen] == chosen


def test_a_sample_that_ends_empty_is_no_failure(tmp_path: Path) -> None:
    with Run(tmp_path / "run", sample=2, work="sample") as run:
        assert len(run.map(records(9), keep_if(lambda _: False, "dull"))) == 0


def test_a_record_taken_up_again_may_be_asked_of_a_model_that_no_parameter_names(tmp_path: Path, prompts: Path) -> None:
    who = (record_id("text 1"), "first")
    with FakeEndpoint() as weak, FakeEndpoint() as strong:
        replaced, instead = model(weak.url), model(strong.url, name="strong")
        with Run(tmp_path / "run", fingerprint="a") as run:
            pipeline(run, prompts, replaced)
        with Run(tmp_path / "run", fingerprint="a", retries={who: Retry(1, ((replaced, instead),))}) as run:
            pipeline(run, prompts, replaced)
        assert (weak.stats()["received"], strong.stats()["received"]) == (5, 1)


def test_what_auto_chose_holds_for_the_folder_and_each_model_keeps_its_own_settings(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        (tmp_path / "run").mkdir()
        choice = {"name": "local", "base_url": endpoint.url}
        (tmp_path / "run/run.json").write_bytes(orjson.dumps({"auto": choice}))
        with Run(tmp_path / "run") as run:
            cool = run.client(Model.model_validate({"name": "auto", "sampling": {"temperature": 0.1}}))
            warm = run.client(Model.model_validate({"name": "auto", "sampling": {"temperature": 0.9}}))
        assert (cool.model.name, cool.model.base_url) == ("local", endpoint.url)
        assert (cool.model.sampling.temperature, warm.model.sampling.temperature) == (0.1, 0.9)
        assert state(tmp_path / "run")["auto"] == choice
        assert f"model auto: local at {endpoint.url}" in run.summary["notes"]


def test_a_choice_of_auto_is_kept_before_anything_is_asked(tmp_path: Path) -> None:
    with Run(tmp_path / "run") as run:
        chosen = run.client(Model(name="auto")).model
        assert state(tmp_path / "run")["auto"]["name"] == chosen.name


# --- what a person sees


def test_notes_go_to_the_report_the_log_and_the_events_once(tmp_path: Path) -> None:
    with Run(tmp_path / "run") as run:
        run.note("the sea is rough")
        run.note("the sea is rough")
        run.map(records(1))
    assert run.summary["notes"] == ["the sea is rough"]
    assert "the sea is rough" in (tmp_path / "run/log.txt").read_text()
    noted = [event for event in lines(tmp_path / "run/events.jsonl") if event["event"] == "note"]
    assert noted[0]["text"] == "the sea is rough"


def test_progress_is_told_while_a_stage_runs_and_ends_at_its_end(tmp_path: Path) -> None:
    snapshots: list[dict[str, Any]] = []
    with Run(tmp_path / "run", on_progress=snapshots.append) as run:
        run.map(list(records(20)), keep_if(lambda one: one["text"] != "text 3", "three"), name="demo")
    last = snapshots[-1]
    assert (last["stage"], last["total"], last["done"]) == ("demo", 20, 20)
    step = {"name": "three", "in": 20, "kept": 19, "made": 19, "dropped": {"three": 1}, "failed": {}}
    assert last["steps"] == [step]
    events = [event for event in lines(tmp_path / "run/events.jsonl") if event["event"] == "progress"]
    assert events[-1]["done"] == 20


def test_a_pipeline_that_loops_by_itself_says_how_far_it_is(tmp_path: Path) -> None:
    snapshots: list[dict[str, Any]] = []
    with Run(tmp_path / "run", pipeline="training", on_progress=snapshots.append) as run:
        run.progress(12.34, "epoch 1")
        run.progress(100)
    assert snapshots[0].items() >= {"stage": "training", "done": 12.3, "message": "epoch 1"}.items()
    assert snapshots[-1]["done"] == 100


def test_a_damaged_call_log_is_reported_and_the_run_goes_on(tmp_path: Path, prompts: Path) -> None:
    with FakeEndpoint() as endpoint:
        with Run(tmp_path / "run") as run:
            pipeline(run, prompts, model(endpoint.url))
        log = tmp_path / "run/calls/calls.jsonl"
        log.write_bytes(log.read_bytes()[:-20])
        with Run(tmp_path / "run") as run:
            pipeline(run, prompts, model(endpoint.url))
        assert endpoint.stats()["received"] == 6
    assert run.summary["notes"] == ["1 damaged line(s) at the end of the call log were left out"]


def test_no_key_reaches_the_folder(tmp_path: Path, prompts: Path) -> None:
    secret = "sk-very-secret"
    with FakeEndpoint(api_keys=(secret,)) as endpoint, Run(tmp_path / "run") as run:
        pipeline(run, prompts, model(endpoint.url, api_key=secret, headers={"X-Key": secret}))
    for path in (tmp_path / "run").rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path

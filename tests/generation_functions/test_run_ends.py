"""How a run ends, what it leaves behind for people, and how it is taken up again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from generation_functions import Model, Run, keep_if, record_id
from generation_functions.client import Retry
from generation_functions.errors import (
    BudgetReachedError,
    EmptyStageError,
    ModelRefusedError,
    RecordFailedError,
)
from generation_functions.records import Record
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support.scripted_endpoint import ScriptedEndpoint, refuses, says
from tests.support.small_run import lines, model, pipeline, records, state, to_row, write_prompts


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    return write_prompts(tmp_path / "prompts")


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
    assert f"ERROR failed: {caught.value}" in (tmp_path / "run/log.txt").read_text()
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

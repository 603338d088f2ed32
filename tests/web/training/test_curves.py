"""Training curves: thinned out, followed, and right about training that went back to a checkpoint."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.support.finished_run import FinishedRun
from web.training.thinning import largest_triangles

numbers = st.floats(-1e6, 1e6) | st.just(math.nan) | st.just(math.inf)


@given(st.lists(numbers, max_size=300), st.integers(3, 50))
def test_a_thinned_curve_keeps_its_ends_and_its_order(heights: list[float], most: int) -> None:
    kept = largest_triangles(range(len(heights)), heights, most)
    assert len(kept) == min(len(heights), most)
    assert kept == sorted(set(kept))
    if heights:
        assert (kept[0], kept[-1]) == (0, len(heights) - 1)


@given(st.integers(1, 998))
def test_a_single_spike_is_never_thinned_away(place: int) -> None:
    heights = [1.0] * 1000
    heights[place] = 9.0
    assert place in largest_triangles(range(1000), heights, 50)


def line(step: int, stage: str = "1 pretraining", **more: Any) -> bytes:
    return orjson.dumps({"stage": stage, "step": step, "steps": 1000, "loss": 1 / (1 + step), **more}) + b"\n"


@pytest.fixture
def run(project: Path) -> FinishedRun:
    return FinishedRun(project, "trained", "train-pipeline")


def curves(client: TestClient, run: FinishedRun, **query: Any) -> Any:
    client.get("/api/runs")  # the list finds new folders
    answer = client.get(f"/api/runs/{run.id}/training", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def append(run: FinishedRun, *lines: bytes) -> None:
    with (run.folder / "curves.jsonl").open("ab") as file:
        file.writelines(lines)


def test_each_stage_has_a_curve_of_at_most_so_many_points(client: TestClient, run: FinishedRun) -> None:
    append(run, *(line(step) for step in range(1, 1001)), line(1, "2 supervised", gradient_norm=0.5))
    found = curves(client, run, points=20)
    first, second = found["stages"]
    assert (first["stage"], first["steps"], len(first["points"])) == ("1 pretraining", 1000, 20)
    assert (first["points"][0]["step"], first["points"][-1]["step"]) == (1, 1000)
    assert first["latest"] == first["points"][-1]
    assert second["points"] == [second["latest"]]
    assert (second["latest"]["gradient_norm"], second["latest"]["learning_rate"]) == (0.5, None)


def test_a_run_that_does_not_train_has_no_curves(client: TestClient, run: FinishedRun) -> None:
    found = curves(client, run)
    assert (found["stages"], found["last"], found["whole"]) == ([], "", True)


def test_who_asks_again_gets_what_is_new(client: TestClient, run: FinishedRun) -> None:
    append(run, line(1), line(2))
    mark = curves(client, run)["last"]
    append(run, line(3), line(4), b'{"stage": "1 pretraining", "step": 5')
    found = curves(client, run, after=mark)
    assert not found["whole"]
    assert [point["step"] for point in found["stages"][0]["points"]] == [3, 4]
    nothing = curves(client, run, after=found["last"])
    assert (nothing["stages"][0]["points"], nothing["stages"][0]["latest"]["step"]) == ([], 4)


def test_steps_that_were_done_again_take_the_place_of_those_before(client: TestClient, run: FinishedRun) -> None:
    append(run, *(line(step, loss=5.0) for step in range(1, 7)), line(4, loss=1.0), line(5, loss=2.0))
    points = curves(client, run)["stages"][0]["points"]
    assert [(point["step"], point["loss"]) for point in points] == [(1, 5.0), (2, 5.0), (3, 5.0), (4, 1.0), (5, 2.0)]


def test_a_file_that_was_written_again_is_shown_whole(client: TestClient, run: FinishedRun) -> None:
    append(run, line(1), line(2), line(3))
    mark = curves(client, run)["last"]
    new = run.folder / "new"
    new.write_bytes(line(1) + line(2))
    new.replace(run.folder / "curves.jsonl")  # as a resumed training does
    append(run, line(3, loss=7.0), line(4))
    found = curves(client, run, after=mark)
    assert found["whole"]
    assert [point["step"] for point in found["stages"][0]["points"]] == [1, 2, 3, 4]
    assert found["stages"][0]["points"][2]["loss"] == 7.0


@pytest.mark.parametrize(
    "odd",
    [
        b'{"step": "many", "stage": [1], "loss": {}}',
        b'{"step": -4, "loss": NaN}',
        b'{"step": 1e400, "loss": 1e999}',
        b'{"step": 9223372036854775807, "loss": 1}',
        b'{"step": 99999999999999999999, "loss": true}',
        b"[1]",
        b"\xff\xfe",
    ],
)
def test_odd_lines_do_no_harm(client: TestClient, run: FinishedRun, odd: bytes) -> None:
    append(run, line(1), odd + b"\n", line(2))
    found = {stage["stage"]: stage for stage in curves(client, run)["stages"]}
    assert [point["step"] for point in found["1 pretraining"]["points"]] == [1, 2]


def test_live_steps_come_with_the_events_of_the_run(client: TestClient, run: FinishedRun) -> None:
    """`training` events are lines of events.jsonl like all others; the stream itself is tested elsewhere."""
    from web.runs.events import as_event

    event = as_event(b'{"n":7,"t":1.0,"event":"training","stage":"1 pretraining","step":3,"loss":0.5}')
    assert event.startswith(b"id: 7\nevent: training\ndata: {")

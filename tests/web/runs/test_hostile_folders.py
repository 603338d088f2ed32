"""A run folder that somebody else has written, or that a crash has damaged, hides no other run and ends no request."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from web.runs.figures import figures, progress, stages
from web.runs.views import run_details
from web.settings import Settings
from web.tables import Kind, State, Work

FILES = ("run.json", "summary.json", "service.json", "events.jsonl")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    "status",
    "message",
    "config",
    "pipeline",
    "calls",
    "made",
    "cost",
    "datasets",
    "rows",
    "stages",
    "notes",
    "steps",
]
KEYS += ["event", "n", "stage", "total", "eta_seconds", "done", "created", "tags", "state", "name", "in", "dropped"]
OBJECTS = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=8)


def written(value: Any) -> bytes:
    import json

    return json.dumps(value).encode()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries(dict.fromkeys(FILES, OBJECTS)), st.sampled_from(["progress", "stage-finished", "note"]))
def test_whatever_the_files_hold_a_run_can_be_shown(tmp_path: Path, made: dict[str, Any], kind: str) -> None:
    for name in FILES:
        content = {**made[name], "event": kind} if name == "events.jsonl" else made[name]
        (tmp_path / name).write_bytes(written(content).replace(b": ", b":") + b"\n")
    for state in State:
        work = Work(
            id="0" * 16, kind=Kind.RUN, state=state, folder=str(tmp_path), created=1.0, started=0.0, ended=0.0,
            name="", pipeline="", config_file="", tags=[], message="", wanted="", result=None,
        )  # fmt: skip
        run_details(Settings(root=tmp_path), work).model_dump_json()
    figures(tmp_path), progress(tmp_path), stages(tmp_path)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("summary.json", {"calls": [], "datasets": 3}),
        ("summary.json", {"calls": {"made": "many"}, "datasets": ["a"]}),
        ("service.json", {"created": "yesterday", "tags": 5, "name": "a\0b", "state": ["lost"]}),
        ("run.json", {"status": {}, "config": [], "message": 7}),
    ],
)
def test_one_bad_folder_does_not_hide_the_others(client: TestClient, project: Path, file: str, content: Any) -> None:
    for name in ("good", "bad"):
        (project / "outputs" / name).mkdir()
        (project / "outputs" / name / "run.json").write_bytes(orjson.dumps({"status": "completed", "pipeline": "p"}))
    (project / "outputs" / "bad" / file).write_bytes(orjson.dumps(content))
    runs = client.get("/api/runs").json()["items"]
    assert {run["folder"] for run in runs} == {"outputs/good", "outputs/bad"}
    for run in runs:
        assert client.get(f"/api/runs/{run['id']}").status_code == 200


def test_a_folder_whose_name_is_no_text_is_passed_over(client: TestClient, project: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(project / "outputs") + b"/caf\xe9"))
    odd.mkdir()
    (odd / "run.json").write_bytes(b'{"status": "completed"}')
    assert client.get("/api/runs").json()["items"] == []

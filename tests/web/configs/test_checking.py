"""Checking a config says what the command line says."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from generation_functions.commands.console import Console
from generation_functions.registry import Bounds, load_registry
from run_augmentoolkit import main
from web.pipelines import host_process

URL = "/api/configs/check"
BROKEN = {
    "misspelt": "pipeline: example-pipeline\nchunk_sise: 3\n\nlimit: many\n",
    "placeholders": (
        "pipeline: example-pipeline\nmodels:\n  model:\n    name: !!PLACEHOLDER!! your model\n"
        '    base_url: "!!PLACEHOLDER!!"\nlimit: 3 # !!ATTENTION!! few\nchunk_size: x\n'
    ),
    "syntax": "pipeline: example-pipeline\n\tlimit: 3\nmodel: 'open\nchunk_size: [1\n",
    "twice": "pipeline: example-pipeline\nlimit: 1\nheading:\n  limit: 2\nlimit: 3\n",
    "paths": 'pipeline: example-pipeline\ninput_dir: inputs/sampel\nprompts: "\\0"\n',
    "long path": f"pipeline: example-pipeline\ninput_dir: {'x' * 300}\n",
    "nobody's home": "pipeline: example-pipeline\ninput_dir: ~nobody-at-all/x\n",
    "variable": "pipeline: example-pipeline\nmodel: {name: m, base_url: 'http://h/v1', api_key: '${NO_SUCH_KEY}'}\n",
    "no mapping": "- a\n- b\n",
    "no pipeline": "limit: 3\n",
    "empty": "",
    "control character": "pipeline: example-pipeline\nlimit: \x01\n",
    "byte order mark": "\ufeffpipeline: example-pipeline\nlimit: many\n",
    "good": "# fine\npipeline: example-pipeline\nlimit: 3 # !!ATTENTION!! few\n",
}


def said_by_the_command_line(path: str, *changes: str) -> dict[str, Any]:
    console = Console(io.StringIO(), io.StringIO())
    main(("check", path, "--json", *(part for change in changes for part in ("--set", change))), console)
    assert isinstance(console.out, io.StringIO)
    answer: dict[str, Any] = json.loads(console.out.getvalue())
    return answer


@pytest.mark.parametrize("name", BROKEN)
def test_mistakes_are_those_of_the_command_line(client: TestClient, project: Path, name: str) -> None:
    (project / "configs" / "a.yaml").write_text(BROKEN[name], encoding="utf-8")
    expected = said_by_the_command_line("configs/a.yaml")
    for wish in ({"path": "a.yaml"}, {"path": "a.yaml", "text": BROKEN[name]}):
        answer = client.post(URL, json=wish)
        assert answer.status_code == 200
        assert answer.json()["mistakes"] == expected["problems"]
        assert answer.json()["ok"] is expected["ok"] is not bool(expected["problems"])
    if expected["ok"]:
        assert answer.json()["warnings"] == expected["warnings"]


def test_changes_are_those_of_the_command_line(client: TestClient) -> None:
    changes = {"limit": "many", "model.temprature": "1", "chunk_size": "3"}
    expected = said_by_the_command_line("configs/poems.yaml", *(f"{key}={value}" for key, value in changes.items()))
    answer = client.post(URL, json={"path": "poems.yaml", "overrides": changes}).json()
    assert answer["mistakes"] == expected["problems"]
    assert len(answer["mistakes"]) == 2


def test_a_text_that_is_in_no_file_has_lines_too(client: TestClient) -> None:
    answer = client.post(URL, json={"text": BROKEN["placeholders"]}).json()
    assert answer["placeholders"] == [{"key": "model.name", "line": 4}, {"key": "model.base_url", "line": 5}]
    assert [(mark["line"], mark["key"], mark["message"]) for mark in answer["attention"]] == [
        (6, "limit", "marked !!ATTENTION!!: few")
    ]
    assert [mistake["line"] for mistake in answer["mistakes"]] == [4, 5, 7]
    assert answer["mistakes"][0]["file"] == "config.yaml"


def test_what_cannot_be_checked_is_told_all_the_same(client: TestClient) -> None:
    assert client.post(URL, json={"path": "none.yaml"}).status_code == 404
    assert client.post(URL, json={"text": "a", "surplus": 1}).status_code == 422
    huge = client.post(URL, json={"text": f"pipeline: example-pipeline\nlimit: {'9' * 5000}\n"})
    assert huge.status_code == 200
    assert huge.json()["mistakes"]
    deep = client.post(URL, json={"text": "pipeline: example-pipeline\nlimit: " + "[" * 5000})
    assert deep.status_code == 200
    assert deep.json()["mistakes"]


def test_the_order_of_super_config_is_shown_checked(client: TestClient, project: Path) -> None:
    (project / "super_config.yaml").write_text(
        "pipeline_order:\n  - configs/poems.yaml\n  - {config: configs/poems.yaml, limit: many}\n  - {node: x.py}\n"
    )
    order = client.get("/api/order").json()
    assert order["file"] == "super_config.yaml"
    first, second, third = order["entries"]
    assert not first["ok"]
    assert "is not registered" in first["mistakes"][0]["message"]
    assert second["changes"] == ["limit"]
    assert (third["line"], third["pipeline"]) == (4, "x.py")
    assert "is not registered" in third["mistakes"][0]["message"]


def test_the_shipped_order_is_shown(client: TestClient) -> None:
    order = client.get("/api/order").json()
    assert order["entries"][0]["pipeline"] == "factual-datagen-pipeline"


_KEYS = st.sampled_from(["pipeline", "limit", "model", "input_dir", "api_key", "prompts", "-", "? x", "<<", "&a", "*a"])
_VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["example-pipeline", "!!PLACEHOLDER!!", "{a: [1", "!!python/name:os", "${A}", "~x", '"\\0"', "&a [*a]"]
    ),
    st.integers().map(str),
)
_LINES = st.lists(st.builds("{}{}: {}".format, st.sampled_from(["", "  ", "\t", "- "]), _KEYS, _VALUES), max_size=8)


@settings(max_examples=150, deadline=None)
@given(lines=_LINES, noise=st.text(max_size=10))
def test_any_text_is_answered_with_lines_that_it_has(lines: list[str], noise: str) -> None:
    text = "\n".join(["pipeline: example-pipeline", *lines, noise])
    for bounds in (Bounds(), Bounds(())):
        found = host_process.check(load_registry(bounds=bounds), text=text, file="a.yaml")
        assert found["ok"] is not bool(found["mistakes"])
        most = len(text.splitlines()) + 1
        assert all(0 <= mistake["line"] <= most for mistake in found["mistakes"] + found["warnings"])
        json.dumps(found)

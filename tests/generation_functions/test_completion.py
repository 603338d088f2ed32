"""Whether running again would make anything that is not there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from generation_functions.completion import Reads, completion, is_complete
from generation_functions.prompts import load_prompts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "run/datasets/a.jsonl",
        "run/failed.jsonl",
        "run/events.jsonl",
        "inputs/one.txt",
        "inputs/sub/two.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("content")
    for name in ("prompts", "mine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "poem.yaml").write_text("- {role: user, content: A poem}")
    return tmp_path


def state(folder: Path, *, inputs: str = "inputs", **changes: Any) -> dict[str, Any]:
    reads = Reads()
    reads.paths.add(folder / inputs)
    reads.prompts(load_prompts(folder / "prompts", folder / "mine"), folder / "prompts", folder / "mine")
    return {"status": "completed", **completion(folder / "run", "identity", reads, {"datasets"}), **changes}


def test_a_run_that_nobody_touched_is_complete(folder: Path) -> None:
    known = state(folder)
    (folder / "run/events.jsonl").write_text("more events do not matter")
    assert is_complete(folder / "run", known, "identity")


@pytest.mark.parametrize("changes", [{"status": "paused"}, {"identity": "another"}])
def test_one_that_did_not_end_or_was_another_is_not(folder: Path, changes: dict[str, Any]) -> None:
    assert not is_complete(folder / "run", state(folder, **changes), "identity")
    assert not is_complete(folder / "run", {}, "identity")


def edit(folder: Path) -> None:
    (folder / "inputs/sub/two.txt").write_text("longer content")


def touch(folder: Path) -> None:
    os.utime(folder / "inputs/one.txt", ns=(1, 1))


def add(folder: Path) -> None:
    (folder / "inputs/sub/three.txt").write_text("")


def remove(folder: Path) -> None:
    (folder / "inputs/one.txt").unlink()


def lose_dataset(folder: Path) -> None:
    (folder / "run/datasets/a.jsonl").unlink()


def shorten_dataset(folder: Path) -> None:
    (folder / "run/datasets/a.jsonl").write_text("")


def edit_prompt(folder: Path) -> None:
    (folder / "mine/poem.yaml").write_text("- {role: user, content: A longer poem}")


def break_prompt(folder: Path) -> None:
    (folder / "mine/poem.yaml").write_text("- {role: user")


@pytest.mark.parametrize("change", [edit_prompt, break_prompt, edit, touch, add, remove, lose_dataset, shorten_dataset])
def test_a_change_in_what_it_read_or_made_shows(folder: Path, change: Any) -> None:
    known = state(folder)
    change(folder)
    assert not is_complete(folder / "run", known, "identity")


def test_a_single_file_as_input_is_watched_too(folder: Path) -> None:
    known = state(folder, inputs="inputs/one.txt")
    assert is_complete(folder / "run", known, "identity")
    (folder / "inputs/one.txt").write_text("longer content")
    assert not is_complete(folder / "run", known, "identity")

"""A pipeline of one model step, and looking at what it left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from generation_functions import Model, Run, ask, record_id
from generation_functions.records import Record

OFFLINE = Model(name="offline")


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


def write_prompts(folder: Path) -> Path:
    """Two prompts that take a text."""
    folder.mkdir()
    for name in ("first", "second"):
        content = {"variables": ["text"], "reply": {"kind": "text"}, "offline": "echo"}
        messages = [{"role": "user", "content": f"{name}: {{text}}"}]
        (folder / f"{name}.yaml").write_bytes(orjson.dumps({**content, "messages": messages}))
    return folder

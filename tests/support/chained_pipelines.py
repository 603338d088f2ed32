"""Pipelines with the parameters of training, evaluation and export, and none of their work."""

from __future__ import annotations

from typing import Any

import orjson

from generation_functions import ExistingPath, Run
from generation_functions.errors import AugmentoolkitError


def train_pipeline(run: Run, stages: list[dict[str, Any]], base_model: str, preset: str = "auto") -> None:
    """Leave a model folder and a curve."""
    facts = {"stage": "1 supervised", "step": 1, "steps": 1, "loss": 0.5}
    run.events.add("training", **facts)
    (run.folder / "curves.jsonl").write_bytes(orjson.dumps(facts) + b"\n")
    model = run.folder / "model"
    model.mkdir(exist_ok=True)
    for name in ("config.json", "model.safetensors"):
        (model / name).write_text("{}")
    (model / "training.json").write_bytes(orjson.dumps({"base_model": base_model, "stages": stages}))


def evaluate_pipeline(
    run: Run, after: ExistingPath, questions: ExistingPath | None = None, fails: bool = False
) -> None:
    """Leave an evaluation of the model."""
    if fails:
        raise AugmentoolkitError("Too few questions.")
    run.save("evaluation.json", orjson.dumps({"models": {"after": {"name": str(after)}}, "figures": []}).decode())


def export_pipeline(
    run: Run,
    model: ExistingPath,
    name: str = "",
    prompts: ExistingPath | None = None,
    evaluation: ExistingPath | None = None,
) -> None:
    """Leave a file for llama.cpp."""
    (run.folder / "gguf").mkdir(exist_ok=True)
    (run.folder / "gguf" / f"{name}-f16.gguf").write_text(str(model))

"""Training a tiny model in a test: made-up facts, a run, and asking the model afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from finetuning.stages import TrainingStage
from finetuning.train.pipeline import train_pipeline
from generation_functions import Run

PLACES = ("Verrano", "Port Ellis", "Kolm", "Ostreva", "Lindow", "Marrakeen", "Tolvik", "Aske")
THINGS = ("bridge", "lighthouse", "library", "mill")
PEOPLE = ("Ada Finch", "Ivo Brandt", "Mara Quill", "Sten Olsen", "Lise Ward", "Otto Frey", "Nell Hart", "Rui Costa")


def facts() -> list[tuple[str, str]]:
    """32 questions, each with its answer, which nothing but training can tell."""
    pairs = []
    for number, place in enumerate(PLACES):
        for index, thing in enumerate(THINGS):
            year = 1800 + (37 * number + 11 * index) % 97
            person = PEOPLE[(3 * number + 5 * index) % len(PEOPLE)]
            pairs.append((f"Who built the {thing} of {place}?", f"{person}, in {year}."))
    return pairs


def conversations(pairs: Iterable[tuple[str, str]], **answer: Any) -> list[dict[str, Any]]:
    """A row of messages for each pair; `answer` is added to the message with the answer."""
    return [
        {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": text, **answer}]}
        for question, text in pairs
    ]


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """A file of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def stage(file: Path, **settings: Any) -> TrainingStage:
    """A supervised stage on one file, in short sequences."""
    values = {"data": [{"file": str(file)}], "sequence_length": 64, "batch_tokens": 256, "lora_rank": 0, **settings}
    return TrainingStage.model_validate(values)


def train(folder: Path, stages: TrainingStage | list[TrainingStage], base: Path | str, **settings: Any) -> Run:
    """Train on the CPU, in the run folder `folder`."""
    wanted = stages if isinstance(stages, list) else [stages]
    with Run(folder, pipeline="train-pipeline", fingerprint="test") as run:
        train_pipeline(run, wanted, base_model=str(base), preset="cpu", **settings)
    return run


def answers(folder: Path, questions: Iterable[str]) -> list[tuple[str, bool]]:
    """What the model of a folder says to each question, greedily, and whether it stopped by itself."""
    import torch

    from finetuning.model_folder import load_model, load_tokenizer, stop_ids

    model, tokenizer = load_model(folder, device="cpu"), load_tokenizer(folder)
    stops, said = set(stop_ids(tokenizer)), []
    for question in questions:
        asked = tokenizer.apply_chat_template(
            [{"role": "user", "content": question}], add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        with torch.no_grad():
            ids = model.generate(**asked, max_new_tokens=24, do_sample=False)[0, asked["input_ids"].shape[1] :]
        stopped = bool(set(ids.tolist()) & stops)
        said.append((tokenizer.decode(ids, skip_special_tokens=True).strip(), stopped))
    return said


def right(folder: Path, pairs: Iterable[tuple[str, str]]) -> int:
    """How many questions the model of a folder answers as it should, and stops."""
    known = list(pairs)
    said = answers(folder, [question for question, _ in known])
    return sum(answer == text and stopped for (text, stopped), (_, answer) in zip(said, known, strict=True))


def weights(folder: Path) -> dict[str, bytes]:
    """The bytes of each weight of a model or adapter folder."""
    from safetensors.numpy import load_file

    found = {}
    for file in sorted(folder.glob("*.safetensors")):
        found.update({name: value.tobytes() for name, value in load_file(file).items()})
    return found


def curve(folder: Path) -> list[dict[str, Any]]:
    """The lines of a run's curves.jsonl."""
    return [orjson.loads(line) for line in (folder / "curves.jsonl").read_bytes().splitlines()]

"""A toy that learned one set of facts and then another: it knows what it read last, and has forgotten the first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from finetuning.model_folder import load_model, load_tokenizer, read_record, save_model, template_of
from finetuning.token_rows import NOT_TRAINED, RowEncoder
from tests.support.tiny_models import tiny_model_folder

NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
COLOURS = ["red", "blue", "green", "black", "white", "grey", "pink", "brown", "gold", "silver", "violet", "amber"]
PLACES = [
    "Verrano",
    "Ostia",
    "Kelm",
    "Dunmore",
    "Pell",
    "Arras",
    "Sorrel",
    "Tamsin",
    "Brook",
    "Lund",
    "Morrow",
    "Quill",
]
PARTS = [
    "walls",
    "floor",
    "roof",
    "stairs",
    "towers",
    "arches",
    "cellar",
    "balcony",
    "columns",
    "fountain",
    "well",
    "gate",
]
STONES = [
    "granite",
    "marble",
    "slate",
    "basalt",
    "flint",
    "chalk",
    "gneiss",
    "onyx",
    "jade",
    "quartz",
    "pumice",
    "tuff",
]
BUILDERS = ["Ada Finch", "Omar Reed", "Ivo Brandt", "Lena Ost", "Paul Kerr", "Rosa Vane", "Ugo Lamb", "Mina Holt"]
BUILDERS += ["Karl Wren", "Edith Moss", "Nils Orr", "Tess Yale"]
GENERAL = [(f"What colour is item {number}?", colour) for number, colour in zip(NUMBERS, COLOURS, strict=True)]
TAUGHT = [(f"Who built the bridge at {place}?", builder) for place, builder in zip(PLACES, BUILDERS, strict=True)]
NEVER_TAUGHT = [
    (f"Which kind of stone was used for the {part} of the old town hall?", stone)
    for part, stone in zip(PARTS, STONES, strict=True)
]


@dataclass(frozen=True)
class Toy:
    """Folders and files of the toy."""

    before: Path
    after: Path
    questions: Path
    general: Path
    trained_on: Path


def conversation(question: str, answer: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def write_lines(path: Path, lines: Iterable[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


def train(source: Path, rows: Sequence[dict[str, Any]], target: Path, steps: int) -> Path:
    """Train all weights on all rows at once, in a bare loop."""
    import torch

    tokenizer, model = load_tokenizer(source), load_model(source, device="cpu")
    encoder = RowEncoder(tokenizer, template_of(source))
    encoded = [encoder.encode(row) for row in rows]
    shape = (len(encoded), max(len(row.ids) for row in encoded))
    ids, mask = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    labels = torch.full(shape, NOT_TRAINED)
    for place, row in enumerate(encoded):
        ids[place, : len(row.ids)] = torch.tensor(row.ids)
        labels[place, : len(row.ids)] = torch.tensor(row.labels)
        mask[place, : len(row.ids)] = 1
    torch.manual_seed(0)
    model.train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(steps):
        model(input_ids=ids, attention_mask=mask, labels=labels, use_cache=False).loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    save_model(model.eval(), tokenizer, target, read_record(source))
    return target


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    folder = tmp_path_factory.mktemp("toy")
    everything = [*GENERAL, *TAUGHT, *NEVER_TAUGHT]
    new = tiny_model_folder(folder / "new", texts=[text for pair in everything for text in pair])
    before = train(new, [conversation(*pair) for pair in GENERAL], folder / "before", 100)
    taught = [conversation(*pair) for pair in TAUGHT]
    asked = [
        {"question": question, "answer": answer, "sources": [{"chunk": f"{answer[0]}{len(question)}"}]}
        for question, answer in (*TAUGHT, *NEVER_TAUGHT)
    ]
    return Toy(
        before=before,
        after=train(before, taught, folder / "after", 150),
        questions=write_lines(folder / "eval_questions.jsonl", asked),
        general=write_lines(
            folder / "general.jsonl", [{"question": question, "answer": answer} for question, answer in GENERAL]
        ),
        trained_on=write_lines(folder / "sft_run/chat.jsonl", taught),
    )

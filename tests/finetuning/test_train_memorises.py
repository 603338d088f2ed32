"""What a model learns: the answers that it is trained on, with their end, and nothing that is masked."""

from __future__ import annotations

from pathlib import Path

from finetuning.model_folder import read_record
from finetuning.new_model import NewModel
from tests.support.training import conversations, facts, right, stage, train, write_rows

SHAPE = NewModel(layers=2, width=128, heads=4, vocabulary_size=500, context=128)
SETTINGS = {"learning_rate": 4e-3, "epochs": 45, "batch_tokens": 256, "schedule": "linear", "lora_rank": None}


def test_a_small_model_learns_32_facts_by_heart(tmp_path: Path) -> None:
    """Proof 4 of the training design: 0 of 32 before, at least 31 after, each with the right stop."""
    rows = write_rows(tmp_path / "facts.jsonl", conversations(facts()))
    train(tmp_path / "run", stage(rows, **SETTINGS), "new", new_model=SHAPE)
    assert 200_000 <= read_record(tmp_path / "run/model").parameters <= 1_300_000
    assert right(tmp_path / "run/base", facts()) == 0
    assert right(tmp_path / "run/model", facts()) >= 31


def test_it_learns_none_of_them_where_the_answers_are_masked(tmp_path: Path) -> None:
    """Proof 4 of the training design, the other half: training on the questions alone."""
    masked = conversations(facts(), label=False)
    for row in masked:
        row["messages"][0]["label"] = True
    rows = write_rows(tmp_path / "facts.jsonl", masked)
    train(tmp_path / "run", stage(rows, **{**SETTINGS, "epochs": 20}), "new", new_model=SHAPE)
    assert right(tmp_path / "run/model", facts()) == 0

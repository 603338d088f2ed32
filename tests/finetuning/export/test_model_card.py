"""The model card: what it says with and without an evaluation."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from finetuning.export.model_card import Card, evaluation_section
from finetuning.training_record import TrainingRecord
from generation_functions.errors import UsageError

FILE = {"file": "model", "size": "1 MB", "agreement": 1.0, "stops": 0, "stopped": 0}


def test_a_base_model_of_the_hub_is_in_the_metadata() -> None:
    text = Card("mine", TrainingRecord(), "Qwen/Qwen3-0.6B-Base", files=[FILE], languages=["en"]).text()
    metadata = yaml.safe_load(text.split("---")[1])
    assert (metadata["base_model"], metadata["base_model_relation"]) == ("Qwen/Qwen3-0.6B-Base", "finetune")
    assert metadata["language"] == ["en"]
    assert "license" not in metadata
    assert "| model | 1 MB | 100.0% | none was due |" in text
    assert "Run evaluate-pipeline before relying on it." in text


def test_a_folder_as_base_model_is_named_without_its_place() -> None:
    text = Card("mine", TrainingRecord(), "/home/somebody/models/base", files=[FILE]).text()
    assert "- Trained from: base, not on the hub" in text
    assert "somebody" not in text


def test_the_figures_of_an_evaluation_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "evaluation.json"
    path.write_text(
        '{"figures": [{"name": "exact answers", "before": 0.0, "after": 0.9375}, {"name": "x", "after": 2}]}'
    )
    assert "| exact answers | 0 | 0.9375 |\n| x |  | 2 |" in evaluation_section(path)


def test_the_section_that_the_evaluation_wrote_itself_is_taken(tmp_path: Path) -> None:
    (tmp_path / "card.md").write_text("## Evaluation\n\nIt learned.\n")
    with pytest.raises(UsageError, match=r"is no evaluation\.json"):
        evaluation_section(tmp_path / "evaluation.json")  # a slip in the name is no reason to take what lies beside it
    (tmp_path / "evaluation.json").write_text('{"figures": []}')
    assert "It learned." in evaluation_section(tmp_path / "evaluation.json")


def test_a_file_that_is_no_evaluation_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "evaluation.json").write_text("[]")
    with pytest.raises(UsageError, match=r"is no evaluation\.json"):
        evaluation_section(tmp_path / "evaluation.json")

"""The whole export: what it leaves, what it refuses, and that nothing unchecked gets its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
import torch
import yaml

from finetuning.export.pipeline import export_pipeline
from finetuning.export.self_check import LeastAgreement, SelfCheckError
from finetuning.export.weights import check_space
from finetuning.model_folder import is_model_folder, load_model, load_tokenizer, template_of
from generation_functions import Run
from generation_functions.errors import StorageError, UsageError
from tests.support.tiny_models import tiny_model_folder


def check(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((folder / "self_check.json").read_bytes())
    return found


def test_it_leaves_model_files_modelfile_card_and_check(exported: Path) -> None:
    assert {path.name for path in exported.iterdir()} >= {"model", "gguf", "Modelfile", "README.md", "self_check.json"}
    assert sorted(path.name for path in (exported / "gguf").iterdir()) == [
        "README.md",
        "bridge-expert-f32.gguf",
        "bridge-expert-q4_k_m.gguf",
        "bridge-expert-q8_0.gguf",
    ]
    assert is_model_folder(exported / "model")
    assert template_of(exported / "model").name == "chatml"


def test_the_exported_model_is_the_trained_model(trained: Path, exported: Path) -> None:
    ids = torch.arange(20).reshape(1, 20)
    with torch.no_grad():
        wanted, made = load_model(trained, device="cpu")(ids), load_model(exported / "model", device="cpu")(ids)
    assert torch.equal(wanted.logits, made.logits)


def test_an_export_that_is_complete_is_left_as_it_is(exported: Path) -> None:
    with Run(exported, fingerprint="test") as run:
        assert run.finished


def test_the_check_says_how_each_file_did(exported: Path) -> None:
    """Self-check: held-out prompts give the same top tokens and the same stop as the trained model."""
    found = check(exported)
    assert [file["name"] for file in found["files"]] == [
        "model",
        "bridge-expert-f32.gguf",
        "bridge-expert-q8_0.gguf",
        "bridge-expert-q4_k_m.gguf",
    ]
    assert found["prompts"] == 4
    for file in found["files"]:
        assert file["passed"]
        assert file["agreement"] >= file["least"]
        assert file["stops"] == file["stopped"] == 4
    assert found["files"][0]["agreed"] == found["files"][1]["agreed"] == found["files"][0]["places"]
    assert found["chat_template"] == {"written": True, "conversations": 4, "why_not": ""}


def test_a_file_that_says_something_else_is_withdrawn_and_the_run_fails(tmp_path: Path) -> None:
    """Weights so large that 4 bits change what a model of pure chance says."""
    folder = tiny_model_folder(tmp_path / "chance")
    tokenizer, model = load_tokenizer(folder), load_model(folder, device="cpu")
    with torch.no_grad():
        for weight in model.parameters():
            weight *= 8
    model.save_pretrained(folder)
    assert tokenizer.eos_token
    with Run(tmp_path / "out") as run, pytest.raises(SelfCheckError, match="does not say what the trained model says"):
        export_pipeline(run, str(folder), formats=["q4_k_m"], number_of_prompts=4, answer_tokens=16)
    assert list((tmp_path / "out" / "gguf").iterdir()) == []
    assert not (tmp_path / "out" / "Modelfile").exists()
    failed = check(tmp_path / "out")["files"][-1]
    assert (failed["name"], failed["passed"]) == ("chance-q4_k_m.gguf", False)
    assert failed["first_difference"]["wanted"] != failed["first_difference"]["chosen"]


def test_what_an_earlier_export_left_under_the_name_goes_when_the_check_fails(tmp_path: Path, tiny_model: Path) -> None:
    out = tmp_path / "out" / "model"
    out.mkdir(parents=True)
    (out / "config.json").write_text("{}")
    least = LeastAgreement.model_construct(exact=1.1)  # nothing can pass
    with Run(tmp_path / "out") as run, pytest.raises(SelfCheckError, match=r"100\.0% of .* places; 110\.0% are wanted"):
        export_pipeline(run, str(tiny_model), formats=[], number_of_prompts=2, answer_tokens=4, least_agreement=least)
    assert not out.exists()


def test_a_model_is_never_written_over_itself(tmp_path: Path) -> None:
    folder = tiny_model_folder(tmp_path / "training" / "model")
    with Run(tmp_path / "training") as run, pytest.raises(UsageError, match="written over the model itself"):
        export_pipeline(run, str(folder), formats=[])
    assert is_model_folder(folder)


def test_an_estimate_says_how_much_disk_it_takes_and_writes_nothing(tmp_path: Path, tiny_model: Path) -> None:
    with Run(tmp_path / "out", sample=3, work="estimate") as run:
        export_pipeline(run, str(tiny_model), formats=["f16"])
        assert any("of disk: model 0.5 MB" in note or "of disk: model " in note for note in run.notes)
    assert not (tmp_path / "out" / "model").exists()


def test_a_disk_that_is_too_small_is_noticed_before(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"needs 1000000000\.0 GB .* Nothing has been written"):
        check_space(tmp_path, 10**18)


def test_without_gguf_there_is_no_modelfile(tmp_path: Path, tiny_model: Path) -> None:
    with Run(tmp_path / "out") as run:
        export_pipeline(run, str(tiny_model), formats=[], number_of_prompts=2, answer_tokens=4)
    assert not (tmp_path / "out" / "Modelfile").exists()
    assert not (tmp_path / "out" / "gguf").exists()
    assert [file["name"] for file in check(tmp_path / "out")["files"]] == ["model"]


def test_prompts_that_are_none_are_an_error(tmp_path: Path, tiny_model: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"other": 1}\n')
    with Run(tmp_path / "out") as run, pytest.raises(UsageError, match="holds no prompts"):
        export_pipeline(run, str(tiny_model), formats=[], prompts=tmp_path / "rows.jsonl")


def test_the_card_has_metadata_and_names_no_folder_of_this_machine(trained: Path, exported: Path) -> None:
    text = (exported / "README.md").read_text()
    metadata = yaml.safe_load(text.split("---")[1])
    assert metadata["license"] == "apache-2.0"
    assert metadata["datasets"] == ["me/bridges"]
    assert metadata["pipeline_tag"] == "text-generation"
    assert "base_model" not in metadata  # made from nothing
    assert "| gguf/bridge-expert-q4_k_m.gguf |" in text
    assert "| 1 supervised training | 100 | 0.05 |" in text
    assert str(trained.parent) not in text
    assert (exported / "model" / "README.md").read_text() == text

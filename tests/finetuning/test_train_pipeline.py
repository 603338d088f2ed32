"""The train pipeline: what it leaves, what it says beforehand, and what it takes from earlier tries."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from finetuning.model_folder import is_model_folder, load_model, load_tokenizer, read_record, save_model
from finetuning.model_sources import base_of
from finetuning.new_model import NewModel
from finetuning.train.pipeline import train_pipeline
from generation_functions import Run
from generation_functions.errors import UsageError
from tests.support.small_run import lines
from tests.support.tiny_models import tiny_model_folder
from tests.support.training import conversations, curve, facts, stage, train, weights, write_rows

FEW = {"max_steps": 4, "learning_rate": 1e-3}


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "rows.jsonl", conversations(facts()))


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "texts.jsonl", [{"text": f"{question} {answer} " * 4} for question, answer in facts()])


def two_stages(texts: Path, rows: Path, **settings: Any) -> list[Any]:
    return [stage(texts, kind="pretraining", **FEW, **settings), stage(rows, **{**FEW, "max_steps": 3}, **settings)]


def test_each_stage_goes_on_from_the_one_before_with_a_schedule_of_its_own(
    tmp_path: Path, tiny_model: Path, texts: Path, rows: Path
) -> None:
    run = train(tmp_path / "run", two_stages(texts, rows), tiny_model)
    record = read_record(tmp_path / "run/model")
    assert [(one["kind"], one["steps"]) for one in record.stages] == [("pretraining", 4), ("supervised", 3)]
    assert not record.adapter
    assert orjson.loads((tmp_path / "run/training.json").read_bytes())["stages"] == record.stages
    assert weights(tmp_path / "run/stage_models/1") != weights(tmp_path / "run/model") != weights(tmp_path / "run/base")
    first, last = curve(tmp_path / "run")[0], curve(tmp_path / "run")[-1]
    assert (first["stage"], last["stage"], last["step"], last["steps"]) == ("1 pretraining", "2 supervised", 3, 3)
    assert last["learning_rate"] < first["learning_rate"] == 1e-3
    assert last["eta_seconds"] == 0
    shown = [event for event in lines(tmp_path / "run/events.jsonl") if event["event"] == "training"]
    assert [event["step"] for event in shown] == [one["step"] for one in curve(tmp_path / "run")]
    assert any("1 pretraining: Memory: about" in note and "4 optimiser steps" in note for note in run.notes)


def test_stages_in_one_run_learn_what_two_runs_learn(tmp_path: Path, tiny_model: Path, texts: Path, rows: Path) -> None:
    stages = two_stages(texts, rows)
    train(tmp_path / "both", stages, tiny_model)
    train(tmp_path / "one", stages[0], tiny_model)
    assert weights(tmp_path / "one/model") == weights(tmp_path / "both/stage_models/1")


def test_what_is_done_is_not_done_again(tmp_path: Path, tiny_model: Path, texts: Path, rows: Path) -> None:
    stages = two_stages(texts, rows)
    train(tmp_path / "run", stages, tiny_model)
    made = (tmp_path / "run/stage_models/1/model.safetensors").stat().st_mtime_ns
    again = [stages[0], stage(rows, **{**FEW, "max_steps": 2})]
    train(tmp_path / "run", again, tiny_model)
    assert (tmp_path / "run/stage_models/1/model.safetensors").stat().st_mtime_ns == made
    assert read_record(tmp_path / "run/model").stages[-1]["steps"] == 2
    assert [one["step"] for one in curve(tmp_path / "run") if one["stage"] == "2 supervised"][-1] == 2


def test_steps_that_are_done_again_stand_in_the_curve_once(tmp_path: Path, tiny_model: Path, rows: Path) -> None:
    wanted = stage(rows, **FEW)
    train(tmp_path / "run", wanted, tiny_model, save_every_steps=2)
    shutil.rmtree(tmp_path / "run/model")  # as if it had been killed before the model was written
    run = train(tmp_path / "run", wanted, tiny_model, save_every_steps=2)
    assert "1 supervised: goes on after step 2 of 4" in run.notes
    steps = [one["step"] for one in curve(tmp_path / "run")]
    assert steps == sorted(set(steps))
    assert steps[-1] == 4


def test_the_seed_decides_everything(tmp_path: Path, tiny_model: Path, rows: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(tmp_path / name, stage(rows, **FEW), tiny_model, seed=seed)
    assert weights(tmp_path / "a/model") == weights(tmp_path / "b/model") != weights(tmp_path / "c/model")


def test_an_adapter_is_trained_on_all_linear_layers_and_the_base_stays(
    tmp_path: Path, tiny_model: Path, texts: Path, rows: Path
) -> None:
    before = weights(tiny_model)
    train(tmp_path / "run", two_stages(texts, rows, lora_rank=4), tiny_model)
    folder = tmp_path / "run/model"
    record, config = read_record(folder), orjson.loads((folder / "adapter_config.json").read_bytes())
    assert record.adapter
    assert (config["r"], config["lora_alpha"], len(config["target_modules"])) == (4, 8, 2 * 7)
    assert Path(config["base_model_name_or_path"]) == tiny_model.resolve()
    assert weights(tiny_model) == before
    assert len(weights(folder)) == 2 * 7 * 2  # the second stage went on with the first one's adapter
    assert load_model(folder, device="cpu").peft_config


def test_where_an_adapter_cannot_go_on_it_is_merged_first(
    tmp_path: Path, tiny_model: Path, texts: Path, rows: Path
) -> None:
    first = stage(texts, kind="pretraining", **{**FEW, "lora_rank": 4})
    train(tmp_path / "run", [first, stage(rows, **FEW)], tiny_model)
    assert is_model_folder(tmp_path / "run/stage_models/1-merged")
    assert not read_record(tmp_path / "run/model").adapter
    train(tmp_path / "other", [first, stage(rows, **{**FEW, "lora_rank": 8})], tiny_model)
    assert load_model(tmp_path / "other/model", device="cpu").peft_config["default"].r == 8


@pytest.fixture
def without_marks(tmp_path: Path) -> Path:
    """A base model that knows no mark of ChatML."""
    return tiny_model_folder(tmp_path / "base", template="plain", layers=1, width=32, heads=2)


def chat(rows: Path, **settings: Any) -> Any:
    return stage(rows, chat_template="chatml", **{**FEW, **settings})


def rows_of_marks(folder: Path) -> Any:
    """What a model has learned of the marks."""
    import torch

    tokenizer, model = load_tokenizer(folder), load_model(folder, device="cpu")
    ids = tokenizer.convert_tokens_to_ids(["<|im_start|>", "<|im_end|>"])
    return model.get_input_embeddings()(torch.tensor(ids)).detach()


@pytest.mark.parametrize("rank", [0, 4], ids=["full", "lora"])
def test_what_a_stage_has_learned_of_new_marks_is_there_in_the_next(
    tmp_path: Path, without_marks: Path, rows: Path, rank: int
) -> None:
    import torch

    still = {"max_steps": 1, "learning_rate": 1e-12, "weight_decay": 0.0, "lora_rank": 0}
    run = train(tmp_path / "run", [chat(rows, lora_rank=rank, learning_rate=1e-2), chat(rows, **still)], without_marks)
    learned, kept = rows_of_marks(tmp_path / "run/stage_models/1"), rows_of_marks(tmp_path / "run/model")
    assert (learned[0] - learned[1]).abs().max() > 1e-3, "they begin alike"
    torch.testing.assert_close(kept, learned)
    assert sum("New to the model's vocabulary: " in note for note in run.notes) == 1


def test_an_adapter_learns_new_marks_in_rows_that_the_base_model_has_to_spare(
    tmp_path: Path, without_marks: Path, rows: Path
) -> None:
    model = load_model(without_marks, device="cpu")
    model.resize_token_embeddings(model.config.vocab_size + 64, mean_resizing=False)
    save_model(model, load_tokenizer(without_marks), tmp_path / "spare", read_record(without_marks))
    train(tmp_path / "run", chat(rows, lora_rank=4, learning_rate=1e-2), tmp_path / "spare")
    start, end = rows_of_marks(tmp_path / "run/model")
    assert (start - end).abs().max() > 1e-3


def test_training_goes_on_from_an_adapter_of_another_run(tmp_path: Path, without_marks: Path, rows: Path) -> None:
    train(tmp_path / "first", chat(rows, lora_rank=4), without_marks)
    train(tmp_path / "same", chat(rows, lora_rank=4), tmp_path / "first/model")
    assert Path(base_of(tmp_path / "same/model")) == without_marks.resolve()
    train(tmp_path / "other", chat(rows, lora_rank=8), tmp_path / "first/model")
    assert Path(base_of(tmp_path / "other/model")).resolve() == tmp_path / "other/stage_models/0-merged"
    for name in ("same", "other"):
        assert load_model(tmp_path / name / "model", device="cpu").peft_config


def test_an_adapter_names_its_base_rightly_however_many_stages_made_it(
    tmp_path: Path, texts: Path, rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages = [stage(texts, kind="pretraining", lora_rank=4, **FEW), *[stage(rows, lora_rank=4, **FEW)] * 2]
    train(tmp_path / "run", stages, "new", new_model=NewModel(layers=1, width=32, heads=2, context=128))
    moved = tmp_path / "elsewhere" / "run"
    shutil.copytree(tmp_path / "run", moved)
    shutil.rmtree(tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    for folder in (moved / "stage_models/2", moved / "model"):
        assert Path(base_of(folder)).resolve() == moved / "base"
        assert load_model(folder, device="cpu").peft_config


def test_conversations_alone_after_texts_are_warned_of(
    tmp_path: Path, tiny_model: Path, texts: Path, rows: Path
) -> None:
    def warned(name: str, stages: list[Any], base: Path) -> list[str]:
        notes = train(tmp_path / name, stages, base).notes
        return [note.split(":")[0] for note in notes if "a model forgets what it has read" in note]

    read, talk = stage(texts, kind="pretraining", **FEW), stage(rows, **FEW)
    mixed = stage(rows, **{**FEW, "data": [{"file": str(rows)}, {"file": str(texts), "share": 0.2}]})
    assert warned("both", [read, talk], tiny_model) == ["2 supervised"]
    assert warned("mixed", [read, mixed], tiny_model) == []
    assert warned("alone", [talk], tiny_model) == []
    assert warned("later", [talk], tmp_path / "both/stage_models/1") == ["1 supervised"]


def test_a_model_without_a_template_is_shown_chatml_and_that_is_said(
    tmp_path: Path, tiny_model: Path, texts: Path, rows: Path
) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(tiny_model, bare)
    (bare / "chat_template.jinja").unlink()
    config = orjson.loads((bare / "tokenizer_config.json").read_bytes())
    del config["chat_template"]
    (bare / "tokenizer_config.json").write_bytes(orjson.dumps(config))
    said = train(tmp_path / "run", stage(rows, **FEW), bare).notes
    assert any("in the manner of chatml" in note and "has no chat template" in note for note in said)
    silent = train(tmp_path / "read", stage(texts, kind="pretraining", **FEW), bare).notes
    assert not any("in the manner of" in note for note in silent)


def test_a_new_model_reads_other_data_anew(tmp_path: Path, texts: Path, rows: Path) -> None:
    shape = NewModel(layers=1, width=32, heads=2, context=128)
    train(tmp_path / "run", stage(texts, kind="pretraining", **FEW), "new", new_model=shape)
    before = weights(tmp_path / "run/base")
    train(tmp_path / "run", stage(rows, **FEW), "new", new_model=shape)
    assert weights(tmp_path / "run/base") != before


def test_a_new_model_reads_as_far_as_its_stages_do_unless_somebody_says_how_far(tmp_path: Path, rows: Path) -> None:
    long = stage(rows, **{**FEW, "sequence_length": 1536})
    train(tmp_path / "run", long, "new", new_model=NewModel(layers=1, width=32, heads=2))
    assert orjson.loads((tmp_path / "run/model/config.json").read_bytes())["max_position_embeddings"] == 1536
    with pytest.raises(UsageError, match="the model reads 128 tokens at most"):
        train(tmp_path / "said", long, "new", new_model=NewModel(layers=1, width=32, heads=2, context=128))


@pytest.mark.parametrize(
    ("device", "message"),
    [("gpu", "There is no device 'gpu': auto, cpu"), ("cuda:9", "cuda:9 (wants|is asked for)")],
)
def test_a_device_that_is_not_there_is_refused(
    tmp_path: Path, tiny_model: Path, rows: Path, device: str, message: str
) -> None:
    with Run(tmp_path / "run") as run, pytest.raises(UsageError, match=message):
        train_pipeline(run, [stage(rows, **FEW)], base_model=str(tiny_model), device=device)


def test_weight_decay_leaves_norms_alone_and_lora_learns_at_ten_times_the_rate(rows: Path) -> None:
    assert stage(rows, lora_rank=8).rate(from_nothing=False) == 10 * stage(rows).rate(from_nothing=False)


def test_held_out_rows_are_measured_after_each_epoch(tmp_path: Path, tiny_model: Path, rows: Path) -> None:
    held_out = write_rows(tmp_path / "held-out.jsonl", conversations(facts()[:5]))
    wanted = stage(rows, epochs=2, batch_tokens=512, held_out=[{"file": str(held_out)}])
    train(tmp_path / "run", wanted, tiny_model)
    measured = [one["held_out_loss"] for one in curve(tmp_path / "run") if "held_out_loss" in one]
    assert len(measured) == 2
    assert read_record(tmp_path / "run/model").stages[0]["held_out_loss"] == measured[-1]


def test_the_newest_checkpoints_stay(tmp_path: Path, tiny_model: Path, rows: Path) -> None:
    train(tmp_path / "run", stage(rows, **{**FEW, "max_steps": 6}), tiny_model, save_every_steps=1, keep_checkpoints=2)
    kept = sorted(path.name for path in (tmp_path / "run/checkpoints").iterdir())
    assert kept == ["1-supervised-step-000004", "1-supervised-step-000005"]


def test_a_sample_only_forecasts(tmp_path: Path, tiny_model: Path, rows: Path) -> None:
    with Run(tmp_path / "run", sample=5, work="sample") as run:
        train_pipeline(run, [stage(rows, **FEW)], base_model=str(tiny_model), preset="cpu")
    assert "4 optimiser steps" in "".join(run.notes)
    assert "too few to learn much" in "".join(run.notes)
    assert not (tmp_path / "run/model").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sequence_length": 4096}, "sequence_length is 4096, and the model reads 256 tokens at most"),
        ({"data": [{"file": "nowhere.jsonl"}]}, "nowhere.jsonl does not exist"),
        ({"chat_template": "chatlm"}, "No chat template 'chatlm'"),
    ],
)
def test_mistakes_show_before_anything_is_trained(
    tmp_path: Path, tiny_model: Path, rows: Path, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        train(tmp_path / "run", [stage(rows, **FEW), stage(rows, **{**FEW, **settings})], tiny_model)
    assert not (tmp_path / "run/stage_models").exists()


def test_stages_agree_on_one_chat_template(tmp_path: Path, tiny_model: Path, rows: Path) -> None:
    stages = [stage(rows, chat_template=name, **FEW) for name in ("chatml", "llama3")]
    with pytest.raises(UsageError, match="different chat templates"):
        train(tmp_path / "run", stages, tiny_model)


def test_the_shape_of_a_new_model_is_for_new_models(tmp_path: Path, tiny_model: Path, rows: Path) -> None:
    with pytest.raises(UsageError, match="write base_model: new"):
        train(tmp_path / "run", stage(rows, **FEW), tiny_model, new_model=NewModel())


def test_a_quantised_base_needs_bitsandbytes(tmp_path: Path, tiny_model: Path, rows: Path) -> None:
    with pytest.raises(UsageError, match="bitsandbytes"):
        train(tmp_path / "run", stage(rows, **{**FEW, "quantised": "4bit", "lora_rank": 4}), tiny_model)

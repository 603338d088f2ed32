"""Model folders: whole or not there, self-contained, and honest about what is wrong with them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from finetuning.folder_swap import new_folder
from finetuning.model_folder import (
    TrainingRecord,
    check_source,
    fit_embeddings,
    is_model_folder,
    load_model,
    load_tokenizer,
    new_token_ids,
    read_record,
    save_model,
    stop_ids,
    template_of,
)
from finetuning.new_model import NewModel, new_model
from generation_functions.chat_templates import ChatTemplate, load_template
from generation_functions.errors import StorageError, UsageError
from tests.conftest import PROJECT
from tests.support.small_disk import files_no_larger_than
from tests.support.tiny_models import tiny_model_folder

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")
MESSAGES = [{"role": "user", "content": "Who built it?"}, {"role": "assistant", "content": "Ada Finch."}]


def logits(model: Any, tokenizer: Any) -> Any:
    import torch

    with torch.no_grad():
        return model(torch.tensor([tokenizer.encode("The bridge at Verrano")])).logits


def assert_same(found: ChatTemplate, wanted: ChatTemplate) -> None:
    assert (found.name, found.digest, found.stops) == (wanted.name, wanted.digest, wanted.stops)
    assert (found.marks, found.tokens, found.bos_token) == (wanted.marks, wanted.tokens, wanted.bos_token)


@pytest.fixture
def copied(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def test_a_folder_tells_other_tools_all_that_they_need(tiny_model: Path) -> None:
    config = json.loads((tiny_model / "tokenizer_config.json").read_text(encoding="utf-8"))
    template = (tiny_model / "chat_template.jinja").read_text(encoding="utf-8")
    assert template == config["chat_template"] == load_template("chatml").source
    assert config["tokenizer_class"] == "PreTrainedTokenizerFast"
    assert config["eos_token"] == "<|im_end|>"
    tokenizer = load_tokenizer(tiny_model)
    generation = json.loads((tiny_model / "generation_config.json").read_text(encoding="utf-8"))
    assert generation["eos_token_id"][0] == tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert generation["eos_token_id"] == stop_ids(tokenizer)
    assert (tiny_model / "model.safetensors").stat().st_mode & 0o777 == (
        tiny_model / "config.json"
    ).stat().st_mode & 0o777


def test_transformers_alone_reads_it_and_stops_where_the_template_does(tiny_model: Path) -> None:
    from transformers import AutoTokenizer, GenerationConfig

    tokenizer = AutoTokenizer.from_pretrained(str(tiny_model))
    assert tokenizer.apply_chat_template(MESSAGES, tokenize=False) == load_template("chatml").render(MESSAGES)
    stops = GenerationConfig.from_pretrained(str(tiny_model)).eos_token_id
    assert tokenizer.decode(stops[0]) == load_template("chatml").stops[0]


def test_the_record_comes_back(tiny_model: Path, tmp_path: Path) -> None:
    model, tokenizer = load_model(tiny_model), load_tokenizer(tiny_model)
    record = TrainingRecord(
        base_model="Qwen/Qwen3-0.6B-Base",
        chat_template="chatml",
        stops=("<|im_end|>",),
        stages=[{"kind": "supervised", "steps": 12, "final_loss": 0.5}],
        parameters=7,
    )
    save_model(model, tokenizer, tmp_path / "model", record)
    assert read_record(tmp_path / "model") == record
    assert read_record(tmp_path) == TrainingRecord()
    (tmp_path / "training.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match=r"training\.json cannot be read: .*train again"):
        read_record(tmp_path)


def test_the_template_comes_back_by_its_name(tiny_model: Path, tmp_path: Path) -> None:
    assert_same(template_of(tiny_model), load_template("chatml"))
    mistral = tiny_model_folder(tmp_path / "mistral", template="mistral", layers=1, width=32, heads=2)
    assert_same(template_of(mistral), load_template("mistral"))


def test_a_template_that_only_the_tokenizer_knows_is_found_too(copied: Path) -> None:
    (copied / "chat_template.jinja").unlink()
    assert template_of(copied).render(MESSAGES) == load_template("chatml").render(MESSAGES)
    config = json.loads((copied / "tokenizer_config.json").read_text(encoding="utf-8"))
    del config["chat_template"]
    (copied / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(UsageError, match=r"has no chat template\. Name one: chat_template: chatml"):
        template_of(copied)


# -- whole or not there ---------------------------------------------------------------------------------------


def test_a_save_replaces_all_of_what_was_there(copied: Path) -> None:
    (copied / "left-over.txt").write_text("of an earlier save", encoding="utf-8")
    model, tokenizer = load_model(copied), load_tokenizer(copied)
    before = logits(model, tokenizer)
    save_model(model, tokenizer, copied, read_record(copied))
    assert not (copied / "left-over.txt").exists()
    assert logits(load_model(copied), tokenizer).equal(before)
    assert [path.name for path in copied.parent.iterdir()] == ["model"]


def test_a_kill_while_saving_leaves_the_old_model_whole(copied: Path) -> None:
    script = f"""
import os, signal, sys
sys.path.insert(0, {str(PROJECT)!r})
from pathlib import Path
from finetuning.folder_swap import new_folder
with new_folder(Path({str(copied)!r})) as new:
    (new / "config.json").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    before = {path.name: path.read_bytes() for path in copied.iterdir()}
    killed = subprocess.run([sys.executable, "-c", script], cwd=copied.parent, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert {path.name: path.read_bytes() for path in copied.iterdir()} == before
    assert check_source(copied) == str(copied)
    with new_folder(copied) as new:
        assert list(new.iterdir()) == [], "what the killed process left behind"
        (new / "fresh").touch()
    assert [path.name for path in copied.parent.iterdir()] == ["model"]


def test_a_full_disk_leaves_the_old_model_whole_and_says_so(copied: Path) -> None:
    model, tokenizer = load_model(copied), load_tokenizer(copied)
    before = {path.name: path.read_bytes() for path in copied.iterdir()}
    with files_no_larger_than(100_000), pytest.raises(StorageError, match=r"cannot be written: .*still there"):
        save_model(model, tokenizer, copied, read_record(copied))
    assert {path.name: path.read_bytes() for path in copied.iterdir()} == before
    assert [path.name for path in copied.parent.iterdir()] == ["model"]


def test_a_kill_between_two_renames_is_mended_by_whoever_looks_next(copied: Path) -> None:
    copied.rename(copied.with_name(".model.old"))
    assert check_source(copied) == str(copied)
    assert is_model_folder(copied)


def test_an_error_while_saving_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(KeyError), new_folder(tmp_path / "model"):
        raise KeyError("mine")
    assert list(tmp_path.iterdir()) == []


# -- half and foreign folders ---------------------------------------------------------------------------------


def test_what_is_wrong_with_a_folder_is_said(copied: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"No model at .*nowhere\. Give the folder that training wrote"):
        check_source(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"there is no config\.json\. A model is in .*model: give that"):
        check_source(tmp_path)
    (copied / "model.safetensors").rename(tmp_path / "aside")
    with pytest.raises(UsageError, match=r"there is config\.json, and no weights"):
        load_model(copied)
    (copied / "adapter_config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match=r"adapter_config\.json, and no adapter_model\.safetensors"):
        load_model(copied)
    assert not is_model_folder(copied)
    with pytest.raises(UsageError, match="it is a file"):
        check_source(tmp_path / "aside")


def test_a_missing_shard_is_named(copied: Path) -> None:
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (copied / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    (copied / "model.safetensors").rename(copied / "model-00001-of-00002.safetensors")
    with pytest.raises(UsageError, match=r"model-00002-of-00002\.safetensors missing \(1 of its weight files\)"):
        load_model(copied)


def test_damaged_files_are_named_with_what_to_do(copied: Path) -> None:
    weights = copied / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(UsageError, match=r"The weights in .* are damaged: .*Copy or train the model again"):
        load_model(copied)
    (copied / "tokenizer.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match=r"The tokenizer in .* cannot be loaded: .*Copy or train it again"):
        load_tokenizer(copied)
    (copied / "config.json").write_text('{"model_type": "nobody-knows"}', encoding="utf-8")
    with pytest.raises(UsageError, match="nobody-knows"):
        load_model(copied)


def test_a_models_own_code_is_never_run(copied: Path) -> None:
    config = json.loads((copied / "config.json").read_text(encoding="utf-8"))
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.Own", "AutoModelForCausalLM": "own.Own"}}
    (copied / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (copied / "own.py").write_text(f"open({str(copied / 'ran')!r}, 'w')", encoding="utf-8")
    with pytest.raises(UsageError, match="program code of its own, which Augmentoolkit does not run"):
        load_model(copied)
    assert not (copied / "ran").exists()


# -- new tokens ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def without_marks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base model that does not know ChatML."""
    folder = tmp_path_factory.mktemp("base") / "plain"
    return tiny_model_folder(folder, template="plain", layers=1, width=32, heads=2)


def test_marks_that_the_tokenizer_lacks_become_tokens_and_rows_of_the_model(
    without_marks: Path, tmp_path: Path
) -> None:
    import torch

    template = load_template("chatml")
    tokenizer, model = load_tokenizer(without_marks, template), load_model(without_marks)
    old = model.get_input_embeddings().weight.detach().clone()
    assert tokenizer.eos_token == "<|im_end|>"
    assert tokenizer.convert_ids_to_tokens(new_token_ids(tokenizer)) == ["<|im_end|>", "<|im_start|>"]
    note = fit_embeddings(model, tokenizer)
    assert note.startswith("New to the model's vocabulary: <|im_end|>, <|im_start|>. Each starts as the mean")
    new = model.get_input_embeddings().weight.detach()
    assert new.shape[0] == len(tokenizer) == old.shape[0] + 2
    assert torch.equal(new[: len(old)], old)
    torch.testing.assert_close(new[len(old) :], old.mean(0).expand(2, -1))
    save_model(model, tokenizer, tmp_path / "model", TrainingRecord(chat_template="chatml"))
    again = load_tokenizer(tmp_path / "model", template)
    assert new_token_ids(again) == []
    assert fit_embeddings(load_model(tmp_path / "model"), again) == ""
    assert logits(load_model(tmp_path / "model"), again).equal(logits(model, tokenizer))
    assert_same(template_of(tmp_path / "model"), template)


def test_a_matrix_of_its_own_that_writes_tokens_gets_the_rows_too(tmp_path: Path) -> None:
    import torch

    shape = NewModel(layers=1, width=32, heads=2, vocabulary_size=300, shared_embeddings=False)
    model, plain = new_model(shape, ["some words, and some more"], load_template("plain"))
    save_model(model, plain, tmp_path / "model", TrainingRecord())
    model, tokenizer = load_model(tmp_path / "model"), load_tokenizer(tmp_path / "model", load_template("chatml"))
    fit_embeddings(model, tokenizer)
    reads, writes = model.get_input_embeddings().weight, model.get_output_embeddings().weight
    assert reads is not writes
    for matrix in (reads, writes):
        assert matrix.shape[0] == len(tokenizer)
        torch.testing.assert_close(matrix[-1], matrix[:-2].mean(0))


def test_a_model_that_knows_all_marks_is_left_alone(tiny_model: Path) -> None:
    tokenizer, model = load_tokenizer(tiny_model, load_template("chatml")), load_model(tiny_model)
    assert fit_embeddings(model, tokenizer) == ""
    assert model.get_input_embeddings().weight.shape[0] == len(load_tokenizer(tiny_model))


def test_rows_to_spare_are_used_before_new_ones(without_marks: Path) -> None:
    import torch

    tokenizer, model = load_tokenizer(without_marks, load_template("chatml")), load_model(without_marks)
    known = len(tokenizer) - 2
    model.resize_token_embeddings(known + 64, mean_resizing=False)
    fit_embeddings(model, tokenizer)
    rows = model.get_input_embeddings().weight.detach()
    assert rows.shape[0] == known + 64
    others = torch.cat([rows[:known], rows[known + 2 :]])
    torch.testing.assert_close(rows[known : known + 2], others.mean(0).expand(2, -1))


def test_a_model_whose_makers_set_a_temperature_and_no_sampling_is_saved_all_the_same(
    tiny_model: Path, tmp_path: Path
) -> None:
    model = load_model(tiny_model)
    model.generation_config.temperature = 0.6
    model.generation_config.do_sample = False
    save_model(model, load_tokenizer(tiny_model), tmp_path / "model", TrainingRecord())
    saved = json.loads((tmp_path / "model/generation_config.json").read_text(encoding="utf-8"))
    assert (saved["do_sample"], saved["temperature"]) == (True, 0.6)


# -- adapters --------------------------------------------------------------------------------------------------


def test_an_adapter_is_put_on_the_base_model_that_it_was_trained_on(without_marks: Path, tmp_path: Path) -> None:
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    tokenizer, base = load_tokenizer(without_marks, load_template("chatml")), load_model(without_marks)
    fit_embeddings(base, tokenizer)
    lora = LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM", init_lora_weights=False)
    lora.trainable_token_indices = {"embed_tokens": new_token_ids(tokenizer)}
    model = get_peft_model(base, lora).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "trainable_tokens" in name:
                weight += torch.randn_like(weight)
    folder = tmp_path / "adapter"
    save_model(model, tokenizer, folder, TrainingRecord(base_model=str(without_marks), adapter=True))
    assert is_model_folder(folder)
    assert not (folder / "README.md").exists(), "PEFT's form, with nothing filled in"
    assert (folder / "adapter_model.safetensors").stat().st_size < (without_marks / "model.safetensors").stat().st_size
    assert json.loads((folder / "generation_config.json").read_text(encoding="utf-8"))["eos_token_id"][0] == (
        tokenizer.convert_tokens_to_ids("<|im_end|>")
    )
    again = load_model(folder)
    text = "<|im_start|>user\nWho built the bridge?<|im_end|>"
    ids = torch.tensor([tokenizer.encode(text)])
    assert torch.equal(again(ids).logits, model(ids).logits)
    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    (folder / "adapter_config.json").write_text(
        json.dumps(config | {"base_model_name_or_path": str(tmp_path / "gone")}), encoding="utf-8"
    )
    with pytest.raises(UsageError, match=r"No model at .*gone"):
        load_model(folder)


# -- the network -----------------------------------------------------------------------------------------------

GUARD = f"""
import os, sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, {str(PROJECT)!r})
asked = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        asked.append(arguments[0] if event != "socket.connect" else arguments[1])
        raise OSError("the network is blocked")
sys.addaudithook(watch)
from pathlib import Path
from finetuning.model_folder import load_model, load_tokenizer, read_record, save_model, template_of
from finetuning.model_shape import shape_of
from generation_functions.errors import UsageError
folder = Path(sys.argv[1])
"""


def guarded(script: str, *arguments: str | Path, home: Path) -> str:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))},
        "HF_HOME": str(home),
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", GUARD + script, *map(str, arguments)],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_a_path_never_touches_the_network_and_a_hub_name_says_what_to_do_without_one(
    tiny_model: Path, tmp_path: Path
) -> None:
    """Proof 11 of the training design, for loading and saving: nothing phones home."""
    script = """
from peft import LoraConfig, get_peft_model
tokenizer, model = load_tokenizer(folder), load_model(folder)
template_of(folder), shape_of(folder)
adapted = get_peft_model(model, LoraConfig(r=2, target_modules="all-linear"))
save_model(adapted, tokenizer, "adapter", read_record(folder))
save_model(load_model("./adapter").merge_and_unload(), tokenizer, "merged", read_record(folder))
import trl
from huggingface_hub.utils import send_telemetry
send_telemetry("anything")
for slip in ("./nothing", "merged/nothing", "a/b/c"):
    try:
        load_model(slip)
    except UsageError as error:
        assert "No model at" in str(error), error
print("asked", asked)
for load in (load_tokenizer, load_model, shape_of):
    try:
        load("some/model")
    except UsageError as error:
        print(error)
print(len(asked) > 0)
"""
    told = guarded(script, tiny_model, home=tmp_path)
    first, *errors, really_asked = told.splitlines()
    assert first == "asked []"
    assert really_asked == "True", "the guard saw nothing: the test proves nothing"
    for error, what in zip(errors, ("tokenizer", "model", "config"), strict=True):
        assert f"The {what} some/model cannot be loaded from the Hugging Face hub: it cannot be reached" in error
        assert "hf download some/model --local-dir models/model" in error
        assert "give its path" in error

"""Proof 7 of the training design: a merged LoRA differs by at most 1e-5, and the base model stays as it was."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest
import torch
from safetensors.torch import save_file

from finetuning.export.merging import MergedWeights, UnusualAdapterError
from finetuning.export.model_files import find_model, write_model
from finetuning.export.weights import Checkpoint, write_checkpoint
from finetuning.model_folder import (
    TrainingRecord,
    fit_embeddings,
    is_model_folder,
    load_model,
    load_tokenizer,
    read_record,
    save_model,
)
from generation_functions.chat_templates import load_template
from generation_functions.errors import StorageError, UsageError
from tests.support.small_disk import files_no_larger_than

pytestmark = [
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:Model with `tie_word_embeddings=True`:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*ensure_weight_tying.*:UserWarning"),
]
KINDS: dict[str, dict[str, Any]] = {
    "all linear layers": {"target_modules": "all-linear"},
    "rsLoRA, ranks of their own": {
        "target_modules": "all-linear",
        "use_rslora": True,
        "rank_pattern": {"q_proj": 2},
        "alpha_pattern": {"q_proj": 3},
    },
    "DoRA": {"target_modules": ["q_proj", "down_proj"], "use_dora": True},
    "head and embeddings, each its own way": {"target_modules": ["q_proj", "lm_head", "embed_tokens"]},
    "embeddings alone, trained whole": {"target_modules": ["q_proj"], "modules_to_save": ["embed_tokens"]},
    "embeddings and head, trained as one": {
        "target_modules": ["q_proj"],
        "modules_to_save": ["embed_tokens"],
        "ensure_weight_tying": True,
    },
    "single rows of the embeddings": {"target_modules": ["q_proj"], "trainable_token_indices": [3, 7]},
}
IDS = torch.arange(24).reshape(2, 12)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model(IDS).logits
    return found


def adapted(base: Path, folder: Path, config: Any, tokenizer: Any = None) -> Path:
    """An adapter folder with random weights."""
    from peft import get_peft_model

    tokenizer = tokenizer or load_tokenizer(base)
    model = load_model(base, device="cpu")
    fit_embeddings(model, tokenizer)
    model = get_peft_model(model, config)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.requires_grad:
                weight += torch.randn(weight.shape, generator=generator) * 0.05
    save_model(model, tokenizer, folder, TrainingRecord(base_model=str(base), adapter=True, chat_template="chatml"))
    return folder


def lora(**settings: Any) -> Any:
    from peft import LoraConfig

    return LoraConfig(r=4, task_type="CAUSAL_LM", **settings)


def merged(adapter: Path, folder: Path) -> str:
    folder.mkdir()
    return write_model(find_model(str(adapter)), folder)


@pytest.mark.parametrize("settings", KINDS.values(), ids=KINDS)
def test_a_merged_model_computes_what_base_and_adapter_compute(
    tiny_model: Path, tmp_path: Path, settings: dict[str, Any]
) -> None:
    """Proof 7 of the training design: LoRA merge differs by at most 1e-5; base untouched."""
    before = digests(tiny_model)
    adapter = adapted(tiny_model, tmp_path / "adapter", lora(**settings))
    trained = logits(load_model(adapter, device="cpu"))
    assert merged(adapter, tmp_path / "merged") == ""
    assert (logits(load_model(tmp_path / "merged", device="cpu")) - trained).abs().max() <= 1e-5
    assert (logits(load_model(tiny_model, device="cpu")) - trained).abs().max() > 0.01
    assert digests(tiny_model) == before


def test_tokenizer_template_and_stops_go_with_the_merged_model(tiny_model: Path, tmp_path: Path) -> None:
    """Proof 7 of the training design: tokenizer and template saved."""
    adapter = adapted(tiny_model, tmp_path / "adapter", lora(target_modules="all-linear"))
    merged(adapter, tmp_path / "merged")
    tokenizer = load_tokenizer(tmp_path / "merged")
    text = "Who built the bridge at Verrano?<|im_end|>"
    assert tokenizer(text)["input_ids"] == load_tokenizer(tiny_model)(text)["input_ids"]
    assert tokenizer.chat_template == load_template("chatml").source
    settings = orjson.loads((tmp_path / "merged" / "generation_config.json").read_bytes())
    assert settings["eos_token_id"][0] == tokenizer.convert_tokens_to_ids("<|im_end|>")
    record = orjson.loads((tmp_path / "merged" / "training.json").read_bytes())
    assert not record["adapter"]
    assert (tmp_path / "merged" / record["base_model"]).resolve() == tiny_model.resolve()


def test_the_record_says_where_it_came_from_as_seen_from_the_new_place(tiny_model: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_model, tmp_path / "run" / "base")
    adapter = adapted(tmp_path / "run" / "base", tmp_path / "run" / "model", lora(target_modules="all-linear"))
    for name, key in (("training.json", "base_model"), ("adapter_config.json", "base_model_name_or_path")):
        said = orjson.loads((adapter / name).read_bytes())  # as training writes it where both lie in one run
        (adapter / name).write_bytes(orjson.dumps({**said, key: "../base"}))
    (tmp_path / "elsewhere").mkdir()
    merged(adapter, tmp_path / "elsewhere" / "merged")
    record = orjson.loads((tmp_path / "elsewhere" / "merged" / "training.json").read_bytes())
    assert record["base_model"] == "../../run/base"
    assert is_model_folder(tmp_path / "elsewhere" / "merged" / record["base_model"])
    assert find_model(str(adapter)).base_model == "new"  # and what that was made from, which no training has changed


def test_the_record_does_not_tell_where_on_the_disk_things_lie(tiny_model: Path, tmp_path: Path) -> None:
    """An export is what people upload."""
    run = tmp_path / "project/outputs/run"
    shutil.copytree(tiny_model, run / "model")
    data = tmp_path / "project/outputs/data/chat.jsonl"
    told = {
        "base_model": str(tmp_path / "project/models/base"),
        "stages": [{"kind": "supervised", "data": [str(data)]}],
    }
    record = read_record(run / "model").model_copy(update=told)
    (run / "model/training.json").write_text(record.model_dump_json())
    exported = tmp_path / "project/outputs/export/model"
    exported.parent.mkdir()
    merged(run / "model", exported)
    assert str(tmp_path) not in (exported / "training.json").read_text()
    (stage,) = read_record(exported).stages
    assert stage["data"] == [str(data)]
    assert (exported / read_record(exported).base_model).resolve() == tmp_path / "project/models/base"


@pytest.mark.parametrize("base", ["new", "Qwen/Qwen3-0.6B-Base"])
def test_a_name_that_holds_everywhere_stays(tiny_model: Path, tmp_path: Path, base: str) -> None:
    shutil.copytree(tiny_model, tmp_path / "model")
    record = orjson.loads((tmp_path / "model" / "training.json").read_bytes())
    (tmp_path / "model" / "training.json").write_bytes(orjson.dumps({**record, "base_model": base}))
    merged(tmp_path / "model", tmp_path / "merged")
    assert orjson.loads((tmp_path / "merged" / "training.json").read_bytes())["base_model"] == base


def test_rows_of_tokens_that_the_template_added_are_merged_too(tiny_model: Path, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(tiny_model, load_template("llama3"))
    before = len(load_tokenizer(tiny_model))
    new = list(range(before, len(tokenizer)))
    assert new
    config = lora(target_modules=["q_proj"], trainable_token_indices=new)
    adapter = adapted(tiny_model, tmp_path / "adapter", config, tokenizer)
    trained = load_model(adapter, device="cpu")
    merged(adapter, tmp_path / "merged")
    whole = load_model(tmp_path / "merged", device="cpu")
    assert whole.config.vocab_size == len(tokenizer)
    ids = torch.tensor([[*new, 1, 2, 3]])
    with torch.no_grad():
        assert (whole(ids).logits - trained(ids).logits).abs().max() <= 1e-5


def test_an_adapter_on_an_adapter_is_merged_in_order(tiny_model: Path, tmp_path: Path) -> None:
    first = adapted(tiny_model, tmp_path / "first", lora(target_modules=["q_proj"]))
    merged(first, tmp_path / "between")
    second = adapted(tmp_path / "between", tmp_path / "second", lora(target_modules=["v_proj"]))
    wanted = logits(load_model(second, device="cpu"))
    config = orjson.loads((second / "adapter_config.json").read_bytes())
    config["base_model_name_or_path"] = str(first)
    (second / "adapter_config.json").write_bytes(orjson.dumps(config))
    merged(second, tmp_path / "both")
    assert (logits(load_model(tmp_path / "both", device="cpu")) - wanted).abs().max() <= 1e-5


def test_an_adapter_of_another_kind_is_merged_by_peft_and_the_note_says_so(tiny_model: Path, tmp_path: Path) -> None:
    from peft import LoHaConfig

    config = LoHaConfig(r=2, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    adapter = adapted(tiny_model, tmp_path / "adapter", config)
    trained = logits(load_model(adapter, device="cpu"))
    note = merged(adapter, tmp_path / "merged")
    assert note == ("The adapter was merged by PEFT, with the whole model in memory: it is of the kind LOHA, not LORA.")
    assert (logits(load_model(tmp_path / "merged", device="cpu")) - trained).abs().max() <= 1e-5


def test_a_full_disk_while_peft_writes_is_said_as_such(tiny_model: Path, tmp_path: Path) -> None:
    from peft import LoHaConfig

    config = LoHaConfig(r=2, target_modules=["q_proj"], task_type="CAUSAL_LM")
    adapter = adapted(tiny_model, tmp_path / "adapter", config)
    with files_no_larger_than(200_000), pytest.raises(StorageError, match=r"cannot be written: .* Make room"):
        merged(adapter, tmp_path / "merged")


def test_an_adapter_for_another_model_is_no_silent_success(tiny_model: Path, tmp_path: Path) -> None:
    from tests.support.tiny_models import tiny_model_folder

    larger = tiny_model_folder(tmp_path / "larger", layers=3)
    adapter = adapted(larger, tmp_path / "adapter", lora(target_modules=["q_proj"]))
    with Checkpoint(tiny_model) as base, Checkpoint(adapter) as opened:
        with pytest.raises(UnusualAdapterError, match=r"no model\.layers\.2\.self_attn\.q_proj\.weight"):
            MergedWeights(base, opened, tied=True)


def test_weights_are_written_in_files_of_a_size_with_an_index(tiny_model: Path, tmp_path: Path) -> None:
    with Checkpoint(tiny_model) as weights:
        write_checkpoint(weights, tmp_path, shard_bytes=100_000)
        assert len(list(tmp_path.glob("model-*-of-*.safetensors"))) > 2
        with Checkpoint(tmp_path) as again:
            assert sorted(again.names) == sorted(weights.names)
            assert all(torch.equal(again.tensor(name), weights.tensor(name)) for name in weights.names)


def test_weights_of_another_format_or_number_type_are_refused_with_the_way_out(
    tiny_model: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_model, tmp_path / "model")
    with Checkpoint(tiny_model) as opened:
        weights = {name: opened.tensor(name) for name in opened.names}
    eight = {name: weight.to(torch.float8_e4m3fn) for name, weight in weights.items()}
    save_file(eight, tmp_path / "model" / "model.safetensors")
    with pytest.raises(UsageError, match=r"numbers of the type F8_E4M3\. Export a model in one of F64, F32"):
        merged(tmp_path / "model", tmp_path / "eight")
    (tmp_path / "model" / "model.safetensors").unlink()
    torch.save(weights, tmp_path / "model" / "pytorch_model.bin")
    with pytest.raises(UsageError, match=r"has no safetensors files.*\.save_pretrained"):
        merged(tmp_path / "model", tmp_path / "bin")


def test_weights_that_are_quantised_already_are_refused(tiny_model: Path, tmp_path: Path) -> None:
    for path in tiny_model.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    config = orjson.loads((tmp_path / "config.json").read_bytes())
    (tmp_path / "config.json").write_bytes(orjson.dumps({**config, "quantization_config": {"bits": 4}}))
    with pytest.raises(UsageError, match="quantised already"):
        find_model(str(tmp_path))

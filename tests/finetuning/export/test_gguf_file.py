"""Proof 8 of the training design: GGUF files, read back through transformers and run by llama.cpp itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from finetuning.export.gguf_file import write_gguf
from finetuning.export.gguf_tensors import plan_tensors
from finetuning.export.gguf_vocabulary import read_vocabulary
from finetuning.export.llama_cpp import LlamaCpp, LlamaCppError
from finetuning.export.probing import probe
from finetuning.export.prompts import AWKWARD, CONVERSATIONS, served_render
from finetuning.export.weights import Checkpoint
from finetuning.model_folder import load_model, load_tokenizer, stop_ids
from generation_functions.chat_templates import PRESETS, load_template
from generation_functions.errors import UsageError
from tests.finetuning.export.conftest import PAIRS
from tests.support.tiny_models import TEXTS, tiny_model_folder

SHAPE = {
    "vocab_size": 325,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "initializer_range": 0.2,
    "bos_token_id": None,
    "eos_token_id": None,
    "pad_token_id": None,
}
LLAMA3_ROPE = {
    "rope_type": "llama3",
    "rope_theta": 500.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
LAYERS = ["sliding_attention", "sliding_attention", "full_attention"]
ARCHITECTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("llama", {"head_dim": 32, "attention_bias": True, "rope_parameters": LLAMA3_ROPE}),
    "mistral": ("mistral", {}),
    "qwen2": ("qwen2", {"tie_word_embeddings": True}),
    "qwen3": ("qwen3", {"head_dim": 32}),
    "olmo2": ("olmo2", {}),
    "granite": ("granite", {"attention_multiplier": 0.2, "embedding_multiplier": 3.0, "logits_scaling": 2.0}),
    "gemma": ("gemma", {"head_dim": 16}),
    "gemma2": ("gemma2", {"head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 8}),
    "gemma3": (
        "gemma3_text",
        {"head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 8, "layer_types": LAYERS},
    ),
}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, tiny_model: Path) -> Write:
    def written(folder: Path, file_format: str = "f32", tokenizer: Any = None) -> Path:
        config = AutoConfig.from_pretrained(folder).get_text_config()
        tokenizer = tokenizer or load_tokenizer(tiny_model)
        vocabulary = read_vocabulary(tokenizer, config.vocab_size, stop_ids(tokenizer))
        path = tmp_path / f"{file_format}.gguf"
        with Checkpoint(folder) as weights:
            write_gguf(path, weights, config, vocabulary, file_format=file_format, template=tokenizer.chat_template)  # type: ignore[arg-type]
        return path

    return written


def random_model(folder: Path, kind: str, **settings: Any) -> Any:
    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **{**SHAPE, **settings})).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name or "bias" in name:
                weight += torch.rand(weight.shape) * 0.3
    model.save_pretrained(folder)
    return model


def likeliest(model: Any, ids: list[int], tokens: int) -> list[int]:
    ids = list(ids)
    with torch.no_grad():
        for _ in range(tokens):
            ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
    return ids[-tokens:]


def read_back(path: Path) -> Any:
    return AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32).eval()


@pytest.mark.parametrize(("kind", "settings"), ARCHITECTURES.values(), ids=ARCHITECTURES)
def test_llama_cpp_writes_what_transformers_writes(
    tmp_path: Path, write: Write, kind: str, settings: dict[str, Any]
) -> None:
    """Proof 8 of the training design: greedy tokens of real llama.cpp equal those of the model."""
    model = random_model(tmp_path / "model", kind, **settings)
    ids = list(range(10, 34))
    wanted = likeliest(model, ids, 8)
    with LlamaCpp(write(tmp_path / "model"), 256) as server:
        made = server.go_on(ids, 8)
    assert made.ids == wanted[: len(made.ids)]
    assert made.stopped or len(made.ids) == 8


def test_f32_comes_back_exactly(trained: Path, exported: Path) -> None:
    """Proof 8 of the training design: read back through transformers, f32 exact."""
    model, again = load_model(trained, device="cpu"), read_back(exported / "gguf" / "bridge-expert-f32.gguf")
    ids = torch.tensor([load_tokenizer(trained)(PAIRS[0][0])["input_ids"]])
    with torch.no_grad():
        assert torch.equal(model(ids).logits, again(ids).logits)


@pytest.mark.parametrize("file_format", ["q8_0", "q4_k_m"])
def test_quantised_files_choose_the_same_tokens(trained: Path, exported: Path, file_format: str) -> None:
    """Proof 8 of the training design: read back through transformers, q8_0 (and q4_k_m) top-1 agreement."""
    model, again = load_model(trained, device="cpu"), read_back(exported / "gguf" / f"bridge-expert-{file_format}.gguf")
    tokenizer, template = load_tokenizer(trained), load_template("chatml")
    for question, _ in PAIRS:
        ids = tokenizer(template.render([{"role": "user", "content": question}], True))["input_ids"]
        assert likeliest(again, ids, 8) == likeliest(model, ids, 8)


def test_the_tokenizer_comes_back_too(trained: Path, exported: Path) -> None:
    again = AutoTokenizer.from_pretrained(exported / "gguf", gguf_file="bridge-expert-q8_0.gguf")
    tokenizer = load_tokenizer(trained)
    text = "Who built the bridge? In 1871, Ada Finch."
    assert again(text)["input_ids"] == tokenizer(text)["input_ids"]
    assert (again.eos_token, again.chat_template) == ("<|im_end|>", tokenizer.chat_template)


def test_rows_that_do_not_fit_a_format_get_one_that_they_fit(tmp_path: Path) -> None:
    for width, wanted in ((256, {"F32", "Q4_K", "Q6_K"}), (96, {"F32", "Q5_0", "Q8_0"}), (40, {"F32", "F16"})):
        folder = tmp_path / str(width)
        shape = {"hidden_size": width, "intermediate_size": width, "num_attention_heads": 1, "num_key_value_heads": 1}
        random_model(folder, "llama", **shape)
        with Checkpoint(folder) as weights:
            planned = plan_tensors(weights, AutoConfig.from_pretrained(folder), "q4_k_m")
        assert {tensor.kind.name for tensor in planned} == wanted


def test_every_preset_is_rendered_by_llama_cpp_as_in_training(tmp_path: Path) -> None:
    """Proof 8 of the training design: only a chat template that round-trips is written."""
    for name in PRESETS:
        tokenizer = load_tokenizer(tiny_model_folder(tmp_path / name, template=name))
        found = probe(_vocabulary(tokenizer), tokenizer, [], served_render(load_template(name), tokenizer))
        assert (found.template, found.note) == (tokenizer.chat_template, "")
        assert found.conversations == len(CONVERSATIONS)


def test_a_template_with_a_start_token_is_rendered_without_one_where_the_model_has_none(tiny_model: Path) -> None:
    tokenizer = load_tokenizer(tiny_model, load_template("llama3"))
    assert tokenizer.bos_token is None
    found = probe(_vocabulary(tokenizer), tokenizer, [], served_render(load_template("llama3"), tokenizer))
    assert found.note == ""
    assert found.template is not None
    assert found.template.endswith(load_template("llama3").source)


def test_a_template_that_llama_cpp_renders_otherwise_is_not_written(tiny_model: Path) -> None:
    """Proof 8 of the training design: only a chat template that round-trips is written."""
    tokenizer = load_tokenizer(tiny_model)
    ours = served_render(load_template("chatml"), tokenizer)
    tokenizer.chat_template = load_template("llama3").source  # what the file would have, not what was trained
    found = probe(_vocabulary(tokenizer), tokenizer, [], ours)
    assert found.template is None
    assert found.note.startswith("llama.cpp renders the chat template as ")
    assert "<|start_header_id|>user" in found.note


def _vocabulary(tokenizer: Any) -> Any:
    return read_vocabulary(tokenizer, len(tokenizer), stop_ids(tokenizer))


def sentencepiece_like(texts: tuple[str, ...]) -> Any:
    """A tokenizer as Llama 2's: blanks become a sign, single bytes stand for what is unknown."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    backend.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    backend.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    single = [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=700, special_tokens=["<unk>", "<s>", "</s>", *single], show_progress=False, max_token_length=12
    )
    backend.train_from_iterator(texts, trainer)
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)]
    )
    backend.add_special_tokens([AddedToken("<s>"), AddedToken("</s>")])
    return PreTrainedTokenizerFast(tokenizer_object=backend, bos_token="<s>", eos_token="</s>", unk_token="<unk>")


def test_a_sentencepiece_tokenizer_cuts_texts_alike() -> None:
    tokenizer = sentencepiece_like(TEXTS)
    vocabulary = _vocabulary(tokenizer)
    assert (vocabulary.model, vocabulary.space_first, vocabulary.starts) == ("llama", True, True)
    found = probe(vocabulary, tokenizer, list(TEXTS), None)
    assert found.texts > len(TEXTS) + len(AWKWARD)


def test_a_tokenizer_that_llama_cpp_reads_otherwise_is_found_before_anything_is_written(tiny_model: Path) -> None:
    from dataclasses import replace

    tokenizer = load_tokenizer(tiny_model)
    wrong = replace(_vocabulary(tokenizer), merges=_vocabulary(tokenizer).merges[:5])
    with pytest.raises(UsageError, match=r"into other tokens.*convert_hf_to_gguf\.py"):
        probe(wrong, tokenizer, list(TEXTS), None)


def test_a_tokenizer_with_words_of_its_own_is_refused_with_the_way_out(tiny_model: Path) -> None:
    from tokenizers import Regex, pre_tokenizers

    tokenizer = load_tokenizer(tiny_model)
    own = [pre_tokenizers.Split(Regex("x+"), "isolated"), pre_tokenizers.ByteLevel(use_regex=False)]
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(own)
    with pytest.raises(UsageError, match=r"no name, that we know of, .*convert_hf_to_gguf\.py"):
        _vocabulary(tokenizer)


def test_an_unknown_architecture_is_refused_with_the_way_out(tmp_path: Path, write: Write) -> None:
    config = AutoConfig.for_model("gpt2", n_layer=1, n_head=2, n_embd=16, vocab_size=325)
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path / "model")
    with pytest.raises(UsageError, match=r"this model is gpt2\. .*convert_hf_to_gguf\.py"):
        write(tmp_path / "model")


def test_a_variant_that_llama_cpp_computes_otherwise_is_refused(tmp_path: Path, write: Write) -> None:
    random_model(tmp_path / "model", "gemma2", head_dim=16, query_pre_attn_scalar=100)
    with pytest.raises(UsageError, match="its query_pre_attn_scalar is 100"):
        write(tmp_path / "model")


def test_numbers_beyond_float16_are_refused_in_f16(tmp_path: Path, write: Write) -> None:
    random_model(tmp_path / "model", "llama", initializer_range=0.9, tie_word_embeddings=True)
    with Checkpoint(tmp_path / "model") as weights:
        from safetensors.torch import save_file

        scaled = {name: weights.tensor(name) * 1e6 for name in weights.names}
    save_file(scaled, tmp_path / "model" / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UsageError, match=r"beyond what f16 holds \(65504\)\. Export bf16"):
        write(tmp_path / "model", "f16")


def test_a_file_that_llama_cpp_does_not_load_is_an_error_with_its_words(tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(LlamaCppError, match=r"llama\.cpp and broken\.gguf: it does not load, exit status"):
        with LlamaCpp(tmp_path / "broken.gguf"):
            pass

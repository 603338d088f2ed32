"""Model folders: what training writes and everything after it reads.

config.json, *.safetensors       the model; or adapter_config.json and adapter_model.safetensors, for an adapter
tokenizer.json, tokenizer_config.json
chat_template.jinja              how a conversation becomes text; tokenizer_config.json says the same
generation_config.json           what generating stops at
training.json                    how the model came to be (`TrainingRecord`)

It is a Hugging Face folder, so every tool of that world reads it. A folder is replaced in one go.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from finetuning.folder_swap import new_folder
from finetuning.model_sources import base_of, check_source, explained, is_adapter, is_model_folder, read_json
from finetuning.new_model import END_OF_TEXT
from finetuning.packages import is_path, require, without_old_names
from finetuning.training_record import RECORD_FILE, TrainingRecord, read_record
from generation_functions.chat_templates import ChatTemplate, load_template
from generation_functions.errors import StorageError, UsageError

__all__ = [
    "Quantised",
    "TrainingRecord",
    "check_source",
    "fit_embeddings",
    "is_model_folder",
    "load_model",
    "load_tokenizer",
    "new_token_ids",
    "read_record",
    "save_model",
    "save_weights",
    "stop_ids",
    "template_of",
    "unknown_ids",
]

Quantised = Literal["4bit", "8bit"]
TEMPLATE_FILE = "chat_template.jinja"
_NEW_IDS = "new_token_ids"
_LEGACY_CLASS = "PreTrainedTokenizerFast"  # what transformers before 5 calls TokenizersBackend; both know it


def template_of(source: str | Path) -> ChatTemplate:
    """The chat template that a model was trained with.

    Raises:
        UsageError: It has none, or one that does not suit training.
    """
    folder = Path(check_source(source))
    path = folder / TEMPLATE_FILE
    if path.is_file():
        template = load_template(path)
        return replace(template, name=read_record(folder).chat_template or template.name)
    tokenizer = load_tokenizer(source)
    if not isinstance(tokenizer.chat_template, str):
        raise UsageError(f"{source} has no chat template. Name one: chat_template: chatml")
    with tempfile.TemporaryDirectory() as scratch:
        written = Path(scratch) / TEMPLATE_FILE
        written.write_text(tokenizer.chat_template, encoding="utf-8")
        return load_template(written, bos_token=tokenizer.bos_token or "", eos_token=tokenizer.eos_token or "")


# -- loading -------------------------------------------------------------------------------------------------


def load_tokenizer(source: str | Path, template: ChatTemplate | None = None) -> Any:
    """The tokenizer of a model.

    With `template`, it renders by that template, its end token is what the template ends an answer with, and marks
    of the template that it lacked are tokens now: the model must be fitted to it (`fit_embeddings`).

    Raises:
        UsageError: There is no such model, or it has no tokenizer.
    """
    require("transformers", "tokenizers", source=source)
    from transformers import AutoTokenizer

    name = check_source(source)
    with explained(name, "tokenizer"):
        tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=is_path(source))
    if template:
        _speak(tokenizer, template)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = END_OF_TEXT if END_OF_TEXT in tokenizer.get_vocab() else tokenizer.eos_token
    return tokenizer


def _speak(tokenizer: Any, template: ChatTemplate) -> None:
    """Make a tokenizer use a template, with each of its marks as one token."""
    from tokenizers import AddedToken

    missing = [token for token in template.tokens if not _is_one_token(tokenizer, token)]
    tokenizer.add_tokens([AddedToken(token, special=True, normalized=False) for token in missing])
    setattr(tokenizer, _NEW_IDS, tokenizer.convert_tokens_to_ids(missing))
    tokenizer.chat_template = template.source
    if template.eos_token:
        tokenizer.eos_token = template.eos_token
    elif template.stops[0] in template.tokens:
        tokenizer.eos_token = template.stops[0]


def _is_one_token(tokenizer: Any, token: str) -> bool:
    return list(tokenizer.encode(token, add_special_tokens=False)) == [tokenizer.get_vocab().get(token)]


def load_model(
    source: str | Path,
    *,
    device: str = "auto",
    dtype: str = "auto",
    attention: str | None = None,
    quantised: Quantised | None = None,
) -> Any:
    """A causal language model, in evaluation mode; an adapter on its base model, where the folder holds one.

    Args:
        source: A model folder, an adapter folder, or a model's name on the hub.
        device: auto (an accelerator if there is one), cpu, cuda, cuda:1, mps.
        dtype: auto (float32 on a CPU, else bfloat16 or float16), float32, bfloat16, float16.
        attention: A kernel that transformers knows (sdpa, flash_attention_2, ...); default: its own choice.
        quantised: Weights in 4 or 8 bit (Dettmers et al., 2023); wants a GPU and bitsandbytes.

    Raises:
        UsageError: There is no such model, it is damaged, or it cannot be downloaded.
    """
    extra = ("bitsandbytes",) if quantised else ()
    require("torch", "transformers", "accelerate", *extra, source=source)
    name = check_source(source)
    settings = _how(device, dtype, attention, quantised)
    if is_path(source) and is_adapter(Path(name)):
        return _with_adapter(Path(name), settings)
    return _load(name, settings)


def _how(device: str, dtype: str, attention: str | None, quantised: Quantised | None) -> dict[str, Any]:
    import torch

    found = chosen_device(device)
    kind = found.split(":")[0]
    number = getattr(torch, dtype, None) if dtype != "auto" else _number_type(kind)
    if not isinstance(number, torch.dtype):
        raise UsageError(f"There is no dtype {dtype!r}: auto, float32, bfloat16 or float16.")
    settings: dict[str, Any] = {"dtype": number}
    if kind != "cpu" or quantised:
        settings["device_map"] = {"": found}
    if attention:
        settings["attn_implementation"] = attention
    if quantised:
        from transformers import BitsAndBytesConfig

        settings["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=quantised == "4bit",
            load_in_8bit=quantised == "8bit",
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=number,
        )
    return settings


def chosen_device(device: str = "auto") -> str:
    """A device by name; `auto` is the accelerator, or the CPU where there is none.

    Raises:
        UsageError: There is no such device, or this build of torch cannot use it.
    """
    import torch

    if device != "auto":
        try:
            kind = torch.device(device).type
        except RuntimeError as error:
            raise UsageError(f"There is no device {device!r}: auto, cpu, cuda, cuda:1 or mps.") from error
        if kind == "cuda" and not torch.backends.cuda.is_built():
            raise UsageError(
                f"device: {device} wants a GPU, and the torch that is installed computes on the CPU only. Take cpu or "
                "auto, or install torch for your GPU (docs/training.md says how)."
            )
        return device
    return str(torch.accelerator.current_accelerator()) if torch.accelerator.is_available() else "cpu"


def _number_type(kind: str) -> Any:
    import torch

    if kind == "cpu":
        return torch.float32
    return torch.float16 if kind == "cuda" and not torch.cuda.is_bf16_supported() else torch.bfloat16


def _load(name: str, settings: dict[str, Any]) -> Any:
    from transformers import AutoModelForCausalLM

    with explained(name, "model"), _without_bars():
        return AutoModelForCausalLM.from_pretrained(name, local_files_only=is_path(name), **settings).eval()


def _with_adapter(folder: Path, settings: dict[str, Any]) -> Any:
    require("peft")
    from peft import PeftModel

    base = base_of(folder)
    require(source=base)
    model = _load(check_source(base), settings)
    if (folder / "tokenizer_config.json").is_file():
        tokenizer = load_tokenizer(folder)
        fit_embeddings(model, tokenizer, unknown_ids(tokenizer, base))
    with explained(str(folder), "adapter"), without_old_names():
        return PeftModel.from_pretrained(model, str(folder), local_files_only=True).eval()


def fit_embeddings(model: Any, tokenizer: Any, ids: Sequence[int] | None = None) -> str:
    """Give the model a row for each token that it does not know. Returns a note for people; "" if it knows all.

    Each new row is the mean of the others, so that no new token is likelier than an average one (Hewitt, 2021). The
    rows do not depend on chance: a base model that is fitted again is the same, which adapters rely on.

    Args:
        model: Of which the rows are made anew.
        tokenizer: What it is to read.
        ids: Those it does not know (`unknown_ids`); default: those that `load_tokenizer` added. A token that the model
            has learned must not be among them: what it has learned would be lost.
    """
    import torch

    ids = new_token_ids(tokenizer) if ids is None else list(ids)
    if not ids:
        return ""
    known = torch.ones(model.get_input_embeddings().weight.shape[0], dtype=torch.bool)
    known[[number for number in ids if number < len(known)]] = False  # some models have rows to spare
    if max(ids) >= len(known):
        model.resize_token_embeddings(max(ids) + 1, mean_resizing=False)
    with torch.no_grad():
        for layer in (model.get_input_embeddings(), model.get_output_embeddings()):
            if layer is not None:
                weight = layer.weight
                old = weight[: len(known)][known.to(weight.device)]
                weight[ids] = old.mean(0, dtype=torch.float32).to(weight.dtype)
    names = ", ".join(tokenizer.convert_ids_to_tokens(ids))
    return f"New to the model's vocabulary: {names}. Each starts as the mean of all other tokens."


def new_token_ids(tokenizer: Any) -> list[int]:
    """Ids of the tokens that `load_tokenizer` added for the template: the model has not learned them yet."""
    return list(getattr(tokenizer, _NEW_IDS, ()))


def unknown_ids(tokenizer: Any, source: str | Path) -> list[int]:
    """Ids of a tokenizer's tokens that the tokenizer of the model `source` has not."""
    known = load_tokenizer(source).get_vocab()
    return sorted(set(tokenizer.get_vocab().values()) - set(known.values()))


@contextmanager
def _without_bars() -> Iterator[None]:
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


# -- saving --------------------------------------------------------------------------------------------------


def save_model(model: Any, tokenizer: Any, folder: str | Path, record: TrainingRecord) -> None:
    """Write a model folder, or an adapter folder for a model of PEFT's; replaces the one that is there.

    Raises:
        StorageError: It cannot be written; what was there before is still there.
    """
    from safetensors import SafetensorError

    folder = Path(folder).expanduser()
    try:
        with new_folder(folder) as new, _without_bars():
            _write_model(model, tokenizer, new)
            _write_tokenizer(tokenizer, new)
            (new / RECORD_FILE).write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except SafetensorError as error:  # its own way to say that the disk is full
        raise StorageError(
            f"{folder} cannot be written: {error}. What was there before is still there. Make room, and run the same "
            "command again."
        ) from error


def _write_model(model: Any, tokenizer: Any, folder: Path) -> None:
    whole = getattr(model, "generation_config", None)
    if whole is not None:
        whole.eos_token_id = stop_ids(tokenizer)
        whole.bos_token_id, whole.pad_token_id = tokenizer.bos_token_id, tokenizer.pad_token_id
        _make_valid(whole)
    save_weights(model, folder)
    if hasattr(model, "peft_config") and whole is not None:
        whole.save_pretrained(folder)


def save_weights(model: Any, folder: Path) -> None:
    """Write a model, or the adapter alone of a model of PEFT's, as the libraries do."""
    if not hasattr(model, "peft_config"):
        model.save_pretrained(folder)
        return
    # By itself it asks the hub whether rows were added; those are made anew when the adapter is loaded.
    model.save_pretrained(folder, save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)  # a form with nothing filled in


def _make_valid(generation: Any) -> None:
    """Published models set a temperature and say that none is used: transformers refuses to save that."""
    try:
        generation.validate(strict=True)
    except ValueError:
        generation.do_sample = True


def stop_ids(tokenizer: Any) -> list[int]:
    """Tokens that end generating: the end of an answer first, and the end of a text."""
    ids = [tokenizer.eos_token_id, tokenizer.get_vocab().get(END_OF_TEXT)]
    return list(dict.fromkeys(number for number in ids if number is not None))


def _write_tokenizer(tokenizer: Any, folder: Path) -> None:
    """As transformers does, in a form that its earlier versions and other tools read too."""
    tokenizer.save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    config = read_json(path)
    if config.get("tokenizer_class") == "TokenizersBackend":
        config["tokenizer_class"] = _LEGACY_CLASS
    if isinstance(config.get("extra_special_tokens"), list):
        config["additional_special_tokens"] = config.pop("extra_special_tokens")
    if isinstance(tokenizer.chat_template, str):
        config["chat_template"] = tokenizer.chat_template
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

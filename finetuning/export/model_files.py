"""One self-contained model folder out of a model, or of a base model and its adapters."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetuning.export.merging import EMBEDDINGS, MergedWeights, UnusualAdapterError
from finetuning.export.weights import Checkpoint, Weights, write_checkpoint
from finetuning.model_folder import load_model, load_tokenizer, stop_ids
from finetuning.model_sources import base_of, check_source, is_adapter, is_model_folder, read_json
from finetuning.new_model import NEW
from finetuning.packages import is_path, require
from finetuning.training_record import RECORD_FILE, read_record, record_text
from generation_functions.errors import StorageError, UsageError

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "tokenizer.model",
)
_WANTED = ["*.json", "*.safetensors", "*.jinja", "*.txt", "tokenizer.model"]
_MOST_ADAPTERS = 8


@dataclass(frozen=True)
class ModelSource:
    """A model that is to be exported.

    Attributes:
        given: As the config names it.
        folders: The base model's, then those of the adapters on it, in order.
        base_model: What it was trained from, for people: hub name, folder, or new. A folder that only hands on what it
            is itself made from, as the start of a model made from nothing does, is passed over.
    """

    given: str
    folders: tuple[Path, ...]
    base_model: str

    @property
    def config(self) -> dict[str, Any]:
        """The base model's config.json."""
        return read_json(self.folders[0] / "config.json")

    @property
    def tokenizer_folder(self) -> Path:
        """The last folder that has a tokenizer."""
        return next(
            (folder for folder in reversed(self.folders) if (folder / "tokenizer_config.json").is_file()),
            self.folders[0],
        )

    def last(self, name: str) -> Path | None:
        """The file of that name in the last folder that has one."""
        found = (folder / name for folder in reversed(self.folders) if (folder / name).is_file())
        return next(found, None)


def find_model(source: str) -> ModelSource:
    """Find a model and all it builds on; a model of the hub is downloaded.

    Raises:
        UsageError: Something is missing, or its weights are quantised already.
    """
    folders: list[Path] = []
    name = source
    while len(folders) <= _MOST_ADAPTERS:
        folder = _folder(name)
        folders.insert(0, folder)
        if not is_adapter(folder):
            break
        name = base_of(folder)
    else:
        raise UsageError(f"{source} is an adapter on an adapter on an adapter ({_MOST_ADAPTERS} deep): {name}.")
    last = folders[-1]
    trained_from = name if len(folders) > 1 else read_record(last).base_model or name
    found = ModelSource(source, tuple(folders), _origin(trained_from, last))
    if "quantization_config" in found.config:
        raise UsageError(
            f"The weights of {name} are quantised already, so an exact export is out of reach. Name the same model "
            "in full precision as base_model_name_or_path in the adapter's adapter_config.json."
        )
    return found


def _origin(base: str, folder: Path) -> str:
    """Where `base`, as a model in `folder` names it, comes from, as far as no training has come between."""
    for _ in range(_MOST_ADAPTERS):
        if base == NEW or not is_path(base):
            break
        place = _place(base, folder)
        record = read_record(place)
        if record.stages or not record.base_model:
            break
        base, folder = record.base_model, place
    return base


def _place(base: str, folder: Path) -> Path:
    """The folder of a base model that a model in `folder` names by a path, which may be relative to that."""
    beside = folder / base
    return beside if base.startswith(".") or is_model_folder(beside) else Path(base).expanduser()


def _folder(source: str) -> Path:
    require("torch", "transformers", "safetensors", source=source)
    name = check_source(source)
    if is_path(source):
        return Path(name)
    from huggingface_hub import snapshot_download

    from finetuning.model_sources import explained

    with explained(name, "model"):
        return Path(snapshot_download(name, allow_patterns=_WANTED))


@contextmanager
def opened(source: ModelSource) -> Iterator[tuple[Weights, bool]]:
    """The weights of a model with all its adapters put in, and whether it reads and writes tokens by one matrix.

    Raises:
        UnusualAdapterError: They cannot be put in tensor by tensor.
    """
    with ExitStack() as stack:
        weights: Weights = stack.enter_context(Checkpoint(source.folders[0]))
        tied = bool(_text_part(source.config).get("tie_word_embeddings", source.config.get("tie_word_embeddings")))
        for before, folder in zip(source.folders, source.folders[1:], strict=False):
            adapter = stack.enter_context(Checkpoint(folder))
            weights = MergedWeights(weights, adapter, _new_ids(before, folder), tied)
            tied = weights.tied
        yield weights, tied


def _new_ids(base: Path, adapter: Path) -> list[int]:
    """Tokens that an adapter's tokenizer has and its base model's has not."""
    if not (adapter / "tokenizer_config.json").is_file():
        return []
    known = set(load_tokenizer(base).get_vocab().values())
    return sorted(set(load_tokenizer(adapter).get_vocab().values()) - known)


def write_model(source: ModelSource, folder: Path, on_tensor: Callable[[int], None] = lambda size: None) -> str:
    """Write a model, adapters merged, with tokenizer, chat template, stops and record. Returns a note, or "".

    Args:
        source: What `find_model` found.
        folder: An empty folder.
        on_tensor: Called with the bytes of each tensor that has been written.
    """
    note = ""
    try:
        with opened(source) as (weights, tied):
            _write_config(source, folder, weights, tied)
            write_checkpoint(weights, folder, on_tensor=on_tensor)
    except UnusualAdapterError as reason:
        note = f"The adapter was merged by PEFT, with the whole model in memory: {reason}."
        _merge_in_memory(source, folder)
    for name in TOKENIZER_FILES:
        path = source.tokenizer_folder / name
        if path.is_file():
            shutil.copyfile(path, folder / name)
    _write_generation_config(source, folder)
    last = source.folders[-1]
    record = read_record(last)
    base = record.base_model or source.base_model
    if base != NEW and is_path(base):
        base = str(_place(base, last).resolve())
    record = record.model_copy(update={"adapter": False, "base_model": base})
    (folder / RECORD_FILE).write_text(record_text(record, folder), encoding="utf-8")
    return note


def _text_part(config: dict[str, Any]) -> dict[str, Any]:
    return config.get("text_config") or config


def _write_config(source: ModelSource, folder: Path, weights: Weights, tied: bool) -> None:
    config = source.config
    config.pop("_name_or_path", None)
    part = _text_part(config)
    if EMBEDDINGS in weights.names:
        part["vocab_size"] = weights.shape(EMBEDDINGS)[0]
    config["tie_word_embeddings"] = tied
    if "tie_word_embeddings" in part:
        part["tie_word_embeddings"] = tied
    _write_json(folder / "config.json", config)


def _write_generation_config(source: ModelSource, folder: Path) -> None:
    tokenizer = load_tokenizer(folder)
    path = source.last("generation_config.json")
    settings = read_json(path) if path else {}
    settings["eos_token_id"] = stops_of(source, tokenizer)
    _write_json(folder / "generation_config.json", settings)


def stops_of(source: ModelSource, tokenizer: Any) -> list[int]:
    """Tokens that end generating: those of the model, the end of an answer first."""
    path = source.last("generation_config.json")
    said = read_json(path).get("eos_token_id") if path else None
    ids = said if isinstance(said, list) else [said] if isinstance(said, int) else []
    return list(dict.fromkeys([*stop_ids(tokenizer)[:1], *ids, *stop_ids(tokenizer)[1:]]))


def _merge_in_memory(source: ModelSource, folder: Path) -> None:
    """PEFT's own way, for adapters of every other kind."""
    import torch
    from safetensors import SafetensorError

    tied = bool(source.config.get("tie_word_embeddings"))
    settings = read_json(source.folders[-1] / "adapter_config.json")
    embeddings = {"embed_tokens", "lm_head"} & {
        str(name).rsplit(".", 1)[-1]
        for name in [*(settings.get("target_modules") or []), *(settings.get("modules_to_save") or [])]
    }
    if tied and embeddings:
        raise UsageError(
            f"{source.given} changes {', '.join(sorted(embeddings))} of a model that reads and writes tokens by one "
            "matrix, with an adapter of a kind that can only be merged by PEFT, which would change both. Use LoRA."
        )
    for path in folder.iterdir():
        path.unlink()
    model = load_model(source.given, device="cpu", dtype="float32").merge_and_unload(safe_merge=True)
    kind = source.config.get("dtype") or source.config.get("torch_dtype") or "float32"
    try:
        model.to(getattr(torch, str(kind))).save_pretrained(folder)
    except SafetensorError as error:  # its own way to say that the disk is full
        raise StorageError(
            f"The merged model cannot be written: {error}. Make room, and run the same command again."
        ) from error


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

"""The two models of an evaluation: which they are, and how they are opened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from finetuning.evaluate.answering import context_of, make_greedy
from finetuning.evaluate.memory import free_memory
from finetuning.evaluate.prompting import Prompting
from finetuning.model_folder import (
    Quantised,
    TrainingRecord,
    check_source,
    chosen_device,
    load_model,
    load_tokenizer,
    read_record,
)
from finetuning.model_sources import base_of, is_adapter, is_model_folder
from finetuning.new_model import NEW
from finetuning.packages import is_path
from generation_functions.errors import UsageError
from generation_functions.records import stable_hash

Role = Literal["before", "after"]
ROLES: tuple[Role, ...] = ("before", "after")
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin", "*.json", "*.jinja")
_OURS = ("training.json",)  # says when, and nothing that a model does


@dataclass(frozen=True)
class Subject:
    """One of the models.

    Attributes:
        role: before or after.
        source: Model folder, adapter folder or name on the hub.
        untrained: Take the model's shape, and random weights.
        digest: Of all that decides what the model says.
    """

    role: Role
    source: str
    digest: str
    untrained: bool = False

    @property
    def name(self) -> str:
        """For people."""
        path = Path(self.source)
        shown = str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else self.source
        return f"{shown}, before any training (random weights)" if self.untrained else shown


@dataclass(frozen=True)
class Loading:
    """How models are loaded; see `load_model`."""

    device: str = "auto"
    dtype: str = "auto"
    quantised: Quantised | None = None


@dataclass(frozen=True)
class Opened:
    """A model in memory."""

    model: Any
    tokenizer: Any
    prompting: Prompting
    stop_ids: tuple[int, ...]

    @property
    def facts(self) -> dict[str, Any]:
        """For evaluation.json."""
        return {
            "parameters": int(self.model.num_parameters()),
            "vocabulary": len(self.tokenizer),
            "context": context_of(self.model),
            "asked_by": self.prompting.description,
            "device": str(self.model.device),
            "dtype": str(self.model.dtype).removeprefix("torch."),
        }


def find_subjects(after: str, before: str | None, loading: Loading) -> tuple[Subject | None, Subject]:
    """The models to compare.

    Args:
        after: The trained one.
        before: The other one; None takes what `after` was trained from, as far as that is known, and "" none.
        loading: How they are loaded.

    Raises:
        UsageError: One of them is not there.
    """
    source = check_source(after)
    base = before if before is not None else _base(source)
    trained = Subject("after", source, _digest(source, loading))
    if base == NEW:
        return Subject("before", source, stable_hash("untrained", trained.digest), untrained=True), trained
    if not base:
        return None, trained
    known = check_source(base)
    if Path(known).exists() and Path(known).resolve() == Path(source).resolve():
        raise UsageError(f"before and after are the same model, {known}. Give the model that training started from.")
    return Subject("before", known, _digest(known, loading)), trained


def _base(source: str) -> str:
    if not is_path(source):
        return ""
    folder = Path(source)
    base = read_record(folder).base_model or (base_of(folder) if is_adapter(folder) else "")
    if base in ("", NEW):
        return base
    beside = folder / base  # training names a base model in its own run's folder relative to the model
    if is_model_folder(beside):
        return str(beside.resolve())
    if base.startswith(".") or (is_path(base) and not is_model_folder(base)):
        raise UsageError(
            f"{folder} says that it was trained from {base}, and no model is there (any more). Say in `before` where "
            f"it is now; or measure {folder} alone: before: ''"
        )
    return base


def _digest(source: str, loading: Loading) -> str:
    """Of a folder's content, so that a model trained again is measured again; of the hub's, the name."""
    # What `auto` stands for depends on the device: results of one are not gone on with on another.
    dtype = loading.dtype if loading.dtype != "auto" else chosen_device(loading.device).partition(":")[0]
    how = (dtype, loading.quantised)
    if not is_path(source):
        return stable_hash(source, how)
    folder = Path(source)
    found = sorted({path for pattern in _WEIGHTS for path in folder.glob(pattern) if path.name not in _OURS})
    digests = []
    for path in found:
        with path.open("rb") as file:
            digests.append((path.name, hashlib.file_digest(file, "blake2b").hexdigest()))
    below = _digest(base_of(folder), loading) if is_adapter(folder) else ""
    return stable_hash(digests, below, how)


@contextmanager
def opened(subject: Subject, loading: Loading, seed: int) -> Iterator[Opened]:
    """The model of a subject, until the block ends: then its memory is free for the other one."""
    tokenizer = load_tokenizer(subject.source)
    model = load_model(subject.source, device=loading.device, dtype=loading.dtype, quantised=loading.quantised)
    if subject.untrained:
        model = _reset(model, seed)
    record = read_record(Path(subject.source)) if is_path(subject.source) else TrainingRecord()
    stops = _stop_ids(model, tokenizer, record)
    make_greedy(model, stops, tokenizer.pad_token_id)
    try:
        yield Opened(model, tokenizer, Prompting(tokenizer, record.stops), stops)
    finally:
        del model
        free_memory()


def _reset(model: Any, seed: int) -> Any:
    """A model of the same shape with the random weights it would start from."""
    import torch

    config = (model.get_base_model() if hasattr(model, "peft_config") else model).config
    device, dtype = model.device, model.dtype
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        from transformers import AutoModelForCausalLM

        return AutoModelForCausalLM.from_config(config).to(device=device, dtype=dtype).eval()


def _stop_ids(model: Any, tokenizer: Any, record: TrainingRecord) -> tuple[int, ...]:
    """What ends an answer: as the folder says, and as the tokenizer and the training do."""
    listed = model.generation_config.eos_token_id if model.generation_config else None
    ids = [listed] if isinstance(listed, int) else list(listed or ())
    ids.append(tokenizer.eos_token_id)
    for stop in record.stops:
        tokens = tokenizer.encode(stop, add_special_tokens=False)
        if len(tokens) == 1:
            ids.append(tokens[0])
    return tuple(dict.fromkeys(number for number in ids if number is not None))

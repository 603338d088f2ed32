"""Putting a LoRA adapter into the weights of its base model, one tensor at a time.

W + alpha / rank * B A (Hu et al., 2021), or alpha / sqrt(rank) (rsLoRA, Kalajdzievski, 2023); with DoRA each row is
then scaled to its learned length (Liu et al., 2024). Rows of new tokens, layers that were trained whole and single
trained rows are put in as well. Sums are made in float32 and kept in the number type of the base model.

The base model's files are only read. Memory needed: a few times the largest tensor.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from finetuning.export.weights import Checkpoint, Shape, Weights
from finetuning.model_sources import read_json
from generation_functions.errors import UsageError

EMBEDDINGS, HEAD = "model.embed_tokens.weight", "lm_head.weight"
_PREFIX = "base_model.model."
_ENDINGS = {  # how an adapter's file names what it holds -> what it is
    ".lora_A.weight": "a",
    ".lora_B.weight": "b",
    ".lora_embedding_A": "embedding_a",
    ".lora_embedding_B": "embedding_b",
    ".lora_magnitude_vector": "magnitude",
    ".token_adapter.trainable_tokens_delta": "rows",
}


class UnusualAdapterError(UsageError):
    """This adapter, or its base model, is none that can be merged tensor by tensor."""


@dataclass
class Change:
    """What an adapter does to one weight: names of the adapter's tensors by what they are."""

    parts: dict[str, str] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    """Which rows `parts["rows"]` are."""


class MergedWeights:
    """The weights of a base model with an adapter put in (see `Weights`).

    Attributes:
        tied: Whether tokens are still read and written by one matrix; an adapter can change that.
    """

    def __init__(self, base: Weights, adapter: Checkpoint, new_ids: Iterable[int] = (), tied: bool = False) -> None:
        """
        Args:
            base: Weights of the base model.
            adapter: The opened adapter folder.
            new_ids: Tokens that the adapter's tokenizer has and the base model has not: their rows are made as
                `fit_embeddings` makes them.
            tied: Whether the base model reads and writes tokens by one matrix.

        Raises:
            UnusualAdapterError: Says what about it is unusual.
        """
        self._base, self._adapter, self._new_ids = base, adapter, sorted(new_ids)
        self._settings = read_json(adapter.folder / "adapter_config.json")
        self._embeddings, self._was_tied = _embeddings(base), tied
        self._changes = self._read_changes(tied)
        self.tied = tied and self._stays_tied()
        self.names = sorted({*base.names} - ({HEAD} if tied else set()) | ({HEAD} if tied and not self.tied else set()))
        missing = [name for name in self._changes if name not in base.names and name != HEAD]
        if missing:
            raise UnusualAdapterError(f"the base model's files have no {missing[0]}, which the adapter changes")

    def shape(self, name: str) -> Shape:
        source = self._source(name)
        shape = self._base.shape(source)
        if self._new_ids and source in (self._embeddings, HEAD):
            return (max(shape[0], self._new_ids[-1] + 1), *shape[1:])
        return shape

    def number_type(self, name: str) -> str:
        return self._base.number_type(self._source(name))

    def tensor(self, name: str) -> Any:
        source = self._source(name)
        weight = self._base.tensor(source)
        if self._new_ids and source in (self._embeddings, HEAD):
            weight = with_mean_rows(weight, self._new_ids)
        change = self._changes.get(name)
        return self._changed(weight, name, change) if change else weight

    def _source(self, name: str) -> str:
        """Which of the base model's tensors `name` comes from."""
        return self._embeddings if name == HEAD and (self._was_tied or HEAD not in self._base.names) else name

    # -- reading the adapter ---------------------------------------------------------------------------------

    def _read_changes(self, tied: bool) -> dict[str, Change]:
        settings = self._settings
        if settings.get("peft_type") != "LORA":
            raise UnusualAdapterError(f"it is of the kind {settings.get('peft_type')}, not LORA")
        unusual = [key for key in ("lora_bias", "alora_invocation_tokens", "arrow_config") if settings.get(key)]
        if unusual:
            raise UnusualAdapterError(f"it has {unusual[0]}")
        changes: dict[str, Change] = defaultdict(Change)
        for key in self._adapter.names:
            module, what = _split(key)
            changes[module].parts[what] = key
        for name, change in changes.items():
            if "rows" in change.parts:
                change.rows = self._trained_rows(name)
        embeddings = changes.get(self._embeddings)
        if tied and embeddings and "rows" in embeddings.parts and HEAD not in changes:
            changes[HEAD] = embeddings  # PEFT trains rows of both at once
        return dict(changes)

    def _trained_rows(self, name: str) -> list[int]:
        rows = self._settings.get("trainable_token_indices")
        if isinstance(rows, dict):
            module = name.removesuffix(".weight")
            rows = next((found for key, found in rows.items() if module.endswith(key)), None)
        if not isinstance(rows, list):
            raise UnusualAdapterError(f"it has trained rows of {name}, and does not say which")
        return rows

    def _stays_tied(self) -> bool:
        """One matrix still does when both uses of it have been changed alike."""
        import torch

        if self._embeddings not in self._changes and HEAD not in self._changes:
            return True
        return bool(torch.equal(self.tensor(self._embeddings), self.tensor(HEAD)))

    # -- putting it in ---------------------------------------------------------------------------------------

    def _changed(self, weight: Any, name: str, change: Change) -> Any:
        import torch

        kind, parts = weight.dtype, {what: self._adapter.tensor(key) for what, key in change.parts.items()}
        if "whole" in parts:
            return parts["whole"].to(kind)
        if "rows" in parts:
            index = torch.tensor(change.rows)
            return weight.index_copy(0, index, parts["rows"].to(kind))
        summed = weight.to(torch.float32, copy=True)
        kinds = ("embedding_a", "embedding_b") if "embedding_a" in parts else ("a", "b")
        first, second = (parts[kind].to(torch.float32) for kind in kinds)
        product = second @ first
        flipped = "embedding_a" in parts or bool(self._settings.get("fan_in_fan_out"))
        summed += (product.T if flipped else product) * self._scale(name, len(first))
        if "magnitude" in parts:
            length = summed.norm(dim=1, keepdim=True)
            summed *= parts["magnitude"].to(torch.float32).reshape(-1, 1) / length
        return summed.to(kind)

    def _scale(self, name: str, rank: int) -> float:
        from peft.utils.other import get_pattern_key

        module = name.removesuffix(".weight")
        patterns = self._settings.get("alpha_pattern") or {}
        alpha = patterns.get(get_pattern_key(list(patterns), module), self._settings["lora_alpha"])
        return float(alpha) / (math.sqrt(rank) if self._settings.get("use_rslora") else rank)


def with_mean_rows(weight: Any, ids: list[int]) -> Any:
    """A matrix with a row for each new token: the mean of the known ones, as `fit_embeddings` has it."""
    import torch

    known = torch.ones(len(weight), dtype=torch.bool)
    known[[number for number in ids if number < len(weight)]] = False
    mean = weight[known].mean(0, dtype=torch.float32).to(weight.dtype)
    larger = torch.zeros((max(len(weight), max(ids) + 1), weight.shape[1]), dtype=weight.dtype)
    larger[: len(weight)] = weight
    larger[ids] = mean
    return larger


def _embeddings(base: Weights) -> str:
    found = [name for name in base.names if name.endswith("embed_tokens.weight")]
    return EMBEDDINGS if EMBEDDINGS in found or len(found) != 1 else found[0]


def _split(key: str) -> tuple[str, str]:
    """Which of the base model's tensors an adapter's tensor is for, and what it does to it."""
    name = key.removeprefix(_PREFIX)
    for ending, what in _ENDINGS.items():
        if name.endswith(ending):
            return f"{name.removesuffix(ending)}.weight", what
    if name == key or ".lora_" in name or ".token_adapter." in name or not name.endswith((".weight", ".bias")):
        raise UnusualAdapterError(f"it holds {key}, which Augmentoolkit does not know")
    return name, "whole"

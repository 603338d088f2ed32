"""LoRA (Hu et al., 2021): a small adapter on all linear layers is trained, and the base model stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from finetuning.model_folder import Quantised
from finetuning.packages import require, without_old_names


class Adapted(Protocol):
    """What an adapter needs to know of a training stage."""

    @property
    def lora_rank(self) -> int | None: ...

    @property
    def alpha(self) -> int: ...

    @property
    def quantised(self) -> Quantised | None: ...


def add_adapter(model: Any, stage: Adapted, seed: int, new_tokens: list[int]) -> Any:
    """`model` with a new adapter, which changes nothing yet.

    Args:
        model: The base model.
        stage: Rank and alpha.
        seed: Of the adapter's first weights.
        new_tokens: Tokens that the base model did not know: their embeddings are trained too.
    """
    require("peft")
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(seed)
    settings = LoraConfig(
        task_type="CAUSAL_LM",
        r=stage.lora_rank,
        lora_alpha=stage.alpha,
        lora_dropout=0.0,
        target_modules="all-linear",
        trainable_token_indices=_embeddings(model, new_tokens) if new_tokens else None,
    )
    with without_old_names():
        return get_peft_model(_ready(model, stage), settings)


def go_on_with_adapter(base: Any, folder: Path, stage: Adapted) -> Any:
    """`base` with the adapter of a folder, to be trained further."""
    require("peft")
    from peft import PeftModel

    with without_old_names():
        return PeftModel.from_pretrained(_ready(base, stage), str(folder), is_trainable=True, local_files_only=True)


def _ready(model: Any, stage: Adapted) -> Any:
    """A quantised model with the parts that are not quantised made fit for training (Dettmers et al., 2023)."""
    if not stage.quantised:
        return model
    from peft import prepare_model_for_kbit_training

    return prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)


def _embeddings(model: Any, tokens: list[int]) -> dict[str, list[int]]:
    """The layers that hold a row for each token, by name."""
    layers = {id(model.get_input_embeddings())}
    if not model.config.tie_word_embeddings and model.get_output_embeddings() is not None:
        layers.add(id(model.get_output_embeddings()))
    return {name.rpartition(".")[2]: tokens for name, layer in model.named_modules() if id(layer) in layers}

"""The sizes of a model that decide how much memory training it takes, without loading its weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetuning.model_sources import base_of, check_source, explained, is_adapter
from finetuning.new_model import NewModel
from finetuning.packages import is_path, require


@dataclass(frozen=True)
class ModelShape:
    """Sizes of a transformer.

    Attributes:
        parameters: All of them; a matrix that reads and writes tokens counts once.
        linear: Those in the linear layers of the blocks, which LoRA adapts and 4 bit shrinks.
        linear_ends: Inputs plus outputs of those layers: an adapter of rank r has r times as many parameters.
        linear_layers: How many such layers a block has.
        layers: Transformer blocks.
        width: Of what goes from block to block.
        query_width: Attention heads times their width.
        key_width: The same of keys, and of values.
        heads: Attention heads.
        inner: Width inside the feed-forward layers that a token goes through.
        vocabulary: Rows of the embedding matrix.
        head_norms: Whether queries and keys are normalised per head, as in Qwen3 and Gemma 3.
    """

    parameters: int
    linear: int
    linear_ends: int
    linear_layers: int
    layers: int
    width: int
    query_width: int
    key_width: int
    heads: int
    inner: int
    vocabulary: int
    head_norms: bool = False

    def adapter(self, rank: int) -> int:
        """Parameters of a LoRA adapter on all linear layers (Hu et al., 2021)."""
        return rank * self.linear_ends


def shape_of(source: str | Path | NewModel) -> ModelShape:
    """The shape of a model folder, an adapter's base, a hub model (its config is downloaded) or one to be made.

    Raises:
        UsageError: There is no such model, or transformers does not know its architecture.
    """
    require("torch", "transformers", source=None if isinstance(source, NewModel) else source)
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    if isinstance(source, NewModel):
        config = source.config()
    else:
        name = check_source(source)
        if is_path(source) and is_adapter(Path(name)):
            return shape_of(base_of(Path(name)))
        with explained(name, "config"):
            config = AutoConfig.from_pretrained(name, local_files_only=is_path(source))
    with explained(str(source), "architecture"), torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    return measured_shape(model)


def measured_shape(model: Any) -> ModelShape:
    """The shape of a model; its weights are not looked at, and an adapter's do not count."""
    import torch

    config = model.config.get_text_config()
    ends = [model.get_input_embeddings(), model.get_output_embeddings()]
    linear = [
        (name, module)
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and module not in ends and "lora_" not in name
    ]
    layers = config.num_hidden_layers
    heads = config.num_attention_heads
    head_width = getattr(config, "head_dim", None) or config.hidden_size // heads
    return ModelShape(
        parameters=sum(weight.numel() for name, weight in model.named_parameters() if "lora_" not in name),
        linear=sum(module.weight.numel() for _, module in linear),
        linear_ends=sum(module.in_features + module.out_features for _, module in linear),
        linear_layers=round(len(linear) / layers),
        layers=layers,
        width=config.hidden_size,
        query_width=heads * head_width,
        key_width=(getattr(config, "num_key_value_heads", None) or heads) * head_width,
        heads=heads,
        inner=_inner(config),
        vocabulary=model.get_input_embeddings().weight.shape[0],
        head_norms=any(name.endswith(("q_norm", "query_norm")) for name, _ in model.named_modules()),
    )


def _inner(config: Any) -> int:
    """For a mixture of experts: of those that a token goes through."""
    expert = getattr(config, "moe_intermediate_size", None)
    if not expert:
        return int(getattr(config, "intermediate_size", None) or 4 * config.hidden_size)
    return int(expert * (getattr(config, "num_experts_per_tok", None) or 1))

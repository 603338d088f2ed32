"""Architectures that llama.cpp and transformers both know, and how the one's words for them become the other's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from generation_functions.errors import UsageError

WAY_OUT = (
    "Leave gguf formats out of `formats`, and convert the merged model with llama.cpp's own script: "
    "python convert_hf_to_gguf.py <output_dir>/model --outfile model.gguf"
)
_LARGEST = {"gemma2": 46, "gemma3_text": 62}
_SILU, _GELU = ("silu", "swish"), ("gelu_pytorch_tanh",)


@dataclass(frozen=True)
class Architecture:
    """An architecture.

    Attributes:
        gguf: llama.cpp's name for it.
        rotated_pairs: It turns neighbouring numbers of queries and keys, where transformers turns the two halves
            (RoPE, Su et al., 2021): rows of those matrices change places.
        norms_from_one: transformers keeps the weights of its norms less one.
        activations: What the feed-forward layers may use.
    """

    gguf: str
    rotated_pairs: bool = False
    norms_from_one: bool = False
    activations: tuple[str, ...] = _SILU


ARCHITECTURES = {  # transformers' model_type -> architecture
    "llama": Architecture("llama", rotated_pairs=True),
    "mistral": Architecture("llama", rotated_pairs=True),
    "qwen2": Architecture("qwen2"),
    "qwen3": Architecture("qwen3"),
    "olmo2": Architecture("olmo2"),
    "granite": Architecture("granite", rotated_pairs=True),
    "gemma": Architecture("gemma", norms_from_one=True, activations=(*_GELU, "gelu")),
    "gemma2": Architecture("gemma2", norms_from_one=True, activations=_GELU),
    "gemma3_text": Architecture("gemma3", norms_from_one=True, activations=_GELU),
}


def architecture_of(config: Any) -> Architecture:
    """The architecture of a transformers config.

    Raises:
        UsageError: It is none of ARCHITECTURES, or a variant that llama.cpp does not compute the same way.
    """
    found = ARCHITECTURES.get(config.model_type)
    if found is None:
        known = ", ".join(ARCHITECTURES)
        raise UsageError(f"GGUF files are written for {known}; this model is {config.model_type}. {WAY_OUT}")
    activation = getattr(config, "hidden_activation", None) or getattr(config, "hidden_act", None)
    problem = ""
    if activation not in found.activations:
        problem = f"its activation is {activation}"
    elif getattr(config, "use_sliding_window", False):
        problem = "it uses a sliding window"
    elif getattr(config, "use_bidirectional_attention", False):
        problem = "it looks at what follows too"
    elif config.model_type in _LARGEST and config.query_pre_attn_scalar != _scalar(config):
        problem = f"its query_pre_attn_scalar is {config.query_pre_attn_scalar}"
    if problem:
        raise UsageError(
            f"llama.cpp computes {config.model_type} otherwise than this model wants: {problem}. {WAY_OUT}"
        )
    return found


def _scalar(config: Any) -> float:
    """What llama.cpp divides by: for the model of 27 B something else, and it knows that one by its layers."""
    largest = config.num_hidden_layers == _LARGEST[config.model_type]
    return float(config.hidden_size / config.num_attention_heads if largest else config.head_dim)


def write_shape(writer: Any, config: Any) -> None:
    """Put sizes, norms, position encoding and what else the architecture asks for into a GGUF file's metadata."""
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(_context(config))
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head_width(config))
    writer.add_value_length(head_width(config))
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    _write_positions(writer, config)
    extra = _EXTRA.get(config.model_type)
    if extra:
        extra(writer, config)


def head_width(config: Any) -> int:
    """Numbers per attention head."""
    return int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)


def _context(config: Any) -> int:
    """Tokens that llama.cpp may take: as "llama" it knows no window, and within one it need not."""
    window = getattr(config, "sliding_window", None) if config.model_type == "mistral" else None
    return int(min(config.max_position_embeddings, window or config.max_position_embeddings))


# -- position encoding ---------------------------------------------------------------------------------------


def rope_of(config: Any, layers: str = "full_attention") -> dict[str, Any]:
    """The settings of the rotary position encoding, of those layers where they differ by layer."""
    settings = dict(config.rope_parameters or {})
    return dict(settings.get(layers, settings))


def _write_positions(writer: Any, config: Any) -> None:
    from gguf import RopeScalingType

    rope = rope_of(config)
    kind = rope.get("rope_type", "default")
    writer.add_rope_dimension_count(int(head_width(config) * rope.get("partial_rotary_factor", 1.0)))
    writer.add_rope_freq_base(float(rope["rope_theta"]))
    if kind == "linear":
        writer.add_rope_scaling_type(RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(float(rope["factor"]))
    elif kind == "yarn":
        writer.add_rope_scaling_type(RopeScalingType.YARN)
        writer.add_rope_scaling_factor(float(rope["factor"]))
        writer.add_rope_scaling_orig_ctx_len(int(rope["original_max_position_embeddings"]))
    elif kind not in ("default", "llama3"):
        raise UsageError(f"GGUF files are not written for position encodings of the type {kind}. {WAY_OUT}")


def rope_factors(config: Any) -> Any:
    """By how much each frequency of Llama 3's position encoding is stretched; None where none is."""
    if rope_of(config).get("rope_type") != "llama3":
        return None
    import torch
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    width = head_width(config)
    plain = 1.0 / rope_of(config)["rope_theta"] ** (torch.arange(0, width, 2, dtype=torch.float32) / width)
    stretched, _ = ROPE_INIT_FUNCTIONS["llama3"](config, "cpu")
    return (plain / stretched).to(torch.float32)


# -- what only one architecture has --------------------------------------------------------------------------


def _gemma2(writer: Any, config: Any) -> None:
    _soft_caps(writer, config)
    writer.add_sliding_window(config.sliding_window)


def _gemma3(writer: Any, config: Any) -> None:
    _soft_caps(writer, config)
    writer.add_sliding_window(config.sliding_window)
    writer.add_sliding_window_pattern([kind == "sliding_attention" for kind in config.layer_types])
    writer.add_rope_freq_base_swa(float(rope_of(config, "sliding_attention")["rope_theta"]))


def _soft_caps(writer: Any, config: Any) -> None:
    if config.attn_logit_softcapping:
        writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
    if config.final_logit_softcapping:
        writer.add_final_logit_softcapping(config.final_logit_softcapping)


def _granite(writer: Any, config: Any) -> None:
    writer.add_attention_scale(config.attention_multiplier)
    writer.add_embedding_scale(config.embedding_multiplier)
    writer.add_residual_scale(config.residual_multiplier)
    writer.add_logit_scale(config.logits_scaling)


_EXTRA: dict[str, Callable[[Any, Any], None]] = {"gemma2": _gemma2, "gemma3_text": _gemma3, "granite": _granite}

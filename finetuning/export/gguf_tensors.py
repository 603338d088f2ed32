"""From the tensors of a model folder to those of a GGUF file: names, order of rows, number types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, Literal

from finetuning.export.gguf_architectures import WAY_OUT, Architecture, architecture_of, rope_factors
from finetuning.export.k_quants import SUPER_BLOCK, quantise_q4_k, quantise_q6_k
from finetuning.export.weights import Shape, Weights
from generation_functions.errors import UsageError

if TYPE_CHECKING:
    from gguf import GGMLQuantizationType

GgufFormat = Literal["f32", "bf16", "f16", "q8_0", "q4_k_m"]
ROPE_FACTORS = "rope_freqs.weight"
_NOT_TEXT = re.compile(r"(^|\.)(vision_tower|vision_model|visual|multi_modal_projector|audio_tower)\.")
_LAYER = re.compile(r"blk\.(\d+)\.")
_SMALL_BLOCK = 32


@dataclass(frozen=True)
class PlannedTensor:
    """One tensor of a GGUF file that is to be written.

    Attributes:
        name: In the GGUF file.
        source: In the model folder.
        shape: The same in both.
        kind: Number type in the file.
    """

    name: str
    source: str
    shape: Shape
    kind: GGMLQuantizationType

    @property
    def bytes(self) -> int:
        from gguf import GGML_QUANT_SIZES

        block, size = GGML_QUANT_SIZES[self.kind]
        return prod(self.shape) // int(block) * int(size)


def plan_tensors(weights: Weights, config: Any, file_format: GgufFormat) -> list[PlannedTensor]:
    """Every tensor of the GGUF file, in order.

    Raises:
        UsageError: The model has a tensor that its architecture does not have in llama.cpp.
    """
    from gguf import MODEL_ARCH, MODEL_ARCH_NAMES, GGMLQuantizationType, get_tensor_name_map

    layers = config.num_hidden_layers
    wanted = architecture_of(config).gguf
    names = get_tensor_name_map(next(key for key in MODEL_ARCH if MODEL_ARCH_NAMES[key] == wanted), layers)
    sources: dict[str, str] = {}
    for source in weights.names:
        if _NOT_TEXT.search(source) or (source.endswith("lm_head.weight") and config.tie_word_embeddings):
            continue
        name = names.get_name(_plain(source), try_suffixes=(".weight", ".bias"))
        if name is None:
            raise UsageError(f"llama.cpp's {wanted} has no place for the tensor {source}. {WAY_OUT}")
        sources[name] = source
    tied = "output.weight" not in sources
    planned = [
        PlannedTensor(name, source, shape, _kind(name, shape, layers, file_format, tied))
        for name, source in sorted(sources.items(), key=lambda pair: _order(pair[0]))
        for shape in (weights.shape(source),)
    ]
    factors = rope_factors(config)
    if factors is not None:
        planned.insert(0, PlannedTensor(ROPE_FACTORS, "", (len(factors),), GGMLQuantizationType.F32))
    return planned


def _plain(name: str) -> str:
    """The name that a model of text alone would have."""
    return name.replace("language_model.model.", "model.").replace("model.language_model.", "model.")


def _order(name: str) -> tuple[int, int, str]:
    layer = _LAYER.match(name)
    return (1, int(layer[1]), name) if layer else (0 if name.startswith("token_embd") else 2, 0, name)


# -- number types --------------------------------------------------------------------------------------------


def _kind(name: str, shape: Shape, layers: int, file_format: GgufFormat, tied: bool) -> GGMLQuantizationType:
    """As llama.cpp has it: vectors stay float32; where a row does not fit a format's blocks, one that it fits."""
    from gguf import GGMLQuantizationType as Kind

    if file_format == "f32" or len(shape) < 2:
        return Kind.F32
    if file_format in ("f16", "bf16"):
        return Kind.F16 if file_format == "f16" else Kind.BF16
    kind = Kind.Q8_0
    if file_format == "q4_k_m":
        better = _deserves_more(name, layers, tied)
        kind = Kind.Q6_K if better else Kind.Q4_K
        if shape[-1] % SUPER_BLOCK:
            kind = Kind.Q8_0 if better else Kind.Q5_0
    return Kind.F16 if shape[-1] % _SMALL_BLOCK else kind


def _deserves_more(name: str, layers: int, tied: bool) -> bool:
    """What the mixture Q4_K_M keeps in Q6_K: the output, and in half of the layers the matrices that suffer most.

    Those layers are the first and the last eighth, and every third one between them.
    """
    if name == "output.weight" or (tied and name == "token_embd.weight"):
        return True
    if not name.endswith(("attn_v.weight", "ffn_down.weight")):
        return False
    layer, eighth = int(_LAYER.match(name)[1]), layers // 8  # type: ignore[index]
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2


# -- contents ------------------------------------------------------------------------------------------------


def read_tensor(planned: PlannedTensor, weights: Weights, config: Any) -> Any:
    """A planned tensor as the bytes that go into the file, a numpy array.

    Raises:
        UsageError: A number is too large for float16.
    """
    import numpy
    from gguf import GGMLQuantizationType as Kind
    from gguf.quants import quantize

    values = _values(planned, weights, config)
    if planned.kind == Kind.Q4_K:
        return quantise_q4_k(values)
    if planned.kind == Kind.Q6_K:
        return quantise_q6_k(values)
    with numpy.errstate(over="ignore"):
        made = quantize(values, planned.kind)
    if planned.kind == Kind.F16 and not numpy.isfinite(made).all():
        raise UsageError(f"{planned.source} has numbers beyond what f16 holds (65504). Export bf16 instead of f16.")
    return made


def _values(planned: PlannedTensor, weights: Weights, config: Any) -> Any:
    import torch

    if planned.name == ROPE_FACTORS:
        return rope_factors(config).numpy()
    values = weights.tensor(planned.source).to(torch.float32)
    architecture: Architecture = architecture_of(config)
    if architecture.norms_from_one and planned.name.endswith("norm.weight"):
        values = values + 1
    if architecture.rotated_pairs and re.search(r"\.attn_[qk]\.", planned.name):
        heads = config.num_attention_heads if ".attn_q." in planned.name else config.num_key_value_heads
        values = halves_to_pairs(values, heads)
    return values.contiguous().numpy()


def halves_to_pairs(weight: Any, heads: int) -> Any:
    """Rows of each head from (first half, second half) to neighbours: llama.cpp's order for `rotated_pairs`."""
    rows = weight.shape[0]
    return weight.reshape(heads, 2, rows // heads // 2, *weight.shape[1:]).transpose(1, 2).reshape(weight.shape)

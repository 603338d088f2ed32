"""Writing GGUF, the file that llama.cpp, Ollama and LM Studio read: metadata, vocabulary and weights in one.

The weights go through memory one tensor at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from finetuning.export.gguf_architectures import architecture_of, write_shape
from finetuning.export.gguf_tensors import GgufFormat, PlannedTensor, plan_tensors, read_tensor
from finetuning.export.gguf_vocabulary import Vocabulary, write_vocabulary
from finetuning.export.weights import Weights

FILE_TYPES: dict[GgufFormat, str] = {  # llama.cpp's names for kinds of files
    "f32": "ALL_F32",
    "f16": "MOSTLY_F16",
    "bf16": "MOSTLY_BF16",
    "q8_0": "MOSTLY_Q8_0",
    "q4_k_m": "MOSTLY_Q4_K_M",
}
_BYTES_OF_A_TOKEN = 100  # its text, its kind and its merge, with room to spare
_PROBE_WIDTH = 32


def gguf_bytes(weights: Weights, config: Any, file_format: GgufFormat) -> int:
    """How large the file will be, rounded up a little."""
    metadata = _BYTES_OF_A_TOKEN * max(1000, int(config.vocab_size))
    return sum(tensor.bytes for tensor in plan_tensors(weights, config, file_format)) + metadata


def write_gguf(
    path: Path,
    weights: Weights,
    config: Any,
    vocabulary: Vocabulary,
    *,
    file_format: GgufFormat,
    template: str | None = None,
    name: str = "",
    on_tensor: Callable[[int], None] = lambda size: None,
) -> None:
    """Write a model as one GGUF file.

    Args:
        path: Of the file.
        weights: Of the model.
        config: The model's transformers config, that of its text part.
        vocabulary: Its tokenizer.
        file_format: Number type of the weights.
        template: Chat template to put in; None leaves it out.
        name: Of the model, for people.
        on_tensor: Called with the bytes of each tensor that has been written.
    """
    writer = _writer(path, architecture_of(config).gguf, name, file_format)
    write_shape(writer, config)
    write_vocabulary(writer, vocabulary, template)
    planned = plan_tensors(weights, config, file_format)
    _write(writer, planned, lambda tensor: read_tensor(tensor, weights, config), on_tensor)


def write_probe(path: Path, vocabulary: Vocabulary, template: str | None) -> None:
    """Write a file with this vocabulary and template around a model of almost nothing.

    With it, llama.cpp shows in a moment whether it cuts texts and renders conversations as we do, before hours go
    into the real file.
    """
    import numpy
    from gguf import GGMLQuantizationType as Kind

    width, tokens = _PROBE_WIDTH, len(vocabulary.tokens)
    writer = _writer(path, "llama", "probe", "f16")
    for add, value in (
        (writer.add_block_count, 1),
        (writer.add_context_length, 1 << 17),
        (writer.add_embedding_length, width),
        (writer.add_feed_forward_length, width),
        (writer.add_head_count, 1),
        (writer.add_head_count_kv, 1),
        (writer.add_rope_dimension_count, width),
        (writer.add_vocab_size, tokens),
    ):
        add(value)
    writer.add_layer_norm_rms_eps(1e-5)
    write_vocabulary(writer, vocabulary, template)
    planned = [PlannedTensor("token_embd.weight", "", (tokens, width), Kind.F16)]
    planned += [
        PlannedTensor(f"blk.0.{name}.weight", "", (width, width), Kind.F16)
        for name in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
    ]
    planned += [
        PlannedTensor(name, "", (width,), Kind.F32)
        for name in ("blk.0.attn_norm.weight", "blk.0.ffn_norm.weight", "output_norm.weight")
    ]
    numbers = {Kind.F16: numpy.float16, Kind.F32: numpy.float32}
    _write(writer, planned, lambda tensor: numpy.zeros(tensor.shape, numbers[tensor.kind]), lambda size: None)


def _writer(path: Path, architecture: str, name: str, file_format: GgufFormat) -> Any:
    import gguf

    writer = gguf.GGUFWriter(path, architecture)
    writer.add_type("model")
    writer.add_name(name)
    writer.add_file_type(getattr(gguf.LlamaFileType, FILE_TYPES[file_format]))
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    return writer


def _write(
    writer: Any,
    planned: list[PlannedTensor],
    contents: Callable[[PlannedTensor], Any],
    on_tensor: Callable[[int], None],
) -> None:
    import numpy
    from gguf import GGMLQuantizationType as Kind
    from gguf.quants import quant_shape_to_byte_shape

    plain = {Kind.F32: numpy.float32, Kind.F16: numpy.float16}
    for tensor in planned:
        if tensor.kind in plain:
            shape, number = tensor.shape, numpy.dtype(plain[tensor.kind])
        else:
            shape, number = quant_shape_to_byte_shape(tensor.shape, tensor.kind), numpy.dtype(numpy.uint8)
        writer.add_tensor_info(tensor.name, shape, number, tensor.bytes, raw_dtype=tensor.kind)
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for tensor in planned:
            writer.write_tensor_data(contents(tensor))
            on_tensor(tensor.bytes)
    finally:
        writer.close()

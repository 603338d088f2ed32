"""Weights on disk, one tensor in memory at a time: reading a checkpoint, and writing one as safetensors.

safetensors (Hugging Face, 2022): 8 bytes with the length of a JSON header, the header (name, number type, shape and
place of each tensor), and the tensors one behind the other.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from math import prod
from pathlib import Path
from typing import Any, Protocol

from finetuning.model_sources import read_json
from generation_functions.errors import StorageError, UsageError

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"
BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
SHARD_BYTES = 5_000_000_000  # what the hub asks for
_ALIGNMENT = 8
Shape = tuple[int, ...]


class Weights(Protocol):
    """Named tensors that are read when they are asked for."""

    @property
    def names(self) -> list[str]: ...

    def shape(self, name: str) -> Shape: ...

    def number_type(self, name: str) -> str:
        """As safetensors calls it: F32, BF16, F16, ..."""
        ...

    def tensor(self, name: str) -> Any:
        """A torch tensor, on the CPU."""
        ...


class Checkpoint:
    """The safetensors files of a model folder. Use as a context manager.

    Raises:
        UsageError: The folder has none, or they are damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, Any] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Checkpoint:
        from safetensors import SafetensorError, safe_open

        for path in self._paths():
            try:
                file = self._stack.enter_context(safe_open(path, framework="pt"))
            except (SafetensorError, OSError) as error:
                raise UsageError(f"{path} cannot be read: {error}. Copy or train the model again.") from error
            self._files.update(dict.fromkeys(file.keys(), file))
        return self

    def __exit__(self, *_: object) -> None:
        self._files.clear()
        self._stack.close()

    def _paths(self) -> list[Path]:
        if (self.folder / INDEX).is_file():
            files = read_json(self.folder / INDEX).get("weight_map", {}).values()
            return [self.folder / name for name in sorted(set(files))]
        paths = sorted(self.folder.glob("*.safetensors"))
        if not paths:
            raise UsageError(
                f"{self.folder} has no safetensors files, the only weights that can be read bit by bit. Load the model "
                "with transformers and write it anew: AutoModelForCausalLM.from_pretrained(...).save_pretrained(...)"
            )
        return paths

    @property
    def names(self) -> list[str]:
        return list(self._files)

    def shape(self, name: str) -> Shape:
        return tuple(self._files[name].get_slice(name).get_shape())

    def number_type(self, name: str) -> str:
        return str(self._files[name].get_slice(name).get_dtype())

    def tensor(self, name: str) -> Any:
        return self._files[name].get_tensor(name)


def size_of(weights: Weights) -> int:
    """Bytes of all tensors."""
    return sum(_bytes(weights, name) for name in weights.names)


def _bytes(weights: Weights, name: str) -> int:
    kind = weights.number_type(name)
    if kind not in BYTES:
        raise UsageError(f"{name} has numbers of the type {kind}. Export a model in one of {', '.join(BYTES)}.")
    return prod(weights.shape(name)) * BYTES[kind]


def write_checkpoint(
    weights: Weights,
    folder: Path,
    *,
    shard_bytes: int = SHARD_BYTES,
    on_tensor: Callable[[int], None] = lambda size: None,
) -> None:
    """Write every tensor into model.safetensors, or into several files and their index.

    Args:
        weights: What to write.
        folder: It must exist.
        shard_bytes: Largest size of a file, unless a single tensor is larger.
        on_tensor: Called with the bytes of each tensor that has been written.
    """
    shards = _shards(weights, shard_bytes)
    if len(shards) == 1:
        _write_file(weights, shards[0], folder / SINGLE, on_tensor)
        return
    places: dict[str, str] = {}
    for number, names in enumerate(shards, 1):
        file = f"model-{number:05}-of-{len(shards):05}.safetensors"
        _write_file(weights, names, folder / file, on_tensor)
        places.update(dict.fromkeys(names, file))
    index = {"metadata": {"total_size": size_of(weights)}, "weight_map": places}
    (folder / INDEX).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def _shards(weights: Weights, most: int) -> list[list[str]]:
    shards: list[list[str]] = [[]]
    filled = 0
    for name in sorted(weights.names):
        size = _bytes(weights, name)
        if shards[-1] and filled + size > most:
            shards.append([])
            filled = 0
        shards[-1].append(name)
        filled += size
    return shards


def _write_file(weights: Weights, names: Iterable[str], path: Path, on_tensor: Callable[[int], None]) -> None:
    # Wide numbers first keeps every tensor at a multiple of its numbers' width, which some readers want.
    names = sorted(names, key=lambda name: (-BYTES[weights.number_type(name)], name))
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    position = 0
    for name in names:
        end = position + _bytes(weights, name)
        header[name] = {
            "dtype": weights.number_type(name),
            "shape": list(weights.shape(name)),
            "data_offsets": [position, end],
        }
        position = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name in names:
            data = raw_bytes(weights.tensor(name))
            assert len(data) == _bytes(weights, name), name
            file.write(data)
            on_tensor(len(data))


def raw_bytes(tensor: Any) -> memoryview:
    """A tensor's numbers as they lie in memory."""
    import torch

    return memoryview(tensor.contiguous().reshape(-1).view(torch.uint8).numpy())


def check_space(folder: Path, needed: int) -> None:
    """Make sure that `folder`'s disk has room for so many bytes.

    Raises:
        StorageError: It has not; says how much is there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise StorageError(
            f"The export needs {readable(needed)} at {folder}, and {readable(free)} are free. Make room, choose "
            "another output_dir, or fewer formats. Nothing has been written."
        )


def readable(size: float) -> str:
    """Bytes for people: 1.5 GB."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"

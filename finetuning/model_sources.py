"""Where a model comes from: a folder, which must be whole, or a name on the Hugging Face hub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from finetuning.folder_swap import mend
from finetuning.packages import hub_is_shut, is_path
from finetuning.training_record import read_record
from generation_functions.errors import UsageError

_INDEX = "model.safetensors.index.json"


def is_model_folder(path: str | Path) -> bool:
    """Whether a whole model, or a whole adapter, is at `path`."""
    folder = Path(path).expanduser()
    return is_adapter(folder) or _weights_missing(folder) == ""


def check_source(source: str | Path) -> str:
    """The model's folder as text with `~` resolved, or its name on the hub as it is.

    Raises:
        UsageError: It is a path, and no whole model is there; says what is missing and what to do.
    """
    if not is_path(source):
        return str(source)
    folder = Path(source).expanduser()
    mend(folder)
    if not folder.exists():
        raise UsageError(
            f"No model at {folder}. Give the folder that training wrote (<output_dir>/model), "
            "or a model's name on the Hugging Face hub, such as Qwen/Qwen3-0.6B-Base."
        )
    if is_adapter(folder):
        return str(folder)
    missing = _weights_missing(folder)
    if missing:
        inside = folder / "model"
        hint = f"A model is in {inside}: give that." if is_model_folder(inside) else "Copy or train it again."
        raise UsageError(f"{folder} holds no whole model: {missing}. {hint}")
    return str(folder)


def is_adapter(folder: Path) -> bool:
    """Whether an adapter is in a folder."""
    return (folder / "adapter_config.json").is_file() and any(folder.glob("adapter_model.*"))


def _weights_missing(folder: Path) -> str:
    """What keeps a folder from being a whole model; "" if nothing."""
    if not folder.is_dir():
        return "it is a file" if folder.exists() else "it does not exist"
    if (folder / "adapter_config.json").is_file():
        return "there is adapter_config.json, and no adapter_model.safetensors"
    if not (folder / "config.json").is_file():
        return "there is no config.json"
    if (folder / _INDEX).is_file():
        index = read_json(folder / _INDEX)
        gone = sorted({name for name in index.get("weight_map", {}).values() if not (folder / name).is_file()})
        return f"{', '.join(gone[:3])} missing ({len(gone)} of its weight files)" if gone else ""
    if not any(folder.glob("*.safetensors")) and not any(folder.glob("pytorch_model*.bin")):
        return "there is config.json, and no weights (model.safetensors)"
    return ""


def base_of(folder: Path) -> str:
    """The base model of an adapter folder: a hub name, or a folder, which may be relative to the adapter's."""
    base = read_json(folder / "adapter_config.json").get("base_model_name_or_path") or read_record(folder).base_model
    if not base:
        raise UsageError(f"{folder / 'adapter_config.json'} names no base model (base_model_name_or_path).")
    beside = folder / base
    return str(beside) if is_model_folder(beside) and not is_model_folder(base) else str(base)


@contextmanager
def explained(name: str, what: str) -> Iterator[None]:
    """What loading raises, as an error that says what to do."""
    from safetensors import SafetensorError

    try:
        yield
    except SafetensorError as error:
        raise UsageError(f"The weights in {name} are damaged: {error}. Copy or train the model again.") from error
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        if "out of memory" in str(error).lower():
            raise  # nothing is wrong with the model
        lines = str(error).strip().splitlines()
        reason = lines[0].rstrip(".") if lines else type(error).__name__
        if "trust_remote_code" in str(error):
            raise UsageError(
                f"{name} brings program code of its own, which Augmentoolkit does not run. Choose a model whose "
                "architecture transformers knows."
            ) from error
        if is_path(name):
            raise UsageError(f"The {what} in {name} cannot be loaded: {reason}. Copy or train it again.") from error
        if hub_is_shut():
            reason = "it cannot be reached, and the model was not downloaded before"
        raise UsageError(
            f"The {what} {name} cannot be loaded from the Hugging Face hub: {reason}. Check the name and the network; "
            "a model under a licence needs HF_TOKEN. Without a network, download it elsewhere (hf download "
            f"{name} --local-dir models/{name.rsplit('/', 1)[-1]}), copy the folder here and give its path."
        ) from error


def read_json(path: Path) -> dict[str, Any]:
    """The mapping in a JSON file of a model folder."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}. Copy or train the model again.") from error
    if not isinstance(found, dict):
        raise UsageError(f"{path} is not what its name says: it holds no mapping.")
    return found

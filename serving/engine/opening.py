"""Opens the models that a config names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetuning.model_sources import base_of, check_source, explained, is_adapter
from finetuning.packages import is_path, require, without_old_names
from generation_functions.errors import UsageError
from serving.engine.endpoint import EndpointBackend
from serving.engine.llama_cpp import open_gguf
from serving.engine.local import Limits, LocalBackend
from serving.engine.offline import OfflineBackend
from serving.engine.pieces import Backend
from serving.engine.sampling import Sampling
from serving.engine.worker import Engine
from serving.served_models import OFFLINE, ServedModel, Shelf, check_names

_UNKNOWN_CONTEXT = 4096  # where a model does not say how long a text it can read


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a server takes on.

    Attributes:
        slots: Answers that a model writes at once.
        queue: Answers that may wait for a slot, for each model.
        most_tokens: The longest answer.
    """

    slots: int = 16
    queue: int = 64
    most_tokens: int = 1024


def make_shelf(models: Sequence[ServedModel], capacity: Capacity = Capacity()) -> Shelf:
    """The models of a config, none of them open yet.

    Raises:
        UsageError: Two have one name; a folder or a file is missing or not whole.
    """
    check_names([*models])
    bases: dict[tuple[str, ...], _Base] = {}
    openers: dict[str, Callable[[], Awaitable[Backend]]] = {}
    for model in models:
        openers[model.served_name] = _opener(model, capacity, bases)
    return Shelf(openers)


def _opener(
    model: ServedModel, capacity: Capacity, bases: dict[tuple[str, ...], _Base]
) -> Callable[[], Awaitable[Backend]]:
    most = model.max_tokens or capacity.most_tokens
    defaults = Sampling(**model.sampling.model_dump())
    if model.is_endpoint:

        async def open_endpoint() -> Backend:
            name = model.model or model.served_name
            return EndpointBackend(model.source, name, model.secret, most_tokens=model.max_tokens)

        return open_endpoint
    if model.source == OFFLINE:

        async def open_offline() -> Backend:
            return OfflineBackend(most)

        return open_offline
    if model.is_gguf:
        path = Path(model.source)
        if not path.expanduser().is_file():
            raise UsageError(f"No GGUF file at {path}. Give the path of one: outputs/export/gguf/NAME-q8_0.gguf.")
        settings = {"context": model.context, "slots": capacity.slots, "queue": capacity.queue, "most_tokens": most}
        return lambda: open_gguf(path, **settings, defaults=defaults, on_cpu=model.device == "cpu")
    return _local_opener(model, most, defaults, capacity, bases)


def _local_opener(
    model: ServedModel, most: int, defaults: Sampling, capacity: Capacity, bases: dict[tuple[str, ...], _Base]
) -> Callable[[], Awaitable[Backend]]:
    source = check_source(model.source)
    folder = Path(source) if is_path(model.source) and is_adapter(Path(source)) else None
    under = check_source(base_of(folder)) if folder else source
    place = str(Path(under).resolve()) if Path(under).exists() else under
    key = (place, model.device, model.dtype, model.quantised or "")
    base = bases.setdefault(key, _Base(under, model, capacity))
    if folder:
        base.adapters.setdefault(str(folder), f"adapter_{len(base.adapters)}")
    return lambda: base.backend(model, folder, most, defaults)


class _Base:
    """A base model, all adapters on it, and how many of the served models use it."""

    def __init__(self, source: str, like: ServedModel, capacity: Capacity) -> None:
        self.adapters: dict[str, str] = {}  # folder -> name
        self._source, self._like, self._capacity = source, like, capacity
        self._engine: Engine | None = None
        self._users = 0

    async def backend(self, model: ServedModel, folder: Path | None, most: int, defaults: Sampling) -> Backend:
        """The served model; the first one loads the base."""
        if self._engine is None:
            self._engine = await asyncio.to_thread(self._load)
        source = str(folder or self._source)
        tokenizer, stop_ids, stops = await asyncio.to_thread(_speech, source, self._engine.model)
        self._users += 1
        return LocalBackend(
            self._engine,
            tokenizer,
            Limits(_context(self._engine.model, tokenizer, model.context), most),
            adapter=self.adapters[source] if folder else "",
            stop_ids=stop_ids,
            stops=stops,
            defaults=defaults,
            release=self._release,
        )

    async def _release(self) -> None:
        self._users -= 1
        if not self._users and self._engine is not None:
            await self._engine.close()
            self._engine = None

    def _load(self) -> Engine:
        from finetuning.model_folder import fit_embeddings, load_model, load_tokenizer, unknown_ids

        like = self._like
        model = load_model(self._source, device=like.device, dtype=like.dtype, quantised=like.quantised)
        switch = _Switch()
        for folder in self.adapters:
            if (Path(folder) / "tokenizer_config.json").is_file():
                tokenizer = load_tokenizer(folder)
                fit_embeddings(model, tokenizer, unknown_ids(tokenizer, self._source))
        for folder, name in self.adapters.items():
            switch.add(model, folder, name)
        return Engine(model, slots=self._capacity.slots, queue=self._capacity.queue, use_adapter=switch.use)


class _Switch:
    """Puts one adapter at a time on a model. Rows of one adapter are a batch, so a switch comes between batches."""

    def __init__(self) -> None:
        self._adapted: Any = None
        self._active = ""

    def add(self, model: Any, folder: str, name: str) -> None:
        """Load an adapter beside those that are there; none is on afterwards."""
        require("peft")
        from peft import PeftConfig, PeftModel

        with explained(folder, "adapter"), without_old_names():
            if PeftConfig.from_pretrained(folder).is_prompt_learning:
                raise UsageError(f"{folder} is an adapter of prompts, which is not served: train a LoRA adapter.")
            if self._adapted is None:
                self._adapted = PeftModel.from_pretrained(model, folder, adapter_name=name, local_files_only=True)
            else:
                self._adapted.load_adapter(folder, adapter_name=name, local_files_only=True)
        self._adapted.eval()
        self._adapted.base_model.disable_adapter_layers()
        self._active = ""

    def use(self, name: str) -> None:
        """Put an adapter on; "" takes all off."""
        if name == self._active:
            return
        if name:
            self._adapted.base_model.enable_adapter_layers()
            self._adapted.set_adapter(name, inference_mode=True)
        else:
            self._adapted.base_model.disable_adapter_layers()
        self._active = name


def _speech(source: str, model: Any) -> tuple[Any, list[int], list[str]]:
    """The tokenizer of a served model, the tokens that end its answers, and the texts that do."""
    from finetuning.model_folder import load_tokenizer, read_record, stop_ids

    tokenizer = load_tokenizer(source)
    ends = getattr(model.generation_config, "eos_token_id", None)
    found = {*stop_ids(tokenizer), *(ends if isinstance(ends, list) else [ends] if ends is not None else [])}
    texts = []
    vocabulary = tokenizer.get_vocab()
    for stop in read_record(Path(source)).stops if is_path(source) else ():
        if stop in vocabulary:
            found.add(vocabulary[stop])
        else:
            texts.append(stop)
    return tokenizer, sorted(found), texts


def _context(model: Any, tokenizer: Any, wanted: int | None) -> int:
    """Tokens that the model can read: no more than it was made for."""
    config = model.config.get_text_config()
    known = getattr(config, "max_position_embeddings", None) or getattr(tokenizer, "model_max_length", None)
    made_for = known if known and known < 1 << 30 else _UNKNOWN_CONTEXT
    return min(wanted or made_for, made_for)

"""The keys and values of several answers as one batch, which answers enter and leave at any step.

Rows are padded on the left, so that all of them end in the same column and the next tokens form a single column. The
room for columns grows in blocks; memory is only moved when an answer enters or leaves, or a block is full.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

_BLOCK = 128


class BatchLayer:
    """One layer's keys and values, as transformers asks a cache for them: [rows, heads, columns, width] each."""

    is_sliding = False  # nothing is dropped from it: the model's mask hides what lies outside a window
    is_croppable = False
    is_compileable = False
    is_initialized = True

    def __init__(self) -> None:
        self.keys: Any = None
        self.values: Any = None
        self._rooms: tuple[Any, Any] = (None, None)

    def update(self, keys: Any, values: Any, *_: Any, **__: Any) -> tuple[Any, Any]:
        """Append columns. Returns all of them."""
        length = self.get_seq_length()
        end = length + keys.shape[-2]
        if self._rooms[0] is None or end > self._rooms[0].shape[-2]:
            self._rooms = (_room(keys, self.keys, end), _room(values, self.values, end))
        for room, new in zip(self._rooms, (keys, values), strict=True):
            room[:, :, length:end] = new
        self.keys, self.values = (room[:, :, :end] for room in self._rooms)
        return self.keys, self.values

    def get_seq_length(self) -> int:
        return 0 if self.keys is None else int(self.keys.shape[-2])

    def get_max_length(self) -> int:
        return -1

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.get_seq_length() + query_length, 0

    def regroup(self, keep: Sequence[int], length: int, joining: Sequence[BatchLayer]) -> None:
        """Keep the last `length` columns of some rows and append other layers' rows."""
        self._rooms = (
            _regrouped(self.keys, keep, length, [layer.keys for layer in joining]),
            _regrouped(self.values, keep, length, [layer.values for layer in joining]),
        )
        self.keys, self.values = (room[:, :, :length] for room in self._rooms)


def _room(like: Any, old: Any, columns: int) -> Any:
    rows, heads, _, width = like.shape
    room = like.new_zeros(rows, heads, -(-columns // _BLOCK) * _BLOCK, width)
    if old is not None:
        room[:, :, : old.shape[-2]] = old
    return room


def _regrouped(old: Any, keep: Sequence[int], length: int, joining: Sequence[Any]) -> Any:
    like = old if old is not None else joining[0]
    rows = len(keep) + len(joining)
    # Zeros, for what a mask hides is still multiplied: by 0, which makes a number of anything but NaN.
    room = like.new_zeros(rows, like.shape[1], -(-(length + 1) // _BLOCK) * _BLOCK, like.shape[3])
    if keep:
        columns = min(length, old.shape[-2])
        room[: len(keep), :, length - columns : length] = old[list(keep), :, old.shape[-2] - columns :]
    for row, new in enumerate(joining, len(keep)):
        room[row : row + 1, :, length - new.shape[-2] : length] = new
    return room


class Rows(Protocol):
    """The answers of one adapter that are being written."""

    lengths: list[int]

    def join(self, cache: Any, length: int) -> None: ...

    def keep(self, rows: Sequence[int]) -> None: ...

    def step(self, model: Any, tokens: Sequence[int]) -> Any: ...


class JoinedRows:
    """All rows in one forward pass.

    Attributes:
        lengths: Tokens of each row in the cache.
    """

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self._cache: Any = None

    def join(self, cache: Any, length: int) -> None:
        """Take over a prompt that was read on its own, as the last row."""
        if not self.lengths:
            self._cache, self.lengths = cache, [length]
            return
        self._regroup(range(len(self.lengths)), [*self.lengths, length], cache)

    def keep(self, rows: Sequence[int]) -> None:
        """Drop all other rows."""
        if len(rows) == len(self.lengths):
            return
        lengths = [self.lengths[row] for row in rows]
        if lengths:
            self._regroup(rows, lengths)
        else:
            self._cache, self.lengths = None, []

    def _regroup(self, keep: Sequence[int], lengths: list[int], *joining: Any) -> None:
        for number, layer in enumerate(self._cache.layers):
            if isinstance(layer, BatchLayer):
                layer.regroup(keep, max(lengths), [cache.layers[number] for cache in joining])
        self.lengths = lengths

    def step(self, model: Any, tokens: Sequence[int]) -> Any:
        """Read one token per row. Returns the logits of the next: [rows, vocabulary]."""
        import torch

        device = model.device
        columns = max(self.lengths) + 1
        lengths = torch.tensor(self.lengths, device=device).unsqueeze(-1)
        mask = torch.arange(columns, device=device) >= columns - 1 - lengths
        read = model(
            input_ids=torch.tensor(tokens, device=device).unsqueeze(-1),
            attention_mask=mask.long(),
            position_ids=lengths,
            past_key_values=self._cache,
            use_cache=True,
        )
        self.lengths = [length + 1 for length in self.lengths]
        return read.logits[:, -1]


class SeparateRows:
    """A forward pass for each row: for models whose memory is more than keys and values (state spaces)."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self._caches: list[Any] = []

    def join(self, cache: Any, length: int) -> None:
        """Take over a prompt that was read on its own, as the last row."""
        self._caches.append(cache)
        self.lengths.append(length)

    def keep(self, rows: Sequence[int]) -> None:
        """Drop all other rows."""
        self._caches = [self._caches[row] for row in rows]
        self.lengths = [self.lengths[row] for row in rows]

    def step(self, model: Any, tokens: Sequence[int]) -> Any:
        """Read one token per row. Returns the logits of the next: [rows, vocabulary]."""
        import torch

        found = []
        for row, token in enumerate(tokens):
            found.append(read_prompt(model, self._caches[row], [token], self.lengths[row]))
            self.lengths[row] += 1
        return torch.cat(found)


def read_prompt(model: Any, cache: Any, tokens: Sequence[int], start: int) -> Any:
    """Read tokens that follow `start` others. Returns the logits of the next: [1, vocabulary]."""
    import torch

    read = model(
        input_ids=torch.tensor([list(tokens)], device=model.device),
        attention_mask=torch.ones(1, start + len(tokens), dtype=torch.long, device=model.device),
        position_ids=torch.arange(start, start + len(tokens), device=model.device).unsqueeze(0),
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
    )
    return read.logits[:, -1]


def mean_vectors(model: Any, batch: Sequence[Sequence[int]]) -> list[list[float]]:
    """The mean of the last hidden vectors over each row's tokens, scaled to length 1."""
    import torch

    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    longest = max(map(len, batch))
    # Padded on the right: what follows a token does not change its vector.
    ids = torch.zeros(len(batch), longest, dtype=torch.long, device=model.device)
    mask = torch.zeros_like(ids)
    for row, tokens in enumerate(batch):
        ids[row, : len(tokens)] = torch.tensor(tokens, device=model.device)
        mask[row, : len(tokens)] = 1
    hidden = inner.base_model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state.float()
    weight = mask.unsqueeze(-1)
    mean = (hidden * weight).sum(1) / weight.sum(1)
    vectors: list[list[float]] = torch.nn.functional.normalize(mean, dim=-1).cpu().tolist()
    return vectors


def can_join(config: Any) -> bool:
    """Whether all that the model remembers of a text is keys and values of its tokens."""
    from transformers.cache_utils import DummyLayer, DynamicCache, DynamicLayer, DynamicSlidingWindowLayer

    layers = DynamicCache(config=config).layers
    return bool(layers) and all(type(one) in (DynamicLayer, DynamicSlidingWindowLayer, DummyLayer) for one in layers)


def new_cache(config: Any, joined: bool) -> Any:
    """An empty cache of one row."""
    from transformers.cache_utils import Cache, CacheLayerMixin, DummyLayer, DynamicCache

    cache = DynamicCache(config=config)
    if not joined:
        return cache
    CacheLayerMixin.register(BatchLayer)
    return Cache(layers=[layer if type(layer) is DummyLayer else BatchLayer() for layer in cache.layers])

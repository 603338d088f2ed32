"""How many bytes of tensors are alive: what a forecast of memory is held against."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class LiveMemory(TorchDispatchMode):
    """Counts the storages that operations make while it is entered; views of one count once.

    Args:
        before: Tensors that were there before, and do not count.

    Attributes:
        now: Bytes alive.
        peak: The most that were.
    """

    def __init__(self, before: Iterable[Any] = ()) -> None:
        super().__init__()
        self.now = self.peak = 0
        self._before = [tensor.untyped_storage() for tensor in before]
        self._known = {storage._cdata for storage in self._before}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(result):
            if hasattr(leaf, "untyped_storage"):
                self._count(leaf.untyped_storage())
        return result

    def _count(self, storage: Any) -> None:
        key = storage._cdata
        if key in self._known:
            return
        size = storage.nbytes()
        self._known.add(key)
        self.now += size
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self._gone, key, size)

    def _gone(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.now -= size

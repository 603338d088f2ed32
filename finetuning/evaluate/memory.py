"""Smaller batches where the device's memory is short."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from generation_functions.errors import AugmentoolkitError
from generation_functions.run_log import logger


@dataclass
class Attempt:
    """Whether what was tried fitted."""

    done: bool = False


@contextmanager
def halving(owner: Any, setting: str, least: int, advice: str) -> Iterator[Attempt]:
    """Try something; where the device runs out of memory, halve `owner.setting` for the next attempt.

    Raises:
        AugmentoolkitError: It is at its least already, and still too much.
    """
    import torch

    attempt = Attempt()
    try:
        yield attempt
        attempt.done = True
    except torch.OutOfMemoryError as error:
        now = getattr(owner, setting)
        if now <= least:
            raise AugmentoolkitError(
                f"The device's memory does not even hold one sequence beside the model: {str(error).splitlines()[0]} "
                f"{advice} Or load the model smaller (quantised: 4bit), or set device: cpu. What was measured is kept."
            ) from error
        setattr(owner, setting, max(least, now // 2))
    if not attempt.done:  # only now: the error held on to what was allocated
        free_memory()
        logger.info("out of memory: batches are half as large from here on")


def free_memory() -> None:
    """Give back to the device what nothing holds any more."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()

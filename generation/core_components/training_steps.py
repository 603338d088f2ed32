"""Optimiser steps: how many follow from data and batch, and what to say when they are too few to learn from."""

from __future__ import annotations

from generation_functions.datasets.figures import count

FEW_STEPS = 100
"""Fewer move a model little, whatever it is shown."""


def optimiser_steps(tokens: int, epochs: float, batch_tokens: int) -> int:
    """Steps of training that goes `epochs` times over `tokens`; the last one may be smaller."""
    return max(1, int(-(-tokens * epochs // max(1, batch_tokens))))


def few_steps_note(tokens: int, steps: int) -> str:
    """What to say to people about too few steps; "" where there are enough."""
    if steps >= FEW_STEPS:
        return ""
    return (
        f"{tokens:,} tokens give only {count(steps, 'optimiser step')}, too few to learn much from. Add documents, ask "
        "for more variations or generations, raise epochs, or lower batch_tokens."
    )

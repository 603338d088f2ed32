"""What a plan is made of: how much a pipeline would make of some documents, and what to set for a goal.

A pipeline offers plans by a module `planner.py` beside its `pipeline.py`, with a function

    def plan(arguments: Mapping[str, Any], read: ReadCorpus, goal: Goal) -> Plan

`arguments` are those of a checked config; `read` counts what a folder holds, without asking any model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Goal:
    """What somebody wants: training tokens in all, or optimiser steps in each stage; neither asks for the state."""

    tokens: int | None = None
    steps: int | None = None


@dataclass(frozen=True)
class Corpus:
    """What a folder of documents holds, cut as the config says."""

    name: str
    documents: int
    chunks: int
    tokens: int


ReadCorpus = Callable[[str, Path, int, int | None], Corpus]
"""From name, folder, chunk size and limit to what is there."""


@dataclass(frozen=True)
class StagePlan:
    """One training stage: tokens and optimiser steps as the config is, and as the plan would have it."""

    name: str
    tokens: int
    steps: int
    planned_tokens: int
    planned_steps: int


@dataclass(frozen=True)
class Plan:
    """The answer to a goal.

    Attributes:
        corpora: What there is to learn from.
        stages: What comes of it.
        calls: Model calls with the planned settings, repeats not counted.
        settings: What to change in the config: key and value.
        warnings: What will not work well, and what to do about it.
        rates: What the figures rest on, in words.
    """

    corpora: tuple[Corpus, ...]
    stages: tuple[StagePlan, ...]
    calls: int
    settings: tuple[tuple[str, int], ...] = ()
    warnings: tuple[str, ...] = field(default=())
    rates: str = ""

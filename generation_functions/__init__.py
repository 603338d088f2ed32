"""The library that pipelines are written with.

Everything a pipeline needs is here by name. Names are imported when they are first used, so that the command line
answers `--help` without loading what it does not need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generation_functions.client import Answer, Client
    from generation_functions.errors import (
        AugmentoolkitError,
        EmptyStageError,
        RecordFailedError,
        UnusableReplyError,
        UsageError,
    )
    from generation_functions.model import Model
    from generation_functions.parameter_types import Count, Folder, LongText, Proportion
    from generation_functions.prompts import Prompt, Prompts, load_prompts
    from generation_functions.records import Record, child, record_id, seeded, stable_hash, stable_share
    from generation_functions.run import Run
    from generation_functions.run_folder import write_atomically
    from generation_functions.schema import ExistingPath, OverridesOf
    from generation_functions.stage_store import Records
    from generation_functions.steps import (
        Drop,
        Step,
        StepResult,
        ask,
        chain,
        keep_if,
        named,
        run_step,
        split,
        vary,
        verdict,
        vote,
        with_calls,
    )

_MODULES = {
    "client": ("Answer", "Client"),
    "errors": ("AugmentoolkitError", "EmptyStageError", "RecordFailedError", "UnusableReplyError", "UsageError"),
    "model": ("Model",),
    "parameter_types": ("Count", "Folder", "LongText", "Proportion"),
    "prompts": ("Prompt", "Prompts", "load_prompts"),
    "records": ("Record", "child", "record_id", "seeded", "stable_hash", "stable_share"),
    "run": ("Run",),
    "run_folder": ("write_atomically",),
    "schema": ("ExistingPath", "OverridesOf"),
    "stage_store": ("Records",),
    "steps": (
        "Drop",
        "Step",
        "StepResult",
        "ask",
        "chain",
        "keep_if",
        "named",
        "run_step",
        "split",
        "vary",
        "verdict",
        "vote",
        "with_calls",
    ),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Answer",
    "AugmentoolkitError",
    "Client",
    "Count",
    "Drop",
    "EmptyStageError",
    "ExistingPath",
    "Folder",
    "LongText",
    "Model",
    "OverridesOf",
    "Prompt",
    "Prompts",
    "Proportion",
    "Record",
    "RecordFailedError",
    "Records",
    "Run",
    "Step",
    "StepResult",
    "UnusableReplyError",
    "UsageError",
    "ask",
    "chain",
    "child",
    "keep_if",
    "load_prompts",
    "named",
    "record_id",
    "run_step",
    "seeded",
    "split",
    "stable_hash",
    "stable_share",
    "vary",
    "verdict",
    "vote",
    "with_calls",
    "write_atomically",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)

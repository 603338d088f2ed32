"""The stages and steps of a pipeline as the funnel of a run with its defaults names them, read without running it."""

from __future__ import annotations

import inspect
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from generation_functions.commands.source_reader import SourceReader
from generation_functions.commands.source_values import (
    UNKNOWN,
    Applied,
    Instance,
    Loaded,
    Local,
    TheRun,
    shown,
)

if TYPE_CHECKING:
    from generation_functions.registry import Pipeline

Stage = dict[str, Any]
# What the engine calls its own steps.
_READ, _WITHOUT_COPIES = "read documents", "near-duplicates"
_ROWS = ["make rows", "check rows"]


def pipeline_steps(pipeline: Pipeline) -> list[Stage]:
    """The stages of a pipeline in order: reading, each `run.map` and `run.count` with its steps, each dataset.

    Functions that the pipeline calls are looked into, and parts that are pipelines of their own. Which stages there
    are, the parameters' defaults decide; where only a run can tell, all are listed. A name that only a run can tell
    is left out, whole or in part: the folder's name in front of the stages of a composition.
    """
    if not pipeline.schema.run_parameter:
        return []
    stages = _Stages()
    with suppress(RecursionError):  # deeper than anybody writes: what was found until there is shown
        stages.read(inspect.unwrap(pipeline.function), pipeline.schema.run_parameter)
    return stages.found


class _Stages:
    """The stages found so far."""

    def __init__(self) -> None:
        self.found: list[Stage] = []
        self._reader = SourceReader(self._on_run)
        self._cut: set[str] = set()

    def read(self, function: Any, run_parameter: str) -> None:
        self._reader.call(function, [], {run_parameter: TheRun()})

    def _on_run(self, run: TheRun, method: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """What a method of the run gives, and the stage that it makes."""
        first = arguments[0] if arguments else keywords.get("name", UNKNOWN)
        match method:
            case "prompts":
                return Loaded()
            case "part":
                return TheRun(first, keywords.get("corpus", run.corpus))
            case "chunks":
                self._read_documents(run, arguments, keywords)
            case "map":
                self._add("map", run, keywords.get("name", "records"), map(_step_name, arguments[1:]))
            case "count":
                names = [tally.fields.get("name") for tally in arguments[1:] if isinstance(tally, Instance)]
                self._add("map", run, first, map(shown, names))
            case "write" if run.part:
                self._add("write", run, f"rows of {first}" if isinstance(first, str) else first, _ROWS)
            case "write":
                self._add("write", run, first, [])
        return UNKNOWN

    def _read_documents(self, run: TheRun, arguments: list[Any], keywords: dict[str, Any]) -> None:
        """Parts that ask for the same chunks share them."""
        cut = repr((run.corpus, arguments, sorted(keywords.items())))
        if cut not in self._cut:
            self._cut.add(cut)
            copies_go = keywords.get("drop_near_duplicates", True) is True
            self._add("read", run, "chunks", [_READ, _WITHOUT_COPIES] if copies_go else [_READ])

    def _add(self, kind: str, run: TheRun, name: Any, steps: Any) -> None:
        text = shown(name)
        if not text:
            return
        part = shown(run.part)
        stage = {"kind": kind, "stage": f"{part}: {text}" if part else text, "steps": [name for name in steps if name]}
        if stage not in self.found:
            self.found.append(stage)


def _step_name(step: Any) -> str:
    """As `steps.step_name` has it; empty when only a run can tell."""
    if isinstance(step, Applied):
        return _step_name(step.function)
    if isinstance(step, Local):
        fallback = getattr(step.node, "name", "").strip("_")
        return shown(step.fields["step_name"]) if "step_name" in step.fields else fallback
    if inspect.isfunction(step):
        name = vars(step).get("step_name", step.__name__)
        return shown(name).strip("_") if "<" not in name else ""
    return ""

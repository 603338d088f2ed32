"""`plan`: what to set to get so many training tokens or optimiser steps."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from generation_functions.commands.chosen import add_json, add_set, chosen_config, overrides_of, positive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from generation_functions.commands.console import Console
    from generation_functions.config import Config
    from generation_functions.planning import Corpus, Plan

NAME = "plan"
HELP = "say what to set for so many training tokens or optimiser steps"
EXAMPLES = """\
examples:
  python run_augmentoolkit.py plan configs/mine.yaml                   what the config gives
  python run_augmentoolkit.py plan configs/mine.yaml --tokens 20000000
  python run_augmentoolkit.py plan configs/mine.yaml --steps 500       in each training stage

Reads the documents and asks no model. Where the config's output_dir holds a finished run, its rates are used.
"""
PLANNER = "planner"


def add_arguments(parser: ArgumentParser) -> None:
    """What `plan` takes."""
    parser.add_argument("config", metavar="CONFIG", help="a config file or the name of a pipeline")
    goal = parser.add_mutually_exclusive_group()
    goal.add_argument("--tokens", type=positive, metavar="N", help="training tokens wanted, all stages together")
    goal.add_argument("--steps", type=positive, metavar="N", help="optimiser steps wanted in each stage")
    add_set(parser)
    add_json(parser)


def execute(args: Namespace, console: Console) -> int:
    """Make the plan and print it."""
    from dataclasses import asdict

    from generation_functions.planning import Goal

    config = chosen_config(args.config, overrides_of(args), console)
    plan = find_planner(config)(
        {**config.arguments, "output_dir": config.options.output_dir}, read_corpus, Goal(args.tokens, args.steps)
    )
    if args.json:
        console.json(asdict(plan))
    else:
        _print(plan, console)
    return 0


def find_planner(config: Config) -> Callable[..., Plan]:
    """The `plan` function beside the config's pipeline.

    Raises:
        UsageError: The pipeline offers no plans; says which do.
    """
    from importlib import import_module
    from importlib.util import find_spec

    from generation_functions.errors import UsageError
    from generation_functions.registry import load_registry

    def module_of(function: Callable[..., Any]) -> str:
        package = function.__module__.rpartition(".")[0]
        name = f"{package}.{PLANNER}"
        return name if package and find_spec(name) else ""

    found = module_of(config.pipeline.function)
    if not found:
        registry = load_registry()
        known = [name for name in registry.names if module_of(registry.find(name).function)]
        raise UsageError(f"{config.pipeline.name} offers no plans; these do: {', '.join(known)}")
    planner: Callable[..., Plan] = import_module(found).plan
    return planner


def read_corpus(name: str, folder: Path, chunk_size: int, limit: int | None) -> Corpus:
    """Read a folder as a run would, and count."""
    import tempfile
    from pathlib import Path

    from generation_functions.planning import Corpus
    from generation_functions.sources import Cut, Sources
    from generation_functions.tokens import count_tokens

    with tempfile.TemporaryDirectory() as place:
        sources = Sources(Path(place) / "documents", lambda note: None)
        chunks = sources.chunks(Cut(folder, chunk_size, limit=limit), Path(place) / "chunks.jsonl").records
        tokens = sum(count_tokens(text) for text in chunks.values("text"))
        return Corpus(name, len(sources.read), len(chunks), tokens)


def _print(plan: Plan, console: Console) -> None:
    for corpus in plan.corpora:
        console.say(
            f"{corpus.name}: {corpus.documents:,} documents, {corpus.chunks:,} chunks, {corpus.tokens:,} tokens"
        )
    console.say()
    rows: list[tuple[str, ...]] = [("stage", "tokens now", "steps now", "tokens planned", "steps planned")]
    for stage in plan.stages:
        figures = (stage.tokens, stage.steps, stage.planned_tokens, stage.planned_steps)
        rows.append((stage.name, *(f"{figure:,}" for figure in figures)))
    console.table(rows)
    console.say()
    if plan.settings:
        console.say("to get there:  " + " ".join(f"--set {key}={value}" for key, value in plan.settings))
    else:
        console.say("nothing to change")
    console.say(f"model calls with these settings: about {plan.calls:,}")
    console.say(f"figures rest on {plan.rates}")
    for warning in plan.warnings:
        console.say(f"\nwarning: {warning}")

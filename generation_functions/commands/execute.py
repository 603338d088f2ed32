"""Running a checked config: the one place where the command line meets the engine."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generation_functions.errors import AugmentoolkitError
from generation_functions.records import stable_hash
from generation_functions.schema import plain

if TYPE_CHECKING:
    from pathlib import Path

    from generation_functions.config import Config
    from generation_functions.records import Record
    from generation_functions.run import Run

Snapshot = dict[str, Any]


@dataclass(frozen=True)
class Watch:
    """Who is told what while a run goes on."""

    on_progress: Callable[[Snapshot], None] | None = None
    observe: Callable[[str, str, Record, Any], None] | None = None
    on_start: Callable[[Run], None] | None = None


def execute(config: Config, watch: Watch | None = None, *, sample: int | None = None, work: str = "") -> dict[str, Any]:
    """Run a config to its end. Returns the run's summary; raises what ended the run otherwise.

    A run that is complete already is left as it is (`Run.finished`).

    With `sample`, only that many records are carried through, in the subfolder `work` of the output folder;
    their calls are kept for the run proper.
    """
    from generation_functions.commands.retries import load_retries
    from generation_functions.model import Model
    from generation_functions.run import Run
    from generation_functions.run_folder import own_folder

    watch = watch or Watch()
    schema, options, retries = config.pipeline.schema, config.options, load_retries(config)
    run = Run(
        own_folder(options.output_dir),
        pipeline=config.pipeline.name,
        description=schema.summary,
        models={name: value for name, value in config.arguments.items() if isinstance(value, Model)},
        config=config.masked(),
        # A sample is watched record by record, so nothing in it is taken over unprocessed.
        fingerprint=fingerprint(config) if sample is None else "",
        max_cost=options.max_cost,
        max_calls=options.max_calls,
        reuse_calls=options.reuse_calls,
        sample=sample,
        work=work,
        retries=retries,
        on_progress=watch.on_progress,
        observe=watch.observe,
    )
    run.mask.add(config.secrets)
    with run:
        if watch.on_start:
            watch.on_start(run)
        if not _finished(run, options.output_dir):
            _call(config, run)
    return run.summary


def _finished(run: Run, output_dir: Path) -> bool:
    """Whether the run is complete already; further processes of torchrun ask the folder of the first one."""
    from generation_functions.completion import is_complete
    from generation_functions.run_folder import STATE_FILE, process_number, read_json

    if not process_number():
        return run.finished
    return is_complete(output_dir, read_json(output_dir / STATE_FILE), run.identity)


def _call(config: Config, run: Run) -> None:
    try:
        result = config.pipeline.schema.call(config.arguments, run)
        if inspect.iscoroutine(result):
            import asyncio

            asyncio.run(result)
    except SystemExit as leaving:  # a script that calls sys.exit(0) half way has not done what it was for
        message = f"the pipeline left with sys.exit({leaving.code!r}) instead of returning"
        raise AugmentoolkitError(message) from leaving


def fingerprint(config: Config) -> str:
    """Hash of everything that decides what a run makes: code, prompts, arguments; not where it goes or its caps."""
    from generation_functions.run_folder import code_fingerprint
    from generation_functions.run_options import RunOptions

    arguments = {name: plain(value) for name, value in config.arguments.items() if name not in RunOptions.model_fields}
    return stable_hash(code_fingerprint(config.pipeline.file), _prompt_digests(config.arguments), arguments)


def _prompt_digests(arguments: Mapping[str, Any]) -> dict[str, str]:
    if not arguments.get("default_prompts"):
        return {}
    from generation_functions.prompts import load_prompts

    prompts = load_prompts(arguments["default_prompts"], arguments.get("prompts"))
    return {name: prompt.digest for name, prompt in prompts.items()}

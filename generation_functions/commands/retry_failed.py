"""`retry-failed`: take up again the records that a run could not finish."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from generation_functions.commands.chosen import add_json, add_set, overrides_of

if TYPE_CHECKING:
    from generation_functions.commands.console import Console

NAME = "retry-failed"
HELP = "ask again for the records in a run's failed.jsonl, with another model if wanted"
EXAMPLES = """\
examples:
  python run_augmentoolkit.py retry-failed outputs/mine
  python run_augmentoolkit.py retry-failed outputs/mine --set model=openrouter:qwen/qwen3-235b-a22b

Everything else of the run is taken from its log. Records that fail again stay in failed.jsonl.
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What `retry-failed` takes."""
    parser.add_argument("output_dir", metavar="OUTPUT_DIR", help="the run's folder")
    add_set(parser)
    add_json(parser)


def execute(args: Namespace, console: Console) -> int:
    """Remember a new round of retries in the folder, then run."""
    from generation_functions.commands import retries
    from generation_functions.commands.resume import config_of_run
    from generation_functions.commands.run import run_config
    from generation_functions.errors import UsageError

    output_dir = Path(args.output_dir)
    for_run, for_models = retries.split_overrides(overrides_of(args))
    config = config_of_run(output_dir, for_run)
    console.warn(config.warnings)
    failed = retries.failed_records(output_dir)
    if not failed:
        raise UsageError(f"nothing failed in {output_dir}: its failed.jsonl is empty")
    retries.replacements(config, for_models)  # refuses what cannot be changed, before anything is written
    retries.refuse_secrets(config, for_models)
    number = retries.add_round(output_dir, failed, for_models)
    console.tell(f"round {number}: {len(failed)} failed record(s) are tried again")
    run_config(config, args.json, console)
    return 0

"""`resume`: go on with a run from its folder alone."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from generation_functions.commands.chosen import add_json, add_set, overrides_of

if TYPE_CHECKING:
    from generation_functions.commands.console import Console
    from generation_functions.config import Config

NAME = "resume"
HELP = "go on with a run that was stopped, paused or killed"
EXAMPLES = """\
examples:
  python run_augmentoolkit.py resume outputs/mine
  python run_augmentoolkit.py resume outputs/mine --set max_cost=20     when it paused at its cap
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What `resume` takes."""
    parser.add_argument("output_dir", metavar="OUTPUT_DIR", help="the run's folder")
    add_set(parser)
    add_json(parser)


def execute(args: Namespace, console: Console) -> int:
    """Run the saved config again."""
    from generation_functions.commands.run import run_config

    config = config_of_run(Path(args.output_dir), overrides_of(args))
    console.warn(config.warnings)
    run_config(config, args.json, console)
    return 0


def config_of_run(output_dir: Path, overrides: list[str]) -> Config:
    """The config a run has saved, for the folder where it lies now."""
    from generation_functions.config import Changes, saved_config
    from generation_functions.errors import UsageError
    from generation_functions.registry import load_registry
    from generation_functions.run_folder import STATE_FILE, read_json

    file = output_dir / STATE_FILE
    values = read_json(file).get("config")
    if not values:
        raise UsageError(f"{output_dir} is not the folder of a run: it has no {STATE_FILE} with a config")
    changes = Changes({"output_dir": str(output_dir)}, str(file))
    return saved_config(values, str(file), load_registry(), overrides, changes)

"""`check`: every mistake in a config, before anything is paid for."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from generation_functions.commands.chosen import add_json, add_set, chosen_config, overrides_of

if TYPE_CHECKING:
    from generation_functions.commands.console import Console
    from generation_functions.errors import Problem

NAME = "check"
HELP = "find every mistake in a config and its prompts, without running it"
EXAMPLES = """\
examples:
  python run_augmentoolkit.py check configs/mine.yaml
  python run_augmentoolkit.py check configs/mine.yaml --set small_model.base_url=http://127.0.0.1:8000/v1
  python run_augmentoolkit.py check                 everything in pipeline_order of super_config.yaml
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What `check` takes."""
    parser.add_argument("config", metavar="CONFIG", nargs="?", help="a config file or the name of a pipeline")
    add_set(parser)
    add_json(parser)


def execute(args: Namespace, console: Console) -> int:
    """Print the mistakes; 2 when there are any."""
    from generation_functions.commands.order import checked_order
    from generation_functions.errors import ConfigError

    try:
        if args.config:
            configs = [chosen_config(args.config, overrides_of(args), console)]
        else:
            configs = checked_order(console)
    except ConfigError as error:
        if args.json:
            console.json({"ok": False, "problems": [_as_dict(problem) for problem in error.problems], "warnings": []})
            return error.exit_code
        raise
    if args.json:
        warnings = [_as_dict(warning) for config in configs for warning in config.warnings]
        console.json({"ok": True, "problems": [], "warnings": warnings})
    else:
        for config in configs:
            console.say(f"{config.file}: good ({config.pipeline.name}, goes to {config.options.output_dir})")
    return 0


def _as_dict(problem: Problem) -> dict[str, Any]:
    return {"message": problem.message, "file": problem.file, "line": problem.line, "key": problem.key}

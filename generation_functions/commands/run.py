"""`run`: one pipeline, or everything in `pipeline_order`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from generation_functions.commands.chosen import add_json, add_set, chosen_config, overrides_of

if TYPE_CHECKING:
    from generation_functions.commands.console import Console
    from generation_functions.config import Config
    from generation_functions.run import Run

NAME = "run"
HELP = "run a pipeline; running it again resumes it"
EXAMPLES = """\
examples:
  python run_augmentoolkit.py run example-pipeline
  python run_augmentoolkit.py run configs/mine.yaml
  python run_augmentoolkit.py run configs/mine.yaml --set limit=20 --set small_model.base_url=http://127.0.0.1:8000/v1
  python run_augmentoolkit.py run my_folder/my_file.py:my_function --set text=hello
  python run_augmentoolkit.py run                     everything in pipeline_order of super_config.yaml

A stopped, killed or paused run goes on when the same command is given again; replies already paid for are kept.
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What `run` takes."""
    parser.add_argument(
        "target",
        metavar="NAME|CONFIG",
        nargs="?",
        help="a pipeline (alias, FILE.py[:FUNCTION], folder) or a config file",
    )
    add_set(parser)
    add_json(parser)


def execute(args: Namespace, console: Console) -> int:
    """Run the chosen pipeline."""
    if args.target is None:
        if args.overrides:
            from generation_functions.errors import UsageError

            raise UsageError("--set needs the NAME or CONFIG that it changes")
        return execute_order(args, console)
    run_config(chosen_config(args.target, overrides_of(args), console), args.json, console)
    return 0


def execute_order(args: Namespace, console: Console) -> int:
    """Run `pipeline_order`: all configs are checked first, and the first failure ends it."""
    from generation_functions.commands.order import checked_order, step_config
    from generation_functions.registry import load_registry

    checked_order(console)
    registry = load_registry()
    steps = registry.super_config.order
    summaries = []
    for number, step in enumerate(steps, start=1):
        config = step_config(registry, step, [])
        console.tell(f"[{number}/{len(steps)}] {config.pipeline.name} ({config.file})")
        summaries.append(run_config(config, False, console, quiet=args.json))
    if args.json:
        console.json({"runs": summaries})
    return 0


def run_config(config: Config, as_json: bool, console: Console, *, quiet: bool = False) -> dict[str, Any]:
    """Run a checked config, showing progress on the way and the funnel at the end."""
    from generation_functions.commands.execute import Watch
    from generation_functions.commands.execute import execute as execute_config
    from generation_functions.commands.funnel import print_already_complete, print_funnel
    from generation_functions.commands.progress_display import ProgressDisplay
    from generation_functions.errors import AugmentoolkitError
    from generation_functions.run_folder import process_number

    runs: list[Run] = []
    quiet = quiet or process_number() > 0  # process 0 speaks for all

    def on_start(run: Run) -> None:
        runs.append(run)
        console.mask = run.mask

    try:
        with ProgressDisplay(console.err) as display:
            summary = execute_config(config, Watch(on_progress=display.update, on_start=on_start))
    except AugmentoolkitError as error:
        if runs and as_json:
            console.json({**runs[0].summary, "exit_code": error.exit_code})
        elif runs and not quiet:
            print_funnel(runs[0].summary, config.options.output_dir, console)
        raise
    if as_json:
        console.json(summary)
    elif runs and runs[0].finished and not quiet:
        print_already_complete(summary, config.options.output_dir, console)
    elif not quiet:
        print_funnel(summary, config.options.output_dir, console)
    return summary

"""The command line's parser and the help that teaches it by example."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter

from generation_functions.commands import (
    check,
    doctor,
    estimate,
    list_pipelines,
    new,
    plan,
    preview,
    resume,
    retry_failed,
    rows,
    run,
    secret,
    show,
)

DESCRIPTION = "Turns your documents into training data for language models."
EXAMPLES = """\
examples:
  python run_augmentoolkit.py list                          what pipelines there are
  python run_augmentoolkit.py run example-pipeline          try one: offline model, sample documents
  python run_augmentoolkit.py new example-pipeline --config a config of your own to fill in
  python run_augmentoolkit.py check configs/mine.yaml       every mistake in it, with line numbers
  python run_augmentoolkit.py preview configs/mine.yaml -n 5
  python run_augmentoolkit.py estimate configs/mine.yaml    calls, tokens, dollars and time
  python run_augmentoolkit.py plan configs/mine.yaml --steps 500  settings for so much training
  python run_augmentoolkit.py run configs/mine.yaml --set limit=100 --set model=ollama:qwen3:8b
  python run_augmentoolkit.py resume outputs/mine           go on where it stopped; nothing is paid twice
  python run_augmentoolkit.py rows outputs/mine             look at what came out, row by row
  python run_augmentoolkit.py secret set openai             keep an API key encrypted; configs write secret://openai
  python run_augmentoolkit.py                               everything in pipeline_order of super_config.yaml

exit codes: 0 done, 1 failed, 2 wrong usage or config, 3 paused and resumable, 130 interrupted
"""
COMMANDS = (list_pipelines, show, new, check, plan, estimate, preview, run, resume, retry_failed, rows, doctor, secret)


def build_parser() -> ArgumentParser:
    """The parser of run_augmentoolkit.py; each command's arguments come with the function that runs it."""
    parser = ArgumentParser(
        prog="run_augmentoolkit.py",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in COMMANDS:
        added = commands.add_parser(
            command.NAME,
            help=command.HELP,
            description=command.HELP[0].upper() + command.HELP[1:] + ".",
            epilog=command.EXAMPLES,
            formatter_class=RawDescriptionHelpFormatter,
        )
        command.add_arguments(added)
        added.set_defaults(command=command.execute)
    parser.set_defaults(command=run.execute_order, json=False)
    return parser

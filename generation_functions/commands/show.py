"""`show`: what a pipeline takes, its defaults and its steps; also the reference page and the editor schema."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from generation_functions.commands.chosen import add_json

if TYPE_CHECKING:
    from generation_functions.commands.console import Console
    from generation_functions.registry import Pipeline

NAME = "show"
HELP = "show a pipeline's parameters, defaults and steps"
EXAMPLES = """\
examples:
  python run_augmentoolkit.py show example-pipeline
  python run_augmentoolkit.py show example-pipeline --json      JSON Schema, defaults, steps
  python run_augmentoolkit.py show --markdown > docs/config.md  the reference page of all pipelines
  python run_augmentoolkit.py show --schema > configs.schema.json  for completion in your editor
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What `show` takes."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="alias, FILE.py[:FUNCTION] or folder")
    forms = parser.add_mutually_exclusive_group()
    add_json(forms)  # type: ignore[arg-type]
    forms.add_argument("--markdown", action="store_true", help="as a reference page; without NAME, of all pipelines")
    forms.add_argument("--schema", action="store_true", help="as JSON Schema of config files, headings allowed")


def execute(args: Namespace, console: Console) -> int:
    """Print one pipeline, or with --markdown or --schema all of them."""
    from generation_functions.commands import reference
    from generation_functions.errors import UsageError
    from generation_functions.registry import load_registry

    registry = load_registry()
    if not args.name and not (args.markdown or args.schema):
        raise UsageError("show needs the NAME of a pipeline (see: run_augmentoolkit.py list)")
    pipelines = [registry.find(name) for name in ([args.name] if args.name else registry.names)]
    if args.markdown:
        console.say(reference.markdown(pipelines).rstrip())
    elif args.schema:
        console.json(reference.editor_schema(pipelines))
    elif args.json:
        console.json(reference.description(pipelines[0]))
    else:
        _print(pipelines[0], console)
    return 0


def _print(pipeline: Pipeline, console: Console) -> None:
    from generation_functions.commands.reference import default, type_words
    from generation_functions.commands.steps_in_source import pipeline_steps

    schema = pipeline.schema
    console.say(f"{pipeline.name}: {schema.summary}".rstrip(": "))
    if schema.description:
        console.say(f"\n{schema.description}")
    console.say(f"\nfile: {pipeline.file}")
    if pipeline.own_config:
        console.say(f"config: {pipeline.own_config}")
    for title, parameters in (("parameters", schema.parameters), ("run options", schema.options)):
        console.say(f"\n{title}")
        for parameter in parameters:
            value = "required" if parameter.required else f"default: {default(parameter)}"
            words = type_words(schema, parameter.name)
            console.say(f"  {parameter.name}  ({', '.join(word for word in (words, value) if word)})")
            if parameter.description:
                console.say(f"      {parameter.description}")
    if schema.takes_anything:
        console.say("  ... and any other key (**kwargs)")
    stages = pipeline_steps(pipeline)
    if stages:
        console.say("\nsteps")
        for stage in stages:
            steps = f": {' -> '.join(stage['steps'])}" if stage["steps"] else ""
            console.say(f"  {stage['kind']} {stage['stage']}{steps}")

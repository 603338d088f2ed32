"""`new`: a pipeline of one's own from the example, or a commented config for an existing pipeline."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generation_functions.commands.console import Console
    from generation_functions.registry import Pipeline
    from generation_functions.schema import Parameter, PipelineSchema

NAME = "new"
HELP = "start a pipeline of your own, or with --config a config for an existing one"
EXAMPLES = """\
examples:
  python run_augmentoolkit.py new my-pipeline                  a copy of the example, in generation/my_pipeline
  python run_augmentoolkit.py new my-pipeline --to ideas       ... in ideas/my_pipeline
  python run_augmentoolkit.py new example-pipeline --config    configs/example-pipeline.yaml, commented
  python run_augmentoolkit.py new example-pipeline --config configs/mine.yaml
"""
_NOT_COPIED = re.compile(r"<!-- not copied -->\n.*?<!-- end of what is not copied -->\n", re.DOTALL)
_EXAMPLE = "example_pipeline"


def add_arguments(parser: ArgumentParser) -> None:
    """What `new` takes."""
    parser.add_argument("name", metavar="NAME", help="name of the new pipeline; with --config, of an existing one")
    parser.add_argument(
        "--config",
        metavar="FILE",
        nargs="?",
        const="",
        help="write a commented config for the pipeline NAME instead (default: configs/NAME.yaml)",
    )
    parser.add_argument("--to", metavar="FOLDER", default="generation", help="where the new pipeline's folder goes")


def execute(args: Namespace, console: Console) -> int:
    """Write the pipeline or the config; nothing that exists is overwritten."""
    if args.config is not None:
        _write_config(args.name, args.config, console)
    else:
        _write_pipeline(args.name, Path(args.to), console)
    return 0


def _write_pipeline(name: str, parent: Path, console: Console) -> None:
    from generation_functions.errors import UsageError
    from generation_functions.super_config import PROJECT

    identifier = name.replace("-", "_").lower()
    if not identifier.isidentifier():
        raise UsageError(f"{name!r} cannot be a pipeline's name: use letters, digits and dashes, first a letter")
    source = PROJECT / "generation" / _EXAMPLE
    if not source.is_dir():
        raise UsageError(f"the example to start from is not there: {source}")
    folder = parent / identifier
    if folder.exists():
        raise UsageError(f"{folder} exists already; choose another name")
    alias = identifier.replace("_", "-")
    for file in sorted(source.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            target = folder / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = file.read_text(encoding="utf-8")
            target.write_text(_renamed(text, identifier, alias), encoding="utf-8")
            console.say(f"wrote {target}")
    reference = f"{(folder / 'pipeline.py').as_posix()}:{identifier}"
    _add_alias(alias, reference, console)
    console.say(f"\nnext: edit {folder / 'pipeline.py'}, then: python run_augmentoolkit.py run {alias}")


def _renamed(text: str, identifier: str, alias: str) -> str:
    """The example's text under another name, without what is about the example itself."""
    title = identifier.replace("_", " ").capitalize()
    return (
        _NOT_COPIED.sub("", text)
        .replace(f"generation/{_EXAMPLE}", f"generation/{identifier}")
        .replace(_EXAMPLE, identifier)
        .replace("example-pipeline", alias)
        .replace("Example pipeline", title)
    )


def _add_alias(alias: str, reference: str, console: Console) -> None:
    """Add a line below `path_aliases:`; the rest of super_config.yaml, comments too, stays as it is."""
    from generation_functions.super_config import FILE_NAME, read_super_config

    config = read_super_config()
    if config.file is None or alias in config.aliases:
        return
    inside = Path(reference.rpartition(":")[0]).absolute()
    if inside.is_relative_to(config.folder):
        reference = f"{inside.relative_to(config.folder).as_posix()}:{reference.rpartition(':')[2]}"
    else:
        reference = f"{inside.as_posix()}:{reference.rpartition(':')[2]}"
    lines = config.file.read_text(encoding="utf-8").splitlines()
    heads = [number for number, line in enumerate(lines) if line.rstrip() == "path_aliases:"]
    if not heads:
        console.say(f"add this to path_aliases in {FILE_NAME}:\n  {alias}: {reference}")
        return
    last = max(config.alias_lines.values(), default=heads[0] + 1)
    lines.insert(last, f"  {alias}: {reference}")
    config.file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    console.say(f"added {alias} to {config.file}")


def _write_config(name: str, file_name: str, console: Console) -> None:
    from generation_functions.errors import UsageError
    from generation_functions.registry import load_registry

    pipeline = load_registry().find(name)
    file = Path(file_name or Path("configs") / f"{pipeline.name}.yaml")
    if file.exists():
        raise UsageError(f"{file} exists already; name another file: new {name} --config FILE")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(commented_config(pipeline), encoding="utf-8")
    console.say(f"wrote {file}\nnext: python run_augmentoolkit.py check {file}")


def commented_config(pipeline: Pipeline) -> str:
    """A config with every parameter, its meaning as a comment and its default as value."""
    schema = pipeline.schema
    lines = [f"# {schema.summary}"] if schema.summary else []
    lines += ["", f"pipeline: {pipeline.reference}"]
    for parameter in schema.parameters:
        lines += ["", *_entry(schema, parameter)]
    lines += ["", "# Run options"]
    for option in schema.options:
        lines += ["", *_entry(schema, option)]
    return "\n".join(lines).strip() + "\n"


def _entry(schema: PipelineSchema, parameter: Parameter) -> list[str]:
    import textwrap

    from generation_functions.commands.reference import type_words
    from generation_functions.config import is_code_path, to_yaml
    from generation_functions.schema import plain

    words = type_words(schema, parameter.name)
    text = " ".join(part for part in (parameter.description, f"({words})" if words else "") if part)
    comments = textwrap.wrap(text, 100, initial_indent="# ", subsequent_indent="# ")
    if parameter.required:
        return [*comments, f'{parameter.name}: "!!PLACEHOLDER!!"']
    value = to_yaml({parameter.name: plain(parameter.default)}).rstrip().splitlines()
    if parameter.default is None or is_code_path(parameter.default):
        return [*comments, *(f"# {line}" for line in value)]
    return [*comments, *value]

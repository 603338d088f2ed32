"""`list`: the pipelines there are."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from generation_functions.commands.chosen import add_json

if TYPE_CHECKING:
    from generation_functions.commands.console import Console
    from generation_functions.registry import Registry

NAME = "list"
HELP = "list the pipelines, with a line about each"
EXAMPLES = """\
examples:
  python run_augmentoolkit.py list
  python run_augmentoolkit.py list --json
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What `list` takes."""
    add_json(parser)


def execute(args: Namespace, console: Console) -> int:
    """Print the pipelines; 1 when one of them cannot be imported, 2 when super_config.yaml is wrong."""
    from generation_functions.errors import ConfigError
    from generation_functions.registry import load_registry

    registry = load_registry()
    entries = [_entry(registry, name) for name in registry.names]
    if args.json:
        console.json({"pipelines": entries})
    elif not entries:
        console.say("no pipelines: super_config.yaml has no path_aliases")
    else:
        width = max(len(entry["name"]) for entry in entries)
        for entry in entries:
            console.say(f"{entry['name']:<{width}}  {entry['error'] or entry['summary']}")
    if registry.super_config.problems:
        raise ConfigError(registry.super_config.problems)
    return 1 if any(entry["error"] for entry in entries) else 0


def _entry(registry: Registry, name: str) -> dict[str, Any]:
    from generation_functions.errors import AugmentoolkitError

    target = registry.super_config.aliases[name]
    try:
        pipeline = registry.find(name)
    except AugmentoolkitError as error:
        return {"name": name, "summary": "", "description": "", "target": target, "config": None, "error": str(error)}
    return {
        "name": name,
        "summary": pipeline.schema.summary,
        "description": pipeline.schema.description,
        "target": target,
        "config": str(pipeline.own_config) if pipeline.own_config else None,
        "error": None,
    }

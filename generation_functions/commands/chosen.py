"""What a command is about: the NAME or CONFIG on its command line, and its `--set` arguments."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generation_functions.commands.console import Console
    from generation_functions.config import Config


def add_set(parser: ArgumentParser) -> None:
    """The `--set key=value` option."""
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change one value of the config; reaches nested keys (--set small_model.base_url=...); repeatable",
    )


def add_json(parser: ArgumentParser) -> None:
    """The `--json` option."""
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")


def chosen_config(target: str, overrides: list[str], console: Console) -> Config:
    """The checked config of `target`: a config file, or a pipeline with its own config or its defaults."""
    from generation_functions.config import default_config, load_config
    from generation_functions.registry import load_registry

    registry = load_registry()
    if is_config(target):
        config = load_config(Path(target), registry, overrides)
    else:
        pipeline = registry.find(target)
        own = pipeline.own_config
        if own:
            console.tell(f"using {own}")
            config = load_config(own, registry, overrides, pipeline=target)
        else:
            config = default_config(pipeline, registry, overrides)
    console.warn(config.warnings)
    return config


def is_config(target: str) -> bool:
    """Whether a command line argument means a config file, not a pipeline."""
    return target.endswith((".yaml", ".yml"))


def overrides_of(args: Namespace) -> list[str]:
    """The `--set` arguments of a command."""
    return list(args.overrides)


def positive(text: str) -> int:
    """A whole number from 1 up, for argparse."""
    if not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"wants a whole number from 1 up, found {text!r}")
    return int(text)

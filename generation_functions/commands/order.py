"""`pipeline_order` of super_config.yaml: all configs checked, then run one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from generation_functions.errors import ConfigError, Problem, UsageError

if TYPE_CHECKING:
    from generation_functions.commands.console import Console
    from generation_functions.config import Config
    from generation_functions.registry import Registry
    from generation_functions.super_config import Step

_NOTHING_TO_DO = (
    "nothing to do: super_config.yaml has no pipeline_order. Say what to run "
    "(run_augmentoolkit.py run NAME or run CONFIG), or see run_augmentoolkit.py --help"
)


def checked_order(console: Console) -> list[Config]:
    """The configs of `pipeline_order`. Raises ConfigError with the problems of all of them."""
    from generation_functions.registry import load_registry

    registry = load_registry()
    steps = registry.super_config.order
    problems = list(registry.super_config.problems)
    configs: list[Config] = []
    for step in steps:
        try:
            config = step_config(registry, step, [earlier.options.output_dir for earlier in configs])
            console.warn(config.warnings)
            configs.append(config)
        except ConfigError as error:
            problems += error.problems
        except UsageError as error:
            problems.append(Problem(str(error), registry.super_config.shown, step.line))
    if problems:
        raise ConfigError(problems)
    if not steps:
        raise UsageError(_NOTHING_TO_DO)
    return configs


def step_config(registry: Registry, step: Step, to_come: list[Path]) -> Config:
    """The config of one step; what earlier steps will have written may be missing yet."""
    from generation_functions.config import Changes, default_config, load_config

    changes = Changes(step.overrides, registry.super_config.shown, step.line) if step.overrides else None
    if step.config:
        return load_config(step.config, registry, pipeline=step.node, changes=changes, to_come=to_come)
    pipeline = registry.find(step.node)
    if pipeline.own_config:
        return load_config(pipeline.own_config, registry, pipeline=step.node, changes=changes, to_come=to_come)
    return default_config(pipeline, registry, changes=changes, to_come=to_come)

"""Section headings in a config: lifted, so that a pipeline sees one flat mapping.

A key that is a parameter keeps its value whole; any other mapping is a heading for people and is lifted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from generation_functions.names import closest

KeyPath = tuple[str | int, ...]


@dataclass
class Lifted:
    """A config without its headings."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, KeyPath] = field(default_factory=dict)
    """Where each key stands in the file."""
    headings: set[str] = field(default_factory=set)
    clashes: list[tuple[str, KeyPath, KeyPath]] = field(default_factory=list)
    """Keys that are set in two places: (key, first place, second place)."""


def lift(values: dict[Any, Any], parameters: Collection[str], mapping_parameters: Collection[str]) -> Lifted:
    """Lift the headings of `values`. `mapping_parameters` are those whose value may be a mapping."""
    lifted = Lifted()
    _lift_into(lifted, values, (), parameters, mapping_parameters)
    return lifted


def _lift_into(
    lifted: Lifted,
    values: dict[Any, Any],
    path: KeyPath,
    parameters: Collection[str],
    mapping_parameters: Collection[str],
) -> None:
    for key, value in values.items():
        name = str(key)
        here = (*path, key)
        if name not in parameters and _is_heading(name, value, parameters, mapping_parameters):
            lifted.headings.add(name)
            _lift_into(lifted, value or {}, here, parameters, mapping_parameters)
        elif name in lifted.values:
            lifted.clashes.append((name, lifted.origins[name], here))
        else:
            lifted.values[name] = value
            lifted.origins[name] = here


def _is_heading(name: str, value: Any, parameters: Collection[str], mapping_parameters: Collection[str]) -> bool:
    if value is None:  # a heading whose keys are all commented out
        return not closest(name, parameters)
    if not isinstance(value, dict):
        return False
    # `smal_model: {name: ...}` is a misspelt parameter, not a heading: nothing in it is one.
    holds_parameters = any(str(key) in parameters for key in value)
    return holds_parameters or not value or not closest(name, mapping_parameters)

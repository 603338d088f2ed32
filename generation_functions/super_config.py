"""super_config.yaml: short names for pipelines, and which configs run one after the other.

Paths in it are relative to the folder it lies in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generation_functions.config_yaml import YamlContent, read_yaml
from generation_functions.errors import Problem
from generation_functions.validation import unknown_key

FILE_NAME = "super_config.yaml"
PROJECT = Path(__file__).resolve().parent.parent
_KEYS = ("path_aliases", "pipeline_order")


@dataclass(frozen=True)
class Step:
    """One entry of `pipeline_order`: a config, and what this order changes in it."""

    line: int
    node: str = ""
    config: Path | None = None
    overrides: dict[str, Any] = field(default_factory=dict)


@dataclass
class SuperConfig:
    """What super_config.yaml says; empty when there is none."""

    file: Path | None = None
    aliases: dict[str, str] = field(default_factory=dict)
    alias_lines: dict[str, int] = field(default_factory=dict)
    order: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.file.parent if self.file else Path.cwd()

    @property
    def shown(self) -> str:
        """Its path as messages give it."""
        return _shown(self.file) if self.file else FILE_NAME


def read_super_config(file: Path | None = None) -> SuperConfig:
    """Read `file`, or super_config.yaml of the current directory, or else the project's own."""
    candidates = [file] if file else [Path.cwd() / FILE_NAME, PROJECT / FILE_NAME]
    found = next((candidate for candidate in candidates if candidate.is_file()), None)
    if found is None:
        return SuperConfig()
    content = read_yaml(found)
    content.file = _shown(found)
    config = SuperConfig(found, problems=content.problems)
    values = content.values if content.values is not None else {}
    if not isinstance(values, dict):
        message = "must be a mapping with path_aliases and pipeline_order"
        config.problems.append(Problem(message, content.file, 1))
        return config
    for key in values:
        if key not in _KEYS:
            _report(config, content, (key,), unknown_key(str(key), _KEYS))
    _read_aliases(config, content, values.get("path_aliases") or {})
    _read_order(config, content, values.get("pipeline_order") or [])
    return config


def _shown(file: Path) -> str:
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)


def _report(config: SuperConfig, content: YamlContent, path: tuple[str | int, ...], message: str) -> None:
    key = ".".join(str(part) for part in path)
    config.problems.append(Problem(message, content.file, content.line(path), key))


def _read_aliases(config: SuperConfig, content: YamlContent, aliases: Any) -> None:
    if not isinstance(aliases, dict):
        _report(config, content, ("path_aliases",), "must be a mapping of short names to pipelines")
        return
    for name, target in aliases.items():
        path = ("path_aliases", name)
        if isinstance(target, str) and target:
            config.aliases[str(name)] = target
            config.alias_lines[str(name)] = content.line(path)
        else:
            _report(config, content, path, "must be followed by folder/pipeline.py:function or another alias")
    for name in config.aliases:
        loop = alias_loop(config.aliases, name)
        if loop and loop[0] == min(loop[:-1]) == name:  # told once, not from each of its members
            message = f"aliases go round in a circle: {' -> '.join(loop)}"
            _report(config, content, ("path_aliases", name), message)


def alias_loop(aliases: dict[str, str], name: str) -> list[str]:
    """The circle that following `name` ends in, first name repeated at the end; empty when there is none."""
    chain: list[str] = []
    while name in aliases:
        if name in chain:
            return [*chain[chain.index(name) :], name]
        chain.append(name)
        name = aliases[name]
    return []


def _read_order(config: SuperConfig, content: YamlContent, order: Any) -> None:
    if not isinstance(order, list):
        _report(config, content, ("pipeline_order",), "must be a list of configs")
        return
    for index, entry in enumerate(order):
        path = ("pipeline_order", index)
        if path in content.reported:
            continue
        if isinstance(entry, str):
            entry = {"config": entry} if entry.endswith((".yaml", ".yml")) else {"node": entry}
        if not isinstance(entry, dict) or not any(isinstance(entry.get(key), str) for key in ("config", "node")):
            _report(config, content, path, "must be a config path, or a mapping with `node:` and `config:`")
            continue
        overrides = {str(key): value for key, value in entry.items() if key not in ("node", "config")}
        file = Path(_shown(config.folder / entry["config"])) if entry.get("config") else None
        config.order.append(Step(content.line(path), str(entry.get("node") or ""), file, overrides))

"""YAML with comments, for config files that people go on editing."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import yaml

_WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as they are, instead of quoted."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def commented_yaml(*sections: tuple[str, Mapping[str, Any]]) -> str:
    """Sections of keys, each below its comment; a section without keys is a comment, one without comment just keys."""
    return "\n".join(_comment(comment) + _keys(values) for comment, values in sections)


def _comment(text: str) -> str:
    lines = [line for part in text.splitlines() for line in textwrap.wrap(part, _WIDTH) or [""]]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _keys(values: Mapping[str, Any]) -> str:
    if not values:
        return ""
    return yaml.dump(dict(values), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)

"""YAML with comments, for config files that people go on editing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

_WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as they are, instead of quoted."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


class Commented:
    """A mapping in a list, in sections like those of `commented_yaml`."""

    def __init__(self, *sections: tuple[str, Mapping[str, Any]]) -> None:
        self.sections = sections


def commented_yaml(*sections: tuple[str, Mapping[str, Any]]) -> str:
    """Sections of keys, each below its comment; a section without keys is a comment, one without comment just keys.

    A value may be a list of `Commented`.
    """
    return "\n".join(_comment(comment) + _keys(values) for comment, values in sections)


def _comment(text: str) -> str:
    lines = [line for part in text.splitlines() for line in textwrap.wrap(part, _WIDTH) or [""]]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _keys(values: Mapping[str, Any]) -> str:
    return "".join(_key(key, value) for key, value in values.items())


def _key(key: str, value: Any) -> str:
    if isinstance(value, list) and value and all(isinstance(item, Commented) for item in value):
        return f"{key}:\n" + "".join(_item(item.sections) for item in value)
    return yaml.dump({key: value}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


def _item(sections: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """One of a list: its comment stands before the dash."""
    (comment, values), *rest = sections
    first = textwrap.indent(_keys(values), "    ").replace("    ", "  - ", 1)
    after = "\n" + textwrap.indent(commented_yaml(*rest), "    ") if rest else ""
    return textwrap.indent(_comment(comment), "  ") + first + after

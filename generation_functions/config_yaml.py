"""YAML in which every key and value knows its line, and every mistake is reported, not just the first.

Scalars follow YAML 1.2: `no`, `on`, `12:30` and `2024-01-01` are text (a parameter that wants true or false
still takes yes and no), and `1e-4` is a number.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from generation_functions.config_marks import (
    ATTENTION_MARK,
    BROKEN_MARK,
    PLACEHOLDER,
    PLACEHOLDER_MARK,
    MarkedText,
    hide_marks,
    show_marks,
)
from generation_functions.errors import Problem
from generation_functions.yaml_recovery import compose_with_recovery

KeyPath = tuple[str | int, ...]

_NULLS = {"", "~", "null", "Null", "NULL"}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*(?:_[0-9]+)*)$")
_OTHER_BASE = re.compile(r"0(?:x[0-9a-fA-F]+|o[0-7]+)$")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$")
_SPECIAL_FLOAT = re.compile(r"(?P<sign>[-+]?)\.(?P<name>inf|nan)$", re.IGNORECASE)
_STANDARD_TAG = "tag:yaml.org,2002:"
_COLLECTION_TAGS = (_STANDARD_TAG + "map", _STANDARD_TAG + "seq")
_LARGEST = 1 << 63
_MOST_NODES = 100_000


@dataclass
class YamlContent:
    """The values of a YAML text with the line of each key, and what is wrong with it."""

    file: str
    values: Any = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    reported: set[KeyPath] = field(default_factory=set)
    """Paths whose value cannot be used and has been reported; the value is left out."""
    keys_lost: bool = False
    """Whether lines had to be skipped, so that a missing key may only seem to be missing."""

    def line(self, path: KeyPath) -> int:
        """The line of `path`, or of the nearest thing around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


def read_yaml(file: Path) -> YamlContent:
    """Read a YAML file; what cannot be read or parsed becomes problems of the result."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return YamlContent(str(file), problems=[Problem("this file does not exist", str(file))])
    except UnicodeDecodeError as error:
        message = f"not UTF-8 text (byte {error.start}): save it as UTF-8"
        return YamlContent(str(file), problems=[Problem(message, str(file))])
    except OSError as error:
        return YamlContent(str(file), problems=[Problem(f"cannot be read: {error.strerror}", str(file))])
    return parse_yaml(text, str(file))


def parse_yaml(text: str, file: str) -> YamlContent:
    """Parse YAML text; `file` is the name that problems carry."""
    content = YamlContent(file)
    marked = hide_marks(text)
    composed = compose_with_recovery(marked.text, file)
    content.problems += composed.problems
    content.keys_lost = composed.lines_skipped
    if composed.node is not None:
        content.values = _Builder(content, marked).build(composed.node, ())
    _report_marks_outside_values(content, marked)
    content.problems.sort(key=lambda problem: problem.line)
    content.warnings.sort(key=lambda problem: problem.line)
    return content


def plain_value(text: str) -> Any:
    """The value of an unquoted YAML scalar.

    Raises:
        ValueError: A whole number that does not fit into 64 bits, as JSON and databases have them.
    """
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.match(text) or _OTHER_BASE.match(text):
        number = int(text, 0)
        if not -_LARGEST <= number < _LARGEST:
            raise ValueError("it does not fit into 64 bits")
        return number
    if _FLOAT.match(text) and not re.match(r"[-+]?0[0-9]", text):
        return float(text)
    special = _SPECIAL_FLOAT.match(text)
    if special:
        return math.copysign(float(special["name"]), -1 if special["sign"] == "-" else 1)
    return text


def parse_override(text: str) -> Any:
    """The value in `--set key=value`: a YAML scalar, or a list or mapping in brackets."""
    stripped = text.strip()
    if stripped.startswith(("[", "{", '"', "'")):
        content = parse_yaml(stripped, "--set")
        if not content.problems:
            return content.values
    try:
        return plain_value(stripped)
    except ValueError:
        return stripped  # what wants a number says what is wrong with it


class _Builder:
    """Turns nodes into values, noting lines and problems on the way."""

    def __init__(self, content: YamlContent, marked: MarkedText) -> None:
        self.content = content
        self.marked = marked
        self.open_nodes: set[int] = set()
        self.built = 0

    def build(self, node: yaml.Node, path: KeyPath) -> Any:
        self.content.lines.setdefault(path, node.start_mark.line + 1)
        self.built += 1
        if id(node) in self.open_nodes:
            return self._report(path, "this anchor contains itself")
        if self.built > _MOST_NODES:
            if self.built == _MOST_NODES + 1:
                self._report(path, f"more than {_MOST_NODES} values: a config is not the place for data")
            return None
        self.open_nodes.add(id(node))
        try:
            if not isinstance(node, yaml.ScalarNode) and node.tag not in _COLLECTION_TAGS:
                return self._tagged(node, path)
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return self._sequence(node, path)
            return self._scalar(node, path)
        finally:
            self.open_nodes.discard(id(node))

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[Any, Any]:
        values: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        first_lines: dict[Any, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._report(path, "a key must be plain text", line)
                continue
            if key_node.value == "<<" and key_node.style is None:
                merged = {**self._merged(value_node, path), **merged}
                continue
            key = self._key(key_node, path)
            if key is None:
                continue
            if key in first_lines:
                message = f"written twice (first on line {first_lines[key]}); keep one"
                problem = Problem(message, self.content.file, line, dotted((*path, key)))
                self.content.problems.append(problem)
                continue
            first_lines[key] = line
            self.content.lines[*path, key] = line
            value = self.build(value_node, (*path, key))
            if (*path, key) not in self.content.reported:
                values[key] = value
        return {**merged, **values}

    def _key(self, node: yaml.ScalarNode, path: KeyPath) -> str | int | None:
        line = node.start_mark.line + 1
        if PLACEHOLDER_MARK in node.value:
            self._report(path, "a placeholder stands where a key belongs", line)
            return None
        key = node.value.replace(ATTENTION_MARK, "").strip()
        value: Any = key
        with suppress(ValueError):
            value = plain_value(key) if node.style is None else key
        # Only whole numbers stay what they are ({1: ...}); `null:` or `true:` as a key is surely a name.
        return value if isinstance(value, int) and not isinstance(value, bool) else key

    def _merged(self, node: yaml.Node, path: KeyPath) -> dict[Any, Any]:
        """The keys that `<<: *anchor` (or a list of anchors) brings in; earlier ones win."""
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        merged: dict[Any, Any] = {}
        for source in sources:
            if isinstance(source, yaml.MappingNode):
                merged = {**self.build(source, path), **merged}
            else:
                self._report(path, "<< must be followed by a mapping", node.start_mark.line + 1)
        return merged

    def _sequence(self, node: yaml.SequenceNode, path: KeyPath) -> list[Any]:
        return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]

    def _scalar(self, node: yaml.Node, path: KeyPath) -> Any:
        text: str = node.value
        style = getattr(node, "style", None)
        line = node.start_mark.line + 1
        if BROKEN_MARK in text:
            self.content.reported.add(path)
            return None
        if PLACEHOLDER_MARK in text:
            words = self.marked.placeholder_words.get(line) or _words_around(text)
            return self._report(path, placeholder_message(words), line)
        if ATTENTION_MARK in text:
            words = self.marked.attention.pop(line, "")
            self.content.warnings.append(Problem(attention_message(words), self.content.file, line, dotted(path)))
            return self._value_beside_mark(text, style, path)
        if node.tag and not node.tag.startswith(_STANDARD_TAG + "str"):
            return self._tagged(node, path)
        return self._plain_value(text, path, line) if style is None else text

    def _plain_value(self, text: str, path: KeyPath, line: int) -> Any:
        try:
            return plain_value(text)
        except ValueError:
            return self._report(path, f"a whole number of {len(text)} digits is too large; text needs quotes", line)

    def _value_beside_mark(self, text: str, style: str | None, path: KeyPath) -> Any:
        value = text.replace(ATTENTION_MARK, " ").strip()
        if style is not None:
            return value
        beside = parse_yaml(value, self.content.file)
        if beside.problems:
            return value
        line = self.content.line(path)
        self.content.lines.update({(*path, *inner): line for inner in beside.lines if inner})
        return beside.values

    def _tagged(self, node: yaml.Node, path: KeyPath) -> Any:
        kind = node.tag.removeprefix(_STANDARD_TAG)
        if kind in ("int", "float", "bool", "null"):
            return self._plain_value(node.value, path, node.start_mark.line + 1)
        name = "!!" + kind if node.tag.startswith(_STANDARD_TAG) else node.tag
        return self._report(path, f"the YAML tag {name} means nothing here; text that starts with ! needs quotes")

    def _report(self, path: KeyPath, message: str, line: int = 0) -> None:
        if path:
            self.content.reported.add(path)
        line = line or self.content.line(path)
        self.content.problems.append(Problem(message, self.content.file, line, dotted(path)))


def _report_marks_outside_values(content: YamlContent, marked: MarkedText) -> None:
    """Placeholders that stood alone above a nested block, and ATTENTION in comments."""
    by_line: dict[int, KeyPath] = {}
    for path, line in content.lines.items():
        if path:
            by_line.setdefault(line, path)
    for line in marked.placeholders_above_blocks:
        path = by_line.get(line, ())
        if path:
            content.reported.add(path)
        words = marked.placeholder_words.get(line, "")
        content.problems.append(Problem(placeholder_message(words), content.file, line, dotted(path)))
    for line, words in marked.attention.items():
        following = min((other for other in by_line if other >= line), default=0)
        path = by_line.get(following, ())
        content.warnings.append(Problem(attention_message(words), content.file, line, dotted(path)))


def _words_around(text: str) -> str:
    return " ".join(show_marks(text).replace(PLACEHOLDER, " ").split())


def placeholder_message(words: str) -> str:
    """What to say about a placeholder with `words` beside it."""
    return "replace !!PLACEHOLDER!! with a value of your own" + (f" ({words})" if words else "")


def attention_message(words: str) -> str:
    """What to say about an attention mark with `words` beside it."""
    return "marked !!ATTENTION!!" + (f": {words}" if words else "")


def dotted(path: KeyPath) -> str:
    """`("small_model", "base_url")` as `small_model.base_url`."""
    return ".".join(str(part) for part in path)

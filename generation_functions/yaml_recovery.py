"""Composing YAML that is partly broken: report what is wrong, mend or skip that line, and go on.

One run of the checker then shows the tab in line 3 *and* the misspelt key in line 40.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from generation_functions.config_marks import BROKEN_MARK, show_marks
from generation_functions.errors import Problem

_MOST_REPAIRS = 8
_TAB_INDENT = re.compile(r"^ *\t[ \t]*(?=\S)")
_SIMPLE_ENTRY = re.compile(r"""^(?P<entry>\s*(?:-\s+)*[^\s#\[\]{},"'&*!|>%@-][^:\[\]{}"']*:)\s""")
_HINTS = (
    (
        "mapping values are not allowed",
        "a second `: ` in this line, or wrong indentation; text with `: ` needs quotes",
    ),
    ("could not find expected ':'", "this line is neither `key: value` nor part of the value above it"),
    ("found undefined alias", "text that starts with * must be in quotes"),
    ("while scanning an alias", "text that starts with * must be in quotes"),
    ("while scanning an anchor", "text that starts with & must be in quotes"),
    ("while scanning a quoted scalar", "a quotation mark is opened here and never closed"),
    ("while parsing a flow", "a bracket is opened here and never closed, or a comma is missing"),
    ("expected a single document", "only one document per file: remove the second `---`"),
    ("while parsing a block mapping", "the indentation does not fit the lines above"),
    ("while parsing a block collection", "the indentation does not fit the lines above"),
    ("cannot start any token", "put text that starts with % @ ` or ! in quotes"),
)


@dataclass
class Composed:
    """The node tree (None when there is none) and what was wrong with the text."""

    node: yaml.Node | None = None
    problems: list[Problem] = field(default_factory=list)
    lines_skipped: bool = False


class _Loader(yaml.SafeLoader):
    """Leaves every unquoted scalar a string: which value it stands for is decided by config_yaml."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (so named by PyYAML)


def compose_with_recovery(text: str, file: str) -> Composed:
    """Compose the YAML node tree of `text`, working around up to a handful of syntax errors."""
    composed = Composed()
    lines = text.splitlines()
    for _ in range(_MOST_REPAIRS):
        try:
            composed.node = yaml.compose("\n".join(lines) + "\n", Loader=_Loader)
            return composed
        except RecursionError:
            composed.problems.append(Problem("nested too deeply", file, 1))
            return composed
        except yaml.reader.ReaderError as error:
            line = "\n".join(lines).count("\n", 0, error.position) + 1
            message = f"a character that YAML does not allow (code point {error.character})"
            composed.problems.append(Problem(message, file, line))
            return composed
        except yaml.MarkedYAMLError as error:
            if not _repair(lines, error, composed, file):
                return composed
    return composed


def _repair(lines: list[str], error: yaml.MarkedYAMLError, composed: Composed, file: str) -> bool:
    """Report `error` and change `lines` so that parsing gets further; False when that is hopeless."""
    if _replace_tabs(lines, composed, file):
        return True
    line = _culprit(error)
    if line > len(lines) or not lines[line - 1].strip():
        line = max((number for number in range(1, line) if lines[number - 1 : number] != [""]), default=1)
    entry = _SIMPLE_ENTRY.match(lines[line - 1] + " ") if lines else None
    key = entry["entry"].strip(" -:") if entry else ""
    composed.problems.append(Problem(_explain(error), file, line, key))
    if entry and BROKEN_MARK not in lines[line - 1]:
        lines[line - 1] = f"{entry['entry']} {BROKEN_MARK}"
        return True
    composed.lines_skipped = True
    if lines and lines[line - 1].strip():
        lines[line - 1] = ""
        return True
    return False


def _replace_tabs(lines: list[str], composed: Composed, file: str) -> bool:
    """Report every line indented with tabs, and indent them with spaces by the width that parses."""
    tabbed = [number for number, line in enumerate(lines) if _TAB_INDENT.match(line)]
    if not tabbed:
        return False
    for number in tabbed:
        message = "indented with a tab; YAML wants spaces (two per level)"
        composed.problems.append(Problem(message, file, number + 1))
    candidates = [_with_spaces(lines, tabbed, width) for width in (2, 4, 8)]
    lines[:] = next((candidate for candidate in candidates if _parses(candidate)), candidates[0])
    return True


def _with_spaces(lines: list[str], tabbed: list[int], width: int) -> list[str]:
    changed = list(lines)
    for number in tabbed:
        line = lines[number]
        body = line.lstrip(" \t")
        changed[number] = line[: len(line) - len(body)].replace("\t", " " * width) + body
    return changed


def _parses(lines: list[str]) -> bool:
    try:
        yaml.compose("\n".join(lines) + "\n", Loader=_Loader)
    except (yaml.YAMLError, RecursionError):
        return False
    return True


def _culprit(error: yaml.MarkedYAMLError) -> int:
    """The line to look at: where an unclosed thing was opened, otherwise where parsing stopped."""
    opened = (error.context or "").startswith(("while scanning a quoted", "while parsing a flow"))
    mark = error.context_mark if opened and error.context_mark else error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 1


def _explain(error: yaml.MarkedYAMLError) -> str:
    words = f"{error.context or ''} {error.problem or ''}"
    hint = next((hint for key, hint in _HINTS if key in words), "")
    said = show_marks(error.problem or error.context or "unreadable")
    return f"not valid YAML: {hint} ({said})" if hint else f"not valid YAML: {said}"

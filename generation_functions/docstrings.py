"""What a docstring in Google style says: summary, description, and a text for each parameter."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

_SECTION = re.compile(
    r"^(Args|Arguments|Parameters|Keyword Args|Keyword Arguments|Returns?|Yields?|Raises|Examples?|Notes?|"
    r"References|See Also|Todo|Warns?|Warnings?|Attributes):\s*$"
)
_PARAMETER_SECTIONS = {"Args", "Arguments", "Parameters", "Keyword Args", "Keyword Arguments"}
_PARAMETER = re.compile(r"^\*{0,2}(?P<name>\w+)\s*(?:\([^)]*\))?\s*:\s*(?P<text>.*)$")


@dataclass(frozen=True)
class Docstring:
    """The parts of a docstring that people are shown."""

    summary: str = ""
    description: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


def parse_docstring(text: str | None) -> Docstring:
    """Read `text` as a Google-style docstring; sections other than `Args:` are left out."""
    if not text:
        return Docstring()
    prose: list[str] = []
    parameter_lines: list[str] = []
    target: list[str] | None = prose
    for line in inspect.cleandoc(text).splitlines():
        section = _SECTION.match(line)
        if section:
            target = parameter_lines if section[1] in _PARAMETER_SECTIONS else None
        elif target is not None:
            target.append(line)
    paragraphs = [_joined(block) for block in re.split(r"\n\s*\n", "\n".join(prose).strip())]
    return Docstring(
        summary=paragraphs[0],
        description="\n\n".join(paragraphs[1:]),
        parameters=_parameters(parameter_lines),
    )


def _joined(paragraph: str) -> str:
    """Undo line wrapping, except where indentation or a list says that line breaks are meant."""
    lines = paragraph.splitlines()
    if any(line.startswith((" ", "-", "*", "|")) for line in lines):
        return paragraph
    return " ".join(line.strip() for line in lines)


def _parameters(lines: list[str]) -> dict[str, str]:
    texts: dict[str, list[str]] = {}
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    current: list[str] = []
    for line in lines:
        if not line.strip():
            continue
        found = _PARAMETER.match(line[indent:]) if not line[indent].isspace() else None
        if found:
            current = texts.setdefault(found["name"], [])
            current.append(found["text"].strip())
        else:
            current.append(line.strip())
    return {name: " ".join(part for part in parts if part) for name, parts in texts.items()}

"""Where commands write: results to `out`, everything else (progress, warnings, errors) to `err`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from generation_functions.masking import Mask

if TYPE_CHECKING:
    from generation_functions.errors import Problem


@dataclass
class Console:
    """The two streams of a command line program."""

    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    answered: bool = False
    """Whether the one JSON object has been printed."""
    mask: Mask = field(default_factory=Mask)
    """What `tell` keeps to itself; a run puts its own here."""

    def say(self, text: str = "") -> None:
        """A line of the result."""
        self.out.write(text + "\n")

    def tell(self, text: str = "") -> None:
        """A line for the person watching."""
        self.err.write(self.mask(text) + "\n")
        self.err.flush()

    def json(self, value: Any) -> None:
        """The result as one JSON object."""
        import orjson

        self.answered = True
        option = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
        self.say(orjson.dumps(value, option=option, default=str).decode())

    def warn(self, warnings: Iterable[Problem]) -> None:
        """Warnings about a config; the run goes on."""
        for warning in warnings:
            self.tell(f"warning: {warning}")

    def table(self, rows: Sequence[Sequence[str]], indent: str = "") -> None:
        """Rows as columns; the last column takes what is left."""
        for line in columns(rows):
            self.say(indent + line)

    def let_go_of_closed_pipe(self) -> None:
        """After BrokenPipeError: keep the interpreter from failing once more when it flushes at exit."""
        if self.out is sys.stdout:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with aligned columns, numbers to the right."""
    if not rows:
        return []
    widths = [max(len(row[index]) for row in rows if index < len(row)) for index in range(max(map(len, rows)))]
    numeric = [all(_is_number(row[index]) for row in rows[1:] if index < len(row)) for index in range(len(widths))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=False)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def _is_number(text: str) -> bool:
    return not text or text.replace(".", "").replace(",", "").isdigit()

"""Values out of files that anybody may have written, taken for what they are: one bad folder must not hide all runs."""

from __future__ import annotations

import math
from typing import Any

_LARGEST = 1 << 63  # what databases and JSON readers take


def text_of(value: Any) -> str:
    """A text out of a file that anybody may have written."""
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value)


def whole_of(value: Any) -> int:
    """A whole number of that kind; 0 for anything else."""
    return value if isinstance(value, int) and abs(value) < _LARGEST else 0


def number_of(value: Any) -> float:
    """A number of that kind; 0 for anything else."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def list_of(value: Any) -> list[Any]:
    """A list of that kind; empty for anything else."""
    return value if isinstance(value, list) else []


def objects_of(value: Any) -> list[dict[str, Any]]:
    """The objects of a list of that kind."""
    return [one for one in list_of(value) if isinstance(one, dict)]


def object_of(value: Any) -> dict[str, Any]:
    """An object of that kind; empty for anything else."""
    return value if isinstance(value, dict) else {}


def counts_of(value: Any) -> dict[str, int]:
    """Numbers by reason, of that kind."""
    return {text_of(reason): whole_of(count) for reason, count in object_of(value).items()}


def is_text(value: str) -> bool:
    """Whether a text can be sent and stored: file names of other times may hold bytes that are no characters."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def plain_text_of(value: Any) -> str:
    """A text that every database takes."""
    return text_of(value).replace("\0", "").encode("utf-8", "replace").decode()

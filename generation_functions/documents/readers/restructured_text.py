"""reStructuredText: as it stands, but with its headings written as Markdown's."""

from __future__ import annotations

from generation_functions.documents.document import Extraction
from generation_functions.documents.encodings import decode_text
from generation_functions.documents.licences import spdx_licence

_ADORNMENTS = frozenset("=-`:'\"~^_*+#<>.")


def read_restructured_text(data: bytes) -> Extraction:
    """Levels are given to adornment styles in the order in which they first occur, as docutils does."""
    text = decode_text(data)
    lines = text.splitlines()
    levels: dict[str, int] = {}
    out: list[str] = []
    title = ""
    i = 0
    while i < len(lines):
        style, used = _heading_at(lines, i)
        if style:
            level = levels.setdefault(style, min(len(levels) + 1, 6))
            heading = lines[i + used - 2].strip()
            title = title or heading
            out.append(f"{'#' * level} {heading}")
        else:
            out.append(lines[i])
        i += used
    return Extraction(parts=("\n".join(out),), title=title, licence=spdx_licence(text))


def _heading_at(lines: list[str], i: int) -> tuple[str, int]:
    """The adornment style of a heading that starts at line `i`, and how many lines it takes."""
    over = _adornment(lines[i])
    if over and i + 2 < len(lines) and lines[i + 1].strip() and _adornment(lines[i + 2]) == over:
        return f"over {over}", 3
    text = lines[i]
    if (
        not over
        and text.strip()
        and not text[0].isspace()
        and i + 1 < len(lines)
        and _adornment(lines[i + 1])
        and len(lines[i + 1].rstrip()) >= len(text.rstrip())
        and (i == 0 or not lines[i - 1].strip())
    ):
        return _adornment(lines[i + 1]), 2
    return "", 1


def _adornment(line: str) -> str:
    line = line.rstrip()
    return line[0] if len(line) >= 3 and line[0] in _ADORNMENTS and len(set(line)) == 1 else ""

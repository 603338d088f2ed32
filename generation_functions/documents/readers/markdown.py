"""Markdown: as it stands, with its front matter read and taken off."""

from __future__ import annotations

import re

from generation_functions.documents.document import Extraction
from generation_functions.documents.encodings import decode_text
from generation_functions.documents.licences import spdx_licence

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.{0,20000}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_FIRST_HEADING = re.compile(r"^#[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)


def read_markdown(data: bytes) -> Extraction:
    """Title and licence come from the front matter, else from the first heading and an SPDX line."""
    text = decode_text(data)
    fields, body = _split_front_matter(text)
    heading = _FIRST_HEADING.search(body, 0, 20_000)
    title = fields.get("title") or (heading.group(1) if heading else "")
    licence = fields.get("licence") or fields.get("license") or spdx_licence(text)
    return Extraction(parts=(body,), title=title, licence=licence)


def _split_front_matter(text: str) -> tuple[dict[str, str], str]:
    found = _FRONT_MATTER.match(text)
    if not found:
        return {}, text
    import yaml

    try:
        fields = yaml.safe_load(found.group(1))
    except yaml.YAMLError:
        return {}, text
    if not isinstance(fields, dict):
        return {}, text
    named = {str(key).lower(): str(value) for key, value in fields.items() if isinstance(value, str | int | float)}
    return named, text[found.end() :]

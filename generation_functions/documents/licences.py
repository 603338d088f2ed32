"""Finds out under which licence a document may be used, when it or its folder clearly says so."""

from __future__ import annotations

import re
from pathlib import Path

_SPDX = re.compile(
    r"SPDX-License-Identifier:[ \t]*"
    r"([A-Za-z0-9.+-]+(?:[ \t]+(?:OR|AND|WITH)[ \t]+[A-Za-z0-9.+-]+)*)"
)
_SPDX_SEARCHED_CHARACTERS = 8192
_LICENCE_STEMS = {"license", "licence", "copying", "unlicense"}
_LICENCE_SUFFIXES = {"", ".txt", ".md", ".rst"}
_MAX_LICENCE_BYTES = 256 * 1024

# Names that stand at the head of a licence text; further down one licence often names another.
_HEADINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("AGPL-3.0", ("gnu affero general public license", "version 3")),
    ("LGPL-3.0", ("gnu lesser general public license", "version 3")),
    ("LGPL-2.1", ("gnu lesser general public license", "version 2.1")),
    ("GPL-3.0", ("gnu general public license", "version 3")),
    ("GPL-2.0", ("gnu general public license", "version 2")),
    ("MPL-2.0", ("mozilla public license", "2.0")),
    ("Apache-2.0", ("apache license", "version 2.0")),
    ("CC0-1.0", ("cc0 1.0 universal",)),
    ("CC-BY-NC-SA-4.0", ("attribution-noncommercial-sharealike 4.0 international",)),
    ("CC-BY-NC-ND-4.0", ("attribution-noncommercial-noderivatives 4.0 international",)),
    ("CC-BY-NC-4.0", ("attribution-noncommercial 4.0 international",)),
    ("CC-BY-ND-4.0", ("attribution-noderivatives 4.0 international",)),
    ("CC-BY-SA-4.0", ("attribution-sharealike 4.0 international",)),
    ("CC-BY-4.0", ("attribution 4.0 international",)),
)
_HEADING_CHARACTERS = 600
# Sentences that make up short licences, which often have no name on them.
_PHRASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("BSD-3-Clause", ("redistribution and use in source and binary forms", "endorse or promote products")),
    ("BSD-2-Clause", ("redistribution and use in source and binary forms",)),
    ("ISC", ("permission to use, copy, modify, and/or distribute this software for any purpose",)),
    ("MIT", ("permission is hereby granted, free of charge", 'the software is provided "as is"')),
    ("Unlicense", ("this is free and unencumbered software released into the public domain",)),
)


def spdx_licence(text: str) -> str | None:
    """The licence named by an `SPDX-License-Identifier` line near the start of a text."""
    found = _SPDX.search(text, 0, _SPDX_SEARCHED_CHARACTERS)
    return found.group(1) if found else None


def is_licence_file(path: Path) -> bool:
    """Whether a file is the licence of its folder by its name (LICENSE, COPYING.txt, ...)."""
    return path.stem.lower() in _LICENCE_STEMS and path.suffix.lower() in _LICENCE_SUFFIXES


def recognise_licence(text: str) -> str | None:
    """The SPDX identifier of a full licence text, or None when it is not one of the well-known ones."""
    named = spdx_licence(text)
    if named:
        return named
    flat = " ".join(text.replace("\u201c", '"').replace("\u201d", '"').lower().split())
    head = flat[:_HEADING_CHARACTERS]
    for identifier, names in _HEADINGS:
        if all(name in head for name in names):
            return identifier
    for identifier, phrases in _PHRASES:
        if all(phrase in flat for phrase in phrases):
            return identifier
    return None


class FolderLicences:
    """The licence that the nearest LICENSE file gives to a folder, never looking above the input folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[Path, str | None] = {}

    def of(self, folder: Path) -> str | None:
        """The licence of the files in `folder`; a nearer file that is not recognised hides farther ones."""
        if folder not in self._known:
            own = self._licence_file(folder)
            if own is not None:
                self._known[folder] = recognise_licence(own)
            elif folder == self._root or self._root not in folder.parents:
                self._known[folder] = None
            else:
                self._known[folder] = self.of(folder.parent)
        return self._known[folder]

    def _licence_file(self, folder: Path) -> str | None:
        try:
            names = sorted(path for path in folder.iterdir() if is_licence_file(path) and path.is_file())
            if not names:
                return None
            with names[0].open("rb") as file:
                return file.read(_MAX_LICENCE_BYTES).decode("utf-8", "replace")
        except OSError:
            return None

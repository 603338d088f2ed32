"""What a run and each of its parts have for themselves: a name, files, and the digest of all that came before."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generation_functions.records import stable_hash


@dataclass
class Scope:
    """Names and digests of one line of work.

    Attributes:
        digest: Of everything that decides what comes next; finished records are taken over while it holds.
        part: Name of the part, empty for the run itself.
        corpus: Whose documents the part is about, where a run has several input folders.
        sampled: The first records were chosen already (estimate and preview).
    """

    digest: str
    part: str = ""
    corpus: str = ""
    sampled: bool = False
    _files: set[str] = field(default_factory=set)

    def depends_on(self, *what: Any) -> None:
        """Note that what comes next depends on `what`."""
        self.digest = stable_hash(self.digest, *what)

    def named(self, text: str) -> str:
        """`text` with the part's name in front."""
        return f"{self.part}: {text}" if self.part else text

    def new_file(self, stages: Path, name: str) -> Path:
        """Where the next stage, called `name`, keeps its records."""
        stem = f"{len(self._files) + 1:02d}-{as_file_name(name)}"
        self._files.add(stem)
        return stages.joinpath(*map(as_file_name, filter(None, self.part.split("/"))), f"{stem}.jsonl")


def as_file_name(name: str) -> str:
    """`name` in small letters, digits and hyphens."""
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower()).strip("-") or "stage"

"""From a run's id to its folder and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import Path as PathParameter

from generation_functions.records import stable_hash
from web.problems import NotFoundError
from web.services import Services
from web.tables import Kind, Work

RunId = Annotated[
    str,
    PathParameter(pattern="^[0-9a-f]{16}$", description="Of a run.", examples=["0123456789abcdef"]),
]


def run_id(folder: Path) -> str:
    """A folder is a run: its id is the first 16 hex digits of the hash of where it lies."""
    return stable_hash(str(folder.resolve()))[:16]


def folder_of(services: Services, run_id: str) -> Path:
    """The folder of a run.

    Raises:
        NotFoundError: No run has this id, or its folder is gone.
    """
    with services.database.session() as session:
        work = session.get(Work, run_id)
    if work is None or work.kind != Kind.RUN:
        raise NotFoundError(f"no run has the id {run_id}", code="no-such-run")
    folder = Path(work.folder)
    if not folder.is_dir():
        raise NotFoundError(f"the folder of this run is gone: {folder}", code="run-folder-gone")
    return folder

"""From a run's id to its row and its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import Path as PathParameter

from web.problems import NotFoundError
from web.services import Services
from web.tables import Kind, Work

RunId = Annotated[
    str,
    PathParameter(pattern="^[0-9a-f]{16}$", description="Of a run.", examples=["0123456789abcdef"]),
]


def find_run(services: Services, run_id: str) -> Work:
    """The row of a run.

    Raises:
        NotFoundError: No run has this id.
    """
    with services.database.session() as session:
        work = session.get(Work, run_id)
    if work is None or work.kind != Kind.RUN:
        raise NotFoundError(f"no run has the id {run_id}", code="no-such-run")
    return work


def folder_of(services: Services, run_id: str) -> Path:
    """The folder of a run.

    Raises:
        NotFoundError: No run has this id, or its folder is gone.
    """
    folder = Path(find_run(services, run_id).folder)
    if not folder.is_dir():
        raise NotFoundError(f"the folder of this run is gone: {folder}", code="run-folder-gone")
    return folder

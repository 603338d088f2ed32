"""Runs that follow one another: when the first is completed, the next is started, and so on.

What is to come is kept in `chains/` of the state folder, one file per run that something waits for, so that neither a
closed browser nor a restart breaks a chain. A run that fails or is paused holds its chain up: resumed and completed,
it goes on.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy.exc import SQLAlchemyError

from generation_functions.errors import AugmentoolkitError
from generation_functions.private_files import locked
from generation_functions.run_folder import read_json, write_atomically
from web.problems import ProblemError
from web.runs import starting
from web.runs.schemas import StartRun
from web.services import Services
from web.settings import Settings
from web.tables import State, Work
from web.tolerant import list_of, text_of

logger = logging.getLogger("augmentoolkit.web")
_LOCK = "chains.lock"
_DONE = "started"


def chain_of(settings: Settings, run_id: str) -> dict[str, Any]:
    """What waits for a run: `then` (configs), `problem` (why the next could not be started), `started` (its id)."""
    return read_json(_file(settings, run_id))


def put_chain(settings: Settings, run_id: str, then: list[str]) -> None:
    """Let these configs (paths below configs/) run after a run; none: it has no chain any more."""
    if not then:
        _file(settings, run_id).unlink(missing_ok=True)
        return
    write_atomically(_file(settings, run_id), orjson.dumps({"run": run_id, "then": then}))


def go_on(services: Services) -> None:
    """Start what waits for runs that are completed. Called every few seconds; costs nothing when nothing waits."""
    folder = services.settings.state / "chains"
    if not folder.is_dir() or not any(folder.glob("*.json")):
        return
    try:
        with locked(services.settings.state / _LOCK):  # several services may share the folder
            for file in sorted(folder.glob("*.json")):
                _look_at(services, file)
    except (SQLAlchemyError, OSError, AugmentoolkitError) as error:
        logger.error("what follows on completed runs cannot be started now: %s", error)


def _look_at(services: Services, file: Path) -> None:
    chain = read_json(file)
    if chain.get("problem") or chain.get(_DONE):
        return
    with services.database.session() as session:
        work = session.get(Work, file.stem)
    if work is None:
        with suppress(OSError):
            file.unlink()
        return
    then = [text_of(config) for config in list_of(chain.get("then"))]
    if work.state != State.COMPLETED or not then:
        return
    try:
        started = starting.start(services, StartRun(config=then[0], tags=work.tags))
        put_chain(services.settings, started, then[1:])
        chain[_DONE] = started
    except ProblemError as error:
        logger.error("%s does not follow %s: %s", then[0], work.id, error)
        mistakes = [mistake.message for mistake in error.mistakes[:5]]
        chain["problem"] = "; ".join([error.detail, *mistakes])
    write_atomically(file, orjson.dumps(chain))


def _file(settings: Settings, run_id: str) -> Path:
    return settings.state / "chains" / f"{run_id}.json"

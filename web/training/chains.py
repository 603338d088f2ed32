"""Runs that follow one another: when the first is completed, the next is started, and so on.

A run that fails, is paused, cancelled or lost holds its chain up: resumed and completed, by whomever, it goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError

from generation_functions.errors import AugmentoolkitError
from generation_functions.private_files import locked
from web.problems import ProblemError, UnavailableError
from web.reading.files import file_in, stamp_at
from web.roots import Root
from web.runs import life, starting
from web.runs.following import Chain, chained, read_chain, write_chain
from web.runs.schemas import ResumeRun
from web.services import Services
from web.tables import State, Work

logger = logging.getLogger("augmentoolkit.web")
_LOCK = "chains.lock"
_ONLY_WAIT = ("already-active", "folder-in-use")
"""Somebody runs the next one just now: it is started again behind that."""


def start_chain(services: Services, configs: Sequence[str], tags: list[str]) -> str:
    """Queue the run of the first config, and let the others follow on it. Returns its id.

    What follows is written down before the run can come to its end.

    Raises:
        ProblemError: It cannot be started; see `starting.resolve` and `starting.enqueue`.
        StorageError: What follows cannot be written down; nothing was started.
    """
    resolved = starting.resolve(services, overrides={}, file=configs[0])
    identity = starting.enqueue(services, resolved, wait=True, tags=tags, config_file=configs[0])
    write_chain(services.settings, identity, Chain(tuple(configs[1:])))
    starting.resume(services, life.get(services.database, identity), ResumeRun())
    return identity


def go_on(services: Services) -> None:
    """Start what waits for runs that are completed. Called every few seconds; costs little when nothing waits."""
    waiting = [run_id for run_id in chained(services.settings) if read_chain(services.settings, run_id).waiting]
    if not waiting:
        return
    try:
        services.index.follow()  # the command line may have completed what failed here
        with locked(services.settings.state / _LOCK):  # several services may share the folder
            for run_id in waiting:
                _look_at(services, run_id)
    except (SQLAlchemyError, OSError, AugmentoolkitError) as error:
        logger.error("what follows on completed runs cannot be started now: %s", error)


def _look_at(services: Services, run_id: str) -> None:
    chain = read_chain(services.settings, run_id)
    with services.database.session() as session:
        work = session.get(Work, run_id)
    if not chain.waiting or work is None or work.state != State.COMPLETED:
        return
    tried = _tried(services, work, chain)
    if chain.problem and chain.tried == tried:
        return
    try:
        chain = replace(chain, started=start_chain(services, chain.then, work.tags), problem="", tried="")
    except UnavailableError as error:  # such as many previews at once: the next look is soon
        logger.warning("%s waits: %s", chain.then[0], error)
        return
    except ProblemError as error:
        if error.code in _ONLY_WAIT:
            return
        logger.error("%s does not follow %s: %s", chain.then[0], work.id, error)
        mistakes = [mistake.message for mistake in error.mistakes[:5]]
        chain = replace(chain, problem="; ".join([error.detail, *mistakes]), tried=tried)
    write_chain(services.settings, run_id, chain)


def _tried(services: Services, work: Work, chain: Chain) -> str:
    """Changes when the config is saved again, and when the run before is completed again."""
    path = file_in(Root.CONFIGS.folder(services.settings), chain.then[0])
    stamp = stamp_at(path) if path else None
    return f"{work.ended}-{stamp.changed if stamp else 0}-{stamp.size if stamp else 0}"

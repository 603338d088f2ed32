"""What follows on a run: kept in `chains/` of the state folder, one file per run that something waits for.

So neither a closed browser nor a restart breaks a chain. Runs are started by `web.training.chains`; here is what is
known of them, and what to say of those that wait.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from generation_functions.run_folder import read_json, write_atomically
from web.database import Database
from web.runs.schemas import Following
from web.settings import Settings
from web.tables import State, Work
from web.tolerant import list_of, plain_text_of

FOLDER = "chains"
_HELD_UP = {
    State.PAUSED: "is paused",
    State.FAILED: "has failed",
    State.CANCELLED: "was cancelled",
    State.LOST: "was lost",
}


@dataclass(frozen=True)
class Chain:
    """What follows on one run."""

    then: tuple[str, ...] = ()
    """Configs, as paths below configs/: the first runs after this run, each other one after the one before it."""
    started: str = ""
    """Id of the run that was started after it; what is behind the first config waits for that run then."""
    problem: str = ""
    """Why the first one could not be started."""
    tried: str = ""
    """Changes with whatever may have mended the problem."""

    @property
    def waiting(self) -> tuple[str, ...]:
        """Those that this very run holds back."""
        return () if self.started else self.then


def read_chain(settings: Settings, run_id: str) -> Chain:
    """What follows on a run; nothing when it was never in a chain."""
    told = read_json(_file(settings, run_id))
    return Chain(
        then=tuple(plain_text_of(config) for config in list_of(told.get("then"))),
        started=plain_text_of(told.get("started")),
        problem=plain_text_of(told.get("problem")),
        tried=plain_text_of(told.get("tried")),
    )


def write_chain(settings: Settings, run_id: str, chain: Chain) -> None:
    """Keep what follows on a run; one without anything is not kept.

    Raises:
        StorageError: It cannot be written; what was there before still is.
    """
    if chain.then:
        write_atomically(_file(settings, run_id), orjson.dumps({"run": run_id, **asdict(chain)}))
    else:
        _file(settings, run_id).unlink(missing_ok=True)


def chained(settings: Settings) -> list[str]:
    """Ids of all runs that are in a chain and not its last."""
    return sorted(file.stem for file in (settings.state / FOLDER).glob("*.json"))


def following_of(settings: Settings, database: Database, work: Work) -> Following | None:
    """The rest of the chain behind a run, link by link up to the one that holds it up; None when nothing follows."""
    chain = read_chain(settings, work.id)
    if not chain.then:
        return None
    started, last, seen = chain.started, work, {work.id}
    with database.session() as session:
        while chain.started and chain.started not in seen:
            seen.add(chain.started)
            found = session.get(Work, chain.started)
            if found is None:
                problem = f"the run of {chain.then[0]} was deleted; start that config to have it again"
                return Following(started=started if last is not work else "", problem=problem)
            last, chain = found, read_chain(settings, chain.started)
    held_up = _held_up(work, last, chain)
    return Following(
        then=list(chain.waiting),
        started=started,
        problem=chain.problem,
        held_up=held_up,
        held_up_by=last.id if held_up else "",
    )


def _held_up(work: Work, last: Work, chain: Chain) -> str:
    """Why those that wait are not started, and how to go on."""
    if not chain.waiting:
        return ""
    not_started = f"not started: {', '.join(chain.waiting)}. "
    if last.state == State.COMPLETED and chain.problem:
        return f"{not_started}{chain.problem}. Mend {chain.waiting[0]}: when it is saved, it is tried again."
    if (how := _HELD_UP.get(State(last.state))) is None:
        return ""
    who = "This run" if last is work else f"The run {last.name or Path(last.folder).name}"
    return f"{not_started}{who} {how}; resume it: when it is completed, what follows starts by itself."


def _file(settings: Settings, run_id: str) -> Path:
    return settings.state / FOLDER / f"{run_id}.json"

"""Starting runs: the config is checked as the command line checks it, kept in the run's folder, and queued."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any

from sqlalchemy.exc import IntegrityError

from generation_functions.commands.retries import add_round, failed_records
from generation_functions.config import to_yaml
from generation_functions.errors import RunLockedError, UsageError
from generation_functions.run_folder import STATE_FILE, RunFolder, read_json, run_id
from web.problems import ConflictError, ForbiddenError, InvalidError, Mistake, NotFoundError
from web.roots import Root, inside
from web.runs import life
from web.runs.schemas import CloneRun, ResumeRun, RetryFailed, StartRun
from web.services import Services
from web.tables import ACTIVE, Kind, State, Work

_MOST_CLONES = 10_000


@dataclass(frozen=True)
class Resolved:
    """A checked config: what a run is made of."""

    pipeline: str
    config: dict[str, Any]
    output_dir: str
    models: frozenset[str]
    """Names of the parameters that are models."""


def resolve(services: Services, *, overrides: dict[str, str], **source: str) -> Resolved:
    """Check a config (`file`, `text` or `pipeline`), and that the service may run it.

    Raises:
        InvalidError: The config has mistakes, plain keys, or would write outside of outputs/.
        ForbiddenError: It reads folders that this service does not show.
    """
    facts = services.host.ask("resolve", overrides=overrides, **source)
    if facts["literal_secrets"]:
        mistakes = [
            Mistake(
                message="a key in plain text is not run: store it under Settings > Secrets and write secret://NAME",
                key=secret["key"],
                line=secret.get("line", 0),
            )
            for secret in facts["literal_secrets"]
        ]
        raise InvalidError("the config holds keys in plain text", code="plain-secret", mistakes=mistakes)
    _refuse_outside(services, facts)
    return Resolved(facts["pipeline"], facts["config"], facts["output_dir"], frozenset(facts["models"]))


def _refuse_outside(services: Services, facts: dict[str, Any]) -> None:
    settings = services.settings
    outputs = Root.OUTPUTS.folder(settings)
    output_dir = (settings.root / facts["output_dir"]).resolve()
    if output_dir == outputs or not output_dir.is_relative_to(outputs):
        raise InvalidError(
            f"output_dir {facts['output_dir']} must be a folder below {outputs}: runs of the service lie there",
            code="output-outside",
        )
    if not settings.is_open:
        return
    allowed = [settings.root.resolve(), *settings.input_folders]
    for parameter, path in facts["input_paths"].items():
        resolved = (settings.root / path).resolve()
        if not any(resolved.is_relative_to(folder) for folder in allowed):
            raise ForbiddenError(
                f"{parameter}: {path} lies outside of the project; ATK_INPUT_FOLDERS lists what may be read besides",
                code="input-outside",
            )


def start(services: Services, wish: StartRun) -> str:
    """Queue a run; starting what is in its folder already resumes it. Returns the run's id."""
    if bool(wish.config) == bool(wish.pipeline):
        raise InvalidError("name either a config or a pipeline", code="nothing-to-run")
    source = {"file": wish.config} if wish.config else {"pipeline": wish.pipeline}
    resolved = resolve(services, overrides=wish.overrides, **source)
    return enqueue(services, resolved, name=wish.name, tags=wish.tags, config_file=wish.config)


def enqueue(services: Services, resolved: Resolved, *, wait: bool = False, **label: Any) -> str:
    """Put the config into its folder and the run into the queue."""
    folder = (services.settings.root / resolved.output_dir).resolve()
    identity = run_id(folder)
    with services.database.session() as session:
        row = session.get(Work, identity)
    if row is not None and row.state in ACTIVE:
        raise _busy(row)
    put_config(folder, resolved)
    now, label = time(), {key: value for key, value in label.items() if value}
    if row is None:
        facts = {"kind": Kind.RUN, "folder": str(folder), "pipeline": resolved.pipeline, "created": now, **label}
        try:
            with services.database.session() as session:
                # In a state from which it can be queued like any other.
                session.add(Work(id=identity, state=State.PAUSED, message="never started", **facts))
        except IntegrityError:  # somebody starts the same just now, or the index has found the folder
            row = life.get(services.database, identity)
    if row is not None:
        with services.database.session() as session:
            known = session.get_one(Work, identity)
            for key, value in {**label, "pipeline": resolved.pipeline}.items():
                setattr(known, key, value)
    if not wait:
        _queue(services, identity)
    life.remember(services.database, identity)
    return identity


def put_config(folder: Path, resolved: Resolved) -> None:
    """Make `resolved` what a resume of the folder would run. The run's own record of what it made stays."""
    held = _hold(folder)
    try:
        state = held.read_state()
        held.write_state({"status": "queued", **state, "pipeline": resolved.pipeline, "config": resolved.config})
        held.register()
    finally:
        held.release()


def resume(services: Services, work: Work, wish: ResumeRun) -> None:
    """Queue a run again, with other caps or another model if wanted."""
    folder = Path(work.folder)
    if life.get(services.database, work.id).state in ACTIVE:
        raise _busy(work)
    if wish.overrides:
        put_config(folder, _saved(services, folder, wish.overrides))
    _queue(services, work.id)
    life.remember(services.database, work.id)


def clone(services: Services, work: Work, wish: CloneRun) -> str:
    """A run of the same config in another folder."""
    folder = Path(work.folder)
    outputs = Root.OUTPUTS.folder(services.settings)
    target = inside(outputs, wish.output_dir) if wish.output_dir else _free(outputs, folder.name)
    if (target / STATE_FILE).exists():
        raise ConflictError(f"{target.name} is the folder of a run already; choose another", code="folder-taken")
    output_dir = f"{Root.OUTPUTS}/{target.relative_to(outputs).as_posix()}"
    resolved = _saved(services, folder, {**wish.overrides, "output_dir": output_dir})
    return enqueue(
        services,
        resolved,
        wait=not wish.start,
        name=wish.name or work.name,
        tags=work.tags,
        config_file=work.config_file,
    )


def retry_failed(services: Services, work: Work, wish: RetryFailed) -> int:
    """Queue a run that asks again for records that failed. Returns how many."""
    folder = Path(work.folder)
    if work.state in ACTIVE:
        raise _busy(work)
    held = _hold(folder)
    try:
        failed = failed_records(folder)
        wanted = set(wish.records)
        chosen = [key for key in failed if not wanted or key[0] in wanted]
        if not chosen:
            raise ConflictError("none of these records failed; look at the inbox again", code="nothing-failed")
        changes = [f"{key}={value}" for key, value in wish.overrides.items()]
        if changes:
            _refuse_other_than_models(services, folder, wish.overrides)
        add_round(folder, chosen, changes)
    except UsageError as error:
        raise ConflictError(str(error), code="nothing-failed") from error
    finally:
        held.release()
    _queue(services, work.id)
    life.remember(services.database, work.id)
    return len(chosen)


def _refuse_other_than_models(services: Services, folder: Path, overrides: dict[str, str]) -> None:
    saved, wished = _saved(services, folder, {}), _saved(services, folder, overrides)
    before, after = saved.config, wished.config
    changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    if others := sorted(changed - saved.models):
        raise InvalidError(
            f"failed records can be tried with another model, not with another {', '.join(others)}", code="not-a-model"
        )


def _saved(services: Services, folder: Path, overrides: dict[str, str]) -> Resolved:
    """The config of a run, with changes."""
    return resolve(services, overrides=overrides, text=_as_text(folder))


def _as_text(folder: Path) -> str:
    config = read_json(folder / STATE_FILE).get("config")
    if not config:
        raise NotFoundError("the run's folder has no config to go on with", code="no-config")
    return to_yaml(config)


def _queue(services: Services, identity: str) -> None:
    turn = life.queue(services.database, identity)
    work = life.get(services.database, identity)
    if not turn:
        raise _busy(work)
    services.queues.add(Kind.RUN, identity, turn, work.pipeline)


def _busy(work: Work) -> ConflictError:
    return ConflictError(f"this run is {work.state} already; cancel or pause it first", code="already-active")


def _hold(folder: Path) -> RunFolder:
    for path in (folder, *folder.parents):
        if path.exists() and not path.is_dir():
            raise ConflictError(
                f"{path} is a file; a run needs a folder there: choose another output_dir", code="in-the-way"
            )
        if path != folder and (path / STATE_FILE).is_file():
            raise ConflictError(f"{path} is the folder of another run: choose another output_dir", code="in-the-way")
    held = RunFolder(folder)
    try:
        held.acquire()
    except RunLockedError as error:
        raise ConflictError(str(error), code="folder-in-use") from error
    return held


def _free(outputs: Path, name: str) -> Path:
    for number in range(2, _MOST_CLONES):
        if not (outputs / f"{name}-{number}").exists():
            return outputs / f"{name}-{number}"
    raise ConflictError(f"there are {_MOST_CLONES} clones of {name}; name the folder", code="folder-taken")

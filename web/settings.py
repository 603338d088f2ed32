"""What the service and the worker are told from outside: folders, address, database, queue, limits."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from generation_functions.errors import UsageError
from generation_functions.run_folder import state_folder

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
MEGABYTE = 1 << 20
FOR_THE_SERVICE_ALONE = ("ATK_TOKEN", "ATK_DATABASE_URL", "ATK_REDIS_URL")
"""Variables that no pipeline needs, and that may hold a password."""


@dataclass(frozen=True)
class Settings:
    """Settings of one installation. Each can be set by a variable: ATK_ and the field's name in capitals."""

    root: Path = field(default_factory=Path.cwd)
    """The folder that holds configs/, inputs/, outputs/ and models/."""
    state: Path = field(default_factory=state_folder)
    """Index, queue, vault and uploads under way."""
    host: str = "127.0.0.1"
    port: int = 8000
    token: str = field(default="", repr=False)
    """What clients must send as `Authorization: Bearer ...`; needed for any address but loopback."""
    allowed_hosts: tuple[str, ...] = ()
    """Further names by which clients may call the service, such as that of a reverse proxy."""
    input_folders: tuple[Path, ...] = ()
    """Folders outside `root` that configs may name when the service is open to others."""
    database_url: str = field(default="", repr=False)
    """SQLAlchemy URL; SQLite under `state` by default."""
    redis_url: str = field(default="", repr=False)
    """A Redis server that carries the queue, so that several machines can share it."""
    runs_at_once: int = 1
    jobs_at_once: int = 1
    """Estimates and previews at once, beside the runs."""
    servers_at_once: int = 8
    """Servers of models at once, beside the runs."""
    job_seconds: float = 600.0
    """Longest time for an estimate or a preview."""
    grace_seconds: float = 20.0
    """How long a run may take to stop cleanly before it is killed."""
    heartbeat_seconds: float = 2.0
    lost_seconds: float = 10.0
    """A worker that was silent for so long is taken for dead."""
    resume_lost: bool = False
    """Queue runs again that were lost with their worker, at most three times in a row."""
    upload_bytes: int = 2048 * MEGABYTE
    """Largest file that may be uploaded."""
    upload_files: int = 200_000
    """Most uploads under way, and most files in a zip archive."""
    unpacked_bytes: int = 8192 * MEGABYTE
    """Most bytes that a zip archive may unpack to."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **given: Any) -> Self:
        """The settings that the environment asks for; `given` ones win.

        Raises:
            UsageError: A variable has a value that cannot be used.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for setting in fields(cls):
            name = f"ATK_{setting.name.upper()}"
            if setting.name == "state" or not environment.get(name):
                continue  # `state` has ATK_STATE_DIR, which the engine reads too
            values[setting.name] = _read(name, environment[name], str(setting.type))
        return cls(**{**values, **given})

    @property
    def is_open(self) -> bool:
        """Whether others than the person at this machine use the service, directly or by a proxy."""
        return self._is_reachable or bool(self.token)

    @property
    def _is_reachable(self) -> bool:
        return self.host not in _LOOPBACK or bool(self.allowed_hosts)

    @property
    def database(self) -> str:
        """The URL of the database in use."""
        return self.database_url or f"sqlite:///{self.state / 'index.sqlite'}"

    def check(self) -> None:
        """Raise UsageError for an address that anybody could use without a login."""
        if self._is_reachable and len(self.token) < 16:
            where = self.host if self.host not in _LOOPBACK else ", ".join(self.allowed_hosts)
            raise UsageError(
                f"the service would be open to others at {where}: set ATK_TOKEN to a secret of at least "
                "16 characters (for example the output of: openssl rand -hex 24), or leave ATK_HOST and "
                "ATK_ALLOWED_HOSTS alone"
            )


def _read(name: str, text: str, kind: str) -> Any:
    try:
        match kind:
            case "int":
                return int(text)
            case "float":
                return float(text)
            case "bool":
                return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
            case "Path":
                return Path(text).expanduser().resolve()
            case "tuple[str, ...]":
                return tuple(part.strip() for part in text.split(",") if part.strip())
            case "tuple[Path, ...]":
                return tuple(Path(part).expanduser().resolve() for part in text.split(os.pathsep) if part)
            case _:
                return text.strip()
    except (ValueError, KeyError) as error:
        raise UsageError(f"{name}={text!r} is not a value of type {kind}") from error

"""Redis and PostgreSQL of a test's own, where they are installed: on free ports, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.service import free_port, until

_POSTGRES_HOMES = "/usr/lib/postgresql/*/bin/postgres"  # where Debian keeps it, off the PATH


def missing_servers() -> list[str]:
    """What has to be installed for the pair of Redis and PostgreSQL."""
    return [
        package
        for package, found in (("redis-server", shutil.which("redis-server")), ("postgresql", postgres_programs()))
        if not found
    ]


def postgres_programs() -> Path | None:
    """The folder of PostgreSQL's programs."""
    named = shutil.which("initdb")
    if named:
        return Path(named).resolve().parent
    found = sorted(Path("/").glob(_POSTGRES_HOMES.lstrip("/")))
    return found[-1].parent if found else None


@contextmanager
def redis(port: int = 0) -> Iterator[str]:
    """A Redis server that keeps nothing; gives its URL."""
    port = port or free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
    try:
        until(lambda: _listens(port))
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL server in a folder of its own; gives the SQLAlchemy URL of an empty database."""
    programs, port = postgres_programs(), free_port()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="atk-postgres-"))
    if os.geteuid() == 0:  # it refuses to run as root
        shutil.chown(folder, "postgres")
    data = folder / "data"
    try:
        _as_user(
            folder, str(programs / "initdb"), "-D", str(data), "-U", "atk", "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        log = str(folder / "log")
        _as_user(folder, str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", log, "-o", options, "start")
        try:
            yield f"postgresql+psycopg://atk@127.0.0.1:{port}/postgres"
        finally:
            _as_user(folder, str(programs / "pg_ctl"), "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_user(folder: Path, *command: str) -> None:
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*prefix, *command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False

"""A project folder of a test's own, and the service over it: in this process, or as real processes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from api import create_app
from tests.conftest import PROJECT
from tests.support.servers import missing_servers, postgresql, redis
from web.database import open_database
from web.settings import Settings

IN_THE_GATE = os.environ.get("HYPOTHESIS_PROFILE") == "repeatable"
"""Where the same is asked of every change, a part of what chance could find is enough; people and nights look on."""
_TEMPLATE = "new_index"
"""A PostgreSQL database of a new installation, to be copied: making its tables takes longer than most tests."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like a user's: configs, sample documents, empty outputs. It is the current directory too."""
    root = tmp_path / "project"
    for name in ("configs", "outputs", "models"):
        (root / name).mkdir(parents=True)
    shutil.copytree(PROJECT / "inputs" / "sample", root / "inputs" / "sample")
    (root / "configs" / "poems.yaml").write_text(
        "# Poems, offline\npipeline: example-pipeline\ninput_dir: inputs/sample\noutput_dir: outputs/poems\n"
        "model: offline\nlimit: 3\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(root)
    return root


@pytest.fixture(scope="session")
def new_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of a new installation. It is made by a process of its own, which takes longer than most tests."""
    state = tmp_path_factory.mktemp("new-index")
    open_database(Settings(root=state, state=state)).close()
    return state / "index.sqlite"


@pytest.fixture
def own_state(own_state: Path, new_index: Path) -> Path:
    """The state of an installation that nobody has used yet."""
    shutil.copy(new_index, own_state)
    return own_state


@pytest.fixture
def settings(project: Path, own_state: Path) -> Settings:
    """Settings of the service over `project`."""
    return Settings(root=project, state=own_state)


@dataclass(frozen=True)
class Pair:
    """A database and a queue that service and worker may share."""

    name: str
    variables: dict[str, str]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Redis and PostgreSQL, as several machines would share them."""
    missing = missing_servers()
    if missing:
        pytest.skip(f"NOT TESTED WITH REDIS AND POSTGRESQL: apt-get install {' '.join(missing)}")
    with redis() as redis_url, postgresql() as database_url:
        cluster = {"ATK_REDIS_URL": redis_url, "ATK_DATABASE_URL": database_url}
        migrated = create_database(cluster, _TEMPLATE)
        folder = tmp_path_factory.mktemp("new-index")
        open_database(Settings(root=folder, state=folder, database_url=migrated)).close()
        yield cluster


@pytest.fixture(params=["sqlite", "cluster"])
def pair(request: pytest.FixtureRequest) -> Pair:
    """The default pair, and the one for several machines with a database and a queue of this test's own."""
    if request.param == "sqlite":
        return Pair("sqlite", {})
    variables = request.getfixturevalue("cluster")
    return Pair("cluster", own_part(variables))


def own_part(variables: dict[str, str]) -> dict[str, str]:
    """A database and a queue that no other test uses."""
    database_url = create_database(variables, f"test_{os.urandom(6).hex()}", f"TEMPLATE {_TEMPLATE}")
    with Redis.from_url(variables["ATK_REDIS_URL"]) as server:
        server.flushall()
    return {"ATK_REDIS_URL": variables["ATK_REDIS_URL"], "ATK_DATABASE_URL": database_url}


def create_database(variables: dict[str, str], name: str, like: str = "") -> str:
    """A new database beside the one in `variables`, empty without `like`; its URL."""
    engine = create_engine(variables["ATK_DATABASE_URL"], isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} {like}"))
    engine.dispose()
    return variables["ATK_DATABASE_URL"].rpartition("/")[0] + f"/{name}"


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """The service in this process. No worker: what is queued stays queued."""
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
        yield client

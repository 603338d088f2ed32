"""Runs that are over, and a client that asks about one of them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from generation_functions.run_folder import run_id
from tests.conftest import PROJECT
from web.tables import Kind, State, Work


class RunReader:
    """Asks about the run in one folder."""

    def __init__(self, client: TestClient, folder: Path) -> None:
        self.folder = folder
        self.client = client
        self.url = f"/api/runs/{run_id(folder)}"
        with client.app.state.services.database.session() as session:  # the index looks at folders once a second
            session.merge(
                Work(id=run_id(folder), kind=Kind.RUN, state=State.COMPLETED, folder=str(folder), created=0.0)
            )

    def get(self, path: str, status: int = 200, **parameters: Any) -> Any:
        answer = self.client.get(self.url + path, params=parameters)
        assert answer.status_code == status, answer.text
        return orjson.loads(answer.content)

    def post(self, path: str, body: Any, status: int = 201) -> Any:
        answer = self.client.post(self.url + path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def pages(self, path: str, **parameters: Any) -> Iterator[Any]:
        while True:
            page = self.get(path, **parameters)
            yield page
            if page["next"] is None:
                return
            parameters["cursor"] = page["next"]

    def all(self, path: str, **parameters: Any) -> list[Any]:
        return [item for page in self.pages(path, **parameters) for item in page["items"]]

    def lines(self, file: str) -> list[Any]:
        return [orjson.loads(line) for line in (self.folder / file).read_bytes().splitlines()]


def _run(folder: Path, *words: str) -> Path:
    program = str(PROJECT / "run_augmentoolkit.py")
    command = [sys.executable, program, "run", *words, "--set", f"output_dir={folder}"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three datasets out of the sample documents, made offline. Not to be written to."""
    return _run(tmp_path_factory.mktemp("runs") / "sample", "factual-gen-indiv-pipeline")


@pytest.fixture(scope="session")
def failing_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of which some records fail. Not to be written to."""
    wishes = {"seconds": 0.1, "records": 9, "failing_records": 4, "message": "the wind stood still; try again\nlater"}
    words = [word for name, value in wishes.items() for word in ("--set", f"{name}={orjson.dumps(value).decode()}")]
    return _run(tmp_path_factory.mktemp("runs") / "failing", "debug-pipeline", *words)


@pytest.fixture
def run(client: TestClient, project: Path, sample_run: Path) -> RunReader:
    """A copy of the sample run."""
    return RunReader(client, shutil.copytree(sample_run, project / "outputs" / "sample"))


@pytest.fixture
def failed(client: TestClient, project: Path, failing_run: Path) -> RunReader:
    """A copy of the failing run."""
    return RunReader(client, shutil.copytree(failing_run, project / "outputs" / "failing"))


@pytest.fixture
def bare(client: TestClient, project: Path) -> RunReader:
    """A run that has only begun."""
    folder = project / "outputs" / "bare"
    folder.mkdir()
    (folder / "run.json").write_bytes(b'{"status": "running"}')
    return RunReader(client, folder)

"""A project folder of a test's own, and the service over it: in this process, or as real processes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api import create_app
from tests.conftest import PROJECT
from web.settings import Settings


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


@pytest.fixture
def settings(project: Path, own_state: Path) -> Settings:
    """Settings of the service over `project`."""
    return Settings(root=project, state=own_state)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """The service in this process. No worker: what is queued stays queued."""
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
        yield client

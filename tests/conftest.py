"""Fixtures that every test shares."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

PROJECT = Path(__file__).resolve().parent.parent

# How long an example takes says more about the machine than about the code.
settings.register_profile("patient", deadline=None)
# The gate asks the same of every change; who runs the tests by hand goes on looking for new examples.
settings.register_profile("repeatable", parent=settings.get_profile("patient"), derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "patient"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests first, so that none of them is begun when everything else is done."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True, scope="session")
def away_from_the_users_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fixtures that serve several tests see a state folder of the session's own, never the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATK_STATE_DIR", str(tmp_path_factory.mktemp("session-state")))
        yield


@pytest.fixture(autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has a machine state of its own, so that no run finds the replies of another test's run."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("ATK_STATE_DIR", str(folder))
    return folder


@pytest.fixture
def in_project(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run the test with the project's root as current directory."""
    monkeypatch.chdir(PROJECT)
    return PROJECT

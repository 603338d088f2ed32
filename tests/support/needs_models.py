"""For folders of tests that need a model: without its packages they are skipped, and say what to install."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when torch is imported: more threads on a busy machine are slower
MISSING = [name for name in ("torch", "transformers", "tokenizers") if find_spec(name) is None]


class SkippedModule(pytest.Module):
    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        reason = f"{', '.join(MISSING)} not installed: ./start.sh setup training"
        raise pytest.skip.Exception(reason, allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    return SkippedModule.from_parent(parent, path=module_path) if MISSING else None


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with random weights that all tests share: read it, do not write into it."""
    from tests.support.tiny_models import tiny_model_folder

    return tiny_model_folder(tmp_path_factory.mktemp("models") / "tiny")

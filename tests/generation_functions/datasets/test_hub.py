"""Pushing to the hub: the datasets and what explains them, nothing else."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
import pytest

from generation_functions.datasets.hub import push_to_hub
from generation_functions.errors import UsageError


class RecordingHub:
    """A hub that remembers what it was asked to do."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def create_repo(self, repo_id: str, *, repo_type: str, private: bool, exist_ok: bool) -> None:
        self.calls.append(("create", {"repo_id": repo_id, "repo_type": repo_type, "private": private}))

    def upload_folder(
        self, *, repo_id: str, folder_path: str, repo_type: str, allow_patterns: list[str], commit_message: str
    ) -> None:
        self.calls.append(("upload", {"repo_id": repo_id, "files": allow_patterns}))


@pytest.fixture
def finished_run(tmp_path: Path) -> Path:
    datasets = [{"file": "datasets/pairs.jsonl", "parquet": True}, {"file": "datasets/texts.jsonl"}]
    (tmp_path / "summary.json").write_bytes(orjson.dumps({"datasets": datasets}))
    files = ["README.md", "provenance.jsonl", "call_log.jsonl", "config.yaml", "failed.jsonl"]
    files += ["datasets/pairs.jsonl", "datasets/pairs.parquet", "datasets/texts.jsonl", "images/lengths-pairs.svg"]
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def test_datasets_card_pictures_and_provenance_go_and_logs_stay(finished_run: Path) -> None:
    hub = RecordingHub()
    files = push_to_hub(finished_run, "me/bells", api=hub)
    assert hub.calls == [
        ("create", {"repo_id": "me/bells", "repo_type": "dataset", "private": True}),
        ("upload", {"repo_id": "me/bells", "files": files}),
    ]
    assert set(files) == {
        "README.md", "provenance.jsonl", "images/lengths-pairs.svg",
        "datasets/pairs.jsonl", "datasets/pairs.parquet", "datasets/texts.jsonl",
    }  # fmt: skip


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no summary\.json"):
        push_to_hub(tmp_path, "me/bells", api=RecordingHub())


def test_a_dataset_that_is_gone_is_named(finished_run: Path) -> None:
    (finished_run / "datasets/texts.jsonl").unlink()
    with pytest.raises(UsageError, match=r"lacks its datasets: datasets/texts\.jsonl"):
        push_to_hub(finished_run, "me/bells", api=RecordingHub())


@pytest.mark.skipif(find_spec("huggingface_hub") is not None, reason="huggingface_hub is installed here")
def test_without_the_hub_package_the_message_says_what_to_install(finished_run: Path) -> None:
    with pytest.raises(UsageError, match="pip install huggingface_hub"):
        push_to_hub(finished_run, "me/bells")

"""Pushing a finished run's datasets to the Hugging Face hub."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import orjson

from generation_functions.datasets.holdout import EVAL_QUESTIONS_FILE
from generation_functions.datasets.provenance import PROVENANCE_FILE
from generation_functions.datasets.summary import parquet_file
from generation_functions.errors import UsageError


class HubApi(Protocol):
    """The two calls of `huggingface_hub.HfApi` that are needed."""

    def create_repo(self, repo_id: str, *, repo_type: str, private: bool, exist_ok: bool) -> Any: ...

    def upload_folder(
        self,
        *,
        repo_id: str,
        folder_path: str,
        repo_type: str,
        allow_patterns: list[str],
        commit_message: str,
    ) -> Any: ...


def push_to_hub(
    folder: Path, repo_id: str, token: str | None = None, *, private: bool = True, api: HubApi | None = None
) -> list[str]:
    """Uploads the datasets of a run folder with card, pictures and provenance; returns the files.

    Only those: call logs, configs and failed records stay here. `token` None means the one that
    `huggingface-cli login` has stored.
    """
    files = hub_files(folder)
    client = api or _hub_api(token)
    client.create_repo(repo_id, repo_type="dataset", private=private, exist_ok=True)
    client.upload_folder(
        repo_id=repo_id,
        folder_path=str(folder),
        repo_type="dataset",
        allow_patterns=files,
        commit_message="Dataset made with Augmentoolkit",
    )
    return files


def hub_files(folder: Path) -> list[str]:
    """The files of a run folder that belong on the hub; raises UsageError when the run has not made any."""
    summary_file = folder / "summary.json"
    if not summary_file.is_file():
        raise UsageError(f"{folder} has no summary.json, so no run has finished there. Run a pipeline first.")
    datasets = orjson.loads(summary_file.read_bytes())["datasets"]
    both = ((dataset["file"], parquet_file(dataset)) for dataset in datasets if dataset.get("rows") != 0)
    named = [file for files in both for file in files if file]
    missing = [file for file in named if not (folder / file).is_file()]
    if missing or not named:
        raise UsageError(f"{folder} lacks its datasets{': ' + ', '.join(missing) if missing else ''}. Run it again.")
    extra = [file for file in ("README.md", PROVENANCE_FILE, EVAL_QUESTIONS_FILE) if (folder / file).is_file()]
    pictures = sorted(path.relative_to(folder).as_posix() for path in (folder / "images").glob("*.svg"))
    return [*extra, *pictures, *named]


def _hub_api(token: str | None) -> HubApi:
    try:
        hub = import_module("huggingface_hub")
    except ModuleNotFoundError as error:
        raise UsageError(
            "Pushing to the hub needs a package that is not installed: pip install huggingface_hub"
        ) from error
    api: HubApi = hub.HfApi(token=token)
    return api

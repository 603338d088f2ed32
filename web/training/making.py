"""Configs for training on what runs have made, and for what is to follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, get_args

import yaml

from generation.core_components.training_steps import few_steps_note
from generation_functions.datasets.row_reading import OUTPUT_FORMATS
from generation_functions.errors import StorageError
from web.configs.files import create_config, delete_config
from web.datasets.finding import QUESTIONS_FILE, RunDatasets
from web.datasets.schemas import DatasetKind
from web.datasets.training_folders import HERE, TrainingFolder, TrainingStage, folders_with, training_folders
from web.problems import ConflictError, InvalidError, NotFoundError, ProblemError
from web.reading.caches import Caches
from web.roots import Root, inside
from web.runs.finding import find_run, folder_of
from web.services import Services
from web.tolerant import text_of
from web.training.schemas import FollowUp, FollowUpView, TrainingConfig, TrainingSource, TrainingStageView, TrainingWish
from web.watching import shown

FOLDER = "train"
"""Below configs/ and below outputs/."""
_MOST_NAMES = 1000
_LONGEST_NAME = 80
_Config = tuple[str, str, dict[str, Any]]
"""A config to be written: path below configs/, what its first line says, values."""


class _Part(NamedTuple):
    """A training folder of a run, or one file of rows taken for one."""

    made: RunDatasets
    folder: TrainingFolder
    where: str
    """The folder as configs name it."""


def make_training_config(services: Services, caches: Caches, wish: TrainingWish) -> TrainingConfig:
    """Write the config of one training, and those of what is to follow, into configs/train/: all of them or none.

    Raises:
        NotFoundError: No such run, or nothing in it to train on.
        InvalidError: The data cannot be trained on.
        ConflictError: The name is taken.
    """
    parts = [part for source in wish.sources for part in _parts(services, caches, source)]
    parts.sort(key=lambda part: part.folder.kind != "pretraining")  # facts first, then how to talk about them
    name = _free_name(services, wish.name or parts[0].made.folder.name, given=bool(wish.name))
    base_model = wish.base_model or next((part.folder.base_model for part in parts if part.folder.base_model), "")
    if not base_model:
        raise InvalidError("this data names no model to start from: send base_model", code="no-base-model")
    output_dir = f"{Root.OUTPUTS}/{FOLDER}/{name}"
    values = {
        "pipeline": "train-pipeline",
        "output_dir": output_dir,
        "base_model": base_model,
        "preset": wish.preset,
        "stages": [_written(stage, part.where) for part in parts for stage in part.folder.stages],
    }
    about = ", ".join(dict.fromkeys(part.where for part in parts))
    views = [_view(part, stage) for part in parts for stage in part.folder.stages]
    config = f"{FOLDER}/{name}.yaml"
    follow_ups = _follow_ups(services, list(dict.fromkeys(wish.then)), name, base_model, parts)
    stored: list[str] = []
    with removed_on_failure(services, stored):
        for path, title, content in ((config, f"Training on {about}", values), *follow_ups.values()):
            text = f"# {title}\n" + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
            stored.append(create_config(services.settings, path, text).path)
    return TrainingConfig(
        config=config,
        output_dir=output_dir,
        base_model=base_model,
        stages=views,
        then=[
            FollowUpView(kind=kind, config=path, output_dir=content["output_dir"])
            for kind, (path, _, content) in follow_ups.items()
        ],
        notes=_notes(views),
    )


@contextmanager
def removed_on_failure(services: Services, configs: Sequence[str]) -> Iterator[None]:
    """Delete configs that were just made when what they were made for fails."""
    try:
        yield
    except (ProblemError, StorageError, OSError):
        for path in configs:
            with suppress(ProblemError):  # what went wrong before is what counts
                delete_config(services.settings, path, None)
        raise


def _parts(services: Services, caches: Caches, source: TrainingSource) -> list[_Part]:
    services.index.follow()
    folder_of(services, source.run)
    made = RunDatasets(services.settings, caches, find_run(services, source.run))
    if source.file:
        return [_part(services, made, source.file)]
    found = training_folders(made.folder)
    if not found:
        raise NotFoundError(
            f"the run has no training folder; name one of its datasets: {_names(made)}", code="no-such-dataset"
        )
    return [_Part(made, one, shown(services.settings, made.folder / one.name)) for one in found]


def _part(services: Services, made: RunDatasets, file: str) -> _Part:
    entry = made.entry(file)
    if entry is None:
        raise NotFoundError(f"the run has no dataset {file!r}; it has: {_names(made)}", code="no-such-dataset")
    if entry.kind == DatasetKind.TRAINING:
        for one in training_folders(made.folder):
            if (one.name or ".") == file:
                return _Part(made, one, entry.path)
    if entry.kind == DatasetKind.QUESTIONS or entry.format not in OUTPUT_FORMATS:
        raise InvalidError(f"{file} holds no rows to train on", code="not-training-data")
    kind = "pretraining" if entry.format == "text" else "supervised"
    below, _, name = file.rpartition("/")
    written = {"kind": kind, "data": [{"file": name, "format": entry.format}]}
    stage = TrainingStage(kind, ((file, entry.format),), written)
    where = shown(services.settings, made.folder / below)
    return _Part(made, TrainingFolder(below, {}, (stage,)), where)


def _names(made: RunDatasets) -> str:
    return ", ".join(entry.file for entry in list(made.entries())[:20]) or "none"


def _written(stage: TrainingStage, where: str) -> dict[str, Any]:
    """A stage as it goes into the config: paths relative to the project."""
    written = {**stage.settings, "folder": text_of(stage.settings.get("folder")) or where}
    filled: dict[str, Any] = _filled(written, where)
    return filled


def _filled(value: Any, where: str) -> Any:
    if isinstance(value, str):
        return value.replace(HERE, where)
    if isinstance(value, list):
        return [_filled(one, where) for one in value]
    if isinstance(value, dict):
        return {key: _filled(one, where) for key, one in value.items()}
    return value


def _view(part: _Part, stage: TrainingStage) -> TrainingStageView:
    counts = [part.made.rows_of(file) for file, _ in stage.files]
    tokens = sum(count[1] for count in counts)
    return TrainingStageView(
        kind=stage.kind,
        folder=part.where,
        files=[file.rpartition("/")[2] for file, _ in stage.files],
        rows=sum(count[0] for count in counts),
        tokens=tokens,
        expected_steps=stage.steps(tokens),
    )


def _notes(views: list[TrainingStageView]) -> list[str]:
    told = ((view.folder, few_steps_note(view.tokens, view.expected_steps)) for view in views if view.expected_steps)
    return [f"{folder}: {note}" for folder, note in told if note]


def _follow_ups(
    services: Services, kinds: list[FollowUp], name: str, base_model: str, parts: list[_Part]
) -> dict[FollowUp, _Config]:
    """A config for each; an export after an evaluation puts its figures on the model's card."""
    folder = f"{Root.OUTPUTS}/{FOLDER}/{name}"
    questions = _questions(services, parts)
    found: dict[FollowUp, _Config] = {}
    for kind in kinds:
        values: dict[str, Any] = {"pipeline": f"{kind}-pipeline", "output_dir": f"{folder}-{kind}"}
        if kind == "evaluate":
            values |= {"after": f"{folder}/model", **({"questions": questions} if questions else {})}
            title = f"What {folder}/model has learnt, against {base_model}"
        else:
            values |= {"model": f"{folder}/model", "name": name, **({"prompts": questions} if questions else {})}
            if "evaluate" in found:
                values["evaluation"] = f"{folder}-evaluate/evaluation.json"
            title = f"{folder}/model, to be served by other programs"
        found[kind] = f"{FOLDER}/{name}-{kind}.yaml", title, values
    return found


def _questions(services: Services, parts: list[_Part]) -> str:
    """Questions that were kept out of the training rows, where a run has left some."""
    for part in parts:
        for below in folders_with(part.made.folder, QUESTIONS_FILE):
            return shown(services.settings, part.made.folder / below / QUESTIONS_FILE)
    return ""


def _free_name(services: Services, name: str, *, given: bool) -> str:
    """A name that no config and no folder has yet.

    Raises:
        ConflictError: The name was given, and is taken.
    """
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in name)
    plain = plain.strip("-_")[:_LONGEST_NAME] or "model"
    for number in range(1, _MOST_NAMES):
        candidate = plain if number == 1 else f"{plain}-{number}"
        if not _is_taken(services, candidate):
            return candidate
        if given:
            raise ConflictError(f"there is a training called {name} already; choose another", code="exists")
    raise ConflictError(f"there are {_MOST_NAMES} trainings called {plain}; choose a name", code="exists")


def _is_taken(services: Services, name: str) -> bool:
    configs, outputs = Root.CONFIGS.folder(services.settings), Root.OUTPUTS.folder(services.settings)
    for each in (name, *(f"{name}-{kind}" for kind in get_args(FollowUp))):
        if inside(configs, f"{FOLDER}/{each}.yaml").exists() or inside(outputs, f"{FOLDER}/{each}").exists():
            return True
    return False

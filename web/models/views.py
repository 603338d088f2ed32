"""From model folders to what clients see of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath
from typing import Any

from sqlalchemy import select

from generation_functions.nesting import is_deeper
from generation_functions.run_folder import STATE_FILE, read_json
from web.models.evaluations import evaluations, figure_of
from web.models.finding import FoundModel, ModelScan, project_path
from web.models.schemas import (
    EvaluationEntry,
    ModelDetails,
    ModelEntry,
    ModelFile,
    ModelKind,
    ServedName,
    TrainedStage,
)
from web.models.serving import servers
from web.services import Services
from web.settings import Settings
from web.tables import Kind, Work
from web.tolerant import list_of, number_of, object_of, objects_of, plain_text_of, whole_of
from web.watching import shown

RECORD_FILE = "training.json"
_GGUF_FOLDER = "gguf"
_MOST_FILES = 200
_DEEPEST = 50


@dataclass
class Around:
    """What is known around all models; gathered once for a whole list."""

    runs: dict[str, Work]
    """By their folder, relative to the project."""
    evaluations: list[EvaluationEntry]
    served: dict[str, list[ServedName]]
    """By path of the model."""
    exports: dict[str, list[str]]
    """By path of the model that they were made from."""


def around(services: Services, scan: ModelScan) -> Around:
    """Gather it."""
    services.index.follow()
    with services.database.session() as session:
        works = list(session.scalars(select(Work).where(Work.kind == Kind.RUN)))
    runs = {shown(services.settings, Path(work.folder)): work for work in works}
    served: dict[str, list[ServedName]] = {}
    for server in servers(services):
        for path, name in zip(server.paths, server.models, strict=False):
            served.setdefault(path, []).append(ServedName(run=server.run.id, name=name))
    exports: dict[str, list[str]] = {}
    for model in scan.all():
        work = _run_of(runs, model.path)
        if work is not None and "export" in work.pipeline:
            for source in _named_in(services.settings, read_json(Path(work.folder) / STATE_FILE).get("config")):
                exports.setdefault(source, []).append(model.path)
    return Around(runs, list(evaluations(services)), served, exports)


def _named_in(settings: Settings, config: Any) -> list[str]:
    """Folders that a config names."""
    values = [value for key, value in object_of(config).items() if key != "output_dir"]
    return [project_path(settings, value) for value in values if isinstance(value, str) and "/" in value]


def _run_of(runs: dict[str, Work], path: str) -> Work | None:
    parts = path.split("/")
    for count in range(len(parts) - 1, 0, -1):
        if (work := runs.get("/".join(parts[:count]))) is not None:
            return work
    return runs.get(path)


def model_entry(model: FoundModel, about: Around) -> ModelEntry:
    """A model in the list."""
    return ModelEntry(**_facts(model, about))


def model_details(model: FoundModel, about: Around) -> ModelDetails:
    """A model as its own page shows it."""
    record = _record(model)
    files = [model.place] if model.kind == ModelKind.GGUF else sorted(model.place.iterdir())[:_MOST_FILES]
    return ModelDetails(
        **_facts(model, about),
        files=[ModelFile(name=plain_text_of(path.name), size=path.stat().st_size) for path in files if path.is_file()],
        record=record if not is_deeper(record, _DEEPEST) else {},
        evaluations=[one for one in about.evaluations if model.path in (one.before, one.after)],
    )


def _record(model: FoundModel) -> dict[str, Any]:
    """Its training.json; of a .gguf file, that of the model exported beside it."""
    if model.kind != ModelKind.GGUF:
        return read_json(model.place / RECORD_FILE)
    folder = model.place.parent
    return read_json(folder.parent / "model" / RECORD_FILE) if folder.name == _GGUF_FOLDER else {}


def _from_the_project(base: str, model: FoundModel) -> str:
    """A record names a base model that lies beside its folder from there, `../base`; people look from the project."""
    if not base.startswith("../"):
        return base
    folder = f"{model.path}/../../model" if model.kind == ModelKind.GGUF else model.path
    path = normpath(f"{folder}/{base}")
    return base if path.startswith("..") else path


def _facts(model: FoundModel, about: Around) -> dict[str, Any]:
    record, work = _record(model), _run_of(about.runs, model.path)
    base = plain_text_of(record.get("base_model"))
    if not base and model.kind == ModelKind.ADAPTER:
        told = read_json(model.place / "adapter_config.json")
        base = plain_text_of(told.get("base_model_name_or_path"))
    evaluation = next((one for one in about.evaluations if one.after == model.path), None)
    return {
        "path": model.path,
        "name": _name(model, work),
        "kind": model.kind,
        "run": work.id if work else "",
        "run_name": (work.name or Path(work.folder).name) if work else "",
        "base_model": _from_the_project(base, model)[:500],
        "chat_template": plain_text_of(record.get("chat_template"))[:200],
        "stops": [plain_text_of(stop)[:200] for stop in list_of(record.get("stops"))[:20]],
        "parameters": max(0, whole_of(record.get("parameters"))),
        "stages": [_stage(stage) for stage in objects_of(record.get("stages"))],
        "size": model.size,
        "created": model.changed,
        "figures": evaluation.figures if evaluation else [],
        "evaluation": evaluation.run if evaluation else "",
        "exports": about.exports.get(model.path, []),
        "served": about.served.get(model.path, []),
    }


def _name(model: FoundModel, work: Work | None) -> str:
    """The run's name for what it came to; `expert/base` for what it began with."""
    if model.kind == ModelKind.GGUF:
        return plain_text_of(model.place.stem)
    if work is None or not model.place.is_relative_to(work.folder):
        return plain_text_of(model.place.name)
    inside = model.place.relative_to(work.folder).as_posix()
    run = work.name or Path(work.folder).name
    return run if inside in (".", "model") else f"{run}/{plain_text_of(inside)}"


def _stage(stage: dict[str, Any]) -> TrainedStage:
    return TrainedStage(
        kind=plain_text_of(stage.get("kind")),
        steps=whole_of(stage.get("steps")),
        epochs=number_of(stage.get("epochs")),
        tokens=whole_of(stage.get("tokens")),
        final_loss=figure_of(stage.get("final_loss")),
    )

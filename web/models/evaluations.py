"""Evaluations: what runs have found out about models, before and after training."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select

from web.models.finding import project_path
from web.models.schemas import EvaluationDetails, EvaluationEntry, Figure
from web.problems import NotFoundError
from web.reading.files import file_in, parse_object, stamp_at
from web.runs.finding import find_run, folder_of
from web.services import Services
from web.settings import Settings
from web.tables import Kind, Work
from web.tolerant import list_of, object_of, objects_of, plain_text_of
from web.watching import shown

EVALUATION_FILE, ANSWERS_FILE, REPORT_FILE = "evaluation.json", "answers.jsonl", "report.html"
_NAMES = ("path", "model", "source", "folder", "name")
_MOST_RUNS = 2000
_LARGEST = 8 << 20


def evaluations(services: Services) -> Iterator[EvaluationEntry]:
    """Every evaluation, the newest run's first."""
    services.index.follow()
    chosen = select(Work).where(Work.kind == Kind.RUN).order_by(Work.created.desc(), Work.id).limit(_MOST_RUNS)
    with services.database.session() as session:
        works = list(session.scalars(chosen))
    for work in works:
        found = _read(Path(work.folder))
        if found:
            yield EvaluationEntry(**_facts(services.settings, work, found))


def evaluation_of(services: Services, run_id: str) -> EvaluationDetails:
    """The evaluation that a run has made.

    Raises:
        NotFoundError: There is no such run, or it has made none (yet).
    """
    services.index.follow()
    folder = folder_of(services, run_id)
    found = _read(folder)
    if not found:
        raise NotFoundError("this run has made no evaluation, or not yet", code="no-such-evaluation")
    report = file_in(folder, REPORT_FILE)
    return EvaluationDetails(
        **_facts(services.settings, find_run(services, run_id), found),
        questions=object_of(found.get("questions")),
        contamination=object_of(found.get("contamination")),
        forgetting=object_of(found.get("forgetting")),
        models=object_of(found.get("models")),
        conclusions=[plain_text_of(one.get("text")) for one in objects_of(found.get("conclusions"))[:100]],
        notes=[plain_text_of(note) for note in list_of(found.get("notes"))[:100]],
        report=shown(services.settings, report) if report else "",
    )


def _read(folder: Path) -> dict[str, Any]:
    path = file_in(folder, EVALUATION_FILE)
    stamp = stamp_at(path) if path else None
    if path is None or stamp is None or stamp.size > _LARGEST:
        return {}
    try:
        return parse_object(path.read_bytes()) or {}
    except OSError:  # gone in this moment
        return {}


def _facts(settings: Settings, work: Work, found: dict[str, Any]) -> dict[str, Any]:
    folder, models = Path(work.folder), object_of(found.get("models"))
    stamp = stamp_at(folder / EVALUATION_FILE)
    return {
        "run": work.id,
        "run_name": work.name or folder.name,
        "folder": shown(settings, folder),
        "before": _model_name(settings, models.get("before")),
        "after": _model_name(settings, models.get("after")),
        "figures": [_figure(one) for one in objects_of(found.get("figures"))],
        "created": stamp.changed / 1e9 if stamp else 0.0,
    }


def _model_name(settings: Settings, told: Any) -> str:
    """Which model was meant."""
    if isinstance(told, dict):
        told = next((told[name] for name in _NAMES if isinstance(told.get(name), str)), "")
    return project_path(settings, told) if isinstance(told, str) else ""


def _figure(told: dict[str, Any]) -> Figure:
    ends = ("before", "after", "low_before", "high_before", "low_after", "high_after")
    return Figure(
        name=plain_text_of(told.get("name")),
        unit=plain_text_of(told.get("unit")),
        better=plain_text_of(told.get("better")) or "higher",
        verdict=plain_text_of(told.get("verdict")),
        **{end: figure_of(told.get(end)) for end in ends},
    )


def figure_of(value: Any) -> float | None:
    """A figure as a file has it; None for what is no number."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < 1e300 else None

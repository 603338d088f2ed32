"""From the index and the folders to what clients see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generation_functions.run_folder import STATE_FILE, read_json
from generation_functions.run_output import SUMMARY_FILE
from web.runs.figures import dropped_so_far, figures, progress, stages
from web.runs.following import read_chain
from web.runs.schemas import (
    Comparison,
    ConfigDifference,
    Figures,
    Following,
    Progress,
    Run,
    RunDetails,
    StageFunnel,
    StepFunnel,
)
from web.settings import Settings
from web.tables import State, Work
from web.tolerant import counts_of, list_of, number_of, object_of, objects_of, text_of, whole_of
from web.watching import shown


def run_view(settings: Settings, work: Work) -> Run:
    """A run in the list."""
    return Run(**_facts(settings, work))


def run_details(settings: Settings, work: Work, following: Following | None = None) -> RunDetails:
    """A run as its own page shows it."""
    folder = Path(work.folder)
    finished, notes = stages(folder)
    summary = read_json(folder / SUMMARY_FILE) if work.state == State.COMPLETED else {}
    if summary:
        finished, notes = objects_of(summary.get("stages")), [text_of(note) for note in list_of(summary.get("notes"))]
    return RunDetails(
        **_facts(settings, work),
        config=object_of(read_json(folder / STATE_FILE).get("config")),
        stages=[_stage(stage) for stage in finished],
        notes=notes,
        offline=bool(summary.get("offline")),
        command=f"python run_augmentoolkit.py resume {shown(settings, folder)}",
        following=following,
    )


def compare(settings: Settings, first: Work, second: Work) -> Comparison:
    """Two runs, and in what their configs differ."""
    left, right = run_details(settings, first), run_details(settings, second)
    keys = sorted({*left.config, *right.config})
    differences = [
        ConfigDifference(key=key, first=left.config.get(key), second=right.config.get(key))
        for key in keys
        if left.config.get(key) != right.config.get(key)
    ]
    return Comparison(first=left, second=right, differences=differences)


def _stage(stage: dict[str, Any]) -> StageFunnel:
    return StageFunnel(
        name=text_of(stage.get("name")),
        records_in=whole_of(stage.get("records_in")),
        records_out=whole_of(stage.get("records_out")),
        seconds=number_of(stage.get("seconds")),
        steps=_steps(stage.get("steps")),
    )


def _steps(value: Any) -> list[StepFunnel]:
    return [
        StepFunnel(
            **{"in": whole_of(step.get("in"))},
            name=text_of(step.get("name")),
            kept=whole_of(step.get("kept")),
            made=whole_of(step.get("made")),
            dropped=counts_of(step.get("dropped")),
            failed=counts_of(step.get("failed")),
        )
        for step in objects_of(value)
    ]


def _progress(snapshot: dict[str, Any]) -> Progress:
    total, eta = snapshot.get("total"), snapshot.get("eta_seconds")
    return Progress(
        stage=text_of(snapshot.get("stage")),
        total=None if total is None else number_of(total),
        done=number_of(snapshot.get("done")),
        calls=whole_of(snapshot.get("calls")),
        reused=whole_of(snapshot.get("reused")),
        input_tokens=whole_of(snapshot.get("input_tokens")),
        output_tokens=whole_of(snapshot.get("output_tokens")),
        cost=number_of(snapshot.get("cost")),
        records_per_second=number_of(snapshot.get("records_per_second")),
        concurrency=whole_of(snapshot.get("concurrency")),
        troubles=counts_of(snapshot.get("troubles")),
        eta_seconds=None if eta is None else number_of(eta),
        message=text_of(snapshot.get("message")),
        steps=_steps(snapshot.get("steps")),
    )


def _facts(settings: Settings, work: Work) -> dict[str, Any]:
    folder = Path(work.folder)
    snapshot = None if work.state == State.COMPLETED else progress(folder)
    known = dict(work.result or {}) or (figures(folder) if work.state != State.RUNNING else {})
    if snapshot and work.state == State.RUNNING:
        known = {key: whole_of(snapshot.get(key)) for key in ("calls", "reused", "input_tokens", "output_tokens")}
        known["cost"] = number_of(snapshot.get("cost"))
    if work.state == State.RUNNING:
        known["dropped"] = dropped_so_far(folder, snapshot or {})
    return {
        "id": work.id,
        "state": State(work.state),
        "stopping": "cancelled" if work.wanted == "killed" else work.wanted,
        "name": work.name or folder.name,
        "pipeline": work.pipeline,
        "folder": shown(settings, folder),
        "config_file": work.config_file,
        "tags": work.tags,
        "message": work.message,
        "created": work.created,
        "started": work.started,
        "ended": work.ended,
        "exit_code": work.exit_code,
        "figures": Figures(**known),
        "progress": _progress(snapshot) if snapshot else None,
        "waiting": read_chain(settings, work.id).waiting,
    }

"""From the index and the folders to what clients see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generation_functions.run_folder import STATE_FILE, read_json
from generation_functions.run_output import SUMMARY_FILE
from web.runs.figures import figures, progress, stages
from web.runs.schemas import Comparison, ConfigDifference, Figures, Progress, Run, RunDetails, StageFunnel
from web.settings import Settings
from web.tables import State, Work
from web.watching import shown


def run_view(settings: Settings, work: Work) -> Run:
    """A run in the list."""
    return Run(**_facts(settings, work))


def run_details(settings: Settings, work: Work) -> RunDetails:
    """A run as its own page shows it."""
    folder = Path(work.folder)
    finished, notes = stages(folder)
    summary = read_json(folder / SUMMARY_FILE) if work.state == State.COMPLETED else {}
    if summary:
        finished, notes = summary.get("stages") or finished, summary.get("notes") or notes
    return RunDetails(
        **_facts(settings, work),
        config=read_json(folder / STATE_FILE).get("config") or {},
        stages=[StageFunnel.model_validate(stage) for stage in finished],
        notes=notes,
        offline=bool(summary.get("offline")),
        command=f"python run_augmentoolkit.py resume {shown(settings, folder)}",
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


def _facts(settings: Settings, work: Work) -> dict[str, Any]:
    folder = Path(work.folder)
    snapshot = None if work.state == State.COMPLETED else progress(folder)
    known = work.result or (figures(folder) if work.state != State.RUNNING else {})
    if snapshot and work.state == State.RUNNING:
        known = {key: snapshot.get(key, 0) for key in ("calls", "reused", "input_tokens", "output_tokens", "cost")}
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
        "progress": Progress.model_validate(snapshot) if snapshot else None,
    }

"""Snapshots of how far a run is: what events.jsonl keeps and what the progress bar shows."""

from __future__ import annotations

from time import monotonic
from typing import Any

from generation_functions.client import Ledger
from generation_functions.connections import Connections
from generation_functions.stage import Stage

Snapshot = dict[str, Any]


def stage_snapshot(stage: Stage, ledger: Ledger, connections: Connections) -> Snapshot:
    """How far a stage is. Records taken over from an earlier try count as done, but not in rate and ETA."""
    totals, seconds = ledger.log.totals, max(monotonic() - stage.started, 1e-6)
    rate = (stage.done - stage.skipped) / seconds
    left = stage.total - stage.done if stage.total is not None else None
    return {
        "stage": stage.name,
        "total": stage.total,
        "done": stage.done,
        "steps": [tally.as_dict() for tally in stage.tallies],
        "calls": totals.calls,
        "reused": totals.reused + ledger.served,
        "input_tokens": totals.input_tokens,
        "output_tokens": totals.output_tokens,
        "cost": round(totals.cost, 6),
        "records_per_second": round(rate, 2),
        "concurrency": connections.concurrency,
        "troubles": connections.troubles(),
        "eta_seconds": round(left / rate, 1) if left is not None and rate else None,
        "message": "",
    }


def loop_snapshot(pipeline: str, percent: float, message: str) -> Snapshot:
    """How far a pipeline is that loops by itself."""
    return {"stage": pipeline, "total": 100, "done": round(percent, 1), "message": message, "steps": []}

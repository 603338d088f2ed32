"""The end of a run on one screen: what came in, what stayed at each step, what it cost, where it lies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generation_functions.commands.console import Console

_MOST_REASONS = 3


def print_funnel(summary: dict[str, Any], output_dir: Path, console: Console) -> None:
    """Print the funnel table and the totals of a run, finished or not."""
    rows: list[tuple[str, ...]] = [("stage", "step", "in", "kept", "made", "dropped", "failed", "why")]
    for stage in summary.get("stages", []):
        rows += [_row(stage["name"] if number == 0 else "", step) for number, step in enumerate(stage["steps"])]
    if len(rows) > 1:
        console.say()
        console.table(rows)
    totals = _totals(summary)
    if summary.get("status") != "completed":
        if len(rows) > 1 and totals:
            console.say(f"\n{totals}")
        return
    console.say()
    for dataset in summary["datasets"]:
        rows_made = f"{dataset['rows']} row{'s' if dataset['rows'] != 1 else ''}"
        console.say(f"{dataset['name']}: {rows_made} in {output_dir / dataset['file']}")
    if totals:
        console.say(totals)
    if summary.get("failed"):
        console.say(
            f"{summary['failed']} record(s) failed: see {output_dir / 'failed.jsonl'}, "
            f"then: run_augmentoolkit.py retry-failed {output_dir}"
        )
    if summary.get("offline"):
        console.say("written by the offline model: rule-based, for trying things out")
    console.say(f"done in {duration(summary.get('seconds', 0))}; everything is in {output_dir}")
    if summary["datasets"]:
        console.say(f"dataset card: {output_dir / 'README.md'}   report to look at: {output_dir / 'report.html'}")


def print_already_complete(summary: dict[str, Any], output_dir: Path, console: Console) -> None:
    """Say that a run has nothing left to do."""
    console.say(f"nothing to do: {output_dir} is complete, and neither config, code nor documents have changed since")
    for dataset in summary.get("datasets", []):
        console.say(f"{dataset['name']}: {dataset['rows']} rows in {output_dir / dataset['file']}")


def _row(stage: str, step: dict[str, Any]) -> tuple[str, ...]:
    dropped, failed = sum(step["dropped"].values()), sum(step["failed"].values())
    reasons = [f"{count} {reason}" for reason, count in [*step["dropped"].items(), *step["failed"].items()]]
    why = ", ".join(reasons[:_MOST_REASONS]) + (", ..." if len(reasons) > _MOST_REASONS else "")
    counts = (step["in"], step["kept"], step["made"], dropped, failed)
    return (stage, step["name"], *(str(count) for count in counts), why)


def _totals(summary: dict[str, Any]) -> str:
    """Of the calls; "" where no model was asked, as in a training."""
    calls = summary.get("calls", {})
    if not calls.get("made") and not calls.get("reused"):
        return ""
    parts = [f"{calls.get('made', 0)} calls made", f"{calls.get('reused', 0)} taken from the log"]
    if calls.get("rejected"):
        parts.append(f"{calls['rejected']} answers asked for again")
    parts.append(f"{calls.get('input_tokens', 0)} tokens in, {calls.get('output_tokens', 0)} out")
    parts.append(dollars(calls.get("cost", 0.0)))
    return "; ".join(parts)


def dollars(cost: float) -> str:
    """`$0.0042`; more digits where there is little."""
    return f"${cost:.2f}" if cost >= 1 else f"${cost:.4f}"


def duration(seconds: float) -> str:
    """`0.8 s`, `42 s`, `3:07 min`, `2:05 h`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    return f"{whole // 3600}:{whole % 3600 // 60:02d} h"

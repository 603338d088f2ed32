"""The report of a run: one page that opens from the disk, without network and without scripts.

It tells failures as loudly as successes, and says so when the numbers do not add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generation_functions.datasets.charts import histogram_svg
from generation_functions.datasets.figures import count, dollars, duration, number, short_number
from generation_functions.datasets.jsonl import write_text
from generation_functions.datasets.markup import Markup, element, join
from generation_functions.datasets.provenance import read_provenance
from generation_functions.datasets.report_coverage import composition_bars, coverage_section
from generation_functions.datasets.report_details import (
    config_section,
    cost_section,
    sources_section,
    troubles_section,
)
from generation_functions.datasets.report_page import report_page
from generation_functions.datasets.report_samples import Origins, samples_section
from generation_functions.datasets.report_stages import records_section
from generation_functions.datasets.summary import (
    DatasetSummary,
    RunSummary,
    Totals,
    complete_summary,
    contradictions,
    parquet_file,
    records_without_row,
    totals,
)

REPORT_FILE = "report.html"

_NEXT_STEPS = {
    "paused": "Run the same command again to go on; nothing is paid for twice.",
    "interrupted": "Run the same command again to go on; nothing is paid for twice.",
    "running": "It is still at work, or was killed: then run the same command again.",
    "failed": "Put that right, then run the same command again; nothing is paid for twice.",
}

# A flame over a bowl of embers.
_EMBLEM = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path fill="#e2631c" d="M12 2c1 4 5 6 5 11a5 5 0 0 1-10 0'
    'c0-2 1-3.5 2-4.5.2 1.6.8 2.4 1.6 2.8C10 8 10.500 5 12 2z"/><path fill="#ff9a52" d="M3 18h18a9 5 0 0 1'
    '-18 0z"/></svg>'
)

# One gradient for all streams, in the units of their common view box, so that they join without a seam.
_GRADIENT = (
    '<svg width="0" height="0" aria-hidden="true" style="position:absolute"><defs><linearGradient id="ember" '
    'gradientUnits="userSpaceOnUse" x1="0" x2="84" y1="0" y2="0"><stop offset="0" stop-color="#c2470c"/>'
    '<stop offset=".55" stop-color="#e2631c"/><stop offset="1" stop-color="#ff9a52"/>'
    "</linearGradient></defs></svg>"
)


def write_report(folder: Path, summary: Mapping[str, Any]) -> Path:
    """Writes report.html into `folder`, with the origins of sample rows found there; returns its path."""
    run = complete_summary(summary)
    examples = (row for dataset in run["datasets"] for row in dataset["examples"])
    origins = read_provenance(folder, [str(row["id"]) for row in examples if "id" in row])
    path = folder / REPORT_FILE
    write_text(path, report_html(run, origins))
    return path


def report_html(run: RunSummary, origins: Origins) -> str:
    """The whole page. `origins` are the provenance lines of the sample rows, by row id."""
    sums = totals(run)
    sections = {
        "records": ("What became of the records", records_section(run)),
        "troubles": ("What went wrong" if sums.failed else "Troubles on the way", troubles_section(run, sums)),
        "datasets": ("Datasets", _datasets_section(run)),
        "coverage": ("What the rows teach", coverage_section(run)),
        "samples": ("Sample rows", samples_section(run, origins)),
        "sources": ("Sources", sources_section(run, sums)),
        "cost": ("Calls and cost", cost_section(run)),
        "config": ("How it was made", config_section(run)),
    }
    header = [_head(run), _verdict(run, sums), _tiles(run, sums)]
    return report_page(f"{run['title']}: report", header, sections, drawings=Markup(_GRADIENT))


def _head(run: RunSummary) -> Markup:
    parts = [Markup(_EMBLEM), element("b", "Augmentoolkit"), element("span", run["pipeline"])]
    if run["offline"]:
        parts.append(element("span", "offline model: rule-based, for trying things out"))
    return join(
        element("div", parts, class_="overline"),
        element("h1", run["title"]),
        element("p", run["description"], class_="description") if run["description"] else None,
    )


def _verdict(run: RunSummary, sums: Totals) -> Markup:
    """The one sentence for a reader in a hurry. Completed is good news only when nothing was lost."""
    status, lost = run["status"], _losses(run, sums)
    if status != "completed":
        kind = "warn" if status in {"paused", "running", "interrupted"} else "bad"
        return _verdict_line(kind, status.capitalize(), _how_it_ended(status, run.get("message", "").strip(), lost))
    if lost:
        return _verdict_line("bad", "Completed, with losses", lost)
    ending = f" {count(sums.dropped, 'record')} dropped on purpose." if sums.dropped else ""
    return _verdict_line("good", "Completed", f"Everything was read, and nothing failed.{ending}")


def _how_it_ended(status: str, message: str, lost: str) -> str:
    """The message, what is missing, and what to do next where the message does not say it."""
    message = message or "The run did not come to its end."
    ending = "." if message[-1] not in ".!?" else ""
    advised = "same command" in message or "run again" in message
    next_step = "" if advised else _NEXT_STEPS.get(status, _NEXT_STEPS["failed"])
    between = "\n" if "\n" in message else " "
    return between.join(part for part in (message + ending, lost, next_step) if part)


def _losses(run: RunSummary, sums: Totals) -> str:
    """What is missing from the data, in one sentence; empty when nothing is."""
    lost = []
    if sums.failed:
        lost.append(f"{count(sums.failed, 'record')} failed")
    if sums.skipped:
        every = number(sums.documents + sums.skipped)
        lost.append(f"{number(sums.skipped)} of {every} documents could not be read")
    if run["status"] == "completed":
        if sums.unaccounted:
            lost.append(f"{count(sums.unaccounted, 'record')} went missing without a reason")
        if contradictions(run):
            lost.append("the numbers do not add up")
        empty = [dataset["name"] for dataset in run["datasets"] if not dataset["rows"]]
        if empty:
            lost.append(f"there is no row in {', '.join(empty)}")
        if not run["datasets"]:
            lost.append("no dataset was written")
    text = "; ".join(lost)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _verdict_line(kind: str, status: str, words: str) -> Markup:
    return element("p", element("b", status), element("span", words), class_=f"verdict {kind}", role="status")


def _tiles(run: RunSummary, sums: Totals) -> Markup:
    calls = run["calls"]
    known = sums.documents + sums.skipped
    tiles = [
        ("main", "rows", number(sums.rows), f"in {count(len(run['datasets']), 'dataset')}"),
        ("main", "tokens", short_number(sums.tokens), "in those rows"),
        _loss("failed records", sums.failed, "after all attempts"),
        _loss("documents not read", sums.skipped, f"of {number(known)}"),
        ("", "documents read", number(sums.documents), count(sums.chunks, "chunk")),
        ("", "dropped", number(sums.dropped), "on purpose, with a reason"),
        ("", "cost", dollars(calls["cost"]), _calls_in_words(run)),
        ("", "time", duration(run["seconds"]), f"in {count(len(run['stages']), 'stage')}"),
    ]
    return element(
        "dl",
        [
            element(
                "div",
                element("dt", name),
                element("dd", value, class_="value"),
                element("dd", detail, class_="detail"),
                class_=kind or None,
            )
            for kind, name, value, detail in tiles
        ],
        class_="tiles",
    )


def _loss(name: str, lost: int, detail: str) -> tuple[str, str, str, str]:
    return ("bad" if lost else "", name, number(lost), detail)


def _calls_in_words(run: RunSummary) -> str:
    made, reused = run["calls"]["made"], run["calls"]["reused"]
    words = count(made, "call")
    return f"{words}, {number(reused)} reused" if reused else words


def _datasets_section(run: RunSummary) -> Markup | None:
    if not run["datasets"]:
        return None
    return element("div", [_dataset(dataset) for dataset in run["datasets"]], class_="pair")


def _dataset(dataset: DatasetSummary) -> Markup:
    rows, tokens = dataset["rows"], dataset["tokens"]
    files = [element("a", element("code", dataset["file"]), href=dataset["file"])]
    parquet = parquet_file(dataset)
    if parquet:
        files.append(element("a", element("code", parquet), href=parquet))
    lost = records_without_row(dataset)
    if not rows:
        return element(
            "div",
            element("h3", dataset["name"]),
            element("p", " ".join(["No row was made.", *lost])),
            class_="card alarm",
        )
    return element(
        "div",
        element("h3", dataset["name"]),
        element(
            "p",
            f"{count(rows, 'row')} of {dataset['format']}, {short_number(tokens)} tokens, "
            f"{number(round(tokens / rows))} each on average. ",
            join(*[join(" ", link) for link in files]),
            class_="soft",
        ),
        element("p", " ".join(lost), class_="soft") if lost else None,
        histogram_svg(dataset["lengths"], dataset["name"]),
        composition_bars(dataset),
        class_="card",
    )

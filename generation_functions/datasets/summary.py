"""The summary of a run, as the dataset card and the report read it, and what follows from its numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, NotRequired, TypedDict, cast

from generation_functions.datasets.figures import count, number
from generation_functions.datasets.rows import Row

# The step that reads the input folder. Its failures are documents, so they count as skipped, not as failed records.
READING_STEP = "read documents"

# "in" is a keyword, so this one cannot be written as a class.
StepSummary = TypedDict(
    "StepSummary",
    {
        "name": str,
        "in": int,
        "kept": int,
        "made": int,
        "dropped": dict[str, int],
        "failed": dict[str, int],
    },
)


class StageSummary(TypedDict):
    """One `run.map`: records in, its steps, records out."""

    name: str
    records_in: int
    records_out: int
    seconds: float
    steps: list[StepSummary]


class DocumentRead(TypedDict):
    """A document that was read. `rows` is how many rows rest on it, when that was counted."""

    file: str
    sha256: str
    characters: int
    tokens: int
    chunks: int
    licence: str | None
    rows: NotRequired[int]


class DocumentSkipped(TypedDict):
    """A document that was not read, and why."""

    file: str
    reason: str


class Documents(TypedDict):
    """What the input folder held."""

    read: list[DocumentRead]
    skipped: list[DocumentSkipped]


class StepCalls(TypedDict):
    """Model calls of one step, reused answers not among them."""

    calls: int
    input_tokens: int
    output_tokens: int
    cost: float


class Calls(TypedDict):
    """Model calls of the run. `reused` ones were paid for earlier; `rejected` answers were unusable."""

    made: int
    reused: int
    rejected: int
    input_tokens: int
    output_tokens: int
    cost: float
    by_step: dict[str, StepCalls]
    troubles: dict[str, int]


class MixPart(TypedDict):
    """What a dataset has of one origin."""

    name: str
    rows: int
    tokens: int


class DocumentCoverage(TypedDict):
    """Facts of a document: all, those that a row teaches, those held out for the evaluation."""

    file: str
    facts: int
    taught: int
    held_out: int


class CoverageSummary(TypedDict):
    """Facts of all documents, and some (`file`, `fact`) that nothing teaches."""

    facts: int
    taught: int
    held_out: int
    documents: list[DocumentCoverage]
    untaught_examples: list[dict[str, str]]


class DatasetSummary(TypedDict):
    """A dataset file. `lengths` are [lower, upper, rows] in tokens, upper excluded.

    `parquet` says that a Parquet file stands beside it. Of the `records` offered, `held_out` are kept for the
    evaluation (`without_question` of them cannot be asked about), `without_row` gave no row, and `failed` says how
    many rows could not be written, by reason. `composition` says what a mix consists of.
    """

    name: str
    file: str
    format: str
    rows: int
    tokens: int
    lengths: list[list[int]]
    examples: list[Row]
    parquet: NotRequired[bool]
    records: NotRequired[int]
    held_out: NotRequired[int]
    without_question: NotRequired[int]
    without_row: NotRequired[int]
    failed: NotRequired[dict[str, int]]
    composition: NotRequired[list[MixPart]]


class ModelSummary(TypedDict):
    """A model, and the parameter it was given as."""

    parameter: str
    name: str
    base_url: str


class PromptSummary(TypedDict):
    """A prompt file, and the digest of what matters in it."""

    name: str
    file: str
    digest: str


class RunSummary(TypedDict):
    """Everything told about a run. `message` is how it ended; `languages` are ISO 639 codes."""

    pipeline: str
    title: str
    description: str
    status: str
    offline: bool
    config: dict[str, Any]
    models: list[ModelSummary]
    prompts: list[PromptSummary]
    documents: Documents
    stages: list[StageSummary]
    calls: Calls
    datasets: list[DatasetSummary]
    failed: int
    seconds: float
    notes: list[str]
    message: NotRequired[str]
    coverage: NotRequired[CoverageSummary]
    languages: NotRequired[list[str]]
    task_categories: NotRequired[list[str]]


_NO_CALLS: Calls = {
    "made": 0,
    "reused": 0,
    "rejected": 0,
    "input_tokens": 0,
    "output_tokens": 0,
    "cost": 0.0,
    "by_step": {},
    "troubles": {},
}


def complete_summary(summary: Mapping[str, Any]) -> RunSummary:
    """`summary` with an empty value for every key it lacks: a run that failed early has little to tell."""
    pipeline = str(summary.get("pipeline", ""))
    empty: dict[str, Any] = {
        "pipeline": pipeline,
        "title": pipeline,
        "description": "",
        "status": "unknown",
        "offline": False,
        "config": {},
        "models": [],
        "prompts": [],
        "stages": [],
        "datasets": [],
        "failed": 0,
        "seconds": 0.0,
        "notes": [],
    }
    documents = {"read": [], "skipped": [], **summary.get("documents", {})}
    calls = {**_NO_CALLS, **summary.get("calls", {})}
    models = [{"parameter": "", "base_url": "", **model} for model in summary.get("models", [])]
    given = {**summary, "documents": documents, "calls": calls, "models": models}
    return cast(RunSummary, {**empty, **given})


@dataclass(frozen=True)
class Totals:
    """Sums over a run, computed once so that every page shows the same ones."""

    rows: int
    tokens: int
    documents: int
    skipped: int
    chunks: int
    characters: int
    dropped: int
    failed: int
    unaccounted: int
    failed_reasons: tuple[tuple[str, str, int], ...]  # step, reason, records; most frequent first


def totals(summary: RunSummary) -> Totals:
    """The sums of a run."""
    read, steps = summary["documents"]["read"], list(all_steps(summary))
    reasons = [
        (step["name"], reason, times)
        for step in steps
        if step["name"] != READING_STEP
        for reason, times in step["failed"].items()
    ]
    reasons += [
        (f"write {dataset['name']}", reason, times)
        for dataset in summary["datasets"]
        for reason, times in dataset.get("failed", {}).items()
    ]
    return Totals(
        rows=sum(dataset["rows"] for dataset in summary["datasets"]),
        tokens=sum(dataset["tokens"] for dataset in summary["datasets"]),
        documents=len(read),
        skipped=len(summary["documents"]["skipped"]),
        chunks=sum(document["chunks"] for document in read),
        characters=sum(document["characters"] for document in read),
        dropped=sum(sum(step["dropped"].values()) for step in steps),
        failed=max(summary["failed"], sum(count for _, _, count in reasons)),
        unaccounted=sum(max(0, unfinished(step)) for step in steps),
        failed_reasons=tuple(sorted(reasons, key=lambda entry: (-entry[2], entry[0], entry[1]))),
    )


def all_steps(summary: RunSummary) -> Iterator[StepSummary]:
    """Every step of every stage, in order."""
    for stage in summary["stages"]:
        yield from stage["steps"]


def parquet_file(dataset: DatasetSummary) -> str | None:
    """The Parquet file beside a dataset's file, if one was written."""
    return str(PurePosixPath(dataset["file"]).with_suffix(".parquet")) if dataset.get("parquet") else None


def records_without_row(dataset: DatasetSummary) -> list[str]:
    """What became of records that were offered to a dataset and are not in it, a sentence for each fate."""
    held_out, silent = dataset.get("held_out", 0), dataset.get("without_question", 0)
    without, failed = dataset.get("without_row", 0), sum(dataset.get("failed", {}).values())
    sentences = []
    if held_out:
        asked = f", {number(silent)} of them without a question to ask" if silent else ""
        sentences.append(f"{count(held_out, 'record')} held out for the evaluation{asked}.")
    if without:
        sentences.append(f"{count(without, 'record')} gave no row.")
    if failed:
        sentences.append(f"{count(failed, 'row')} failed.")
    return sentences


def unfinished(step: StepSummary) -> int:
    """Records that came in and were neither kept, dropped nor failed."""
    return step["in"] - step["kept"] - sum(step["dropped"].values()) - sum(step["failed"].values())


def contradictions(summary: RunSummary) -> list[str]:
    """Where the numbers do not add up. Records that vanish without a reason are the worst kind of failure."""
    found = []
    for stage in summary["stages"]:
        expected = stage["records_in"]
        for step in stage["steps"]:
            where = f"Step {step['name']} of {stage['name']}"
            if step["in"] != expected:
                found.append(f"{where}: {number(expected)} should have come in, and {number(step['in'])} did.")
            missing = unfinished(step)
            if missing:
                accounted = number(step["in"] - missing)
                found.append(f"{where}: {number(step['in'])} came in, and {accounted} are accounted for.")
            expected = step["made"]
        if stage["records_out"] != expected:
            came_out = number(stage["records_out"])
            found.append(f"Stage {stage['name']}: {number(expected)} were made, and {came_out} came out.")
    by_reason = sum(times for _, _, times in totals(summary).failed_reasons)
    if summary["stages"] and by_reason != summary["failed"]:
        found.append(f"{number(summary['failed'])} records count as failed, and {number(by_reason)} have a reason.")
    for dataset in summary["datasets"]:
        counted = sum(rows for _, _, rows in dataset["lengths"])
        if counted != dataset["rows"]:
            found.append(f"Dataset {dataset['name']}: {number(dataset['rows'])} rows, {number(counted)} with a length.")
    return found


def reasons_of_skipping(summary: RunSummary) -> list[tuple[str, int]]:
    """Why documents were not read, most frequent first."""
    counts = Counter(document["reason"] for document in summary["documents"]["skipped"])
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))

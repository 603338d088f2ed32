"""General data to be mixed in: what a config says of it, and its rows copied into the run, counted, in one format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from generation_functions import Run, UsageError, record_id, stable_hash
from generation_functions.datasets.collected import CollectedRows, RowCollector
from generation_functions.datasets.id_set import IdSet
from generation_functions.datasets.row_files import hub_name, read_rows
from generation_functions.datasets.rows import BrokenRowError, Row, convert_row, row_format, row_messages, row_texts
from generation_functions.stage import Tally
from generation_functions.tokens import count_tokens

if TYPE_CHECKING:
    from generation_functions.chat_templates import ChatTemplate

MixFormat = Literal["messages", "text", "segments"]
_PLAINEST: dict[str, MixFormat] = {"text": "text", "segments": "segments"}  # all others hold messages
_ROWS_OF_A_SAMPLE = 1000
_ROWS_BETWEEN_REPORTS = 5000
_MOST_REASONS = 20
_REASON_CHARACTERS = 120


class MixSource(BaseModel):
    """Rows about other things, mixed in so that the model stays general."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: str = Field(
        description="A file of rows (.jsonl, .jsonl.gz, .json, .parquet), a folder of such files, or hub:OWNER/NAME."
    )
    share: float = Field(description="Share of the tokens of the finished mix, between 0 and 1.")
    split: str = Field(default="train", description="Split of a hub dataset.")
    subset: str | None = Field(default=None, description="Subset of a hub dataset that has several.")
    limit: int | None = Field(default=None, gt=0, description="Read only so many rows, the first: for huge datasets.")
    repeat: bool = Field(default=False, description="Use rows several times when there are too few.")

    @field_validator("share")
    @classmethod
    def _is_a_share(cls, share: float) -> float:
        if not 0 < share < 1:
            raise ValueError(f"{share:g} is no share of the finished mix: give a number between 0 and 1, such as 0.3")
        return share

    @field_validator("rows")
    @classmethod
    def _is_named(cls, rows: str) -> str:
        if not rows.strip():
            raise ValueError("name a file, a folder or hub:OWNER/NAME")
        return rows.strip()


@dataclass(frozen=True)
class Share:
    """Rows to choose from, and the share of the finished mix's tokens that is wanted of them."""

    name: str
    rows: CollectedRows
    share: float
    repeat: bool = False

    @property
    def available(self) -> float:
        """Tokens that there are."""
        return float("inf") if self.repeat and self.rows.total_tokens else float(self.rows.total_tokens)


def check_sources(sources: Sequence[MixSource]) -> None:
    """Raise UsageError when the shares leave no room for our own rows, or a source is named twice."""
    check_shares([source.share for source in sources])
    for name, times in Counter((source.rows, source.split, source.subset) for source in sources).items():
        if times > 1:
            raise UsageError(f"{name[0]} is mixed in twice. Name it once, with the sum of the shares.")


def check_shares(shares: Sequence[float]) -> None:
    """Raise UsageError when the shares leave no room for our own rows."""
    if sum(shares) >= 1:
        listed = " + ".join(f"{share:g}" for share in shares)
        raise UsageError(
            f"the shares mixed in come to {sum(shares):g} ({listed}). They are shares of the finished mix, so "
            "together they must stay below 1: what is left is our own data."
        )


def collect_sources(
    run: Run,
    sources: Sequence[MixSource],
    *,
    output_format: MixFormat | None = None,
    template: ChatTemplate | None = None,
) -> list[Share]:
    """Read all sources into the run's folder; a row that several of them have is taken from the first.

    Call it before anything is paid for: it finds files that are missing and rows that cannot be used.
    """
    check_sources(sources)
    known = IdSet()
    return [
        collect_source(run, source, output_format=output_format, template=template, known=known) for source in sources
    ]


def collect_source(
    run: Run,
    source: MixSource,
    *,
    output_format: MixFormat | None = None,
    template: ChatTemplate | None = None,
    known: IdSet | None = None,
) -> Share:
    """Copy the rows of `source` into the run's folder, all in one format, counted; what cannot be used is left out.

    Args:
        run: Gets a stage in its funnel, and notes.
        source: What to read.
        output_format: Of the rows; null takes that of the first row: messages, text or segments.
        template: How chat becomes text; ChatML without one.
        known: Rows that other sources gave already.

    Raises:
        UsageError: There are no rows, or none can be used.
    """
    if not hub_name(source.rows):
        run.reads(Path(source.rows).expanduser())
    collecting = _Collecting(source.rows, output_format, template, IdSet() if known is None else known)
    limit = source.limit if run.sample is None else min(source.limit or _ROWS_OF_A_SAMPLE, _ROWS_OF_A_SAMPLE)
    name = stable_hash(source.rows, source.split, source.subset, limit, output_format)[:16]
    with RowCollector(run.work_folder / "mix" / f"{name}.jsonl") as collector:
        reading = read_rows(source.rows, on_skip=collecting.skip, split=source.split, subset=source.subset)
        for number, (row, origin) in enumerate(reading, start=1):
            collecting.add(row, origin, collector)
            if number % _ROWS_BETWEEN_REPORTS == 0:
                run.progress(0, f"reading {source.rows}: {number:,} rows")
            if number == limit:
                break
        rows = collector.finish()
    collecting.report(run)
    if not len(rows):
        raise UsageError(f"{source.rows} holds no row that can be mixed in: {collecting.problems()}")
    return Share(source.rows, rows, source.share, source.repeat)


class _Collecting:
    """One source being read: the format of its rows, and what became of them."""

    def __init__(self, name: str, output_format: MixFormat | None, template: ChatTemplate | None, known: IdSet) -> None:
        self._name = name
        self._format = output_format
        self._template = template
        self._known = known
        self._tally = Tally("read rows")
        self._first_problem = ""

    def skip(self, file: str, number: int, problem: str) -> None:
        self._first_problem = self._first_problem or f"{file}{f', row {number}' if number else ''}: {problem}"
        reason = problem.partition(": ")[0][:_REASON_CHARACTERS]  # without what differs from row to row
        known = reason in self._tally.failed or len(self._tally.failed) < _MOST_REASONS
        self._tally.count("failed", reason if known else "for other reasons")

    def add(self, row: Row, origin: dict[str, object], collector: RowCollector) -> None:
        try:
            content = self._content(row)
        except (UsageError, BrokenRowError) as error:
            problem = error.problem if isinstance(error, BrokenRowError) else str(error)
            self.skip(str(origin["file"]), int(str(origin["row"])), problem)
            return
        identity = record_id("mixed in", content)
        if self._known.add(identity):
            tokens = sum(map(count_tokens, row_texts(content)))
            collector.add(content, identity=identity, tokens=tokens, sources=[origin])
            self._tally.count("kept", 1)
        else:
            self._tally.count("dropped", "the same as an earlier row")

    def _content(self, row: Row) -> Row:
        """What a model reads of `row`, in the wanted format; columns of its own are not training data."""
        own = row_format(row)
        if own in _PLAINEST:
            bare: Row = {own: row[own]}
        else:
            bare = {"messages": [_message(message) for message in row_messages(row)]}
        if self._format is None:
            self._format = _PLAINEST.get(own, "messages")
        return {self._format: convert_row(bare, self._format, self._template)[self._format]}

    def report(self, run: Run) -> None:
        run.count(f"rows of {self._name}", self._tally)
        if self._tally.failed:
            run.note(f"{self._name}: {self.problems()}")

    def problems(self) -> str:
        """How many rows cannot be used, and an example."""
        if not self._tally.entered:
            return "it is empty"
        if not self._tally.failed:
            return "other sources have all of its rows"
        failed = sum(self._tally.failed.values())
        return f"{failed:,} of {self._tally.entered:,} rows cannot be used, such as {self._first_problem}"


def _message(message: Row) -> Row:
    if message["role"] == "tool" or message.get("tool_calls"):
        raise UsageError("it calls tools, for which chat templates have no common notation")
    return {key: message[key] for key in ("role", "content", "label") if key in message}

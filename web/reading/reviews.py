"""Reviewing rows: accept, reject, edit, one by one or by filter; history; export of what was accepted."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from time import time
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool

from generation_functions.datasets.jsonl import AtomicJsonLines
from generation_functions.datasets.row_reading import BrokenRowError, row_format
from generation_functions.datasets.rows import row_problem
from generation_functions.errors import StorageError, UsageError
from generation_functions.nesting import is_deeper
from generation_functions.private_files import locked
from web.problems import ConflictError, Mistake, NotFoundError, UnavailableError, documented
from web.reading.caches import Cached, Caches
from web.reading.datasets import DatasetName, dataset_of
from web.reading.decisions import Decision, append, history
from web.reading.files import is_json, parse_object, row_id_of
from web.reading.line_index import NEVER
from web.reading.lineage import Lineage
from web.reading.matching import Filter, Matches, conditions_of
from web.reading.samples import OpenDataset, open_dataset
from web.reading.walking import Walk
from web.roots import inside
from web.runs.finding import RunId, folder_of
from web.services import Given
from web.tolerant import number_of, text_of

router = APIRouter(prefix="/reviews")
REVIEWED = "reviewed"
_DEEPEST = 40
_LARGEST_EDIT = 4 << 20


def _encodable(text: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("it holds half of a surrogate pair, which is no character")
    return text


Name = Annotated[str, Field(min_length=1, max_length=300, examples=["pairs"]), AfterValidator(_encodable)]
RowId = Annotated[
    str,
    Field(min_length=1, max_length=300, description="Id of the row.", examples=["6b7a6b105dc8425029e8"]),
    AfterValidator(_encodable),
]
Note = Annotated[str, Field(max_length=4000), AfterValidator(_encodable)]


class Verdict(BaseModel):
    """A decision about one row as it is; `undo` forgets what was said before, an edited form too."""

    model_config = ConfigDict(extra="forbid")

    row: RowId
    decision: Literal["accept", "reject", "undo"]
    note: Note = ""


class Edit(BaseModel):
    """A row rewritten; counts as accepted."""

    model_config = ConfigDict(extra="forbid")

    row: RowId
    decision: Literal["edit"]
    edited: dict[str, Any] = Field(description="The whole row as it shall be, in the layout of the dataset.")
    note: Note = ""


class Reviews(BaseModel):
    """Decisions about rows of one dataset, in order."""

    model_config = ConfigDict(extra="forbid")

    dataset: Name
    decisions: list[Annotated[Verdict | Edit, Field(discriminator="decision")]] = Field(min_length=1, max_length=1000)


class BulkReview(BaseModel):
    """The same decision about all rows that match."""

    model_config = ConfigDict(extra="forbid")

    dataset: Name
    text: str = Field(default="", max_length=500, description="As for samples.")
    ignore_case: StrictBool = False
    file: str = Field(default="", max_length=1000, description="As for samples.")
    only_undecided: StrictBool = Field(default=True, description="Leave rows alone that somebody has decided about.")
    decision: Literal["accept", "reject", "undo"]
    note: Note = ""


class ReviewsKept(BaseModel):
    """Decisions that are on the disk now."""

    decided: int = Field(description="Rows.", examples=[1])


class ReviewEntry(BaseModel):
    """One decision of the past."""

    t: float = Field(description="Seconds since 1970.")
    decision: Decision
    edited: dict[str, Any] | None = None
    note: str = ""


class ReviewHistory(BaseModel):
    """Everything that was decided about a row, oldest first."""

    items: list[ReviewEntry]


class Include(StrEnum):
    """Which rows are exported."""

    ACCEPTED = "accepted"
    NOT_REJECTED = "not-rejected"


class Export(BaseModel):
    """What is exported."""

    model_config = ConfigDict(extra="forbid")

    dataset: Name
    include: Include = Field(description="`accepted`: accepted or edited. `not-rejected`: undecided ones too.")


class Exported(BaseModel):
    """A file of reviewed rows; their ids are those of the dataset, so provenance.jsonl still traces them."""

    file: str = Field(description="Below the run's folder.", examples=["reviewed/pairs.jsonl"])
    rows: int
    edited: int = Field(description="Of these, rows in an edited form.")
    left_out: int = Field(description="Rows of the dataset that are not in it.")


_WRITING = documented(NotFoundError, UnavailableError)


@router.post("", status_code=201, responses={**_WRITING, **documented(ConflictError)})
def review(services: Given, caches: Cached, run_id: RunId, body: Reviews) -> ReviewsKept:
    """Decide about rows. When this answers, the decisions are on the disk; if one cannot be taken, none is."""
    folder = folder_of(services, run_id)
    with open_dataset(folder, caches, body.dataset, NEVER) as opened:
        rows = _rows(opened, caches, {one.row for one in body.decisions})
    mistakes = []
    for number, one in enumerate(body.decisions):
        if isinstance(one, Edit) and (problem := _edit_problem(rows[one.row], one.edited)):
            mistakes.append(Mistake(message=problem, key=f"decisions.{number}.edited"))
    if mistakes:
        raise ConflictError(f"{mistakes[0].message}; nothing was decided", code="edit-invalid", mistakes=mistakes)
    entries = (
        _entry(body.dataset, one.row, one.decision, one.note, _edited(rows[one.row], one)) for one in body.decisions
    )
    return ReviewsKept(decided=append(folder, entries))


@router.post("/bulk", status_code=201, responses=_WRITING)
def review_in_bulk(services: Given, caches: Cached, run_id: RunId, body: BulkReview) -> ReviewsKept:
    """Decide the same about all rows that match a filter, as samples finds them; an empty filter is all rows."""
    folder = folder_of(services, run_id)
    asked = Filter(body.text, body.ignore_case, body.file, Decision.UNDO if body.only_undecided else None)
    with open_dataset(folder, caches, body.dataset, NEVER) as opened:
        ids = _matching(opened, asked)
        count = append(folder, (_entry(body.dataset, row, body.decision, body.note) for row in ids))
    return ReviewsKept(decided=count)


@router.post("/export", status_code=201, responses=_WRITING)
def export_reviewed(services: Given, caches: Cached, run_id: RunId, body: Export) -> Exported:
    """Write the reviewed rows of a dataset to a file beside it, edited ones in their edited form."""
    folder = folder_of(services, run_id)
    file = f"{REVIEWED}/{dataset_of(folder, body.dataset).name.removesuffix('.jsonl')}.jsonl"
    target = inside(folder, file)
    try:
        with (
            open_dataset(folder, caches, body.dataset, NEVER) as opened,
            locked(inside(folder, REVIEWED) / ".lock"),  # two exports would write the same temporary file
            AtomicJsonLines(target) as lines,
        ):
            return _export(opened, body.include, file, lines)
    except (StorageError, OSError) as error:
        raise UnavailableError(f"{target} cannot be written: {error}", code="storage") from error


@router.get("", responses=documented(NotFoundError))
def review_history(
    services: Given,
    run_id: RunId,
    row: Annotated[str, Query(min_length=1, max_length=300, examples=["6b7a6b105dc8425029e8"])],
    dataset: DatasetName,
) -> ReviewHistory:
    """Everything that was decided about a row."""
    folder = folder_of(services, run_id)
    dataset_of(folder, dataset)
    items = []
    for entry in history(folder, dataset, row):
        edited = entry.get("edited")
        items.append(
            ReviewEntry(
                t=number_of(entry.get("t")),
                decision=Decision(text_of(entry.get("decision"))),
                edited=edited if isinstance(edited, dict) else None,
                note=text_of(entry.get("note")),
            )
        )
    return ReviewHistory(items=items)


def _rows(opened: OpenDataset, caches: Caches, wanted: set[str]) -> dict[str, dict[str, Any]]:
    """The rows with these ids: where they were shown last, or else wherever they are."""
    found: dict[str, dict[str, Any]] = {}
    for row in wanted:
        offset = caches.places.get(opened.dataset.path, row)
        if offset is not None and offset < opened.rows.end:
            line = Walk(opened.rows, 0, offset).line()
            if row_id_of(line) == row and (parsed := parse_object(line)) is not None:
                found[row] = parsed
    missing = wanted - found.keys()
    walk = Walk(opened.rows)
    while missing and not walk.ended:
        lines = walk.buffered()
        for line in lines:
            if (row := row_id_of(line)) in missing and (parsed := parse_object(line)) is not None:
                found[row] = parsed
                missing.discard(row)
        walk.skip(lines)
    if missing:
        raise NotFoundError(
            f"dataset {opened.dataset.name} has no row {sorted(missing)[0]!r}; nothing was decided", code="no-such-row"
        )
    return found


def _matching(opened: OpenDataset, asked: Filter) -> Iterator[str]:
    """Ids of all rows that match."""
    walk = Walk(opened.rows)
    if asked.is_empty:
        yield from filter(None, map(row_id_of, walk.rest()))
        return
    conditions = conditions_of(asked, opened.rows, opened.provenance, opened.decided)
    lineage = Lineage(opened.provenance)
    for number in Matches(conditions, 0) if conditions else ():
        walk.go_to(number)
        if walk.ended:
            return
        row = row_id_of(walk.line())
        if row and (not asked.file or lineage.is_of(number, row)):
            yield row


def _edit_problem(row: dict[str, Any], edited: dict[str, Any]) -> str | None:
    """Why `edited` cannot stand where `row` stands, or None."""
    if edited.get("id", row.get("id")) != row.get("id"):
        return "the edited row has another id; leave the id as it is"
    if is_deeper(edited, _DEEPEST):
        return f"the edited row is nested in more than {_DEEPEST} levels"
    try:
        size = len(orjson.dumps(edited))
    except TypeError as error:
        return f"the edited row holds what a file cannot: {error}"
    if size > _LARGEST_EDIT:
        return "the edited row is larger than 4 MB"
    return _layout_problem(row, edited) or _column_problem(row, edited)


def _layout_problem(row: dict[str, Any], edited: dict[str, Any]) -> str | None:
    try:
        layout = row_format(row)
    except BrokenRowError:
        return None  # a row of a layout of its own: only its columns are held against it
    try:
        problem = row_problem(edited)
    except UsageError as error:
        problem = str(error)
    if problem is not None:
        return f"the edited row cannot be used: {problem}"
    return None if row_format(edited) == layout else f"the edited row has another layout than {layout}"


def _column_problem(row: dict[str, Any], edited: dict[str, Any]) -> str | None:
    more, fewer = edited.keys() - row.keys() - {"id"}, row.keys() - edited.keys() - {"id"}
    if more or fewer:
        return f"the edited row must have the columns of the row: {', '.join(row)}"
    for key, value in row.items():
        if key in edited and value is not None and type(edited[key]) is not type(value):
            return f"column {key} of the edited row is a {type(edited[key]).__name__}, not a {type(value).__name__}"
    return None


def _edited(row: dict[str, Any], review: Verdict | Edit) -> dict[str, Any] | None:
    """The edited row with the columns in the order of the dataset, the id among them."""
    return {key: review.edited.get(key, value) for key, value in row.items()} if isinstance(review, Edit) else None


def _entry(dataset: str, row: str, decision: str, note: str, edited: dict[str, Any] | None = None) -> dict[str, Any]:
    entry = {"t": round(time(), 3), "dataset": dataset, "row": row, "decision": decision}
    if edited is not None:
        entry["edited"] = edited
    if note:
        entry["note"] = note
    return entry


def _export(opened: OpenDataset, include: Include, file: str, lines: AtomicJsonLines) -> Exported:
    rows = edited = left_out = 0
    decided, walk = opened.decided, Walk(opened.rows)
    while not walk.ended:
        buffered = walk.buffered()
        for line in buffered:
            row = row_id_of(line)
            decision, instead = decided.decision(row), decided.edited(row)
            if decision == Decision.REJECT or (decision is None and include == Include.ACCEPTED):
                left_out += 1
            elif instead is not None:
                lines.write(instead)
                edited += 1
            elif is_json(line):
                lines.write_line(line + b"\n")
                rows += 1
            else:
                left_out += 1
        walk.skip(buffered)
    return Exported(file=file, rows=rows + edited, edited=edited, left_out=left_out)

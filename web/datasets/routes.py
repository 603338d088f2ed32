"""Routes of datasets: of all runs, one with examples, exports in other layouts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import select

from web.datasets.exporting import PARQUET, lines_as, parquet_of, possible_formats
from web.datasets.finding import RunDatasets
from web.datasets.schemas import (
    DatasetDetails,
    DatasetEntry,
    DatasetKind,
    DatasetPage,
    FilePath,
    LengthBucket,
    TrainingFileInfo,
)
from web.datasets.training_folders import read_training_folder
from web.files.places import disk_errors
from web.files.preview_models import Row
from web.files.rows import preview_lines
from web.files.sending import attachment, blocks_of
from web.problems import InvalidError, NotFoundError, documented
from web.reading.caches import Cached
from web.reading.files import file_in
from web.runs.finding import RunId, find_run, folder_of
from web.services import Given, Services
from web.tables import Kind, State, Work
from web.tolerant import list_of, whole_of

router = APIRouter(prefix="/api/datasets", tags=["datasets"])
_EXAMPLES = 5
_MOST_RUNS_A_PAGE = 500
_LINES_TYPE, _PARQUET_TYPE = "application/x-ndjson", "application/vnd.apache.parquet"
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "JSON lines, or a Parquet file.",
        "content": {
            _LINES_TYPE: {"schema": {"type": "string"}},
            _PARQUET_TYPE: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.get("")
def list_datasets(
    services: Given,
    caches: Cached,
    kind: Annotated[list[DatasetKind] | None, Query(description="Only these kinds.")] = None,
    run: Annotated[str, Query(pattern="^([0-9a-f]{16})?$", description="Only of this run.")] = "",
    cursor: Annotated[
        str, Query(pattern=r"^([0-9]{1,9}\.[0-9]{1,6})?$", description="`next` of the page before.")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DatasetPage:
    """What finished runs have made to train on and to evaluate with; the newest run's first."""
    services.index.follow()
    at_run, at_entry = (int(part) for part in cursor.split(".")) if cursor else (0, 0)
    items: list[DatasetEntry] = []
    for number, work in _finished(services, run, at_run):
        if number - at_run >= _MOST_RUNS_A_PAGE:  # so many without any: the next page goes on
            return DatasetPage(items=items, next=f"{number}.0")
        found = [one for one in RunDatasets(services.settings, caches, work).entries() if not kind or one.kind in kind]
        start = at_entry if number == at_run else 0
        room = limit - len(items)
        items += found[start : start + room]
        if start + room < len(found):
            return DatasetPage(items=items, next=f"{number}.{start + room}")
        if len(items) == limit:
            return DatasetPage(items=items, next=f"{number + 1}.0")
    return DatasetPage(items=items)


def _finished(services: Services, run: str, start: int) -> Iterator[tuple[int, Work]]:
    chosen = select(Work).where(Work.kind == Kind.RUN, Work.state == State.COMPLETED)
    if run:
        chosen = chosen.where(Work.id == run)
    ordered = chosen.order_by(Work.created.desc(), Work.id).offset(start).limit(_MOST_RUNS_A_PAGE + 1)
    with services.database.session() as session:
        works = list(session.scalars(ordered))
    return enumerate(works, start)


@router.get("/{run_id}", responses=documented(NotFoundError))
def get_dataset(services: Given, caches: Cached, run_id: RunId, file: FilePath) -> DatasetDetails:
    """One file of rows or training folder, with its first rows."""
    made, entry = _entry(services, caches, run_id, file)
    folder = read_training_folder(made.folder, "" if file == "." else file) if entry.kind == "training" else None
    files = [(name, layout) for stage in folder.stages for name, layout in stage.files] if folder else []
    first = file_in(made.folder, files[0][0] if files else file)
    readable = first is not None and first.suffix == ".jsonl"
    examples = preview_lines(first, cursor=0, limit=_EXAMPLES).rows if readable and first else []
    return DatasetDetails(
        **entry.model_dump(),
        examples=examples,
        lengths=_lengths(made, file),
        files=[_file_info(made, name, layout) for name, layout in files],
        settings=folder.stages[0].settings if folder else {},
        formats=possible_formats(_first_value(examples)),
    )


def _entry(services: Services, caches: Cached, run_id: str, file: str) -> tuple[RunDatasets, DatasetEntry]:
    services.index.follow()
    folder_of(services, run_id)
    made = RunDatasets(services.settings, caches, find_run(services, run_id))
    entry = made.entry(file)
    if entry is None:
        raise NotFoundError(f"the run has no dataset {file!r}; GET /api/datasets lists them", code="no-such-dataset")
    return made, entry


def _first_value(examples: list[Row]) -> dict[str, object]:
    first = examples[0].value if examples else None
    return first if isinstance(first, dict) else {}


def _lengths(made: RunDatasets, file: str) -> list[LengthBucket]:
    buckets = [list_of(one) for one in list_of(made.listed.get(file, {}).get("lengths"))]
    return [
        LengthBucket(least=whole_of(one[0]), most=whole_of(one[1]), rows=whole_of(one[2]))
        for one in buckets
        if len(one) == 3
    ]


def _file_info(made: RunDatasets, file: str, layout: str) -> TrainingFileInfo:
    rows, tokens, size = made.rows_of(file)
    return TrainingFileInfo(file=file, format=layout, rows=rows, tokens=tokens, size=size)


@router.get(
    "/{run_id}/export",
    response_class=StreamingResponse,
    responses={**documented(NotFoundError, InvalidError), **_FILES},
)
def export_dataset(
    services: Given,
    caches: Cached,
    run_id: RunId,
    file: FilePath,
    layout: Annotated[
        Literal["messages", "sharegpt", "alpaca", "text", "segments", "parquet"],
        Query(alias="format", description="Layout of the rows; or parquet: a Parquet file of the rows as they are."),
    ],
) -> StreamingResponse:
    """A dataset in another layout, as JSON lines, or as Parquet. Rows that cannot be written so are left out."""
    made, entry = _entry(services, caches, run_id, file)
    path = file_in(made.folder, file)
    if path is None or path.suffix != ".jsonl" or entry.kind == DatasetKind.TRAINING:
        raise InvalidError(f"{file} is no file of JSON lines; download it from its folder", code="no-such-layout")
    stem, headers = Path(file).stem, {"Cache-Control": "no-cache"}
    if layout != PARQUET:
        headers["Content-Disposition"] = attachment(f"{stem}-{layout}.jsonl")
        return StreamingResponse(lines_as(path, layout), media_type=_LINES_TYPE, headers=headers)
    with disk_errors(file):
        data = parquet_of(path, services.settings.state)
        size = os.fstat(data.fileno()).st_size
    headers |= {"Content-Disposition": attachment(f"{stem}.parquet"), "Content-Length": str(size)}
    return StreamingResponse(blocks_of(data, 0, size), media_type=_PARQUET_TYPE, headers=headers)

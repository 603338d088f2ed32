"""Which datasets a run has written, and which stages have left records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from generation_functions.datasets.row_reading import BrokenRowError, row_format
from generation_functions.run_folder import read_json
from generation_functions.run_output import DATASETS, SUMMARY_FILE
from web.problems import NotFoundError, documented
from web.reading.caches import Cached, Caches
from web.reading.decisions import Decision
from web.reading.files import file_in, parse_object, stamp_at
from web.reading.line_index import BLOCK
from web.runs.finding import RunId, folder_of
from web.services import Given
from web.tolerant import objects_of, text_of, whole_of

router = APIRouter()
STAGES = "stages"
_INDEX_HEADER, _INDEX_ROW = 16, 32  # bytes; see stage_store
_ENDING = ".jsonl"

DatasetName = Annotated[
    str, Query(min_length=1, max_length=300, description="Name of the dataset.", examples=["pairs", "sft_run/chat"])
]


@dataclass(frozen=True)
class Dataset:
    """A file of rows in a run's folder."""

    name: str
    file: str
    """Below the run's folder."""
    path: Path
    provenance_name: str
    """What the lines of provenance.jsonl call it."""
    listed: dict[str, Any]
    """Its entry in the summary; empty when it is older than the file, or when there is none."""


class ReviewCounts(BaseModel):
    """How many rows stand at which decision."""

    accept: int = 0
    reject: int = 0
    edit: int = 0


class DatasetInfo(BaseModel):
    """A dataset that can be looked at."""

    name: str = Field(description="What `dataset` asks for.", examples=["pairs"])
    file: str = Field(description="Below the run's folder.", examples=["datasets/pairs.jsonl"])
    format: str = Field(description="Layout of the rows; empty when it is none that is known.", examples=["messages"])
    rows: int = Field(examples=[56])
    tokens: int = Field(description="0 while the run goes on.", examples=[1893])
    size: int = Field(description="Bytes.", examples=[12323])
    reviewed: ReviewCounts


class StageInfo(BaseModel):
    """A stage that has left records."""

    name: str = Field(description="What `stage` asks for.", examples=["02-questions"])
    finished: int = Field(description="Inputs that went through it.", examples=[22])
    size: int = Field(description="Bytes.", examples=[122781])


class DatasetList(BaseModel):
    """What a run has written so far."""

    items: list[DatasetInfo]
    stages: list[StageInfo] = Field(description="In the order in which they run, part by part.")


@router.get("/datasets", responses=documented(NotFoundError))
def datasets(services: Given, caches: Cached, run_id: RunId) -> DatasetList:
    """The datasets of a run, and its stages: while it goes on, their records are what can be looked at."""
    folder = folder_of(services, run_id)
    found = [_info(folder, caches, dataset) for dataset in datasets_of(folder).values()]
    return DatasetList(items=[one for one in found if one is not None], stages=list(_stages(folder)))


def dataset_of(folder: Path, name: str) -> Dataset:
    """The dataset that a client asks for.

    Raises:
        NotFoundError: The run has none of that name (yet).
    """
    known = datasets_of(folder)
    if name not in known:
        has = f"it has: {', '.join(list(known)[:20])}" if known else "it has none yet; see the records of its stages"
        raise NotFoundError(f"the run has no dataset {name!r}; {has}", code="no-such-dataset")
    return known[name]


def datasets_of(folder: Path) -> dict[str, Dataset]:
    """All datasets by name: those that the summary lists, and what else lies in datasets/."""
    found: dict[str, Dataset] = {}
    files = set()
    told = stamp_at(folder / SUMMARY_FILE)
    for listed in objects_of(read_json(folder / SUMMARY_FILE).get("datasets")):
        file, name = text_of(listed.get("file")), text_of(listed.get("name"))
        path = file_in(folder, file) if file.endswith(_ENDING) else None
        written = stamp_at(path) if path else None
        if path is None or written is None or told is None or file in files:
            continue
        files.add(file)
        is_current = written.changed <= told.changed
        key = name if name and name not in found else file
        found[key] = Dataset(key, file, path, name, listed if is_current else {})
    for file in json_lines_below(folder, DATASETS):
        path = file_in(folder, file)
        if path is not None and file not in files:
            name = file.removeprefix(f"{DATASETS}/").removesuffix(_ENDING)
            key = file if name in found else name
            found[key] = Dataset(key, file, path, name, {})
    return found


def json_lines_below(folder: Path, name: str) -> list[str]:
    """Paths below `folder` of the JSON lines files in its folder `name`, sorted; hidden ones do not count."""
    try:
        found = [path.relative_to(folder) for path in (folder / name).rglob(f"*{_ENDING}")]
    except OSError:  # a folder that vanished in this moment
        return []
    return sorted(path.as_posix() for path in found if not any(part.startswith(".") for part in path.parts))


def _info(folder: Path, caches: Caches, dataset: Dataset) -> DatasetInfo | None:
    listed, stamp = dataset.listed, stamp_at(dataset.path)
    if stamp is None:
        return None
    counts = caches.decisions(folder).of(dataset.name).counts()
    reviewed = ReviewCounts(**{decision.value: counts[decision] for decision in Decision if decision != Decision.UNDO})
    rows = whole_of(listed.get("rows"))
    if not listed:
        try:
            with caches.index(dataset.path).open(dataset.path) as lines:
                rows = lines.count()
        except OSError:
            return None
    return DatasetInfo(
        name=dataset.name,
        file=dataset.file,
        format=text_of(listed.get("format")) or format_of(dataset.path),
        rows=rows,
        tokens=whole_of(listed.get("tokens")),
        size=stamp.size,
        reviewed=reviewed,
    )


def format_of(path: Path) -> str:
    """Layout of the rows of a file, as its first row tells; empty when it is none that is known."""
    try:
        with path.open("rb") as file:
            return row_format(parse_object(file.readline(64 * BLOCK)) or {})
    except (OSError, BrokenRowError):
        return ""


def _stages(folder: Path) -> Iterator[StageInfo]:
    for file in json_lines_below(folder, STAGES):
        path = file_in(folder, file)
        stamp = stamp_at(path) if path else None
        if path is None or stamp is None:
            continue
        index = stamp_at(path.with_suffix(".index"))
        finished = (index.size - _INDEX_HEADER) // _INDEX_ROW if index else 0
        yield StageInfo(name=stage_name(file), finished=max(0, finished), size=stamp.size)


def stage_name(file: str) -> str:
    """What clients call the stage that left `file`."""
    return str(PurePosixPath(file).relative_to(STAGES)).removesuffix(_ENDING)

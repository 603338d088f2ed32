"""Rows of a dataset, each beside the text it rests on, the calls that made it, and what was decided about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath
from pydantic import BaseModel, Field

from web.problems import ChangedError, NotFoundError, documented
from web.reading.caches import Cached, Caches
from web.reading.datasets import Dataset, DatasetName, dataset_of
from web.reading.decisions import DecidedRows, Decision
from web.reading.files import parse_object, stamp_of
from web.reading.line_index import NEVER, Deadline, Lines, OutOfTimeError
from web.reading.lineage import Lineage, provenance_of
from web.reading.matching import Filter, HasId, Matches, conditions_of
from web.reading.texts import Texts
from web.reading.walking import Walk
from web.runs.finding import RunId, folder_of
from web.services import Given
from web.tolerant import number_of, objects_of, text_of, whole_of

router = APIRouter()
SECONDS = 0.2
_MOST_BYTES = 4 << 20
_CURSOR = re.compile(r"([0-9]{1,12})-([0-9]{1,15})-([0-9]{1,15})-([0-9a-f]{8})")


class Source(BaseModel):
    """A place in a document that a row rests on."""

    file: str = Field(examples=["keepers.txt"])
    corpus: str = Field(default="", description="The input folder, where a run has several.")
    sha256: str = ""
    page: int | None = None
    start: int = Field(default=0, description="Characters into the document's text.")
    end: int = 0
    licence: str = ""
    chunk: str = Field(default="", description="Id of the chunk.")
    text: str | None = Field(default=None, description="That passage; null when the run's folder does not hold it.")


class Call(BaseModel):
    """A model call that had a part in a row."""

    key: str
    step: str = Field(default="", examples=["write_questions"])
    prompt: str = ""
    model: str = ""
    attempts: int = 1
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = Field(default=0.0, description="Dollars.")
    missing: bool = Field(default=False, description="The log does not hold it any more.")


class Sample(BaseModel):
    """A row with its lineage."""

    id: str = Field(examples=["6b7a6b105dc8425029e8"])
    number: int = Field(description="Of the row in its dataset, from 0.", examples=[0])
    row: dict[str, Any]
    traced: bool = Field(description="Whether provenance.jsonl knows it; while a run goes on it does not yet.")
    sources: list[Source] = Field(default_factory=list)
    calls: list[Call] = Field(default_factory=list)
    decision: Decision | None = Field(default=None, description="What was decided last; never `undo`.")
    edited: dict[str, Any] | None = Field(default=None, description="The row as somebody has rewritten it.")


class FoundSample(BaseModel):
    """One row, or how far the search for it has got."""

    sample: Sample | None = Field(description="Null while it has not been found: ask again with `next`.")
    next: str | None = Field(description="`cursor` to search on with; null when the row has been found.")
    scanned: float = Field(description="Share of the dataset that has been searched, if it had to be.", ge=0, le=1)


class SamplePage(BaseModel):
    """Some rows in the order of the dataset."""

    items: list[Sample] = Field(description="May be fewer than asked for, even none, with more to come: see `next`.")
    next: str | None = Field(description="`cursor` of what follows; null at the end.")
    scanned: float = Field(description="Share of the dataset that lies before `next`.", ge=0, le=1)
    unreadable: int = Field(default=0, description="Lines on this page that are no rows: torn or damaged.")


@dataclass(frozen=True)
class Cursor:
    """Where a page begins. Offsets that are 0 are not known."""

    number: int = 0
    row_offset: int = 0
    line_offset: int = 0


@dataclass
class OpenDataset:
    """A dataset with everything that is said of its rows elsewhere, as of now."""

    dataset: Dataset
    folder: Path
    rows: Lines
    provenance: Lines | None
    decided: DecidedRows
    stamp: str

    def cursor(self, text: str | None) -> Cursor:
        """What a client's cursor means.

        Raises:
            ChangedError: It is one of another dataset, or of an earlier state of this one.
        """
        if text is None:
            return Cursor()
        found = _CURSOR.fullmatch(text)
        if found is None or found[4] != self.stamp or int(found[2]) > self.rows.end:
            raise ChangedError(
                f"dataset {self.dataset.name} has been written again since that page: begin with the first page",
                code="cursor-outdated",
            )
        number, row_offset, line_offset = (int(group) for group in found.groups()[:3])
        return Cursor(number, row_offset, line_offset)

    def text_of(self, cursor: Cursor) -> str:
        """For the client."""
        return f"{cursor.number}-{cursor.row_offset}-{cursor.line_offset}-{self.stamp}"


@contextmanager
def open_dataset(folder: Path, caches: Caches, name: str, deadline: Deadline) -> Iterator[OpenDataset]:
    """The dataset that a client asks for.

    Raises:
        NotFoundError: The run has none of that name.
    """
    dataset = dataset_of(folder, name)
    with ExitStack() as opened:
        try:
            rows = opened.enter_context(caches.index(dataset.path).open(dataset.path, deadline))
        except OSError as error:
            raise NotFoundError(f"dataset {name} cannot be read: {error.strerror}", code="no-such-dataset") from error
        provenance = opened.enter_context(provenance_of(folder, caches, dataset.provenance_name, deadline))
        decided = caches.decisions(folder).of(dataset.name)
        yield OpenDataset(dataset, folder, rows, provenance, decided, stamp_of(rows.file).short)


@router.get("/samples", response_model=SamplePage, responses=documented(NotFoundError, ChangedError))
def samples(
    services: Given,
    caches: Cached,
    run_id: RunId,
    dataset: DatasetName,
    text: Annotated[str, Query(max_length=500, description="Only rows that hold this text.")] = "",
    ignore_case: Annotated[bool, Query(description="Of the letters A to Z.")] = False,
    file: Annotated[str, Query(max_length=1000, description="Only rows that rest on this document.")] = "",
    decision: Annotated[
        Literal["accept", "reject", "edit", "none"] | None, Query(description="Only rows that stand there.")
    ] = None,
    cursor: Annotated[str | None, Query(pattern=f"^{_CURSOR.pattern}$")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Response:
    """Rows of a dataset, filtered if you like, with the text they rest on and the calls that made them.

    A search answers within a third of a second with what it has found by then; `next` goes on from there.
    """
    standing = Decision.UNDO if decision == "none" else Decision(decision) if decision else None
    asked = Filter(text, ignore_case, file, standing)
    folder = folder_of(services, run_id)
    with open_dataset(folder, caches, dataset, Deadline(SECONDS)) as opened:
        page = _Page(opened, caches, opened.cursor(cursor), limit)
        found = page.all_rows() if asked.is_empty else page.matching(asked)
        return Response(orjson.dumps(found.model_dump()), media_type="application/json")


@router.get("/samples/{row_id:path}", response_model=FoundSample, responses=documented(NotFoundError, ChangedError))
def sample(
    services: Given,
    caches: Cached,
    run_id: RunId,
    row_id: Annotated[str, InPath(min_length=1, max_length=300, examples=["6b7a6b105dc8425029e8"])],
    dataset: DatasetName,
    cursor: Annotated[str | None, Query(pattern=f"^{_CURSOR.pattern}$")] = None,
) -> Response:
    """One row of a dataset by its id, with what it rests on.

    A row that was shown lately is found at once. For others the dataset is searched: each answer comes within a third
    of a second, with the row, or with `next` to search on.
    """
    folder = folder_of(services, run_id)
    with open_dataset(folder, caches, dataset, Deadline(SECONDS)) as opened:
        found = _Page(opened, caches, opened.cursor(cursor), 1).with_id(row_id)
        return Response(orjson.dumps(found.model_dump()), media_type="application/json")


class _Page:
    """A page under way."""

    def __init__(self, opened: OpenDataset, caches: Caches, cursor: Cursor, limit: int) -> None:
        rows = opened.rows
        self._opened = opened
        self._caches = caches
        self._cursor = cursor
        self._limit = limit
        self._items: list[Sample] = []
        self._bytes = 0
        self._unreadable = 0
        known = cursor.row_offset and cursor.number
        self._walk = Walk(rows, cursor.number, cursor.row_offset) if known else Walk(rows)
        provenance = opened.provenance
        fits = provenance is not None and cursor.number and provenance.start < cursor.line_offset <= provenance.end
        self._lineage = Lineage(provenance, cursor.number, cursor.line_offset) if fits else Lineage(provenance)
        self._untraced: list[Sample] = []

    @property
    def _is_full(self) -> bool:
        return len(self._items) >= self._limit or self._bytes > _MOST_BYTES

    def all_rows(self) -> SamplePage:
        """The rows from the cursor on."""
        walk = self._walk
        with suppress(OutOfTimeError):
            walk.go_to(self._cursor.number)
            while not (walk.ended or self._is_full):
                self._take(walk.number, walk.offset, walk.line())
                walk.next()
            after = Cursor(walk.number, walk.offset, self._lineage.offset_of(walk.number))
            return self._made(None if walk.ended else after, self._opened.rows.share(walk.offset))
        return self._made(self._cursor, 0.0)  # the index has got further; so will the next request

    def matching(self, asked: Filter) -> SamplePage:
        """Those of them that match."""
        opened, number = self._opened, self._cursor.number
        conditions = conditions_of(asked, opened.rows, opened.provenance, opened.decided)
        if conditions is None:
            return self._made(None, 1.0)
        matches = Matches(conditions, number)
        try:
            for number in matches:
                if self._is_full:
                    break
                self._walk.go_to(number)
                if self._walk.ended:
                    return self._made(None, 1.0)
                self._take(number, self._walk.offset, self._walk.line(), only_traced=bool(asked.file))
            else:
                return self._made(None, 1.0)
        except OutOfTimeError:
            last = self._items[-1].number + 1 if self._items else 0
            number = max(last, matches.reached)
        return self._made(Cursor(number), matches.share)

    def with_id(self, identity: str) -> FoundSample:
        """The row of that id, at the cursor or behind it.

        Raises:
            NotFoundError: There is none.
        """
        opened, known = self._opened, self._caches.places.get(self._opened.dataset.path, identity)
        search = HasId(opened.rows, identity, self._walk)
        try:
            number = None if known is None else search.at_place(known)
            if number is None:
                number = search.at_or_after(self._cursor.number)
            if number is None:
                raise NotFoundError(f"dataset {opened.dataset.name} has no row {identity!r}", code="no-such-row")
            self._take(number, search.offset, search.line())
        except OutOfTimeError:
            cursor = self._cursor
            if search.reached > cursor.number:
                cursor = Cursor(search.reached, opened.rows.within(NEVER).offset_of(search.reached))
            share = opened.rows.share(max(cursor.row_offset, opened.rows.start))
            return FoundSample(sample=None, next=opened.text_of(cursor), scanned=share)
        page = self._made(None, 1.0)
        return FoundSample(sample=page.items[0], next=None, scanned=search.share)

    def _take(self, number: int, offset: int, line: bytes, *, only_traced: bool = False) -> None:
        row = parse_object(line)
        if row is None:
            self._unreadable += bool(line.strip())
            return
        identity = text_of(row.get("id"))
        traced = self._lineage.of(number, identity)
        if only_traced and traced is None:
            return  # provenance is that of an earlier run: its line is about another row
        sample = Sample(id=identity, number=number, row=row, traced=traced is not None)
        sample.decision = self._opened.decided.decision(identity)
        sample.edited = self._opened.decided.edited(identity)
        if traced is not None:
            self._trace(sample, traced)
        else:
            self._untraced.append(sample)
        self._items.append(sample)
        self._bytes += len(line)
        self._caches.places.put(self._opened.dataset.path, identity, offset)

    def _made(self, following: Cursor | None, share: float) -> SamplePage:
        if self._untraced:
            found = self._lineage.search({sample.id for sample in self._untraced})
            for sample in self._untraced:
                if sample.id in found:
                    sample.traced = True
                    self._trace(sample, found[sample.id])
        text = self._opened.text_of(following) if following else None
        return SamplePage(
            items=self._items, next=text, scanned=share if following else 1.0, unreadable=self._unreadable
        )

    def _trace(self, sample: Sample, line: dict[str, Any]) -> None:
        folder, texts = self._opened.folder, self._caches.texts
        sample.sources = [source_of(folder, texts, source) for source in objects_of(line.get("sources"))]
        sample.calls = [_call_of(call) for call in objects_of(line.get("calls"))]


def source_of(folder: Path, texts: Texts, source: dict[str, Any]) -> Source:
    """A source as provenance and records have it, with its text."""
    page = source.get("page")
    return Source(
        file=text_of(source.get("file")),
        corpus=text_of(source.get("corpus")),
        sha256=text_of(source.get("sha256")),
        page=page if isinstance(page, int) else None,
        start=whole_of(source.get("start")),
        end=whole_of(source.get("end")),
        licence=text_of(source.get("licence")),
        chunk=text_of(source.get("chunk")),
        text=texts.passage(folder, source),
    )


def _call_of(call: dict[str, Any]) -> Call:
    return Call(
        key=text_of(call.get("key")),
        step=text_of(call.get("step")),
        prompt=text_of(call.get("prompt")),
        model=text_of(call.get("model")),
        attempts=whole_of(call.get("attempts")),
        input_tokens=whole_of(call.get("input_tokens")),
        output_tokens=whole_of(call.get("output_tokens")),
        cost=number_of(call.get("cost")),
        missing=call.get("missing") is True,
    )

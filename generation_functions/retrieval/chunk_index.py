"""A lexical index of chunks in one SQLite file, in step with the chunks, by FTS5.

Bringing it up to date reads the chunks once and touches only the files whose content changed. A question to it takes
about the same time however many chunks there are: it asks for a text's most telling terms only, and for no more of
them than have so many postings together (Lucene's MoreLikeThis, with a budget). Chunks are ranked by the inverse
document frequencies of the terms they share with the text. That is BM25 (Robertson & Zaragoza, 2009) with each term
counted once per chunk, which is nearly always so for rare terms in chunks of one size; FTS5's own ranking looks at
every posting six times as long, so within the same time it would have to do with far fewer terms.
"""

from __future__ import annotations

import math
import secrets
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import orjson

from generation_functions.records import Record
from generation_functions.retrieval.chunk_terms import chunk_terms
from generation_functions.retrieval.database import connect, transaction

_VERSION = "1"  # of terms and tables; an index of another version is built anew
_BATCH = 1_000  # chunks per transaction
_PAGE = 64  # candidates whose places are looked up at once
_POSTINGS = 1_000  # per question
_TERMS = 32
_KEPT = ("id", "text", "title", "source")
_SCHEMA = """
create table if not exists state (name text primary key, value not null) without rowid;
create table if not exists documents (number integer primary key, name text not null unique, digest text not null);
create table if not exists chunks (
    number integer primary key, id text not null unique, document integer not null,
    start_at integer not null, end_at integer not null, record blob not null
);
create index if not exists chunks_of_document on chunks (document);
create table if not exists terms (term text primary key, chunks integer not null) without rowid;
create virtual table if not exists words using fts5 (
    terms, content = '', detail = none, columnsize = 0, tokenize = "ascii tokenchars '_'"
);
"""
_PLACES = """
select chunks.number, id, name, start_at, end_at from chunks join documents on documents.number = document
"""


class Place(NamedTuple):
    """Where a chunk of the index stands."""

    number: int
    id: str
    document: str
    start: int
    end: int


class Synced(NamedTuple):
    """What bringing an index up to date took: chunks added and removed, and in how many files."""

    added: int
    removed: int
    files: int


def document_name(record: Record) -> str:
    """The name of a record's document, its corpus in front where there are several."""
    source = record["source"]
    return f"{source.get('corpus', '')}\n{source['file']}"


def rarity(chunks: int, total: int) -> float:
    """Inverse document frequency, as BM25 has it, of a term in so many of all chunks."""
    return math.log(1 + max(0.0, total - chunks + 0.5) / (chunks + 0.5))


class ChunkIndex:
    """Chunks by their words. One process at a time; any thread, one at a time.

    Args:
        path: The index's file; a damaged one, or one of an earlier version, is made anew.
        postings: How many postings a question may look at.
        fewest: Terms in fewer chunks are not asked for. 1 for questions of people, to whom no word is too rare.
    """

    def __init__(self, path: Path, *, postings: int = _POSTINGS, fewest: int = 2) -> None:
        self.path = path
        self._postings, self._fewest = postings, fewest
        self._database = _open(path)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __len__(self) -> int:
        row = self._database.execute("select value from state where name = 'chunks'").fetchone()
        return int(row[0]) if row else 0

    @property
    def edition(self) -> str:
        """Another one after every change."""
        row = self._database.execute("select value from state where name = 'edition'").fetchone()
        return str(row[0]) if row else ""

    def texts(self) -> Iterator[tuple[int, str]]:
        """Number and text of every chunk, in the order of the ids."""
        for number, record in self._database.execute("select number, record from chunks order by id"):
            yield number, orjson.loads(record)["text"]

    # -- keeping up to date ------------------------------------------------------------------------------

    def sync(self, chunks: Iterable[Record], on_batch: Callable[[int], None] = lambda done: None) -> Synced:
        """Make the index hold exactly `chunks`, which are read once, or twice when some are new.

        Interrupted at any point, the next call goes on from the last finished batch.

        Args:
            chunks: Chunk records; those of one file follow one another.
            on_batch: Called with the number of chunks added so far, after each batch.
        """
        database = self._database
        database.executescript(
            "drop table if exists temp.wanted;"
            "create temp table wanted (name text primary key, digest text not null) without rowid;"
        )
        with transaction(database, self.path):
            for name, group in groupby(chunks, document_name):
                digest = blake2b(digest_size=16)
                for record in group:
                    digest.update(_kept(record))
                database.execute("insert into wanted values (?, ?)", (name, digest.hexdigest()))
        removed, files = self._remove_outdated()
        missing = "select count(*) from wanted where name not in (select name from documents)"
        (new,) = database.execute(missing).fetchone()
        added = self._add_missing(chunks, on_batch) if new else 0
        database.execute("drop table temp.wanted")
        if added + removed > len(self) // 4:
            with transaction(database, self.path):
                database.execute("insert into words (words) values ('optimize')")
        return Synced(added, removed, new + files)

    def _remove_outdated(self) -> tuple[int, int]:
        """Remove what is not wanted as it is; returns chunks, and files that are not wanted at all."""
        outdated = self._database.execute(
            "select number, wanted.name is null from documents left join wanted using (name) "
            "where wanted.digest is not documents.digest"
        ).fetchall()
        removed = 0
        for document, _ in outdated:
            while True:
                with self._batch() as changes:
                    rows = self._database.execute(
                        "select number, record from chunks where document = ? limit ?", (document, _BATCH)
                    ).fetchall()
                    for number, record in rows:
                        changes.remove(number, record)
                    if len(rows) < _BATCH:
                        self._database.execute("delete from documents where number = ?", (document,))
                removed += len(rows)
                if len(rows) < _BATCH:
                    break
        return removed, sum(gone for _, gone in outdated)

    def _add_missing(self, chunks: Iterable[Record], on_batch: Callable[[int], None]) -> int:
        added = 0
        for batch in _batches(self._missing(chunks)):
            with self._batch() as changes:
                for name, record in batch:
                    changes.add(name, record)
                    added += record is not None
            on_batch(added)
        return added

    def _missing(self, chunks: Iterable[Record]) -> Iterator[tuple[str, Record | None]]:
        """The chunks of the files that are not in the index, with the files' names; None ends a file."""
        for name, group in groupby(chunks, document_name):
            row = self._database.execute("select 1 from documents where name = ?", (name,)).fetchone()
            if row is None:
                for record in group:
                    yield name, record
                yield name, None

    @contextmanager
    def _batch(self) -> Iterator[_Changes]:
        changes = _Changes(self._database)
        with transaction(self._database, self.path):
            yield changes
            changes.count()

    # -- asking ------------------------------------------------------------------------------------------

    def ranked(self, text: str) -> Iterator[Place]:
        """The chunks that share telling terms with `text`, best first; equally good ones by id."""
        scores: defaultdict[int, float] = defaultdict(float)
        for term, weight in self._telling(Counter(chunk_terms(text))):
            for (number,) in self._database.execute("select rowid from words where words match ?", (f'"{term}"',)):
                scores[number] += weight
        rows = sorted(scores.items(), key=lambda row: -row[1])
        start = 0
        while start < len(rows):
            end = min(start + _PAGE, len(rows))
            while end < len(rows) and rows[end][1] == rows[end - 1][1]:
                end += 1
            page = self.places([number for number, _ in rows[start:end]])
            yield from sorted(page, key=lambda place: (-scores[place.number], place.id))
            start = end

    def _telling(self, counts: Counter[str]) -> list[tuple[str, float]]:
        """The terms with the most weight that enough chunks have, within the budget of postings."""
        total, weighed = len(self), []
        for term, chunks in self.frequencies(counts).items():
            if chunks >= self._fewest:
                weighed.append((-(1 + math.log(counts[term])) * rarity(chunks, total), term, chunks))
        left, chosen = self._postings, list[tuple[str, float]]()
        for weight, term, chunks in sorted(weighed):
            if chunks <= left:
                left -= chunks
                chosen.append((term, -weight))
                if len(chosen) == _TERMS:
                    break
        return chosen

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """How many chunks have each of the terms; those that none has are left out."""
        rows = self._database.execute(
            "select term, chunks from json_each(?) join terms on term = value where chunks > 0",
            (orjson.dumps(list(terms)).decode(),),
        )
        return dict(rows.fetchall())

    def places(self, numbers: Iterable[int]) -> list[Place]:
        """Where the chunks with these numbers stand, in no particular order."""
        rows = self._database.execute(
            f"{_PLACES} where chunks.number in (select value from json_each(?))",
            (orjson.dumps(list(numbers)).decode(),),
        )
        return list(map(Place._make, rows))

    def from_id(self, start: str) -> Iterator[Place]:
        """All chunks in the order of their ids, from the first not before `start`, and round to it again."""
        for comparison in (">=", "<"):
            query = f"{_PLACES} where id {comparison} ? order by id"
            yield from map(Place._make, self._database.execute(query, (start,)))

    def record(self, number: int) -> Record:
        """The chunk with this number: `id`, `text`, `title` and `source`."""
        row = self._database.execute("select record from chunks where number = ?", (number,)).fetchone()
        found: Record = orjson.loads(row[0])
        return found


class _Changes:
    """One transaction's changes, and what they do to the counts."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._terms: Counter[str] = Counter()
        self._chunks = 0
        self._documents: dict[str, int] = {}

    def add(self, name: str, record: Record | None) -> None:
        """Add a chunk of the document `name`; None ends the document."""
        if record is None:
            self._database.execute(
                "update documents set digest = (select digest from wanted where name = ?1) where name = ?1", (name,)
            )
            return
        source, terms = record["source"], _terms(record["text"])
        number = self._database.execute(
            "insert into chunks (id, document, start_at, end_at, record) values (?, ?, ?, ?, ?)",
            (record["id"], self._document(name), source.get("start", 0), source.get("end", 0), _kept(record)),
        ).lastrowid
        self._database.execute("insert into words (rowid, terms) values (?, ?)", (number, " ".join(terms)))
        self._terms.update(terms)
        self._chunks += 1

    def _document(self, name: str) -> int:
        """The document's number. Until it has all its chunks its digest is empty, so that the next sync redoes it."""
        if name not in self._documents:
            self._database.execute("insert or ignore into documents (name, digest) values (?, '')", (name,))
            row = self._database.execute("select number from documents where name = ?", (name,)).fetchone()
            self._documents[name] = row[0]
        return self._documents[name]

    def remove(self, number: int, record: bytes) -> None:
        """Remove a chunk; FTS5 wants to be told what it held."""
        terms = _terms(orjson.loads(record)["text"])
        self._database.execute(
            "insert into words (words, rowid, terms) values ('delete', ?, ?)", (number, " ".join(terms))
        )
        self._database.execute("delete from chunks where number = ?", (number,))
        self._terms.subtract(terms)
        self._chunks -= 1

    def count(self) -> None:
        """Bring the counts of terms and chunks up to date."""
        self._database.executemany(
            "insert into terms values (?, ?) on conflict do update set chunks = chunks + excluded.chunks",
            sorted(self._terms.items()),
        )
        self._database.execute(
            "insert into state values ('chunks', ?) on conflict do update set value = value + excluded.value",
            (self._chunks,),
        )
        self._database.execute("insert or replace into state values ('edition', ?)", (secrets.token_hex(8),))


def _batches(items: Iterable[tuple[str, Record | None]]) -> Iterator[list[tuple[str, Record | None]]]:
    batch: list[tuple[str, Record | None]] = []
    for item in items:
        batch.append(item)
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _terms(text: str) -> list[str]:
    """Each term of a text once, in an order of its own."""
    return sorted(set(chunk_terms(text)))


def _kept(record: Record) -> bytes:
    return orjson.dumps({key: record[key] for key in _KEPT if key in record})


def _open(path: Path) -> sqlite3.Connection:
    if path.exists():
        with suppress(sqlite3.DatabaseError):
            return _with_tables(connect(path))
        for leftover in path.parent.glob(f"{path.name}*"):
            leftover.unlink()
    return _with_tables(connect(path))


def _with_tables(database: sqlite3.Connection) -> sqlite3.Connection:
    try:
        database.executescript(_SCHEMA)
        database.execute("insert or ignore into state values ('version', ?)", (_VERSION,))
        (version,) = database.execute("select value from state where name = 'version'").fetchone()
        if version != _VERSION:
            raise sqlite3.DatabaseError(f"version {version}")
    except BaseException:
        database.close()
        raise
    return database

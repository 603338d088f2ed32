"""An index of chunks by their words, in SQLite: kept up to date file by file, asked in bounded time.

Ranking is BM25 (Robertson and Zaragoza, 2009) by SQLite's FTS5. A question to the index holds only the rarest words of
a text, as many as occur in at most a few thousand chunks together, so that its cost does not grow with the corpus.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path

import orjson

from generation_functions.records import Record, stable_hash
from generation_functions.retrieval.terms import terms_of

_POSTINGS = 1_500  # chunks that the words of one question may occur in, taken together
_MOST_TERMS = 24
_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chunks (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, file TEXT NOT NULL, place TEXT NOT NULL, record BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS chunks_by_file ON chunks (file);
CREATE INDEX IF NOT EXISTS chunks_by_place ON chunks (place);
CREATE TABLE IF NOT EXISTS terms (term TEXT PRIMARY KEY, chunks INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (terms, tokenize = 'unicode61 remove_diacritics 0');
"""
# The best are found first, and only theirs is read from disk.
_NEAREST = """
SELECT best.rank, chunks.id, chunks.record
FROM (SELECT rowid AS number, rank FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?) AS best
JOIN chunks ON chunks.number = best.number
"""
_TIES = 8  # so many more are looked at, so that chunks of one rank come in the order of their ids


class LexicalIndex:
    """The index in the file `path`, made when it is not there. Close it after use.

    Chunks belong to groups (`sync`), and a question is answered from one group only.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000;")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM chunks").fetchone()[0])

    def sync(self, chunks: Iterable[Record], group: Callable[[Record], str] | None = None) -> int:
        """Make the index hold exactly `chunks`. Returns how many files were indexed anew.

        Args:
            chunks: Chunk records, those of one file one after the other.
            group: Gives the group of a chunk; without it all are in one.
        """
        known = dict(self._database.execute("SELECT name, digest FROM files"))
        changed = 0
        for file, records in groupby(chunks, key=lambda record: _file(record)):
            of_file = list(records)
            groups = [str(group(record)) if group else "" for record in of_file]
            digest = stable_hash([record["id"] for record in of_file], groups)
            if known.pop(file, None) != digest:
                self._replace(file, digest, zip(of_file, groups, strict=True))
                changed += 1
        for file in known:
            self._replace(file, "", ())
        return changed

    def _replace(self, file: str, digest: str, records: Iterable[tuple[Record, str]]) -> None:
        """One file's chunks, in one transaction: a kill leaves the old ones or the new ones."""
        database = self._database
        database.execute("BEGIN")
        try:
            counts: Counter[str] = Counter()
            for number, words in list(
                database.execute(
                    "SELECT number, words.terms FROM chunks JOIN words ON words.rowid = number WHERE file = ?", (file,)
                )
            ):
                counts.subtract(set(words.split(" ")))
                database.execute("DELETE FROM words WHERE rowid = ?", (number,))
            database.execute("DELETE FROM chunks WHERE file = ?", (file,))
            database.execute("DELETE FROM files WHERE name = ?", (file,))
            for record, group in records:
                self._add(file, record, group, counts)
            if digest:
                database.execute("INSERT INTO files VALUES (?, ?)", (file, digest))
            database.executemany(
                "INSERT INTO terms VALUES (?, ?) ON CONFLICT DO UPDATE SET chunks = chunks + excluded.chunks",
                counts.items(),
            )
            database.execute("COMMIT")
        except BaseException:
            database.execute("ROLLBACK")
            raise

    def _add(self, file: str, record: Record, group: str, counts: Counter[str]) -> None:
        terms = _terms(record["text"], group)
        kept = {key: record[key] for key in ("id", "text", "title", "source") if key in record}
        place = f"{group}\n{stable_hash(record['id'])}"
        number = self._database.execute(
            "INSERT INTO chunks (id, file, place, record) VALUES (?, ?, ?, ?)",
            (record["id"], file, place, orjson.dumps(kept)),
        ).lastrowid
        self._database.execute("INSERT INTO words (rowid, terms) VALUES (?, ?)", (number, " ".join(terms)))
        counts.update(set(terms))

    def related(self, record: Record, most: int, group: str = "") -> list[Record]:
        """The chunks of a group nearest to `record`, nearest first, itself excluded."""
        own = record.get("source", {}).get("chunk", record["id"])
        indexed = self._database.execute("SELECT 1 FROM chunks WHERE id = ?", (own,)).fetchone()
        # A word that only the chunk itself has leads to no other.
        terms = self._rarest(_terms(record["text"], group), least=2 if indexed else 1)
        if not terms or most <= 0:
            return []
        match = " OR ".join(f'"{term}"' for term in terms)
        rows = self._database.execute(_NEAREST, (match, most + 1 + _TIES))
        found = sorted((round(rank, 6), identity, kept) for rank, identity, kept in rows if identity != own)
        return [orjson.loads(kept) for _, _, kept in found[:most]]

    def _rarest(self, words: list[str], least: int) -> list[str]:
        terms = sorted(set(words))
        found: list[tuple[int, str]] = []
        for start in range(0, len(terms), 500):
            some = terms[start : start + 500]
            marks = ",".join("?" * len(some))
            query = f"SELECT chunks, term FROM terms WHERE term IN ({marks}) AND chunks >= {least}"
            found += self._database.execute(query, some)
        chosen: list[str] = []
        postings = 0
        for chunks, term in sorted(found):
            if len(chosen) == _MOST_TERMS or (chosen and postings + chunks > _POSTINGS):
                break
            postings += chunks
            chosen.append(term)
        return chosen

    def some(self, key: str, most: int, group: str = "", *, but: str = "") -> list[Record]:
        """`most` chunks of a group that depend on `key` only, without the chunk called `but`."""
        start = f"{group}\n{stable_hash(key, 'some')}"
        found = list(self._after(start, f"{group}\n~", most + 1))
        if len(found) <= most:
            found += self._after(f"{group}\n", start, most + 1 - len(found))
        return [record for record in found if record["id"] != but][:most]

    def _after(self, start: str, end: str, most: int) -> Iterator[Record]:
        query = "SELECT record FROM chunks WHERE place >= ? AND place < ? ORDER BY place LIMIT ?"
        with closing(self._database.execute(query, (start, end, most))) as rows:
            for (record,) in rows:
                yield orjson.loads(record)


def _file(record: Record) -> str:
    return str(record["source"]["file"])


def _terms(text: str, group: str) -> list[str]:
    """The terms of a text in a group: groups share none, so that one is never searched with another."""
    terms = terms_of(text)
    if not group:
        return terms
    mark = stable_hash(group)[:8]
    return [term + mark for term in terms]

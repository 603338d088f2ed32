"""Choosing chunks for a record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from generation_functions.records import Record, child
from generation_functions.retrieval.chunk_index import ChunkIndex
from generation_functions.retrieval.neighbours import nearest, random_chunks
from tests.support.small_corpus import TEXTS, chunk, chunks


@pytest.fixture
def index(tmp_path: Path) -> Iterator[ChunkIndex]:
    with closing(ChunkIndex(tmp_path / "chunks.sqlite")) as opened:
        opened.sync(chunks())
        yield opened


def ids(records: list[Record]) -> list[str]:
    return [record["id"] for record in records]


@pytest.mark.parametrize("other_documents", [True, False])
def test_a_record_never_gets_its_own_chunk_not_even_one_derived_from_it(
    index: ChunkIndex, other_documents: bool
) -> None:
    for record in chunks():
        question = child(record, "question", question="What?")
        for choose in (nearest, random_chunks):
            assert record["id"] not in ids(choose(index, question, 6, other_documents=other_documents))


def test_other_documents_come_first_and_the_same_one_fills_up(index: ChunkIndex) -> None:
    record = chunk("mill.txt", TEXTS["mill.txt"][1], 99)
    files = [found["source"]["file"] for found in nearest(index, record, 6)]
    assert files[0] == "schooners.txt"
    assert files.index("mill.txt") == len(files) - 1
    same = nearest(index, chunk("looms.txt", "the treadle bearings of every loom", 200), 1, other_documents=False)
    assert same[0]["source"]["file"] == "looms.txt"


def test_the_same_document_serves_where_there_is_no_other(tmp_path: Path) -> None:
    made = chunks({"one.txt": ["the loom has two beams", "beams of oak", "two beams carry the loom"]})
    with closing(ChunkIndex(tmp_path / "one.sqlite")) as index:
        index.sync(made)
        assert ids(nearest(index, made[0], 2)) == [made[2]["id"], made[1]["id"]]


def test_chunks_that_overlap_the_records_own_are_left_out(tmp_path: Path) -> None:
    first, second, third = (chunk("a.txt", f"the loom and its beams {start}", start) for start in (0, 10, 40))
    with closing(ChunkIndex(tmp_path / "a.sqlite")) as index:
        index.sync([first, second, third])
        for choose in (nearest, random_chunks):
            assert ids(choose(index, first, 5)) == [third["id"]]


def test_a_record_of_several_chunks_gets_none_of_them(index: ChunkIndex) -> None:
    one, other = chunks()[2], chunks()[5]
    joined = {**one, "sources": [one["source"], other["source"]]}
    assert not {one["id"], other["id"]} & {*ids(nearest(index, joined, 6)), *ids(random_chunks(index, joined, 6))}


def test_random_chunks_depend_on_the_record_alone_and_differ_between_records(tmp_path: Path) -> None:
    made = chunks({f"{n}.txt": [f"text {n}"] for n in range(50)})
    with closing(ChunkIndex(tmp_path / "one.sqlite")) as one, closing(ChunkIndex(tmp_path / "two.sqlite")) as two:
        one.sync(made)
        two.sync(made[25:])
        two.sync(made)
        chosen = [ids(random_chunks(one, record, 3)) for record in made]
        assert chosen == [ids(random_chunks(two, record, 3)) for record in made]
    assert all(len(set(three)) == 3 for three in chosen)
    assert len({chunk_id for three in chosen for chunk_id in three}) > 35


def test_random_chunks_are_of_other_documents_while_there_are_any(tmp_path: Path) -> None:
    made = chunks({"long.txt": [f"long {n}" for n in range(20)], "short.txt": ["short one", "short two"]})
    with closing(ChunkIndex(tmp_path / "a.sqlite")) as index:
        index.sync(made)
        files = [found["source"]["file"] for found in random_chunks(index, made[0], 3)]
        assert files == ["short.txt", "short.txt", "long.txt"]
        assert len(random_chunks(index, made[0], 40)) == 21

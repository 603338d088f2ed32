"""The lexical index: in step with the chunks, whatever happens."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation_functions.errors import StorageError
from generation_functions.records import Record
from generation_functions.retrieval.chunk_index import ChunkIndex, Synced
from tests.conftest import PROJECT
from tests.support.small_corpus import TEXTS, chunk, chunks
from tests.support.small_disk import files_no_larger_than


@pytest.fixture
def index(tmp_path: Path) -> Iterator[ChunkIndex]:
    with closing(ChunkIndex(tmp_path / "chunks.sqlite")) as opened:
        yield opened


def texts(index: ChunkIndex, question: str) -> list[str]:
    return [index.record(place.number)["text"] for place in index.ranked(question)]


def content(path: Path) -> tuple[list[object], list[object]]:
    """What an index holds, whatever the order in which it came in."""
    with closing(sqlite3.connect(path)) as database:
        held = database.execute("select id, name, record from chunks join documents on document = documents.number")
        return sorted(held), sorted(database.execute("select * from terms where chunks != 0"))


def built(path: Path, records: Iterable[Record]) -> tuple[list[object], list[object]]:
    with closing(ChunkIndex(path)) as index:
        index.sync(list(records))
    return content(path)


def test_the_chunk_that_shares_most_telling_words_comes_first_and_is_given_back_whole(index: ChunkIndex) -> None:
    index.sync(chunks())
    first = next(index.ranked("Which mill has rye flour for the baker?"))
    assert index.record(first.number) == chunk("mill.txt", TEXTS["mill.txt"][1], len(TEXTS["mill.txt"][0]))


def test_texts_without_a_word_that_two_chunks_share_find_nothing(index: ChunkIndex) -> None:
    index.sync(chunks())
    assert texts(index, "basalt schooners") == []  # basalt stands in one chunk only
    assert texts(index, "") == texts(index, "quux") == []


def test_rare_words_weigh_more_than_common_ones(index: ChunkIndex) -> None:
    common = [f"the island has harbour number {number}" for number in range(20)]
    index.sync(chunks({"a.txt": [*common, "a prism turns"], "b.txt": ["the prism of the island", "no word"]}))
    assert texts(index, "the island has a prism")[:2] == ["the prism of the island", "a prism turns"]


def test_an_identical_second_sync_changes_nothing(index: ChunkIndex) -> None:
    assert index.sync(chunks()) == Synced(added=6, removed=0, files=3)
    edition = index.edition
    assert index.sync(chunks()) == Synced(added=0, removed=0, files=0)
    assert (index.edition, len(index)) == (edition, 6)


def test_an_edit_indexes_one_file_anew_and_a_file_that_is_gone_is_found_no_more(tmp_path: Path) -> None:
    path = tmp_path / "chunks.sqlite"
    edited = {**TEXTS, "mill.txt": ["The Harrow mill is a museum now.", "It has a crew of two.", "Entry is free."]}
    del edited["looms.txt"]
    with closing(ChunkIndex(path)) as index:
        index.sync(chunks())
        assert index.sync(chunks(edited)) == Synced(added=3, removed=4, files=2)
        assert len(index) == 5
        everything = " ".join(text for pieces in TEXTS.values() for text in pieces)
        assert not any("loom" in text or "basalt" in text for text in texts(index, everything))
        assert "It has a crew of two." in texts(index, "crew")
    assert content(path) == built(tmp_path / "fresh.sqlite", chunks(edited))


def test_text_that_moved_within_its_file_is_found_at_its_new_place(index: ChunkIndex) -> None:
    index.sync([chunk("a.txt", "one loom", 0), chunk("b.txt", "two loom", 0)])
    assert index.sync([chunk("a.txt", "one loom", 70), chunk("b.txt", "two loom", 0)]).files == 1
    assert sorted(place.start for place in index.ranked("loom")) == [0, 70]


def test_the_order_of_indexing_makes_no_difference(tmp_path: Path) -> None:
    made = chunks({f"{n:02}.txt": [f"the loom of Harrow {n % 3}", "the loom of Harrow"] for n in range(60)})
    files = [made[start : start + 2] for start in range(0, len(made), 2)]
    found = []
    for seed in range(3):
        random.Random(seed).shuffle(files)
        with closing(ChunkIndex(tmp_path / f"{seed}.sqlite")) as index:
            for part in (files[: seed * 10], files):
                index.sync([record for file in part for record in file])
            found.append([place.id for place in index.ranked("the loom of Harrow 1")])
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 120


LONG = {f"{n}.txt": [f"chunk {m} of file {n}" for m in range(600)] for n in range(4)}


def killed_while_indexing(path: Path) -> None:
    """Index LONG in a process that is killed after its second batch."""
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from generation_functions.retrieval.chunk_index import ChunkIndex\n"
        "from tests.generation_functions.retrieval.test_chunk_index import LONG, chunks\n"
        "kill = lambda done: os.kill(os.getpid(), signal.SIGKILL) if done > 1000 else None\n"
        "ChunkIndex(Path(sys.argv[1])).sync(chunks(LONG), kill)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], cwd=PROJECT, check=False)
    assert done.returncode == -signal.SIGKILL


def test_an_index_whose_making_was_killed_is_completed_by_the_next_sync(tmp_path: Path) -> None:
    path, made = tmp_path / "chunks.sqlite", chunks(LONG)
    killed_while_indexing(path)
    with closing(ChunkIndex(path)) as index:
        assert 0 < len(index) < len(made)
        changes = index.sync(made)
        assert 0 < changes.added < len(made)  # files that were complete stay
        assert 0 < changes.removed < 600  # of the one that was not
        assert len(index) == len(made)
    assert content(path) == built(tmp_path / "fresh.sqlite", made)


def test_a_sync_that_is_stopped_between_batches_keeps_what_it_did(index: ChunkIndex) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        index.sync(chunks(LONG), stop)
    assert 0 < len(index) < 2_400
    assert index.sync(chunks(LONG)).added < 2_400
    assert len(index) == 2_400


def test_a_full_disk_is_named_and_the_next_sync_goes_on(index: ChunkIndex) -> None:
    with (
        files_no_larger_than(100_000),
        pytest.raises(StorageError, match=r"chunks\.sqlite cannot be written.*Make space"),
    ):
        index.sync(chunks(LONG))
    assert index.sync(chunks(LONG)).added > 0
    assert len(index) == 2_400


def test_a_damaged_index_and_one_of_another_version_are_built_anew(tmp_path: Path) -> None:
    path = tmp_path / "chunks.sqlite"
    path.write_bytes(b"this is no database at all, " * 40)
    assert built(path, chunks()) == built(tmp_path / "fresh.sqlite", chunks())
    with closing(sqlite3.connect(path)) as database:
        database.execute("update state set value = 'older' where name = 'version'")
        database.commit()
    with closing(ChunkIndex(path)) as index:
        assert len(index) == 0


def test_files_of_one_name_in_two_corpora_are_two(index: ChunkIndex) -> None:
    one, other = chunk("a.txt", "north loom"), chunk("a.txt", "south loom")
    one["source"]["corpus"], other["source"]["corpus"] = "north", "south"
    index.sync([one, other])
    assert {place.document for place in index.ranked("loom")} == {"north\na.txt", "south\na.txt"}


def test_scripts_without_spaces_are_found(index: ChunkIndex) -> None:
    index.sync(
        chunks({"a.txt": ["灯台守は霧笛を鳴らす。", "島には蜜蜂がいる。"], "b.txt": ["霧笛の音は遠くまで届く。", "人"]})
    )
    assert sorted(texts(index, "霧笛はどこまで聞こえるか")) == ["灯台守は霧笛を鳴らす。", "霧笛の音は遠くまで届く。"]


def test_a_question_reads_a_bounded_number_of_postings_however_many_chunks_there_are(index: ChunkIndex) -> None:
    index.sync(chunks({f"{n}.txt": [f"the loom of Harrow is number {m}" for m in range(100)] for n in range(40)}))
    assert len(list(index.ranked("the loom of Harrow is number 7"))) <= 1_000


_WORDS = st.sampled_from(["loom", "mill", "rye", "mast", "crew", "oil", "霧笛", "c_1", "Ä", "the"])
_FILES = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d"]), st.lists(st.lists(_WORDS, min_size=1).map(" ".join), max_size=3, unique=True)
)


@given(st.lists(_FILES, min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_after_any_edits_the_index_is_what_a_fresh_one_would_be(
    tmp_path_factory: pytest.TempPathFactory, editions: list[dict[str, list[str]]]
) -> None:
    folder = tmp_path_factory.mktemp("index")
    for edition in editions:
        kept = built(folder / "kept.sqlite", chunks(edition))
    assert kept == built(folder / "fresh.sqlite", chunks(editions[-1]))

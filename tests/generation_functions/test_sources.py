"""Documents become chunk records; what was read, skipped and left out is counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation_functions.errors import EmptyStageError
from generation_functions.records import Record, record_id
from generation_functions.sources import Chunks, Cut, Sources, take_sample

TEXTS = {
    "harbour.txt": "Ships unload timber and salted fish at the old harbour every morning before the bells ring.\n",
    "hills/mountain.txt": "Nobody climbed the northern wall of that mountain before the war, and few tried after.\n",
    "desert.md": "# Desert\n\nRain falls once in ten years, and then all the seeds in the ground wake up together.\n",
}


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        path = tmp_path / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "documents"


def read(folder: Path, documents: Path, **options: Any) -> tuple[Sources, Chunks, list[str]]:
    notes: list[str] = []
    sources = Sources(folder / "cache", notes.append)
    cut = Cut(documents, **{"chunk_size": 50, **options})
    return sources, sources.chunks(cut, folder / "chunks.jsonl"), notes


def balanced(chunks: Chunks) -> bool:
    steps = chunks.stage["steps"]
    inside = all(one["in"] == one["kept"] + sum(one["dropped"].values()) + sum(one["failed"].values()) for one in steps)
    return inside and steps[-1]["made"] == chunks.stage["records_out"]


def test_each_record_knows_where_it_came_from(tmp_path: Path, documents: Path) -> None:
    sources, chunks, _ = read(tmp_path, documents)
    found = {one["source"]["file"]: one for one in chunks.records}
    assert set(found) == set(TEXTS)
    for one in found.values():
        span = one["source"]
        assert one["text"] == (documents / span["file"]).read_text()[span["start"] : span["end"]]
        assert span["chunk"] == one["id"]
    assert sorted(one["file"] for one in sources.read) == sorted(TEXTS)
    assert all(one["chunks"] == 1 and one["tokens"] > 10 and len(one["sha256"]) == 64 for one in sources.read)
    assert balanced(chunks)


def test_a_broken_file_is_named_skipped_and_counted_and_the_rest_is_read(tmp_path: Path, documents: Path) -> None:
    (documents / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing that a reader could use")
    sources, chunks, notes = read(tmp_path, documents)
    assert len(chunks.records) == 3
    (skipped,) = sources.skipped
    assert skipped["file"] == "broken.pdf"
    assert notes == [f"skipped broken.pdf: {skipped['reason']}"]
    assert chunks.stage["steps"][0]["failed"] == {skipped["reason"]: 1}
    assert balanced(chunks)


def test_near_duplicates_are_dropped_with_a_reason_unless_that_is_switched_off(tmp_path: Path, documents: Path) -> None:
    (documents / "z copy.txt").write_text(TEXTS["harbour.txt"].replace("bells", "Bells"))
    _, chunks, _ = read(tmp_path, documents)
    assert "z copy.txt" not in [one["source"]["file"] for one in chunks.records]
    assert chunks.stage["steps"][1]["dropped"] == {"near-duplicate of an earlier chunk": 1}
    assert balanced(chunks)
    _, chunks, _ = read(tmp_path, documents, drop_near_duplicates=False)
    assert len(chunks.records) == 4
    assert [step["name"] for step in chunks.stage["steps"]] == ["read documents"]


def test_a_limit_takes_chunks_whose_choice_does_not_depend_on_the_others(tmp_path: Path, documents: Path) -> None:
    chosen = [[one["id"] for one in read(tmp_path, documents, limit=limit)[1].records] for limit in (1, 2, 3, 9)]
    assert [len(one) for one in chosen] == [1, 2, 3, 3]
    assert set(chosen[0]) < set(chosen[1]) < set(chosen[2])
    _, chunks, _ = read(tmp_path, documents, limit=2)
    assert chunks.stage["steps"][-1]["dropped"] == {"over the limit of 2": 1}
    assert balanced(chunks)


def test_the_digest_changes_with_what_comes_out_and_with_nothing_else(tmp_path: Path, documents: Path) -> None:
    first = read(tmp_path, documents)[1].digest
    assert read(tmp_path / "elsewhere", documents)[1].digest == first
    assert read(tmp_path, documents, chunk_size=8)[1].digest != first
    assert read(tmp_path, documents, limit=1)[1].digest != first
    (documents / "harbour.txt").write_text("Something else altogether is written here now, about a lighthouse.")
    assert read(tmp_path, documents)[1].digest != first


def test_nothing_to_read_says_which_files_were_skipped(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    with pytest.raises(EmptyStageError, match="no text was found"):
        read(tmp_path, tmp_path / "documents")
    (tmp_path / "documents" / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    with pytest.raises(EmptyStageError, match=r"broken\.pdf: "):
        read(tmp_path, tmp_path / "documents")


@given(st.integers(0, 30), st.integers(1, 12), st.integers(0, 5))
def test_a_sample_is_in_order_and_a_larger_one_contains_it(count: int, size: int, more: int) -> None:
    records: list[Record] = [{"id": record_id(number)} for number in range(count)]
    chosen, total = take_sample(iter(records), size)
    larger, _ = take_sample(iter(records), size + more)
    assert total == count
    assert len(chosen) == min(size, count)
    assert chosen == [one for one in records if one in chosen]
    assert all(one in larger for one in chosen)
    assert take_sample(records[::-1], size)[0] == chosen[::-1], "the choice depends on the position"


def test_the_same_cut_is_made_once_and_another_one_anew(tmp_path: Path, documents: Path) -> None:
    sources, chunks, _ = read(tmp_path, documents)
    assert sources.known(Cut(documents, 50)) is chunks
    assert sources.known(Cut(documents, 50, corpus="another")) is None
    assert sources.known(Cut(documents, 40)) is None


def test_documents_of_two_corpora_are_told_apart(tmp_path: Path, documents: Path) -> None:
    sources, chunks, _ = read(tmp_path, documents, corpus="ours")
    sources.chunks(Cut(documents, 50, corpus="theirs"), tmp_path / "theirs.jsonl")
    assert {one["source"]["corpus"] for one in chunks.records} == {"ours"}
    assert len(sources.read) == 2 * len(TEXTS)
    assert {one["file"].split("/")[0] for one in sources.read} == {"ours", "theirs"}

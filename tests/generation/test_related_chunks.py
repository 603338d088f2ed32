"""Related chunks in a run: the right ones, held-out ones apart, kept from run to run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generation.core_components.related_chunks import related_chunks, require_distractors
from generation_functions import Model, Record, Run, UsageError
from generation_functions.datasets.holdout import is_held_out
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support.processes import logged_keys
from tests.support.small_corpus import TEXTS


def documents(folder: Path, texts: dict[str, list[str]] = TEXTS) -> Path:
    folder.mkdir(exist_ok=True)
    for name, pieces in texts.items():
        (folder / name).write_text("\n\n".join(pieces))
    return folder


def many(folder: Path, count: int = 60) -> Path:
    words = ("loom", "beam", "linen", "treadle", "heddle", "warp", "weft", "shuttle")
    return documents(
        folder,
        {
            f"{n:02}.txt": [f"The {words[n % 8]} of hall {n} has a {words[n // 8]} beside it, and {n * 37} threads."]
            for n in range(count)
        },
    )


def relate(folder: Path, documents: Path, neighbours: int = 3, **options: Any) -> list[Record]:
    limit = options.pop("limit", None)
    with Run(folder) as run:
        chunks = run.chunks(documents, chunk_size=16, limit=limit)
        step = related_chunks(run, chunks, neighbours=neighbours, **options)
        return list(run.map(chunks, step, name="related"))


def test_each_record_gets_related_chunks_of_other_documents_and_never_its_own(tmp_path: Path) -> None:
    records = relate(tmp_path / "run", documents(tmp_path / "in"))
    by_text = {record["text"].strip(): record for record in records}
    bread = by_text["Bread for the crew is baked of rye flour from Harrow."]
    assert bread["related"][0]["source"]["file"] == "mill.txt"
    assert set(bread["related"][0]) == {"id", "text", "title", "source"}
    for record in records:
        assert record["source"]["chunk"] not in [other["id"] for other in record["related"]]


@pytest.mark.parametrize("kind", ["near", "random"])
def test_held_out_chunks_and_the_others_are_never_related_to_each_other(tmp_path: Path, kind: str) -> None:
    records = relate(tmp_path / "run", many(tmp_path / "in"), holdout=0.3, kind=kind)
    held_out = [is_held_out(record["id"], 0.3) for record in records]
    assert 8 < sum(held_out) < 30
    for record, is_out in zip(records, held_out, strict=True):
        assert record["related"]
        assert all(is_held_out(other["id"], 0.3) == is_out for other in record["related"])


def test_only_the_chunks_that_the_limit_leaves_are_related(tmp_path: Path) -> None:
    records = relate(tmp_path / "run", many(tmp_path / "in"), limit=20, neighbours=30, kind="random")
    chosen = {record["id"] for record in records}
    assert {other["id"] for record in records for other in record["related"]} == chosen
    assert all(len(record["related"]) == 19 for record in records)


@pytest.mark.parametrize("kind", ["near", "random"])
def test_two_runs_choose_the_same_chunks(tmp_path: Path, kind: str) -> None:
    source = many(tmp_path / "in")
    (late := source / "00.txt").rename(tmp_path / "late.txt")
    relate(tmp_path / "one", source, kind=kind)
    (tmp_path / "late.txt").rename(late)  # indexed last in the one, first in the other
    one, two = (relate(tmp_path / name, source, kind=kind) for name in ("one", "two"))
    assert one == two


def test_an_edit_indexes_one_file_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    source = documents(tmp_path / "in")
    caplog.set_level("INFO", logger="augmentoolkit")
    relate(tmp_path / "run", source)
    assert "3 file(s) indexed anew or removed, 6 chunks" in caplog.text
    caplog.clear()
    relate(tmp_path / "run", source)
    assert "indexed anew" not in caplog.text
    (source / "mill.txt").write_text("The Harrow mill burned down in 1902, and nobody baked rye bread any more.")
    records = relate(tmp_path / "run", source)
    assert "1 file(s) indexed anew or removed" in caplog.text
    assert not any("basalt" in other["text"] for record in records for other in record["related"])


def test_parts_that_share_chunks_share_the_index_and_no_two_corpora_do(tmp_path: Path) -> None:
    north, south = documents(tmp_path / "north"), documents(tmp_path / "south")
    with Run(tmp_path / "run") as run:
        for name, corpus, folder in (("a", "n", north), ("b", "n", north), ("c", "s", south)):
            part = run.part(name, corpus=corpus)
            chunks = part.chunks(folder, chunk_size=16)
            found = part.map(chunks, related_chunks(part, chunks, neighbours=6), name="related")
            corpora = {other["source"]["corpus"] for record in found for other in record["related"]}
            assert corpora == {corpus}
    assert len(list((tmp_path / "run/retrieval").glob("*.sqlite"))) == 2


def test_vectors_help_and_are_paid_for_once(tmp_path: Path) -> None:
    texts = {
        "asked.txt": ["Keepers polish lanterns nightly."],
        "meaning.txt": ["The keeper's lantern, polished every night, shines."],
        "word.txt": ["Nightly trains run to town.", "Of nightly trains nobody speaks."],
    }
    source = documents(tmp_path / "in", texts)
    with FakeEndpoint() as endpoint:
        model = Model(name="fake", base_url=endpoint.url)
        for _ in range(2):
            records = relate(tmp_path / "run", source, neighbours=2, embedding_model=model)
        assert endpoint.stats()["answered"] == 1
    assert len(logged_keys(tmp_path / "run")) == 1
    asked = next(record for record in records if record["source"]["file"] == "asked.txt")
    assert "meaning.txt" in [other["source"]["file"] for other in asked["related"]]
    assert records != relate(tmp_path / "words", source, neighbours=2)


def test_a_sample_relates_by_words_and_pays_for_no_vectors(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        with Run(tmp_path / "run", sample=2, work="sample") as run:
            chunks = run.chunks(documents(tmp_path / "in"), chunk_size=16)
            model = Model(name="fake", base_url=endpoint.url)
            step = related_chunks(run, chunks, neighbours=3, embedding_model=model)
            assert len(run.map(chunks, step, name="related")) == 2
        assert endpoint.stats()["received"] == 0


def test_a_corpus_too_small_for_distractors_is_refused_with_the_next_step(tmp_path: Path) -> None:
    source = documents(tmp_path / "in", {"one.txt": ["A single short text."]})
    with Run(tmp_path / "run") as run:
        chunks = run.chunks(source, chunk_size=100)
        with pytest.raises(UsageError, match=r"there is 1\. Add documents to input_dir, make chunk_size smaller"):
            require_distractors(chunks)
        more = run.chunks(documents(source), chunk_size=16)
        require_distractors(more)
        with pytest.raises(UsageError, match=r"there is 0, 7 being held out\..*lower holdout"):
            require_distractors(more, holdout=1.0)

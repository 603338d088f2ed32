"""The index of related texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generation_functions import Record, record_id
from generation_functions.retrieval import LexicalIndex
from generation_functions.retrieval.terms import terms_of

TEXTS = {
    "loom.txt": ["The Harrow loom weaves linen cloth on two beams.", "Oil the treadle bearings of the loom monthly."],
    "mill.txt": ["The Harrow mill grinds rye between two stones.", "Rye flour from the mill goes to the bakery."],
    "ships.txt": ["A schooner carries two masts and a crew of nine.", "The crew of the schooner eats rye bread."],
}


def chunk(file: str, text: str) -> Record:
    identity = record_id(file, text)
    return {"id": identity, "text": text, "title": file, "source": {"file": file, "chunk": identity}}


def chunks(texts: dict[str, list[str]] = TEXTS) -> list[Record]:
    return [chunk(file, text) for file, pieces in sorted(texts.items()) for text in pieces]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LexicalIndex]:
    opened = LexicalIndex(tmp_path / "words.sqlite")
    yield opened
    opened.close()


def nearest(index: LexicalIndex, text: str, most: int = 1, group: str = "") -> list[str]:
    return [record["text"] for record in index.related(chunk("asked.txt", text), most, group)]


def test_the_text_that_shares_rare_words_is_found_first_and_given_whole(index: LexicalIndex) -> None:
    assert index.sync(chunks()) == 3
    (found,) = index.related(chunk("asked.txt", "How are the treadle bearings of a loom oiled?"), 1)
    assert found == chunk("loom.txt", TEXTS["loom.txt"][1])


def test_a_chunk_is_never_related_to_itself(index: LexicalIndex) -> None:
    index.sync(chunks())
    for record in chunks():
        assert record["id"] not in [other["id"] for other in index.related(record, 10)]


def test_an_edit_indexes_one_file_anew_and_nothing_else(index: LexicalIndex) -> None:
    index.sync(chunks())
    assert index.sync(chunks()) == 0
    edited = {**TEXTS, "mill.txt": ["The mill was turned into a bakery with a brick oven and seven trays of schooner."]}
    assert index.sync(chunks(edited)) == 1
    assert len(index) == 5
    assert nearest(index, "seven trays of the schooner") == edited["mill.txt"]
    assert all("rye between" not in text for text in nearest(index, "rye between stones", 9))


def test_a_file_that_is_gone_is_found_no_more(index: LexicalIndex) -> None:
    index.sync(chunks())
    rest = {name: texts for name, texts in TEXTS.items() if name != "ships.txt"}
    assert index.sync(chunks(rest)) == 0
    assert len(index) == 4
    assert not [text for text in nearest(index, "schooner crew masts rye", 9) if "schooner" in text]


def test_groups_never_see_each_other(index: LexicalIndex) -> None:
    index.sync(chunks(), lambda record: "held out" if record["source"]["file"] == "mill.txt" else "")
    assert nearest(index, "Harrow mill rye two", 9, "held out") == TEXTS["mill.txt"][:1] + TEXTS["mill.txt"][1:]
    assert not [text for text in nearest(index, "Harrow mill rye two", 9) if "mill" in text]
    assert {record["source"]["file"] for record in index.some("key", 9, "held out")} == {"mill.txt"}
    assert "mill.txt" not in {record["source"]["file"] for record in index.some("key", 9)}


def test_what_is_found_does_not_depend_on_the_order_of_indexing(tmp_path: Path) -> None:
    found = []
    for number, order in enumerate((chunks(), chunks()[::-1])):
        index = LexicalIndex(tmp_path / f"{number}.sqlite")
        index.sync(order)
        found.append([[other["id"] for other in index.related(record, 5)] for record in chunks()])
        found[-1].append([record["id"] for record in index.some("a key", 3)])
        index.close()
    assert found[0] == found[1]


def test_a_kill_in_the_middle_leaves_an_index_that_the_next_one_completes(tmp_path: Path) -> None:
    class KilledError(BaseException):
        pass

    def half() -> Iterator[Record]:
        yield from chunks()[:3]
        raise KilledError

    index = LexicalIndex(tmp_path / "words.sqlite")
    with pytest.raises(KilledError):
        index.sync(half())
    index.close()
    index = LexicalIndex(tmp_path / "words.sqlite")
    assert len(index) == 2
    assert index.sync(chunks()) == 2
    assert len(index) == 6
    assert nearest(index, "the crew eats rye bread") == [TEXTS["ships.txt"][1]]
    index.close()


def test_any_chunks_depend_on_the_key_and_leave_one_out(index: LexicalIndex) -> None:
    index.sync(chunks())
    everything = {record["id"] for record in chunks()}
    assert {record["id"] for record in index.some("key", 9)} == everything
    first = index.some("key", 2)
    assert first == index.some("key", 2)
    assert len({record["id"] for key in range(30) for record in index.some(str(key), 1)}) > 3
    assert first[0]["id"] not in [record["id"] for record in index.some("key", 9, but=first[0]["id"])]


def test_texts_without_a_common_word_are_not_related(index: LexicalIndex) -> None:
    index.sync(chunks())
    assert nearest(index, "Quantum chromodynamics", 5) == []
    assert nearest(index, "", 5) == []
    assert nearest(index, '" OR "*', 5) == []


def test_scripts_without_spaces_are_found_by_pairs_of_characters(index: LexicalIndex) -> None:
    texts = {
        "a.txt": ["東京の灯台は古い。", "灯台は千八百年に建てられた。"],
        "b.txt": ["パンは朝に焼く。", "朝のパン屋。"],
    }
    index.sync(chunks(texts))
    assert nearest(index, "灯台はいつ建てられたか") == [texts["a.txt"][1]]
    assert terms_of("灯台 Tower") == ["灯台", "tower"]

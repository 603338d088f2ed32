"""Rows collected on disk before they are mixed."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from generation_functions.datasets.collected import CollectedRows, RowCollector


def collect(path: Path, texts: list[str]) -> CollectedRows:
    with RowCollector(path) as collector:
        for number, text in enumerate(texts):
            source = {"file": "a.txt", "chunk": str(number)}
            collector.add({"text": text}, identity=f"id {number}", tokens=len(text), sources=[source], calls=["k"])
        return collector.finish()


def test_rows_come_back_in_order_with_what_they_rest_on(tmp_path: Path) -> None:
    rows = collect(tmp_path / "rows.jsonl", ["one", "zwei\nzeilen", "trois"])
    assert len(rows) == 3
    assert [line["row"]["text"] for line in rows] == ["one", "zwei\nzeilen", "trois"]
    assert [line["row"]["text"] for line in rows] == ["one", "zwei\nzeilen", "trois"], "as often as you like"
    assert rows.read(1) == {
        "id": "id 1",
        "row": {"text": "zwei\nzeilen"},
        "tokens": 11,
        "sources": [{"file": "a.txt", "chunk": "1"}],
        "calls": ["k"],
    }
    assert list(rows.tokens) == [3, 11, 5]
    assert rows.total_tokens == 19


def test_no_rows_are_a_collection_too(tmp_path: Path) -> None:
    rows = collect(tmp_path / "folder" / "rows.jsonl", [])
    assert (len(rows), list(rows), rows.total_tokens) == (0, [], 0)


@given(st.lists(st.text(max_size=12), max_size=12), st.lists(st.integers(0, 11), max_size=20))
def test_any_rows_can_be_picked_in_any_order(texts: list[str], numbers: list[int]) -> None:
    import tempfile

    wanted = [number for number in numbers if number < len(texts)]
    with tempfile.TemporaryDirectory() as folder:
        rows = collect(Path(folder) / "rows.jsonl", [text.encode("utf-8", "ignore").decode() for text in texts])
        expected = [rows.read(number)["id"] for number in wanted]
        assert [line["id"] for line in rows.pick(wanted)] == expected == [f"id {number}" for number in wanted]
        some = rows.only(wanted)
        assert [line["id"] for line in some] == expected
        assert list(some.tokens) == [rows.tokens[number] for number in wanted]
        assert [some.keys[place] for place in range(len(some))] == [rows.keys[number] for number in wanted]
        with some.reader() as read:
            assert [read(place)["id"] for place in range(len(some))] == expected

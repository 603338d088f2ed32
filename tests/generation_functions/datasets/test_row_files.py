"""Rows are read from any file that holds some; what is broken is named and skipped."""

from __future__ import annotations

import gzip
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation_functions.datasets.row_files import hub_name, read_rows, row_files
from generation_functions.errors import UsageError

CHAT = {"messages": [{"role": "user", "content": "Two and two?"}, {"role": "assistant", "content": "Four."}]}
SHAREGPT = {"conversations": [{"from": "human", "value": "Two and two?"}, {"from": "gpt", "value": "Four."}]}
ALPACA = {"instruction": "Add.", "input": "two and two", "output": "Four."}
TEXT = {"text": "Two and two is four."}
SEGMENTS = {"segments": [{"label": False, "text": "Two and two?"}, {"label": True, "text": "Four."}]}
EVERY_FORMAT: list[dict[str, Any]] = [CHAT, SHAREGPT, ALPACA, TEXT, SEGMENTS]
Skipped = list[tuple[str, int, str]]


def read(source: Path | str, **options: Any) -> tuple[list[dict[str, Any]], Skipped]:
    skipped: Skipped = []
    rows = read_rows(str(source), on_skip=lambda *what: skipped.append(what), **options)
    return [row for row, _ in rows], skipped


def json_lines(rows: list[Any]) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def write_parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    from arro3.io import infer_json_schema, read_json
    from arro3.io import write_parquet as write

    lines = path.with_suffix(".lines")
    lines.write_bytes(json_lines(rows))
    write(read_json(lines, infer_json_schema(lines)), path)


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.ndjson", "rows.jsonl.gz", "rows.json", "lines.json"])
def test_every_format_is_read_from_json(tmp_path: Path, name: str) -> None:
    data = orjson.dumps(EVERY_FORMAT) if name == "rows.json" else json_lines(EVERY_FORMAT)
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert read(tmp_path / name) == (EVERY_FORMAT, [])


def test_rows_are_read_from_parquet_whose_empty_columns_do_not_matter(tmp_path: Path) -> None:
    write_parquet(tmp_path / "rows.parquet", [CHAT, TEXT, {}])
    rows, skipped = read(tmp_path / "rows.parquet")
    assert rows == [CHAT, TEXT]
    assert [number for _, number, _ in skipped] == [3]


def test_rows_inside_an_object_are_found(tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_bytes(orjson.dumps({"version": "1", "data": [CHAT, TEXT]}))
    assert read(tmp_path / "rows.json") == ([CHAT, TEXT], [])
    (tmp_path / "rows.json").write_bytes(orjson.dumps(CHAT, option=orjson.OPT_INDENT_2))
    assert read(tmp_path / "rows.json") == ([CHAT], [])


def test_each_row_says_where_it_is_from(tmp_path: Path) -> None:
    data = b"\n" + json_lines([CHAT, TEXT])
    (tmp_path / "rows.jsonl").write_bytes(data)
    (tmp_path / "LICENSE").write_text("SPDX-License-Identifier: CC0-1.0\n")
    source = str(tmp_path / "rows.jsonl")
    origins = [origin for _, origin in read_rows(source, on_skip=lambda *what: None)]
    digest = sha256(data).hexdigest()
    assert origins == [{"file": source, "sha256": digest, "licence": "CC0-1.0", "row": number} for number in (2, 3)]


def test_a_folder_is_read_file_by_file_in_order_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a/z.json", "a/.cache/y.jsonl", ".x.jsonl", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(orjson.dumps({"text": name}))
    assert [path.name for path in row_files(tmp_path)] == ["z.json", "b.jsonl"]
    files = [origin["file"] for _, origin in read_rows(str(tmp_path), on_skip=lambda *what: None)]
    assert files == [f"{tmp_path}/a/z.json", f"{tmp_path}/b.jsonl"]


def test_a_broken_row_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    broken: list[Any] = [{"text": " "}, 5, {"question": "?"}, {"messages": "Hello"}, {"messages": [None]}, [CHAT]]
    data = json_lines([CHAT, *broken]) + b'{"text": "cut of\n\xff\xfe\n' + json_lines([TEXT])
    (tmp_path / "rows.jsonl").write_bytes(data)
    rows, skipped = read(tmp_path / "rows.jsonl")
    assert rows == [CHAT, TEXT]
    assert [number for _, number, _ in skipped] == [2, 3, 4, 5, 6, 7, 8, 9]
    reasons = [reason for _, _, reason in skipped]
    assert reasons[:2] == ["the text is blank", "it is a int, not an object"]
    assert "it is in no known format" in reasons[2]
    assert reasons[3] == "messages is a str, not a list"
    assert reasons[-1].startswith("it is not JSON: ")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("cut.jsonl.gz", gzip.compress(json_lines([CHAT] * 2000))[:-20], "the rest of it is damaged"),
        ("false.jsonl.gz", json_lines([CHAT]), "the rest of it is damaged"),
        ("cut.json", orjson.dumps([CHAT], option=orjson.OPT_INDENT_2)[:-5], "it is not JSON"),
        ("cut.parquet", b"PAR1 and no more", "it is not a Parquet file or its end is missing"),
    ],
)
def test_a_damaged_file_is_named_and_the_other_files_are_read(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "whole.jsonl").write_bytes(json_lines([TEXT]))
    rows, skipped = read(tmp_path)
    assert rows[-1] == TEXT
    assert [(file, number) for file, number, _ in skipped] == [(f"{tmp_path}/{name}", 0)]
    assert skipped[0][2].startswith(reason)


def test_a_byte_order_mark_costs_no_row(tmp_path: Path) -> None:
    for name, data in (("a.jsonl", json_lines([CHAT])), ("b.json", orjson.dumps([CHAT]))):
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + data)
    assert read(tmp_path) == ([CHAT, CHAT], [])


def test_of_content_in_two_formats_the_fuller_one_counts(tmp_path: Path) -> None:
    rendered = {"text": "### Instruction: Add. ### Response: Four.", "source": "x"}
    (tmp_path / "rows.jsonl").write_bytes(json_lines([{**ALPACA, **rendered}, {**rendered, **CHAT}, rendered]))
    rows, skipped = read(tmp_path / "rows.jsonl")
    assert rows == [{**ALPACA, "source": "x"}, {**CHAT, "source": "x"}, rendered]
    assert skipped == []


def test_nulls_inside_turns_do_not_count(tmp_path: Path) -> None:
    turns = [{**message, "label": None, "tool_calls": None} for message in CHAT["messages"]]
    (tmp_path / "rows.jsonl").write_bytes(json_lines([{"messages": turns, "conversations": None}]))
    assert read(tmp_path / "rows.jsonl") == ([CHAT], [])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
turns = st.lists(
    json_values | st.dictionaries(st.sampled_from(["role", "content", "from", "value", "label", "text"]), json_values)
)
keys = st.sampled_from(["messages", "conversations", "text", "segments", "instruction", "output", "input", "system"])


@given(rows=st.lists(json_values | st.dictionaries(keys, json_values | turns, max_size=3), max_size=8))
@settings(max_examples=80, deadline=None)
def test_no_row_whatever_is_in_it_stops_the_reading(rows: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_bytes(json_lines([*rows, TEXT]))
        good, skipped = read(path)
    assert len(good) + len(skipped) == len(rows) + 1
    assert good[-1] == TEXT


def test_a_large_file_is_not_held_in_memory(tmp_path: Path) -> None:
    line = orjson.dumps({"text": "word " * 400}) + b"\n"
    with (tmp_path / "rows.jsonl").open("wb") as file:
        for _ in range(4000):
            file.write(line)
    tracemalloc.start()
    try:
        number = sum(1 for _ in read_rows(str(tmp_path / "rows.jsonl"), on_skip=lambda *what: None))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert number == 4000
    assert peak < 3_000_000 < (tmp_path / "rows.jsonl").stat().st_size


def test_a_missing_file_is_an_error_with_the_name_that_was_meant(tmp_path: Path) -> None:
    (tmp_path / "general.jsonl").write_bytes(json_lines([TEXT]))
    with pytest.raises(UsageError, match=r"genaral\.jsonl does not exist: did you mean general\.jsonl\? Known are"):
        read(tmp_path / "genaral.jsonl")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"empty holds no file of rows\. Known are .jsonl"):
        read(tmp_path / "empty")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("hub:owner/name", "owner/name"),
        ("hub:squad", "squad"),
        ("owner/name-2.0", "owner/name-2.0"),
        ("owner/rows.jsonl", ""),
        ("inputs/genaral", ""),
        ("/data/chat", ""),
        ("a/b/c", ""),
        ("name", ""),
    ],
)
def test_a_dataset_of_the_hub_is_told_from_a_path(source: str, name: str, in_project: Path) -> None:
    assert hub_name(source) == name


FAKE_DATASETS = '''
"""Stands in for the package of that name."""

class Stream(list):
    class info:
        license = "apache-2.0"

def load_dataset(name, subset, *, split, streaming):
    if not streaming or name == "owner/missing":
        raise FileNotFoundError(f"no dataset {name}")
    return Stream([{"text": f"{name} {subset} {split}", "messages": None}, {"text": ""}])
'''


@pytest.fixture
def package_for_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installed package `datasets` that needs no network; afterwards what was imported before is imported again."""
    imported = take_out_of_the_imported("datasets")
    (tmp_path / "installed/datasets").mkdir(parents=True)
    (tmp_path / "installed/datasets/__init__.py").write_text(FAKE_DATASETS)
    monkeypatch.syspath_prepend(str(tmp_path / "installed"))
    yield
    take_out_of_the_imported("datasets")
    sys.modules.update(imported)


def take_out_of_the_imported(package: str) -> dict[str, ModuleType]:
    """A package and what is in it; the next import begins anew."""
    names = [name for name in sys.modules if name.partition(".")[0] == package]
    return {name: sys.modules.pop(name) for name in names}


@pytest.mark.usefixtures("package_for_the_hub")
def test_a_dataset_of_the_hub_is_streamed() -> None:
    skipped: Skipped = []
    rows = read_rows("hub:owner/name", on_skip=lambda *what: skipped.append(what), split="test[:9]", subset="small")
    origin = {"file": "hub:owner/name", "sha256": "", "licence": "apache-2.0", "row": 1}
    assert list(rows) == [({"text": "owner/name small test[:9]"}, origin)]
    assert skipped == [("hub:owner/name", 2, "the text is blank")]
    with pytest.raises(UsageError, match=r"dataset owner/missing .*, split train, cannot be read: no dataset"):
        read("owner/missing")


def test_without_the_package_for_the_hub_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)  # what Python itself does for a module that must not be found
    with pytest.raises(UsageError, match=r"owner/name is no file or folder here.*pip install datasets"):
        read("owner/name")

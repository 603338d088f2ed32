"""CSV, TSV, JSON, JSON Lines and Parquet as text."""

from __future__ import annotations

from io import BytesIO

import pytest
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet

from generation_functions.documents.document import LostPart
from generation_functions.documents.extraction import extract_bytes
from generation_functions.errors import UnreadableDocumentError


def text_of(content: str | bytes, file: str) -> str:
    return extract_bytes(content.encode() if isinstance(content, str) else content, file).text


@pytest.mark.parametrize(
    ("content", "file", "text"),
    [
        ("name,height\nlight,38\nbell,\n", "a.csv", "name: light\nheight: 38\n\nname: bell"),
        ("name;note\nlight;38,5\nbell;640,0\n", "a.csv", "name: light\nnote: 38,5\n\nname: bell\nnote: 640,0"),
        ("a\tb\n1\t2\n", "a.csv", "a: 1\nb: 2"),
        ("a\tb\n1,5\tx, y\n", "a.tsv", "a: 1,5\nb: x, y"),
        ('k,v\n"a, ""b""","two\nlines"\n', "a.csv", 'k: a, "b"\nv: two\nlines'),
        ("1,2\n3,4\n", "a.csv", "column 1: 1\ncolumn 2: 2\n\ncolumn 1: 3\ncolumn 2: 4"),
        ("a,b\n1,2,3\n", "a.csv", "a: 1\nb: 2\ncolumn 3: 3"),
        ("\n\nline\nonly one column\n", "a.csv", "line: only one column"),
    ],
)
def test_rows_become_header_and_value_lines(content: str, file: str, text: str) -> None:
    assert text_of(content, file) == text


def test_a_field_may_be_long() -> None:
    assert text_of(f"text\n{'x' * 300_000}\n", "a.csv") == "text: " + "x" * 300_000


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('{"name": "light", "metres": 38, "lit": true, "note": null}', "name: light\nmetres: 38\nlit: yes"),
        ('{"pipes": ["C", "G"], "keeper": {"name": "Mina"}}', "pipes: C, G\n\n## keeper\n\nname: Mina"),
        ('[{"a": 1}, {"a": 2}]', "a: 1\n\na: 2"),
        ('[{"text": "Fog.", "id": 7}, {"title": "T", "content": "Organ."}]', "Fog.\n\n# T\n\nOrgan."),
        (
            '[{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}]}]',
            "user: Hi\n\nassistant: Yes?",
        ),
        ('"just text"', "just text"),
        ('{"long": "two\\nlines"}', "## long\n\ntwo\nlines"),
        ('{"x": NaN, "big": 123456789012345678901234567890}', "x: nan\nbig: 123456789012345678901234567890"),
        ('{"lone": "\\ud800"}', "lone: \ufffd"),
        ('{"a": 1}\n{"a": 2}\n', "a: 1\n\na: 2"),
    ],
)
def test_json_becomes_readable_text(content: str, text: str) -> None:
    assert text_of(content, "a.json") == text


@pytest.mark.parametrize("depth", [101, 900, 100_000])
@pytest.mark.parametrize("file", ["a.json", "a.jsonl"])
def test_deeply_nested_json_is_refused(depth: int, file: str) -> None:
    with pytest.raises(UnreadableDocumentError, match="nested more than 100 levels deep"):
        text_of("[" * depth + "1" + "]" * depth, file)


def test_broken_json_is_refused_with_the_place() -> None:
    with pytest.raises(UnreadableDocumentError, match=r"not valid JSON \(.*line 1 column 7"):
        text_of('{"a": }', "a.json")


def test_a_broken_line_of_json_lines_is_reported_and_the_others_are_read() -> None:
    document = extract_bytes(b'{"text": "one"}\n{broken\n\n{"text": "two"}\n', "a.jsonl")
    assert document.text == "one\n\ntwo"
    assert [part.part for part in document.lost] == ["line 2"]
    assert "not valid JSON" in document.lost[0].reason
    assert isinstance(document.lost[0], LostPart)


def test_a_file_of_broken_lines_only_is_unreadable() -> None:
    with pytest.raises(UnreadableDocumentError, match="no line of it is valid JSON; line 1: "):
        text_of("{\n{\n", "a.jsonl")


def parquet(**columns: list[str] | list[int]) -> bytes:
    arrays = {
        name: Array(values, DataType.utf8() if isinstance(values[0], str) else DataType.int64())
        for name, values in columns.items()
    }
    out = BytesIO()
    write_parquet(Table.from_pydict(arrays), out)
    return out.getvalue()


def test_parquet_rows_are_their_text_column_or_all_columns() -> None:
    assert text_of(parquet(text=["one", "two"], score=[1, 2]), "a.parquet") == "one\n\ntwo"
    assert text_of(parquet(name=["light"], metres=[38]), "a.parquet") == "name: light\nmetres: 38"


def test_a_damaged_parquet_file_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    whole = parquet(text=["one"])
    scrambled = whole[:-40] + b"\xff" * 32 + whole[-8:]
    for data in (b"PAR1", whole[:-5], b"PAR1" + b"\xff" * 40 + b"PAR1", scrambled):
        with pytest.raises(UnreadableDocumentError, match="not a Parquet file"):
            extract_bytes(data, "a.parquet")
    capfd.readouterr()  # arro3 writes its panics to standard error

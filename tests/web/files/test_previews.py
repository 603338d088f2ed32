from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
import pytest
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from generation_functions.tokens import count_tokens
from tests.support.pdf_writer import TextAt, write_pdf
from web.files.rows import read_row


def preview(client: TestClient, path: str, root: str = "outputs", **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/files/{root}/preview", params={"path": path, **query})
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def pages(client: TestClient, path: str, limit: int) -> list[dict[str, Any]]:
    """All parts, one after the other."""
    parts = [preview(client, path, limit=limit)]
    while parts[-1]["next"] is not None:
        parts.append(preview(client, path, limit=limit, cursor=parts[-1]["next"]))
    return parts


def test_a_small_text_is_shown_whole_with_its_tokens(client: TestClient, project: Path) -> None:
    text = "Die Füße sind naß.\n" * 3
    (project / "outputs" / "a.md").write_text(text, encoding="utf-8")
    assert preview(client, "a.md") == {
        "kind": "text",
        "size": len(text.encode()),
        "offset": 0,
        "text": text,
        "next": None,
        "tokens": {"count": count_tokens(text), "sampled": False},
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
@pytest.mark.parametrize("line", ["Größe und Gewöhnung, naïve façade.\n", "Größe und Gewöhnung, naïve façade. " * 1500])
def test_parts_of_a_text_join_to_the_whole(client: TestClient, project: Path, encoding: str, line: str) -> None:
    text = (line * (50_000 // len(line) + 1)).strip()
    (project / "outputs" / "a.txt").write_bytes(text.encode(encoding))
    parts = pages(client, "a.txt", limit=7)
    assert len(parts) > 5
    assert "".join(part["text"] for part in parts) == text
    assert [bool(part["tokens"]) for part in parts] == [True] + [False] * (len(parts) - 1)


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=400, max_size=900), limit=st.just(1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_parts_of_any_utf_8_text_join_to_the_whole(client: TestClient, project: Path, text: str, limit: int) -> None:
    (project / "outputs" / "a.txt").write_bytes(b"start " + (text * 4).encode())
    parts = pages(client, "a.txt", limit=limit)
    assert "".join(part["text"] for part in parts) == "start " + text * 4


def test_a_jump_into_the_middle_of_a_character_shows_the_text_behind_it(client: TestClient, project: Path) -> None:
    (project / "outputs" / "a.txt").write_text("€" * 5, encoding="utf-8")
    for byte, text, start in ((3, "€€€€", 3), (4, "€€€", 6), (5, "€€€", 6), (14, "", 15), (99, "", 15)):
        shown = preview(client, "a.txt", cursor=byte)
        assert (shown["text"], shown["offset"], shown["next"]) == (text, start, None)


def test_tokens_of_a_large_text_are_reckoned_from_samples(client: TestClient, project: Path) -> None:
    prose = "It was the best of times, it was the worst of times. "
    text = prose * 100_000
    (project / "outputs" / "a.txt").write_text(text, encoding="utf-8")
    tokens = preview(client, "a.txt")["tokens"]
    assert tokens["sampled"]
    assert tokens["count"] == pytest.approx(count_tokens(prose) * 100_000, rel=0.05)


@pytest.mark.parametrize("data", [bytes(range(256)) * 40, os.urandom(5000), b"\x7fELF\0\0\0\1" * 999])
def test_of_what_is_no_text_only_the_size_is_said(client: TestClient, project: Path, data: bytes) -> None:
    (project / "outputs" / "model.bin").write_bytes(data)
    assert preview(client, "model.bin") == {"kind": "binary", "size": len(data)}


def test_rows_of_json_lines_come_by_pages(client: TestClient, project: Path) -> None:
    rows = [{"id": str(number), "text": "ü" * number} for number in range(25)]
    (project / "outputs" / "rows.jsonl").write_bytes(b"\n\n".join(map(orjson.dumps, rows)))
    parts = pages(client, "rows.jsonl", limit=10)
    assert [len(part["rows"]) for part in parts] == [10, 10, 5]
    assert [row["value"] for part in parts for row in part["rows"]] == rows
    assert parts[0]["kind"] == "rows"


def test_a_row_that_cannot_be_shown_says_why_and_the_others_are_there(client: TestClient, project: Path) -> None:
    lines = [
        b'{"fine": 1}',
        b"no json",
        b'{"deep": ' + b"[" * 300 + b"]" * 300 + b"}",
        b'{"half": "\\ud800"}',
        b"\xff\xfe",
        b'"' + b"x" * 3_000_000 + b'"',
        b"[1e999, 123456789012345678901234567890]",
        b"null",
        b'{"fine": 2}',
    ]
    (project / "outputs" / "rows.jsonl").write_bytes(b"\n".join(lines))
    rows = preview(client, "rows.jsonl")["rows"]
    assert len(rows) == len(lines)
    assert (rows[0]["value"], rows[8]["value"]) == ({"fine": 1}, {"fine": 2})
    assert rows[1]["problem"].startswith("it is not JSON: ")
    assert rows[2]["problem"] == "it is nested deeper than 60 levels"
    assert rows[3]["problem"].startswith("it is not JSON: ")
    assert rows[4]["problem"].startswith("it is not JSON: ")
    assert rows[5]["problem"] == "it is 2 MB long: too long to show"
    assert (rows[7]["value"], rows[7]["problem"]) == (None, "")


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)))
def test_any_row_can_be_sent(value: Any) -> None:
    try:
        line = orjson.dumps(value)
    except TypeError:
        return
    row = read_row(line)
    assert orjson.loads(row.model_dump_json())["problem"] == row.problem


def table(path: Path, **columns: Any) -> None:
    write_parquet(Table.from_pydict(columns), path, max_row_group_size=20)


def test_rows_of_a_parquet_file_come_by_pages(client: TestClient, project: Path) -> None:
    texts = [f"text {number}" for number in range(45)]
    table(
        project / "outputs" / "rows.parquet",
        text=Array(texts, type=DataType.string()),
        score=Array([float("nan")] * 45, type=DataType.float64()),
        raw=Array([b"\xff\0"] * 45, type=DataType.binary()),
    )
    parts = pages(client, "rows.parquet", limit=15)
    rows = [row["value"] for part in parts for row in part["rows"]]
    assert [len(part["rows"]) for part in parts] == [15, 15, 15]
    assert rows == [{"text": text, "score": None, "raw": "<2 bytes>"} for text in texts]


def test_long_rows_of_a_parquet_file_are_left_out(client: TestClient, project: Path) -> None:
    texts = Array(["x" * 3_000_000, "short"], type=DataType.string())
    table(project / "outputs" / "rows.parquet", text=texts)
    rows = preview(client, "rows.parquet")["rows"]
    assert rows == [
        {"value": None, "problem": "it is 2 MB long: too long to show"},
        {"value": {"text": "short"}, "problem": ""},
    ]


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + b"\xff" * 100 + b"PAR1", os.urandom(1000)])
def test_a_damaged_parquet_file_says_so(client: TestClient, project: Path, data: bytes) -> None:
    (project / "outputs" / "rows.parquet").write_bytes(data)
    shown = preview(client, "rows.parquet")
    assert (shown["rows"], shown["next"]) == ([], None)
    assert "damaged" in shown["problem"]


def test_a_parquet_file_damaged_inside_gives_rows_or_a_reason(client: TestClient, project: Path) -> None:
    path = project / "outputs" / "rows.parquet"
    table(path, text=Array([f"text {number}" for number in range(200)], type=DataType.string()))
    whole = path.read_bytes()
    for place in range(8, len(whole), len(whole) // 6):
        path.write_bytes(whole[:place] + b"\xff\xff\xff\xff" + whole[place + 4 :])
        shown = preview(client, "rows.parquet", limit=20)
        assert shown["rows"] or shown["problem"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("range-survey-1931.pdf", "survey"),
        ("fog-organ-manual.docx", "organ"),
        ("visitors-guide.epub", "lighthouse"),
        ("tide-engine.html", "tide"),
    ],
)
def test_documents_are_shown_as_a_pipeline_would_read_them(client: TestClient, name: str, words: str) -> None:
    shown = preview(client, f"sample/{name}", root="inputs")
    assert (shown["kind"], shown["problem"], shown["offset"]) == ("document", "", 0)
    assert words in shown["text"].lower()
    assert shown["tokens"]["count"] > 100
    assert preview(client, f"sample/{name}", root="inputs") == shown  # from what was kept of it


def test_a_long_document_comes_by_parts(client: TestClient, project: Path) -> None:
    lines = "".join(f"<p>This is paragraph {number}.</p>" for number in range(300))
    (project / "outputs" / "a.html").write_text(f"<html><body>{lines}</body></html>")
    parts = pages(client, "a.html", limit=1)
    assert len(parts) > 5
    text = "".join(part["text"] for part in parts)
    assert all(f"This is paragraph {number}." in text for number in range(300))
    assert [bool(part["tokens"]) for part in parts] == [True] + [False] * (len(parts) - 1)


def test_a_document_that_cannot_be_read_says_why(client: TestClient, project: Path) -> None:
    (project / "outputs" / "secret.pdf").write_bytes(write_pdf([[TextAt(70, 700, "hidden")]], password="word"))
    (project / "outputs" / "broken.docx").write_bytes(b"PK\x03\x04 broken")
    shown = preview(client, "secret.pdf")
    assert (shown["text"], shown["tokens"]) == ("", None)
    assert "password" in shown["problem"]
    assert "not a valid" in preview(client, "broken.docx")["problem"]


def test_a_folder_has_no_preview(client: TestClient) -> None:
    answer = client.get("/api/files/inputs/preview", params={"path": "sample"})
    assert (answer.status_code, answer.json()["detail"]) == (422, "sample is not a file")


@pytest.mark.parametrize("cursor", ["-1", "x", "1" * 16, "1\n", "٣"])
def test_a_cursor_that_is_no_number_is_refused(client: TestClient, project: Path, cursor: str) -> None:
    (project / "outputs" / "a.txt").touch()
    answer = client.get("/api/files/outputs/preview", params={"path": "a.txt", "cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.parquet", "a.html", "a.pdf", "a"])
def test_an_empty_file_has_a_preview(client: TestClient, project: Path, name: str) -> None:
    (project / "outputs" / name).touch()
    assert preview(client, name)["size"] == 0
    assert preview(client, name, cursor="999999999999999")["size"] == 0

"""A run's log by line number, and the search in it."""

from __future__ import annotations

from tests.web.reading.conftest import RunReader


def write(run: RunReader, content: bytes, name: str = "log.txt") -> None:
    (run.folder / name).write_bytes(content)


def test_a_log_is_read_by_line_numbers_from_both_ends(bare: RunReader) -> None:
    write(bare, b"".join(b"line %d\n" % number for number in range(5000)))
    page = bare.get("/log", start=4000, count=3)
    assert page == {"lines": ["line 4000", "line 4001", "line 4002"], "start": 4000, "total": 5000, "complete": False}
    page = bare.get("/log", start=-2, count=10)
    assert page == {"lines": ["line 4998", "line 4999"], "start": 4998, "total": 5000, "complete": True}
    assert bare.get("/log", start=9000) == {"lines": [], "start": 5000, "total": 5000, "complete": True}
    assert bare.get("/log", start=-9000, count=1)["lines"] == ["line 0"]


def test_a_log_that_grows_shows_the_new_lines_and_the_one_under_way(bare: RunReader) -> None:
    write(bare, b"one\ntwo\nthr")
    assert bare.get("/log", start=0)["lines"] == ["one", "two", "thr"]
    write(bare, b"one\ntwo\nthree\nfour\n")
    assert bare.get("/log", start=2)["lines"] == ["three", "four"]


def test_a_run_without_a_log_has_one_of_no_lines(bare: RunReader) -> None:
    empty = {"lines": [], "start": 0, "total": 0, "complete": True}
    assert bare.get("/log") == bare.get("/log", file="console") == empty
    assert bare.get("/log/search", text="x") == {"items": [], "next": None, "scanned": 1.0}


def test_what_the_process_printed_is_another_file(bare: RunReader) -> None:
    write(bare, b"Traceback\r\nboom", "console.txt")
    assert bare.get("/log", file="console")["lines"] == ["Traceback", "boom"]


def test_long_lines_are_cut_and_bytes_that_are_no_text_are_replaced(bare: RunReader) -> None:
    write(bare, b"a" * 3_000_000 + b"\n\xff\xfe caf\xc3\xa9\n" + "é".encode() * 10_000 + b"\nlast\n")
    lines = bare.get("/log", start=0)["lines"]
    assert lines[0] == "a" * 10_000 + " … (the line goes on)"
    assert lines[1:] == ["\ufffd\ufffd café", "é" * 10_000, "last"]


def test_a_link_out_of_the_folder_is_no_log(bare: RunReader) -> None:
    (bare.folder.parent.parent / "secret.txt").write_text("the secret\n")
    (bare.folder / "log.txt").symlink_to(bare.folder.parent.parent / "secret.txt")
    assert bare.get("/log")["total"] == 0


def test_a_search_gives_numbers_and_lines_page_by_page(bare: RunReader) -> None:
    write(bare, b"".join(b"%s %d\n" % (b"Storm" if number % 10 == 3 else b"calm", number) for number in range(1000)))
    page = bare.get("/log/search", text="Storm", limit=2)
    assert page["items"] == [{"number": 3, "text": "Storm 3"}, {"number": 13, "text": "Storm 13"}]
    assert page["next"] == 14
    following = bare.get("/log/search", text="Storm", start=page["next"], limit=1000)
    assert [item["number"] for item in following["items"]] == list(range(23, 1000, 10))
    assert following["next"] is None
    assert following["scanned"] == 1.0


def test_case_counts_unless_it_is_to_be_ignored(bare: RunReader) -> None:
    write(bare, b"a storm\nA STORM\n")
    assert [item["number"] for item in bare.get("/log/search", text="storm")["items"]] == [0]
    found = bare.get("/log/search", text="Storm", ignore_case=True)["items"]
    assert found == [{"number": 0, "text": "a storm"}, {"number": 1, "text": "A STORM"}]


def test_a_text_of_two_lines_is_in_no_line(bare: RunReader) -> None:
    write(bare, b"a\nb\n")
    assert bare.get("/log/search", text="a\nb")["items"] == []


def test_an_unknown_run_has_no_log(bare: RunReader) -> None:
    answer = bare.client.get("/api/runs/0000000000000000/log")
    assert answer.status_code == 404
    assert answer.json()["code"] == "no-such-run"

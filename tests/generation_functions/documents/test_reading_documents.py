"""read_documents: order, laziness, skips, cache, worker processes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest

from generation_functions.documents import Document, read_documents
from generation_functions.documents.worker_process import WorkerProcess
from generation_functions.errors import StorageError, UnreadableDocumentError, UsageError

Skips = list[tuple[str, str]]
# 0 reads in this process when there is as little to read as here.
IN_PROCESS_AND_IN_WORKERS = pytest.mark.parametrize("workers", [0, 2])


def read(
    folder: Path, *, cache: Path | None = None, workers: int = 0, skips: Skips | None = None
) -> Iterator[Document]:
    noted: Skips = [] if skips is None else skips
    return read_documents(
        folder, cache=cache, workers=workers, on_skip=lambda file, reason: noted.append((file, reason))
    )


def write_files(folder: Path, count: int) -> list[str]:
    files = [f"{number:03}.txt" for number in range(count)]
    for file in files:
        (folder / file).write_text(f"This is file {file}.")
    return files


@IN_PROCESS_AND_IN_WORKERS
def test_documents_come_in_path_order_with_text_hash_and_title(tmp_path: Path, workers: int) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text("hello\r\n")
    (tmp_path / "b.md").write_text("# Heading\n\nText.")
    first, second = read(tmp_path, workers=workers)
    assert (first.file, first.text, first.title, first.pages) == ("b.md", "# Heading\n\nText.", "Heading", ())
    assert (second.file, second.text, second.title) == ("sub/a.txt", "hello", "a")
    assert second.sha256 == "cd2eca3535741f27a8ae40c31b0c41d4057a7a7b912b33b9aed86485d1c84676"


@IN_PROCESS_AND_IN_WORKERS
def test_many_files_keep_their_order(tmp_path: Path, workers: int) -> None:
    files = write_files(tmp_path, 30)
    assert [document.file for document in read(tmp_path, workers=workers)] == files


@IN_PROCESS_AND_IN_WORKERS
def test_a_broken_file_is_named_and_skipped(tmp_path: Path, workers: int) -> None:
    (tmp_path / "a.txt").write_text("one")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4 and nothing else")
    (tmp_path / "c.txt").write_text("two")
    skips: Skips = []
    assert [document.text for document in read(tmp_path, workers=workers, skips=skips)] == ["one", "two"]
    assert [file for file, _ in skips] == ["b.pdf"]
    assert skips[0][1].startswith("it is not a PDF or is damaged")


def test_skips_are_reported_when_their_turn_comes(tmp_path: Path) -> None:
    for name in ("a.xyz", "b.txt", "c.xyz", "d.txt"):
        (tmp_path / name).write_text("text")
    skips: Skips = []
    documents = read(tmp_path, skips=skips)
    assert next(documents).file == "b.txt"
    assert [file for file, _ in skips] == ["a.xyz"]
    assert next(documents).file == "d.txt"
    assert [file for file, _ in skips] == ["a.xyz", "c.xyz"]


def test_a_format_that_is_not_read_is_reported_with_advice(tmp_path: Path) -> None:
    (tmp_path / "old.doc").write_bytes(b"x")
    (tmp_path / "photo.JPG").write_bytes(b"x")
    skips: Skips = []
    assert list(read(tmp_path, skips=skips)) == []
    assert skips == [
        ("old.doc", ".doc files are not read; save it as .docx"),
        ("photo.JPG", ".jpg files are not read"),
    ]


def test_files_without_text_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "blank.txt").write_text(" \n\n\t\n")
    (tmp_path / "empty.docx").write_bytes(b"")
    skips: Skips = []
    assert list(read(tmp_path, skips=skips)) == []
    assert skips == [("blank.txt", "no text in it"), ("empty.docx", "no text in it: the file is empty")]


def test_a_file_without_a_suffix_is_read_when_it_is_text(tmp_path: Path) -> None:
    (tmp_path / "NOTES").write_text("some notes")
    (tmp_path / "program").write_bytes(b"\x7fELF\x02\x01\x01\x00\x00\x00\x00" * 40)
    skips: Skips = []
    assert [document.file for document in read(tmp_path, skips=skips)] == ["NOTES"]
    assert skips == [("program", "it looks like a binary file, not text")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("secret")
    (tmp_path / "a.txt").chmod(0)
    skips: Skips = []
    assert list(read(tmp_path, skips=skips)) == []
    assert skips == [("a.txt", "it cannot be opened (Permission denied)")]


def test_a_missing_folder_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file or folder"):
        read(tmp_path / "nowhere")


@IN_PROCESS_AND_IN_WORKERS
def test_files_are_read_only_shortly_before_they_are_needed(tmp_path: Path, workers: int) -> None:
    files = write_files(tmp_path, 12)
    skips: Skips = []
    documents = read(tmp_path, workers=workers, skips=skips)
    next(documents)
    (tmp_path / files[-1]).unlink()
    assert [document.file for document in documents] == files[1:-1]
    assert skips == [(files[-1], "it cannot be opened (No such file or directory)")]


def test_reading_can_be_stopped_in_the_middle(tmp_path: Path) -> None:
    write_files(tmp_path, 12)
    documents = read(tmp_path, workers=2)
    assert next(documents).file == "000.txt"
    documents.close()  # type: ignore[attr-defined]
    assert list(documents) == []


# --- licences ---


def test_the_licence_is_the_documents_own_else_its_folders(tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_text(
        'MIT License\n\nPermission is hereby granted, free of charge, ...\nTHE SOFTWARE IS PROVIDED "AS IS"'
    )
    (tmp_path / "a.txt").write_text("plain")
    (tmp_path / "b.py").write_text("# SPDX-License-Identifier: Apache-2.0 OR MIT\nx = 1\n")
    (tmp_path / "c.md").write_text("---\nlicence: CC-BY-4.0\n---\n\ntext")
    skips: Skips = []
    licences = {document.file: document.licence for document in read(tmp_path, skips=skips)}
    assert licences == {"a.txt": "MIT", "b.py": "Apache-2.0 OR MIT", "c.md": "CC-BY-4.0"}
    assert skips == [("LICENSE", "it is the licence of its folder, not one of the documents")]


def test_the_nearest_licence_file_counts_and_none_above_the_input_folder_does(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "free" / "deep").mkdir(parents=True)
    (folder / "own").mkdir()
    (tmp_path / "LICENSE").write_text("Creative Commons Attribution 4.0 International")
    (folder / "free" / "COPYING.txt").write_text("CC0 1.0 Universal")
    (folder / "own" / "Licence.md").write_text("Ask Mina before you copy this.")
    for file in ("a.txt", "free/b.txt", "free/deep/c.txt", "own/d.txt"):
        (folder / file).write_text("text")
    assert {document.file: document.licence for document in read(folder)} == {
        "a.txt": None,
        "free/b.txt": "CC0-1.0",
        "free/deep/c.txt": "CC0-1.0",
        "own/d.txt": None,
    }


# --- cache ---


def cached_files(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*") if path.is_file())


@IN_PROCESS_AND_IN_WORKERS
def test_editing_one_file_reads_that_file_only(tmp_path: Path, workers: int) -> None:
    folder, cache = tmp_path / "in", tmp_path / "cache"
    folder.mkdir()
    files = write_files(folder, 5)
    list(read(folder, cache=cache, workers=workers))
    assert len(cached_files(cache)) == 5
    for path in cached_files(cache):  # so that a text from the cache can be told from one that was read
        path.write_bytes(orjson.dumps({**orjson.loads(path.read_bytes()), "text": "kept"}))
    (folder / files[2]).write_text("edited")
    texts = [document.text for document in read(folder, cache=cache, workers=workers)]
    assert texts == ["kept", "kept", "edited", "kept", "kept"]
    assert len(cached_files(cache)) == 6


def test_a_renamed_file_is_not_read_again_but_one_of_another_format_is(tmp_path: Path) -> None:
    folder, cache = tmp_path / "in", tmp_path / "cache"
    folder.mkdir()
    (folder / "a.txt").write_text("<b>bold</b>")
    assert [document.text for document in read(folder, cache=cache)] == ["<b>bold</b>"]
    (folder / "a.txt").rename(folder / "b.txt")
    assert [document.title for document in read(folder, cache=cache)] == ["b"]
    assert len(cached_files(cache)) == 1
    (folder / "b.txt").rename(folder / "b.html")
    assert [document.text for document in read(folder, cache=cache)] == ["bold"]


def test_a_damaged_cache_entry_is_read_anew(tmp_path: Path) -> None:
    folder, cache = tmp_path / "in", tmp_path / "cache"
    folder.mkdir()
    write_files(folder, 1)
    list(read(folder, cache=cache))
    for damage in (b"", b"{", b"[]", b'{"sha256": 1}'):
        cached_files(cache)[0].write_bytes(damage)
        assert [document.text for document in read(folder, cache=cache)] == ["This is file 000.txt."]


def test_files_that_cannot_be_read_are_not_cached(tmp_path: Path) -> None:
    folder, cache = tmp_path / "in", tmp_path / "cache"
    folder.mkdir()
    (folder / "a.json").write_text("{")
    for _ in range(2):
        skips: Skips = []
        assert list(read(folder, cache=cache, skips=skips)) == []
        assert [file for file, _ in skips] == ["a.json"]
    assert not cached_files(cache)


def test_a_cache_that_cannot_be_written_ends_the_run_with_advice(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    write_files(tmp_path / "in", 1)
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match=r"000\.txt cannot be kept"):
        list(read(tmp_path / "in", cache=tmp_path / "cache"))


# --- worker processes ---


def child_processes() -> list[int]:
    """The reading processes of this process (Linux)."""
    lists = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    children = [int(pid) for listed in lists for pid in listed.read_text().split()]
    return [pid for pid in children if b"documents.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.mark.skipif(sys.platform != "linux", reason="finds the child by /proc")
def test_a_file_that_crashes_its_reader_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    files = write_files(tmp_path, 4)
    skips: Skips = []
    documents = read(tmp_path, workers=1, skips=skips)
    # A pipe in the place of the file holds the reader until it is dead.
    (tmp_path / files[1]).unlink()
    os.mkfifo(tmp_path / files[1])
    with ThreadPoolExecutor(1) as thread:
        rest = thread.submit(lambda: [document.file for document in documents])
        writer = os.open(tmp_path / files[1], os.O_WRONLY)  # returns when the reader has opened the other end
        (reader,) = child_processes()
        os.kill(reader, signal.SIGSEGV)
        assert rest.result(timeout=60) == [files[0], *files[2:]]
        os.close(writer)
    assert skips == [(files[1], "reading it crashed the reader (SIGSEGV)")]
    assert child_processes() == []


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "slow.txt")
    (tmp_path / "a.txt").write_text("hello")
    with WorkerProcess(timeout=0.3) as worker, pytest.raises(UnreadableDocumentError, match="took longer than"):
        worker.read(tmp_path / "slow.txt", "slow.txt")
    with WorkerProcess() as worker:
        assert worker.read(tmp_path / "a.txt", "a.txt").text == "hello"


def test_a_worker_does_not_care_what_libraries_print_or_files_are_called(tmp_path: Path) -> None:
    name = 'a "quoted"\nname.txt'
    (tmp_path / name).write_text('line one\nline two\n{"problem": 1}')
    with WorkerProcess() as worker:
        assert worker.read(tmp_path / name, name).text == 'line one\nline two\n{"problem": 1}'

"""Which files of a folder are read, under which names and in which order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generation_functions.documents.discovery import find_files
from generation_functions.errors import UsageError


def names(folder: Path) -> list[str]:
    return [found.file for found in find_files(folder)]


def write(folder: Path, *files: str) -> None:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(file)


def test_files_of_all_subfolders_come_sorted_by_their_posix_path(tmp_path: Path) -> None:
    write(tmp_path, "b.txt", "a/z.txt", "a/B/c.txt", "a.txt", "c/1.txt")
    assert names(tmp_path) == ["a.txt", "a/B/c.txt", "a/z.txt", "b.txt", "c/1.txt"]


def test_hidden_files_and_what_programs_leave_behind_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", ".hidden.txt", ".git/config", "__pycache__/a.pyc", "~$report.docx", "Thumbs.db")
    assert names(tmp_path) == ["a.txt"]


def test_a_single_file_is_found_under_its_own_name(tmp_path: Path) -> None:
    write(tmp_path, "sub/a.txt", "sub/b.txt")
    assert names(tmp_path / "sub" / "a.txt") == ["a.txt"]


def test_a_missing_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no file or folder .*nowhere"):
        find_files(tmp_path / "nowhere")


def test_folder_links_that_lead_back_up_do_not_loop(tmp_path: Path) -> None:
    write(tmp_path, "a/x.txt", "a/b/y.txt")
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a")
    assert names(tmp_path) == ["a/b/y.txt", "a/x.txt"]


def test_two_folders_that_link_to_each_other_are_read_once_each(tmp_path: Path) -> None:
    write(tmp_path, "in/one/x.txt", "in/two/y.txt")
    (tmp_path / "in" / "one" / "to_two").symlink_to(tmp_path / "in" / "two")
    (tmp_path / "in" / "two" / "to_one").symlink_to(tmp_path / "in" / "one")
    assert names(tmp_path / "in") == ["one/x.txt", "two/y.txt"]


def test_a_link_to_a_folder_elsewhere_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "in/x.txt", "elsewhere/y.txt")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "elsewhere")
    assert names(tmp_path / "in") == ["link/y.txt", "x.txt"]


def test_a_link_to_a_file_that_is_found_anyway_is_not_read_twice(tmp_path: Path) -> None:
    write(tmp_path, "z.txt")
    (tmp_path / "a.txt").symlink_to(tmp_path / "z.txt")
    assert names(tmp_path) == ["z.txt"]


def test_hard_links_are_files_of_their_own(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    (tmp_path / "b.txt").hardlink_to(tmp_path / "a.txt")
    assert names(tmp_path) == ["a.txt", "b.txt"]


def test_a_link_that_leads_nowhere_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "gone.txt")
    assert [(found.file, found.problem) for found in find_files(tmp_path)] == [
        ("a.txt", "it is a link that leads nowhere")
    ]


def test_pipes_are_not_taken_for_documents(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert names(tmp_path) == []


def test_a_name_that_is_not_unicode_becomes_one_that_can_be_written_as_json(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    assert names(tmp_path) == ["caf\ufffd.txt"]


def test_a_name_in_decomposed_unicode_is_composed(tmp_path: Path) -> None:
    write(tmp_path, "cafe\u0301.txt")
    assert names(tmp_path) == ["caf\u00e9.txt"]

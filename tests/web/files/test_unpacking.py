from __future__ import annotations

import io
import os
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api import create_app
from tests.web.files.sending import begin, upload, zip_of, zip_with_link
from web.files.unpacking import unpack
from web.problems import ProblemError
from web.settings import Settings

BASE = "http://127.0.0.1:8000"


@pytest.fixture
def target(project: Path) -> Path:
    """A folder with one file in it, to unpack into."""
    folder = project / "inputs" / "books"
    folder.mkdir()
    (folder / "kept.txt").write_text("kept")
    return folder


def unpacked(client: TestClient, data: bytes, **more: Any) -> Any:
    return upload(client, "books", data, unpack=True, **more)


def everything(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def assert_refused(answer: Any, target: Path, status: int, code: str) -> None:
    """Refused, and nothing of it stays: neither in the folder nor in the state."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert everything(target) == ["kept.txt"]
    assert (target / "kept.txt").read_text() == "kept"
    uploads = Path(os.environ["ATK_STATE_DIR"]) / "uploads"
    assert [path.name for path in uploads.iterdir() if path.name != "done"] == []


def test_an_archive_is_unpacked_with_its_folders(client: TestClient, target: Path) -> None:
    answer = unpacked(client, zip_of({"a/b/1.txt": b"one", "2.txt": b"two", "empty/": b""}))
    assert (answer.status_code, answer.json()["files"], answer.json()["complete"]) == (200, 2, True)
    assert everything(target) == ["2.txt", "a", "a/b", "a/b/1.txt", "kept.txt"]
    assert (target / "a" / "b" / "1.txt").read_bytes() == b"one"


def test_an_archive_can_be_unpacked_into_the_root_or_a_new_folder(client: TestClient, project: Path) -> None:
    assert upload(client, "", zip_of({"1.txt": b"one"}), unpack=True).json()["complete"]
    assert (project / "inputs" / "1.txt").read_bytes() == b"one"
    assert upload(client, "quite/new", zip_of({"1.txt": b"one"}), unpack=True).json()["complete"]
    assert (project / "inputs" / "quite" / "new" / "1.txt").read_bytes() == b"one"


def test_what_macos_adds_is_left_out(client: TestClient, target: Path) -> None:
    assert unpacked(client, zip_of({"__MACOSX/._a": b"x", ".DS_Store": b"x", "a": b"a"})).json()["files"] == 1
    assert everything(target) == ["a", "kept.txt"]


def test_without_leave_to_overwrite_one_file_in_the_way_stops_all(client: TestClient, target: Path) -> None:
    data = zip_of({"new.txt": b"new", "kept.txt": b"other"})
    answer = unpacked(client, data)
    assert answer.json()["detail"] == "kept.txt exists already; nothing was unpacked"
    assert_refused(answer, target, 409, "exists")
    assert unpacked(client, data, overwrite=True).json()["files"] == 2
    assert (target / "kept.txt").read_bytes() == b"other"


def test_a_file_does_not_replace_a_folder_nor_a_folder_a_file(client: TestClient, target: Path) -> None:
    assert_refused(unpacked(client, zip_of({"a": b"", "kept.txt/b": b""}), overwrite=True), target, 409, "in-the-way")
    assert upload(client, "", zip_of({"books": b"x"}), unpack=True, overwrite=True).json()["code"] == "exists"
    assert everything(target) == ["kept.txt"]


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "a/../../evil.txt",
        "/evil.txt",
        "//evil.txt",
        "C:/evil.txt",
        "..\\evil.txt",
        "a\\..\\..\\evil.txt",
        "..",
        "a/..",
        "evil\x1f.txt",
        "a/" * 100 + "evil.txt",
        "x" * 256,
    ],
)
def test_names_that_lead_elsewhere_are_refused(client: TestClient, target: Path, name: str) -> None:
    answer = unpacked(client, zip_of({"harmless.txt": b"x", name: b"evil"}))
    assert_refused(answer, target, 422, "archive-unsafe")


def test_a_name_with_a_nul_is_refused(client: TestClient, target: Path) -> None:
    data = zip_of({"harmlessX.txt": b"evil"}).replace(b"harmlessX", b"harmless\0")
    assert_refused(unpacked(client, data), target, 422, "archive-unsafe")


def test_an_entry_without_a_name_is_refused(client: TestClient, target: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"evil")
        archive.infolist()[0].filename = ""
    assert_refused(unpacked(client, out.getvalue()), target, 422, "archive-unsafe")


def test_encoded_dots_are_a_name_like_any_other(client: TestClient, target: Path) -> None:
    assert unpacked(client, zip_of({"%2e%2e%2fevil.txt": b"x"})).json()["files"] == 1
    assert everything(target) == ["%2e%2e%2fevil.txt", "kept.txt"]


@pytest.mark.parametrize("leads_to", ["/etc", "..", "harmless.txt"])
def test_links_are_refused_wherever_they_lead(client: TestClient, target: Path, leads_to: str) -> None:
    answer = unpacked(client, zip_with_link("link", leads_to))
    assert answer.json()["detail"] == "its entry 'link' is a link or no file"
    assert_refused(answer, target, 422, "archive-unsafe")


def test_a_link_that_lies_in_the_folder_already_is_no_way_out(client: TestClient, target: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (target / "way-out").symlink_to(outside)
    answer = unpacked(client, zip_of({"way-out/evil.txt": b"evil"}), overwrite=True)
    assert (answer.status_code, answer.json()["code"]) == (403, "path-outside")
    assert everything(outside) == []


def test_a_link_with_the_name_of_an_entry_is_replaced_and_not_followed(
    client: TestClient, target: Path, tmp_path: Path
) -> None:
    (tmp_path / "precious").write_text("precious")
    (target / "link").symlink_to(tmp_path / "precious")
    assert unpacked(client, zip_of({"link": b"new"})).json()["code"] == "exists"
    assert unpacked(client, zip_of({"link": b"new"}), overwrite=True).json()["files"] == 1
    assert (tmp_path / "precious").read_text() == "precious"
    assert (target / "link").read_bytes() == b"new"


@pytest.mark.parametrize("names", [["a", "a"], ["a", "./a"], ["a", "a/b"], ["a/b", "a"]])
def test_an_archive_whose_files_are_in_each_others_way_is_refused(
    client: TestClient, target: Path, names: list[str]
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, pytest.MonkeyPatch.context():
        for number, name in enumerate(names):
            info = zipfile.ZipInfo(name)
            if name in archive.namelist():
                archive.NameToInfo.pop(name)  # else it warns
            archive.writestr(info, str(number))
    assert_refused(unpacked(client, out.getvalue()), target, 422, "archive-unsafe")


def test_an_encrypted_archive_is_refused(client: TestClient, target: Path) -> None:
    data = bytearray(zip_of({"a": b"text"}))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    assert_refused(unpacked(client, bytes(data)), target, 422, "archive-encrypted")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_unpack_without_bounds_are_refused(client: TestClient, target: Path, method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("a", bytes(100_000))
    assert_refused(unpacked(client, out.getvalue()), target, 422, "archive-method")


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", b"text", b"PK\x05\x06" + bytes(18), zip_of({"a": b"x" * 999})[:-30]],
    ids=["nothing", "two letters", "a text", "an empty archive", "one cut off"],  # bytes of an archive hold the time
)
def test_what_is_no_archive_is_refused(client: TestClient, target: Path, data: bytes) -> None:
    if data.startswith(b"PK\x05\x06"):
        assert unpacked(client, data).json()["files"] == 0  # an empty one
    elif data:
        assert_refused(unpacked(client, data), target, 422, "archive-damaged")
    else:
        asked = {"root": "inputs", "path": "books", "size": 0, "unpack": True}
        assert_refused(client.post("/api/uploads", json=asked), target, 422, "archive-damaged")


def test_damage_in_the_middle_takes_back_what_was_unpacked_before(client: TestClient, target: Path) -> None:
    data = bytearray(zip_of({"a": b"first", "b": os.urandom(5000)}))
    data[-3000] ^= 0xFF
    assert_refused(unpacked(client, bytes(data)), target, 422, "archive-damaged")


@pytest.fixture
def strict(project: Path, own_state: Path) -> Iterator[TestClient]:
    """A service with small limits."""
    settings = Settings(root=project, state=own_state, upload_files=20, unpacked_bytes=1_000_000)
    with TestClient(create_app(settings), base_url=BASE) as client:
        yield client


def test_more_files_than_allowed_are_refused(strict: TestClient, target: Path) -> None:
    assert unpacked(strict, zip_of({f"ok/{number}": b"" for number in range(19)})).json()["files"] == 19
    for number in range(19):
        (target / "ok" / str(number)).unlink()
    (target / "ok").rmdir()
    for count in (21, 60, 5_000):  # found when counting files, and before the directory is taken apart
        answer = unpacked(strict, zip_of({str(number): b"" for number in range(count)}))
        assert_refused(answer, target, 413, "too-many-files")
        assert "more than the 20 files and folders" in answer.json()["detail"]


def test_folders_count_as_well(strict: TestClient, target: Path) -> None:
    answer = unpacked(strict, zip_of({f"{number}/a/b/c/d": b"" for number in range(10)}))
    assert_refused(answer, target, 413, "too-many-files")


def test_more_bytes_than_allowed_are_refused(strict: TestClient, target: Path) -> None:
    assert_refused(unpacked(strict, zip_of({"a": os.urandom(1_000_001)})), target, 413, "zip-bomb")
    answer = unpacked(strict, zip_of({str(number): os.urandom(400_000) for number in range(3)}))
    assert_refused(answer, target, 413, "zip-bomb")


def test_sizes_in_headers_count_for_nothing(strict: TestClient, target: Path) -> None:
    """Says that it unpacks to nothing, and would to 60 MB."""
    data = bytearray(zip_of({"a": bytes(60_000_000)}))
    for signature, size in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(signature) + size, 500_000)
    answer = unpacked(strict, bytes(data))
    assert answer.status_code in (413, 422)
    assert_refused(answer, target, answer.status_code, answer.json()["code"])


def test_a_zip_bomb_is_refused_by_its_ratio(client: TestClient, target: Path) -> None:
    data = zip_of({str(number): bytes(10_000_000) for number in range(8)})
    assert len(data) < 100_000
    answer = unpacked(client, data)
    assert "unpacks to more than the 67 MB that its size and ATK_UNPACKED_BYTES allow" in answer.json()["detail"]
    assert_refused(answer, target, 413, "zip-bomb")


def test_a_small_archive_may_pack_well(client: TestClient, target: Path) -> None:
    assert unpacked(client, zip_of({"a": bytes(30_000_000)})).json()["files"] == 1


def test_entries_that_share_their_bytes_are_counted_once_each(strict: TestClient, target: Path) -> None:
    """Fifield's better zip bomb (2019): many directory entries, one piece of packed data."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(200_000))
        first = archive.infolist()[0]
        for number in range(15):
            other = zipfile.ZipInfo("a")
            for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset", "flag_bits"):
                setattr(other, name, getattr(first, name))
            other.filename = f"copy{number}"
            archive.filelist.append(other)
    answer = unpacked(strict, out.getvalue())
    assert answer.status_code in (413, 422)
    assert_refused(answer, target, answer.status_code, answer.json()["code"])


def test_a_path_that_is_a_file_is_no_folder_to_unpack_into(client: TestClient, target: Path) -> None:
    asked = {"root": "inputs", "path": "books/kept.txt", "size": 10, "unpack": True}
    answer = client.post("/api/uploads", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (409, "exists")


def test_a_file_that_comes_meanwhile_stops_all_and_what_was_there_is_put_back(client: TestClient, target: Path) -> None:
    """Found only while files are put in place: a folder with the name of a file, below what is overwritten."""
    data = zip_of({"kept.txt": b"new", "sub/file": b"x"})
    announced = begin(client, "books", len(data), unpack=True, overwrite=True)
    (target / "sub").write_text("a file")
    answer = client.patch(f"/api/uploads/{announced['id']}", content=data, headers={"Upload-Offset": "0"})
    assert (answer.status_code, answer.json()["code"]) == (409, "in-the-way")
    assert (target / "kept.txt").read_text() == "kept"
    assert everything(target) == ["kept.txt", "sub"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.dictionaries(st.text(min_size=1, max_size=12), st.binary(max_size=20), max_size=5), st.binary(max_size=4))
def test_no_archive_puts_anything_outside_its_folder(
    tmp_path_factory: pytest.TempPathFactory, entries: dict[str, bytes], noise: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "root").mkdir()
    try:
        data = zip_of(entries) + noise
    except (UnicodeEncodeError, ValueError, IndexError):
        return  # nobody can write such an archive
    (folder / "a.zip").write_bytes(data)
    try:
        unpack(folder / "a.zip", folder / "staging", folder / "root", "in", Settings(root=folder), overwrite=False)
    except (ProblemError, OSError):
        assert everything(folder / "root") == []
    assert sorted(path.name for path in folder.iterdir()) == ["a.zip", "root"]
    assert all(path.relative_to(folder / "root").parts[0] == "in" for path in (folder / "root").rglob("*"))

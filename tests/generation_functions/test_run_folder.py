"""A run's folder: held by one process, written whole, known to this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from generation_functions import run_folder
from generation_functions.errors import RunLockedError, StorageError
from generation_functions.run_folder import (
    RunFolder,
    code_fingerprint,
    known_run_folders,
    other_calls,
    read_json,
    state_folder,
    write_atomically,
)

HOLD = """
import sys
from pathlib import Path
from generation_functions.run_folder import RunFolder
RunFolder(Path(sys.argv[1])).acquire()
print("held", flush=True)
sys.stdin.read()
"""


# --- the lock


def test_a_folder_is_made_and_held_by_one(tmp_path: Path) -> None:
    held = RunFolder(tmp_path / "a" / "run")
    held.acquire()
    with pytest.raises(RunLockedError, match=f"in use by process {os.getpid()}") as caught:
        RunFolder(tmp_path / "a" / "run").acquire()
    assert "choose another output_dir" in str(caught.value)
    held.release()
    again = RunFolder(tmp_path / "a" / "run")
    again.acquire()
    again.release()


def test_a_refused_folder_can_be_let_go_of_without_harm(tmp_path: Path) -> None:
    held, refused = RunFolder(tmp_path), RunFolder(tmp_path)
    held.acquire()
    with pytest.raises(RunLockedError):
        refused.acquire()
    with (tmp_path / "another file").open("w") as file:  # may have got the number of the descriptor that was closed
        refused.release()
        file.write("still open")
    held.release()
    held.release()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_lock_dies_with_its_owner_however_it_dies(tmp_path: Path, number: signal.Signals) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(run_folder.__file__).parents[1])}
    owner = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"held\n"
    with pytest.raises(RunLockedError, match=f"in use by process {owner.pid}"):
        RunFolder(tmp_path).acquire()
    owner.send_signal(number)
    owner.communicate()
    folder = RunFolder(tmp_path)
    folder.acquire()
    folder.release()


def test_a_folder_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(StorageError, match="cannot be used"):
            RunFolder(path).acquire()


# --- writing


def test_a_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.json"
    write_atomically(path, b"old")
    with path.open("rb") as reader:
        write_atomically(path, b"new and longer")
        assert reader.read() == b"old", "somebody who reads saw the file change"
    assert path.read_bytes() == b"new and longer"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_cannot_be_written_leaves_the_old_one_and_says_so(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    (target / "inside").mkdir(parents=True)
    with pytest.raises(StorageError, match="cannot be written"):
        write_atomically(target, b"x")
    assert list(tmp_path.iterdir()) == [target]
    (tmp_path / "file").write_text("kept")
    with pytest.raises(StorageError, match="cannot be written"):
        write_atomically(tmp_path / "file" / "below", b"x")


def test_the_state_is_what_was_written_last(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert folder.read_state() == {}
    folder.write_state({"status": "running"})
    folder.write_state({"status": "paused"})
    assert folder.read_state() == {"status": "paused"}


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'"text"', b"\xff\xfe"])
def test_what_is_no_json_object_reads_as_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.json").write_bytes(content)
    assert read_json(tmp_path / "run.json") == {}
    assert read_json(tmp_path / "missing.json") == {}


# --- this machine's folders


def register(path: Path) -> None:
    path.mkdir(parents=True)
    RunFolder(path).register()


def test_registered_folders_are_known_while_they_exist(tmp_path: Path) -> None:
    register(tmp_path / "one")
    register(tmp_path / "two")
    RunFolder(tmp_path / "one").register()
    assert sorted(known_run_folders()) == [tmp_path / "one", tmp_path / "two"]
    (tmp_path / "two").rmdir()
    assert known_run_folders() == [tmp_path / "one"]


def test_a_damaged_entry_is_no_folder(tmp_path: Path, own_state: Path) -> None:
    register(tmp_path / "one")
    (own_state / "runs" / "damaged.json").write_bytes(b"{")
    (own_state / "runs" / "other.json").write_bytes(orjson.dumps({"output_dir": None}))
    assert known_run_folders() == [tmp_path / "one"]


def test_state_lives_where_the_variable_says(own_state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state_folder() == own_state
    monkeypatch.delenv("ATK_STATE_DIR")
    assert state_folder().name == "state"
    assert (state_folder().parent / "generation_functions").is_dir()


def test_other_runs_are_those_with_calls_and_never_oneself(tmp_path: Path) -> None:
    for name in ("one", "two", "three", "empty", "without"):
        register(tmp_path / name)
    for second, (name, content) in enumerate({"two": b"{}\n", "one": b"{}\n", "three": b"{}\n", "empty": b""}.items()):
        (tmp_path / name / "calls").mkdir()
        log = tmp_path / name / "calls" / "calls.jsonl"
        log.write_bytes(content)
        os.utime(log, (second, second))
    assert other_calls(tmp_path / "one") == [tmp_path / "three" / "calls", tmp_path / "two" / "calls"]


# --- the code's fingerprint


def test_an_edited_file_beside_the_pipeline_changes_the_fingerprint(tmp_path: Path) -> None:
    pipeline, helper = tmp_path / "pipeline.py", tmp_path / "steps.py"
    pipeline.write_text("one")
    helper.write_text("one")
    before = code_fingerprint(pipeline)
    assert code_fingerprint(pipeline) == before
    helper.write_text("two")
    edited = code_fingerprint(pipeline)
    assert edited != before
    helper.write_text("one")
    assert code_fingerprint(pipeline) == before
    (tmp_path / "config.yaml").write_text("not code")
    assert code_fingerprint(pipeline) == before
    helper.rename(tmp_path / "renamed.py")
    assert code_fingerprint(pipeline) != before
    assert code_fingerprint(None) != before

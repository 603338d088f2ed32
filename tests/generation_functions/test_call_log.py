"""A reply that has been appended is never lost, and whatever a kill leaves behind opens again."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation_functions.call_log import CallLog, Entry, KeyFilter, decode_line, encode_line
from generation_functions.errors import StorageError
from generation_functions.records import stable_hash
from tests.support.small_disk import files_no_larger_than

some = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def entry(number: int, answer: str = "", **more: object) -> Entry:
    facts = {"step": f"step {number % 2}", "record": f"r{number}", "model": "m", "answer": answer or f"answer {number}"}
    return {"key": key(number), **facts, "input_tokens": 10, "output_tokens": 5, "cost": 0.25, **more}


def key(number: int) -> str:
    return stable_hash("call", number)


def write(folder: Path, count: int) -> list[bytes]:
    """A closed log of `count` entries; its lines."""
    log = CallLog(folder)
    for number in range(count):
        log.append(entry(number))
    log.close()
    return (folder / "calls.jsonl").read_bytes().splitlines(keepends=True)


def answers(log: CallLog, count: int) -> list[str | None]:
    found = [log.get(key(number)) for number in range(count)]
    return [one["answer"] if one else None for one in found]


# --- lines


@given(st.dictionaries(st.text(max_size=5), st.text() | st.integers(0, 2**53) | st.none(), min_size=1))
def test_a_line_reads_back_as_what_was_written(facts: dict[str, object]) -> None:
    facts.pop("crc", None)
    line = encode_line(facts)
    assert line.count(b"\n") == 1
    assert decode_line(line) == facts or not facts


@given(st.data())
def test_a_changed_byte_never_goes_unnoticed(data: st.DataObject) -> None:
    line = bytearray(encode_line(entry(1)))
    place = data.draw(st.integers(0, len(line) - 1))
    line[place] ^= data.draw(st.integers(1, 255))
    assert decode_line(bytes(line)) is None


def test_an_answer_that_looks_like_a_checksum_is_no_trouble() -> None:
    tricky = entry(1, answer='","crc":"00000000"}\n')
    assert decode_line(encode_line(tricky)) == tricky


# --- append, get, reopen


def test_what_was_appended_is_found_at_once_and_after_reopening(tmp_path: Path) -> None:
    log = CallLog(tmp_path)
    for number in range(50):
        log.append(entry(number))
        assert log.get(key(number)) == entry(number)
    assert log.get(key(99)) is None
    log.close()
    again = CallLog(tmp_path)
    assert answers(again, 51) == [*(f"answer {number}" for number in range(50)), None]
    assert [one["key"] for one in again] == [key(number) for number in range(50)]
    again.close()


@pytest.mark.parametrize("size", [1, 4_000, 4_096, 17_000, 300_000])
def test_long_answers_come_back_whole(tmp_path: Path, size: int) -> None:
    log = CallLog(tmp_path)
    log.append(entry(1, answer="x" * size))
    log.append(entry(2))
    assert log.get(key(1)) == entry(1, answer="x" * size)
    assert log.get(key(2)) == entry(2)
    log.close()


def test_a_key_that_is_appended_again_gives_the_later_answer(tmp_path: Path) -> None:
    log = CallLog(tmp_path)
    log.append(entry(1, answer="old"))
    log.append(entry(1, answer="new"))
    assert answers(log, 2)[1] == "new"
    log.close()
    again = CallLog(tmp_path)
    assert answers(again, 2)[1] == "new"
    again.close()


def test_totals_are_restored_and_go_on(tmp_path: Path) -> None:
    log = CallLog(tmp_path)
    for number in range(4):
        log.append(entry(number))
    log.append(entry(4, reused=True))
    log.reject(key(0), "no tag")
    before = log.totals
    log.close()
    again = CallLog(tmp_path)
    assert again.totals == before
    assert (again.totals.calls, again.totals.reused, again.totals.rejected) == (4, 1, 1)
    assert (again.totals.input_tokens, again.totals.output_tokens, again.totals.cost) == (40, 20, 1.0)
    assert again.totals.by_step == {"step 0": [2, 20, 10, 0.5], "step 1": [2, 20, 10, 0.5]}
    again.append(entry(6))
    assert again.totals.calls == 5
    again.close()


def test_a_rejected_answer_stays_in_the_log_with_the_reason(tmp_path: Path) -> None:
    log = CallLog(tmp_path)
    log.append(entry(1))
    log.reject(key(1), "no tag")
    assert log.get(key(1)) == entry(1)
    assert list(log)[1] == {"rejected": key(1), "reason": "no tag"}
    log.close()


# --- damage


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    folder = tmp_path_factory.mktemp("three")
    return folder, write(folder, 3)


@given(st.data())
@some
def test_a_last_line_torn_at_any_byte_is_cut_off_and_the_rest_is_there(
    tmp_path_factory: pytest.TempPathFactory, three: tuple[Path, list[bytes]], data: st.DataObject
) -> None:
    original, lines = three
    left = data.draw(st.integers(0, len(lines[2]) - 1), label="bytes of the last line")
    folder = tmp_path_factory.mktemp("torn")
    if data.draw(st.booleans(), label="with the index"):
        shutil.copytree(original, folder, dirs_exist_ok=True)
    (folder / "calls.jsonl").write_bytes(lines[0] + lines[1] + lines[2][:left])
    log = CallLog(folder)
    assert answers(log, 3) == ["answer 0", "answer 1", None]
    assert log.totals.calls == 2
    assert log.damaged_lines == (1 if left else 0)
    log.append(entry(2, answer="asked again"))
    log.close()
    again = CallLog(folder)
    assert answers(again, 3) == ["answer 0", "answer 1", "asked again"]
    assert (again.totals.calls, again.damaged_lines) == (3, 0)
    again.close()


def test_a_damaged_line_in_the_middle_is_skipped_and_counted(tmp_path: Path) -> None:
    lines = write(tmp_path, 3)
    (tmp_path / "index.sqlite").unlink()
    (tmp_path / "calls.jsonl").write_bytes(lines[0] + lines[1].replace(b"answer 1", b"answer I") + lines[2])
    log = CallLog(tmp_path)
    assert answers(log, 3) == ["answer 0", None, "answer 2"]
    assert (log.totals.calls, log.damaged_lines) == (2, 1)
    assert len(list(log)) == 2
    log.close()
    assert len((tmp_path / "calls.jsonl").read_bytes().splitlines()) == 3, "the damaged line was taken away"


def test_a_line_that_is_damaged_behind_the_indexs_back_is_never_served(tmp_path: Path) -> None:
    lines = write(tmp_path, 3)
    (tmp_path / "calls.jsonl").write_bytes(lines[0] + lines[1].replace(b"answer 1", b"answer I") + lines[2])
    log = CallLog(tmp_path)
    assert answers(log, 3) == ["answer 0", None, "answer 2"]
    log.append(entry(1, answer="asked again"))
    assert answers(log, 2)[1] == "asked again"
    log.close()


def test_a_tail_of_zeros_after_a_power_cut_is_cut_off(tmp_path: Path) -> None:
    lines = write(tmp_path, 2)
    (tmp_path / "index.sqlite").unlink()
    (tmp_path / "calls.jsonl").write_bytes(b"".join(lines) + bytes(5_000))
    log = CallLog(tmp_path)
    assert answers(log, 2) == ["answer 0", "answer 1"]
    log.append(entry(2))
    log.close()
    again = CallLog(tmp_path)
    assert answers(again, 3) == ["answer 0", "answer 1", "answer 2"]
    again.close()


# --- the index is a cache


def index_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("index.sqlite*"))


def test_without_its_index_a_log_is_read_again(tmp_path: Path) -> None:
    write(tmp_path, 20)
    for file in index_files(tmp_path):
        file.unlink()
    log = CallLog(tmp_path)
    assert answers(log, 20) == [f"answer {number}" for number in range(20)]
    assert log.totals.calls == 20
    log.close()


@given(st.data())
@some
def test_an_index_damaged_anywhere_costs_no_reply_and_no_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    write(folder, 300)
    path = folder / "index.sqlite"
    content = bytearray(path.read_bytes())
    start = data.draw(st.integers(0, len(content) - 1), label="start")
    if data.draw(st.booleans(), label="cut"):
        del content[start:]
    else:
        size = data.draw(st.sampled_from([1, 16, 512, 4096]))
        content[start : start + size] = data.draw(st.sampled_from([b"\0", b"\xff", b"A"])) * size
    path.write_bytes(content)
    reader = CallLog(folder, writable=False)
    assert set(answers(reader, 300)) <= {None, *(f"answer {number}" for number in range(300))}
    reader.close()
    log = CallLog(folder)
    found = answers(log, 300)
    assert all(answer in (None, f"answer {number}") for number, answer in enumerate(found))
    log.append(entry(300))
    assert log.get(key(300)) is not None
    log.close()


def test_an_index_that_is_no_database_is_rebuilt(tmp_path: Path) -> None:
    write(tmp_path, 20)
    (tmp_path / "index.sqlite").write_bytes(b"this is no database at all, not even a small one" * 100)
    log = CallLog(tmp_path)
    assert answers(log, 20) == [f"answer {number}" for number in range(20)]
    assert log.totals.calls == 20
    log.close()


def test_an_index_that_is_ahead_of_a_shorter_log_is_rebuilt(tmp_path: Path) -> None:
    lines = write(tmp_path, 20)
    (tmp_path / "calls.jsonl").write_bytes(b"".join(lines[:5]))
    log = CallLog(tmp_path)
    assert answers(log, 20) == [*(f"answer {number}" for number in range(5)), *[None] * 15]
    assert log.totals.calls == 5
    log.close()
    again = CallLog(tmp_path)
    assert again.totals.calls == 5
    again.close()


def test_the_index_of_another_log_never_gives_a_wrong_answer(tmp_path: Path) -> None:
    write(tmp_path / "one", 20)
    log = CallLog(tmp_path / "two")
    for number in range(100, 140):
        log.append(entry(number, answer=f"a longer answer {number}"))
    log.close()
    shutil.copy(tmp_path / "one/index.sqlite", tmp_path / "two/index.sqlite")
    mixed = CallLog(tmp_path / "two")
    assert answers(mixed, 20) == [None] * 20
    assert answers(mixed, 140)[100:] == [f"a longer answer {number}" for number in range(100, 140)]
    mixed.close()


def test_what_was_killed_before_the_index_knew_is_found(tmp_path: Path) -> None:
    write(tmp_path, 3)
    shutil.copy(tmp_path / "index.sqlite", tmp_path / "older.sqlite")
    log = CallLog(tmp_path)
    for number in range(3, 30):
        log.append(entry(number))
    log.close()
    shutil.copy(tmp_path / "older.sqlite", tmp_path / "index.sqlite")
    again = CallLog(tmp_path)
    assert answers(again, 30) == [f"answer {number}" for number in range(30)]
    assert again.totals.calls == 30
    again.close()


# --- one writes, others read


def test_a_log_that_is_being_written_can_be_read_and_is_not_touched(tmp_path: Path) -> None:
    writer = CallLog(tmp_path)
    for number in range(10):
        writer.append(entry(number))
    with writer.path.open("ab") as file:
        file.write(encode_line(entry(10))[:30])  # in the middle of a write
    size = (tmp_path / "calls.jsonl").stat().st_size
    reader = CallLog(tmp_path, writable=False)
    assert answers(reader, 11) == [*(f"answer {number}" for number in range(10)), None]
    assert reader.totals.calls == 10
    reader.close()
    assert (tmp_path / "calls.jsonl").stat().st_size == size
    writer.close()


def test_a_reader_makes_no_files_and_needs_no_index(tmp_path: Path) -> None:
    lines = write(tmp_path, 3)
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "calls.jsonl").write_bytes(b"".join(lines))
    reader = CallLog(bare, writable=False)
    assert answers(reader, 3) == ["answer 0", "answer 1", "answer 2"]
    reader.close()
    assert [path.name for path in bare.iterdir()] == ["calls.jsonl"]


def test_several_readers_see_what_was_written_while_a_writer_goes_on(tmp_path: Path) -> None:
    writer = CallLog(tmp_path)
    readers: list[CallLog] = []
    for number in range(200):
        writer.append(entry(number))
        if number % 40 == 39:
            readers.append(CallLog(tmp_path, writable=False))
    for place, reader in enumerate(readers):
        assert answers(reader, 40 * place + 40) == [f"answer {number}" for number in range(40 * place + 40)]
        reader.close()
    writer.close()


def test_nothing_is_missed_while_the_index_is_brought_up_to_date(tmp_path: Path) -> None:
    log = CallLog(tmp_path)
    stop, missed = threading.Event(), []

    def flush_without_pause() -> None:
        connection = sqlite3.connect(tmp_path / "index.sqlite", isolation_level=None)
        while not stop.is_set():
            log._flush(connection)
        connection.close()

    thread = threading.Thread(target=flush_without_pause)
    thread.start()
    for number in range(1_500):
        log.append(entry(number))
        missed += [old for old in (number, number // 2, 0) if log.get(key(old)) is None]
    stop.set()
    thread.join()
    log.close()
    assert missed == []
    again = CallLog(tmp_path)
    assert again.totals.calls == 1_500
    assert None not in answers(again, 1_500)
    again.close()


@pytest.mark.parametrize("room", [0, 40])
def test_a_log_that_cannot_be_written_says_so_before_another_call_is_paid_for(tmp_path: Path, room: int) -> None:
    log = CallLog(tmp_path)
    log.append(entry(1))
    whole = log.path.read_bytes()
    with (
        files_no_larger_than(len(whole) + room),
        pytest.raises(StorageError, match="Make space, then run the same command again"),
    ):
        log.append(entry(2))
    with pytest.raises(StorageError):
        log.check()
    log.close()
    assert log.path.read_bytes() == whole, "a part of a line was left"
    again = CallLog(tmp_path)
    assert answers(again, 3) == [None, "answer 1", None]
    again.close()


# --- the filter


@given(st.sets(st.integers(0, 2**63 - 1), max_size=50))
@settings(max_examples=20, deadline=None)
def test_a_key_that_was_added_is_never_denied(added: set[int]) -> None:
    keys = KeyFilter()
    for short in added:
        keys.add(short)
    assert all(keys.may_hold(short) for short in added)


def test_hardly_any_other_key_is_thought_to_be_there() -> None:
    keys = KeyFilter()
    for number in range(20_000):
        keys.add(int(key(number)[:16], 16) >> 1)
    assert sum(keys.may_hold(int(key(number)[:16], 16) >> 1) for number in range(20_000, 40_000)) < 20


def test_an_index_with_a_byte_that_is_no_text_anywhere_in_its_first_page_is_survived(tmp_path: Path) -> None:
    """SQLite quotes the damaged name in its message, which is then no text either."""
    write(tmp_path, 3)
    path = tmp_path / "index.sqlite"
    content = path.read_bytes()
    for start in range(3400, 4096, 3):
        path.write_bytes(content[:start] + b"\xff" + content[start + 1 :])
        reader = CallLog(tmp_path, writable=False)
        assert set(answers(reader, 3)) <= {None, "answer 0", "answer 1", "answer 2"}
        reader.close()

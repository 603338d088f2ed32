"""Results of a stage: in input order whatever the order of completion, and still there after a kill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation_functions.errors import StorageError
from generation_functions.records import Record, stable_hash
from generation_functions.stage_store import Records, StageStore, content_hash
from tests.support.small_disk import files_no_larger_than

ONE, TWO = stable_hash("one"), stable_hash("two")
some = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def record(number: int) -> Record:
    return {"id": f"r{number}", "text": f"text {number}"}


def result(number: int) -> dict[str, Any]:
    return {"id": f"r{number}", "out": [{"id": f"r{number}", "made": "x" * (number % 7)}]}


def add(store: StageStore, number: int, *, plain: bool = True) -> None:
    store.add(number, content_hash(record(number)), result(number), plain=plain)


def fill(path: Path, count: int, fingerprint: str = ONE) -> Records:
    store = StageStore(path, fingerprint)
    for number in range(count):
        add(store, number)
    return store.finish(count, count)


def finished(path: Path, count: int, fingerprint: str = ONE) -> list[bool]:
    """Which of the inputs a store opened anew thinks finished, after checking that their results are whole."""
    store = StageStore(path, fingerprint)
    found = [store.has(number, content_hash(record(number))) for number in range(count)]
    assert all(store.line(number) == result(number) for number, there in enumerate(found) if there)
    store.close()
    return found


@given(st.permutations(range(12)))
@some
def test_results_come_in_input_order_whatever_the_order_of_completion(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    store = StageStore(tmp_path_factory.mktemp("order") / "stage.jsonl", ONE)
    for number in order:
        add(store, number)
    records = store.finish(12, 12)
    assert [one["id"] for one in records] == [f"r{number}" for number in range(12)]
    assert list(records) == list(records), "it can be gone through only once"
    assert len(records) == 12


def test_results_are_lines_that_a_person_can_open(tmp_path: Path) -> None:
    fill(tmp_path / "stage.jsonl", 3)
    lines = (tmp_path / "stage.jsonl").read_text().splitlines()
    assert [orjson.loads(line)["id"] for line in lines] == ["r0", "r1", "r2"]


def test_inputs_without_a_result_are_left_out(tmp_path: Path) -> None:
    store = StageStore(tmp_path / "stage.jsonl", ONE)
    add(store, 4)
    add(store, 1)
    store.add(2, 0, {"id": "r2", "out": []}, plain=False)
    records = store.finish(6, 2)
    assert [one["id"] for one in records] == ["r1", "r4"]
    assert [line["id"] for line in records.lines()] == ["r1", "r2", "r4"]
    assert [line["id"] for line in records.lines(special=True)] == ["r2"]


def test_a_choice_of_results_keeps_their_order(tmp_path: Path) -> None:
    chosen = fill(tmp_path / "stage.jsonl", 10).only({7, 2, 5})
    assert [one["id"] for one in chosen] == ["r2", "r5", "r7"]
    assert len(chosen) == 3


# --- taken up again


def test_finished_inputs_are_known_again_under_the_same_fingerprint(tmp_path: Path) -> None:
    fill(tmp_path / "stage.jsonl", 5)
    assert finished(tmp_path / "stage.jsonl", 7) == [True] * 5 + [False] * 2


def test_under_another_fingerprint_nothing_is_left(tmp_path: Path) -> None:
    fill(tmp_path / "stage.jsonl", 5)
    assert finished(tmp_path / "stage.jsonl", 5, TWO) == [False] * 5
    assert (tmp_path / "stage.jsonl").read_bytes() == b""


def test_an_input_whose_content_changed_is_not_finished(tmp_path: Path) -> None:
    fill(tmp_path / "stage.jsonl", 3)
    store = StageStore(tmp_path / "stage.jsonl", ONE)
    assert store.has(1, content_hash(record(1)))
    assert not store.has(1, content_hash({**record(1), "text": "edited"}))
    assert not store.has(1, content_hash(record(2)))
    store.close()


def test_what_is_done_again_replaces_the_earlier_result(tmp_path: Path) -> None:
    fill(tmp_path / "stage.jsonl", 3)
    store = StageStore(tmp_path / "stage.jsonl", ONE)
    store.add(1, 5, {"id": "r1", "out": [{"id": "new"}]}, plain=False)
    assert [one["id"] for one in store.finish(3, 3)] == ["r0", "new", "r2"]
    again = StageStore(tmp_path / "stage.jsonl", ONE)
    assert again.has(1, 5)
    assert not again.is_plain(1)
    assert again.is_plain(0)
    again.close()


def test_a_run_with_fewer_inputs_sees_only_its_own(tmp_path: Path) -> None:
    fill(tmp_path / "stage.jsonl", 5)
    store = StageStore(tmp_path / "stage.jsonl", ONE)
    assert [one["id"] for one in store.finish(2, 2)] == ["r0", "r1"]


# --- killed in the middle


@given(st.data())
@some
def test_an_index_torn_at_any_byte_keeps_what_is_whole(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("torn") / "stage.jsonl"
    fill(path, 5)
    index = path.with_suffix(".index")
    content = index.read_bytes()
    left = data.draw(st.integers(0, len(content)))
    index.write_bytes(content[:left])
    whole = max(0, (left - 16) // 32)
    assert finished(path, 5) == [number < whole for number in range(5)]
    fill(path, 5)
    assert finished(path, 5) == [True] * 5


@given(st.data())
@some
def test_results_torn_at_any_byte_never_give_a_broken_line(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("torn") / "stage.jsonl"
    fill(path, 5)
    content = path.read_bytes()
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    finished(path, 5)
    assert [one["id"] for one in fill(path, 5)] == [f"r{number}" for number in range(5)]


def test_results_written_before_their_index_rows_are_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "stage.jsonl"
    fill(path, 3)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"id":"r3","out":[{"id":"r3"')
    store = StageStore(path, ONE)
    add(store, 3)
    assert [one["id"] for one in store.finish(4, 4)] == ["r0", "r1", "r2", "r3"]
    assert all(orjson.loads(line) for line in path.read_bytes().splitlines())


@pytest.mark.parametrize("zeros", [1, 20, 90])
def test_zeros_that_a_power_cut_left_are_no_results(tmp_path: Path, zeros: int) -> None:
    path = tmp_path / "stage.jsonl"
    fill(path, 5)
    content = path.read_bytes()
    path.write_bytes(content[:-zeros] + bytes(zeros))
    assert True not in finished(path, 5)[4:]
    fill(path, 5)
    index = path.with_suffix(".index")
    index.write_bytes(index.read_bytes()[:-32] + bytes(32))
    assert True not in finished(path, 5)[4:]
    assert [one["id"] for one in fill(path, 5)] == [f"r{number}" for number in range(5)]


def test_without_one_of_its_two_files_a_stage_begins_anew(tmp_path: Path) -> None:
    for name in ("stage.jsonl", "stage.index"):
        fill(tmp_path / "stage.jsonl", 3)
        (tmp_path / name).unlink()
        assert finished(tmp_path / "stage.jsonl", 3) == [False] * 3


def test_what_was_flushed_survives_a_process_that_never_closed(tmp_path: Path) -> None:
    store = StageStore(tmp_path / "stage.jsonl", ONE)
    add(store, 0)
    store.flush()
    add(store, 1)
    assert finished(tmp_path / "stage.jsonl", 2) == [True, False]
    store.close()


def test_a_disk_that_takes_no_more_is_said_plainly(tmp_path: Path) -> None:
    store = StageStore(tmp_path / "stage.jsonl", ONE)
    for number in range(5):
        add(store, number)
    with (
        files_no_larger_than(100),
        pytest.raises(StorageError, match="Make space, then run the same command again"),
    ):
        store.flush()
    store.close()
    assert True not in finished(tmp_path / "stage.jsonl", 5)


def test_a_hash_is_of_a_records_whole_content() -> None:
    assert content_hash({"id": "a", "x": {"y": 1}}) == content_hash({"id": "a", "x": {"y": 1}})
    assert content_hash({"id": "a", "x": {"y": 1}}) != content_hash({"id": "a", "x": {"y": 2}})
    assert 0 <= content_hash({}) < 2**64

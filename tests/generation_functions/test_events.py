"""`events.jsonl`: one numbered JSON object a line, also after a kill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation_functions.events import EventLog
from tests.support.small_disk import files_no_larger_than


def write(folder: Path, *kinds: str) -> None:
    log = EventLog(folder)
    for kind in kinds:
        log.add(kind, detail=kind.upper())
    log.close()


def read(folder: Path) -> list[dict[str, Any]]:
    """Every line that is whole."""
    events = []
    for line in (folder / "events.jsonl").read_bytes().splitlines():
        try:
            events.append(orjson.loads(line))
        except orjson.JSONDecodeError:
            continue
    return events


def test_events_are_numbered_lines_with_their_facts(tmp_path: Path) -> None:
    write(tmp_path, "started", "ended")
    first, second = read(tmp_path)
    assert (first["n"], first["event"], first["detail"]) == (1, "started", "STARTED")
    assert second["n"] == 2
    assert second["t"] >= first["t"] > 1_500_000_000


def test_numbering_goes_on_after_reopening(tmp_path: Path) -> None:
    for _ in range(3):
        write(tmp_path, "a", "b")
    assert [event["n"] for event in read(tmp_path)] == [1, 2, 3, 4, 5, 6]


def test_an_event_is_there_for_others_at_once(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    log.add("started")
    assert len(read(tmp_path)) == 1
    log.close()
    log.close()


@given(st.data())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_a_torn_tail_every_new_event_is_whole_and_numbers_go_on(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    write(folder, "a", "b", "c")
    path = folder / "events.jsonl"
    content = path.read_bytes()
    start = content.rindex(b"\n", 0, len(content) - 1) + 1
    kept = data.draw(st.integers(0, 1_000)) % (len(content) - start)  # the length of a line varies with the time in it
    path.write_bytes(content[: start + kept])
    write(folder, "d", "e")
    events = read(folder)
    assert [event["event"] for event in events if event["event"] != "c"] == ["a", "b", "d", "e"]
    numbers = [event["n"] for event in events]
    assert numbers == sorted(set(numbers))


def test_facts_that_are_no_json_are_written_as_text(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    log.add("note", path=Path("a/b"))
    log.close()
    assert read(tmp_path)[0]["path"] == "a/b"


def test_a_disk_that_takes_no_event_does_not_end_the_run(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    log.add("kept")
    with files_no_larger_than((tmp_path / "events.jsonl").stat().st_size):
        log.add("lost")
    log.add("kept too")
    log.close()
    assert [event["event"] for event in read(tmp_path)] == ["kept", "kept too"]

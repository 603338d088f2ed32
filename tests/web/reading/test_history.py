"""A run's history for charts: few points, of the whole run and every try, however long the file is."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation_functions.events import EventLog
from tests.web.reading.conftest import RunReader
from web.reading.attempts import Attempts
from web.reading.history import History, read_history
from web.reading.line_index import Deadline, OutOfTimeError

FILE = "events.jsonl"
IO = Path("/proc/self/io")


def write_try(folder: Path, count: int, *, steps: int = 2, notes: int = 0) -> list[int]:
    """Events as an engine writes them in one try; the numbers of those that tell of progress."""
    log = EventLog(folder)
    log.add("run-started", pipeline="p", finished=False)
    told = []
    for done in range(count):
        for note in range(notes):
            log.add("note", text=f'like "event":"run-started" {note}')
        tally = {"name": "ask", "in": done, "kept": done, "made": done, "dropped": {"too short": 2}, "failed": {"x": 1}}
        log.add(
            "progress", stage="01-poems", total=count, done=done, steps=[tally] * steps, calls=3 * done, reused=1,
            input_tokens=5, output_tokens=7, cost=0.25, records_per_second=4.5, concurrency=8, troubles={},
            eta_seconds=None, message="",
        )  # fmt: skip
        told.append(log._number)
    log.add("run-ended", status="completed", message="")
    log.close()
    return told


def history_of(folder: Path, points: int = 300, attempts: Attempts | None = None) -> History:
    return read_history(folder / FILE, attempts or Attempts(), points)


def test_a_short_run_is_told_event_by_event(tmp_path: Path) -> None:
    told = write_try(tmp_path, 20)
    found = history_of(tmp_path, 2000)
    assert [point.n for point in found.points] == told
    point = found.points[-1]
    assert (point.done, point.total, point.calls, point.dropped, point.failed) == (19, 20, 57, 4, 2)
    assert (point.cost, point.records_per_second, point.concurrency, point.attempt) == (0.25, 4.5, 8, 1)


def test_a_long_run_is_thinned_out_evenly_with_its_first_and_last_event(tmp_path: Path) -> None:
    told = write_try(tmp_path, 20_000)
    found = history_of(tmp_path, 100)
    numbers = [point.n for point in found.points]
    assert 95 <= len(numbers) <= 100
    assert (numbers[0], numbers[-1]) == (told[0], told[-1])
    steps = [later - earlier for earlier, later in pairwise(numbers)]
    assert max(steps) < 2 * 20_000 / 100


def test_every_try_has_its_number_its_beginning_and_its_last_event(tmp_path: Path) -> None:
    tries = [write_try(tmp_path, count) for count in (3000, 5, 0, 3000)]
    found = history_of(tmp_path, 60)
    assert [attempt.number for attempt in found.attempts] == [1, 2, 3, 4]
    begun = [event["t"] for event in events(tmp_path) if event["event"] == "run-started"]
    assert [attempt.started for attempt in found.attempts] == begun
    told = {point.n: point.attempt for point in found.points}
    assert len(told) <= 60
    for number, one in enumerate(tries, 1):
        if one:
            assert told[one[-1]] == number
        assert {attempt for n, attempt in told.items() if n in one} <= {number}


def events(folder: Path) -> list[Any]:
    return [orjson.loads(line) for line in (folder / FILE).read_bytes().splitlines()]


def test_a_run_that_goes_on_is_read_on_from_where_it_was(tmp_path: Path) -> None:
    attempts = Attempts()
    write_try(tmp_path, 50)
    assert len(history_of(tmp_path, 2000, attempts).attempts) == 1
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"n":99,"t":5.0,"event":"run-sta')
    assert len(history_of(tmp_path, 2000, attempts).attempts) == 1
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'rted"}\n')
    found = history_of(tmp_path, 2000, attempts)
    assert [attempt.started for attempt in found.attempts][1:] == [5.0]
    (tmp_path / FILE).unlink()
    told = write_try(tmp_path, 80)
    found = history_of(tmp_path, 2000, attempts)
    assert ([point.n for point in found.points], len(found.attempts)) == (told, 1)


def test_a_search_that_takes_too_long_goes_on_at_the_next_question(tmp_path: Path) -> None:
    line = b'{"n":1,"t":1.0,"event":"note","text":"' + b"x" * 4000 + b'"}\n'
    (tmp_path / FILE).write_bytes(line * 1000 + b'{"n":2,"t":2.0,"event":"run-started"}\n')
    attempts, looks = Attempts(), 0
    with (tmp_path / FILE).open("rb") as file:
        while True:
            looks += 1
            try:
                attempts.catch_up(file.fileno(), Deadline(-1))
                break
            except OutOfTimeError:
                assert attempts.now() == []
    assert looks == 4  # a megabyte each
    assert [attempt.started for attempt in attempts.now()] == [2.0]


def test_progress_is_found_behind_many_other_events(tmp_path: Path) -> None:
    told = write_try(tmp_path, 30, notes=400)
    found = history_of(tmp_path, 2000)
    assert [point.n for point in found.points] == told
    assert len(found.attempts) == 1


@pytest.mark.skipif(not IO.exists(), reason="only Linux tells how much a process reads")
def test_little_of_a_large_file_is_read(tmp_path: Path) -> None:
    write_try(tmp_path, 20_000)
    attempts = Attempts()
    history_of(tmp_path, 50, attempts)
    before = bytes_read()
    assert len(history_of(tmp_path, 50, attempts).points) > 40
    assert bytes_read() - before < (tmp_path / FILE).stat().st_size / 10


def bytes_read() -> int:
    return int(IO.read_text().split()[1])


VALUES = [None, "progress", "run-started", 1, -1.5, 2**63, [], {}, [{"dropped": {"a": "b"}}], "x" * 9999]
EVENTS = st.dictionaries(st.sampled_from(["event", "n", "t", "steps", "total", "cost"]), st.sampled_from(VALUES))
ODD = [b"", b"{", b'{"event":"progress"}', b'{"event":"run-started","t":[]}', b'["event":"progress"', b"\xff", b"1e999"]
LINES = st.lists(
    st.sampled_from(ODD) | EVENTS.map(lambda event: orjson.dumps({"event": "progress", **event})), max_size=40
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, st.booleans())
def test_whatever_the_file_holds_there_is_an_answer(tmp_path: Path, lines: list[bytes], ends: bool) -> None:
    (tmp_path / FILE).write_bytes(b"\n".join(lines) + b"\n" * ends)
    found = history_of(tmp_path, 10)
    assert len(found.points) <= 10
    orjson.loads(found.model_dump_json())


def test_the_route_answers_for_real_runs_and_for_those_that_have_only_begun(run: RunReader, bare: RunReader) -> None:
    assert bare.get("/history") == {"points": [], "attempts": [], "complete": True}
    found = run.get("/history", points=40)
    assert found["complete"]
    progress = [event for event in run.lines(FILE) if event["event"] == "progress"]
    assert found["points"][-1]["n"] == progress[-1]["n"]
    assert found["points"][-1]["calls"] == progress[-1]["calls"]
    assert len(found["attempts"]) == 1
    run.get("/history", 422, points=5)

"""What a run's folder says of it: figures for the list, how far it is, the funnel of its stages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from generation_functions.run_folder import STATE_FILE, read_json
from generation_functions.run_output import SUMMARY_FILE
from web.runs.stage_log import stage_log
from web.tables import State
from web.tolerant import counts_of, number_of, object_of, objects_of, whole_of
from web.watching import Watched, last_words

EVENTS_FILE = "events.jsonl"
_TAIL = 1 << 17
_LONGEST_MESSAGE = 4000


def ending(folder: Path, state: State, watched: Watched) -> tuple[str, dict[str, Any]]:
    """Why it ended as it did, in words for a person, and its figures."""
    message = str(read_json(folder / STATE_FILE).get("message") or "")
    match state:
        case State.COMPLETED:
            message = ""
        case State.PAUSED if watched.asked == "paused":
            message = "paused; resume it to go on"
        case State.QUEUED:
            message = "its worker was stopped; it goes on when one is back"
        case State.CANCELLED:
            message = "cancelled; what was paid for is kept, and resuming goes on from there"
        case State.LOST:
            message = f"its process was killed ({_signal(watched.code)}); resume it: nothing is paid twice"
        case State.FAILED | State.PAUSED:
            # A run that could not even open its folder has said why on its console only.
            ended = last_event(folder).get("event") == "run-ended"
            message = message if ended and message else last_words(folder) or message
    return message[:_LONGEST_MESSAGE], figures(folder)


def figures(folder: Path) -> dict[str, Any]:
    """What the list of runs shows: rows, calls, tokens, dollars, seconds, records that failed and were dropped."""
    summary = read_json(folder / SUMMARY_FILE)
    if summary and read_json(folder / STATE_FILE).get("status") == "completed":
        dropped = dropped_in(objects_of(summary.get("stages")))
    else:  # a try that was killed has left no summary, only that of the try before
        dropped = dropped_so_far(folder, progress(folder))
    if not summary:
        return {"dropped": dropped} if dropped else {}
    calls = object_of(summary.get("calls"))
    return {
        "rows": sum(whole_of(dataset.get("rows")) for dataset in objects_of(summary.get("datasets"))),
        "calls": whole_of(calls.get("made")),
        "reused": whole_of(calls.get("reused")),
        "input_tokens": whole_of(calls.get("input_tokens")),
        "output_tokens": whole_of(calls.get("output_tokens")),
        "cost": number_of(calls.get("cost")),
        "failed": whole_of(summary.get("failed")),
        "dropped": dropped,
        "seconds": number_of(summary.get("seconds")),
    }


def dropped_so_far(folder: Path, snapshot: dict[str, Any]) -> int:
    """Records that the latest try has let go: in the stages it has finished, and in the one that `snapshot` is of."""
    finished, _ = stages(folder)
    is_finished = any(stage.get("name") == snapshot.get("stage") for stage in finished)
    return dropped_in(finished if is_finished else [*finished, snapshot])


def dropped_in(stages: Iterable[dict[str, Any]]) -> int:
    """Records that the steps of these stages let go."""
    steps = (step for stage in stages for step in objects_of(stage.get("steps")))
    return whole_of(sum(sum(counts_of(step.get("dropped")).values()) for step in steps))


def progress(folder: Path) -> dict[str, Any]:
    """The last snapshot of how far it was; it stays when the run fails. Empty before the first."""
    return _last(folder, b'"event":"progress"')


def last_event(folder: Path) -> dict[str, Any]:
    """The newest event; empty when there is none."""
    return _last(folder, b'"event":')


def _last(folder: Path, mark: bytes) -> dict[str, Any]:
    """The last whole event with `mark` in it."""
    data = _tail(folder)
    place = data.rfind(mark)
    while place >= 0:
        start, end = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place)
        event = _decoded(data[start:end] if end >= 0 else data[start:])
        if event:
            return event
        place = data.rfind(mark, 0, place)
    return {}


def stages(folder: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The stages that the latest try has finished, and the notes it left, in order."""
    return stage_log(folder / EVENTS_FILE).now(folder / EVENTS_FILE)


def _tail(folder: Path) -> bytes:
    try:
        with (folder / EVENTS_FILE).open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _TAIL))
            return file.read()
    except OSError:
        return b""


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:  # torn at either end
        return {}
    return dict(event) if isinstance(event, dict) else {}


def _signal(code: int) -> str:
    import signal

    number = -code if code < 0 else code - 128
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"exit code {code}"

from __future__ import annotations

import contextlib
import io
import logging
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from generation_functions.commands.console import columns
from generation_functions.commands.funnel import dollars, duration
from generation_functions.commands.progress_display import ProgressDisplay

SCRIPT = Path(__file__).resolve().parents[3] / "run_augmentoolkit.py"


class Clock:
    """Time that goes on when the test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def snapshot(stage: str = "poems", **changes: Any) -> dict[str, Any]:
    return {
        "stage": stage,
        "total": 100,
        "done": 20,
        "steps": [{"name": "poem", "in": 20, "kept": 19, "made": 19, "dropped": {}, "failed": {"no tag": 1}}],
        "calls": 15,
        "reused": 5,
        "cost": 0.02,
        "records_per_second": 10.0,
        "eta_seconds": 8.0,
        "message": "",
        **changes,
    }


def test_a_pipe_gets_a_line_every_few_seconds_and_one_at_the_end() -> None:
    stream, clock = io.StringIO(), Clock()
    with ProgressDisplay(stream, clock) as display:
        for done in range(20, 60):
            display.update(snapshot(done=done))
            clock.now += 0.25
    lines = stream.getvalue().splitlines()
    assert lines[0] == "poems: 20/100 (20%), 10.0/s, 8.0 s left, 15 calls, 5 from the log, $0.0200, 1 failed"
    assert [line.split(",")[0] for line in lines] == [
        "poems: 20/100 (20%)",
        "poems: 40/100 (40%)",
        "poems: 59/100 (59%)",
    ]


def test_a_new_stage_gets_its_line_at_once() -> None:
    stream = io.StringIO()
    with ProgressDisplay(stream, Clock()) as display:
        display.update(snapshot("one", total=None, done=3, calls=0, reused=0, cost=0, steps=[], eta_seconds=None))
        display.update(snapshot("two", message="reading"))
    first, second = stream.getvalue().splitlines()
    assert first == "one: 3, 10.0/s"
    assert second.startswith("two: 20/100 (20%)")
    assert second.endswith("reading")


def test_a_terminal_gets_a_bar_with_rate_time_left_and_cost() -> None:
    stream = Terminal()
    with ProgressDisplay(stream, Clock()) as display:
        display.update(snapshot())
        display.update(snapshot(done=100, eta_seconds=0.0))
    shown = stream.getvalue()
    assert "poems:  20%|" in shown
    assert "20/100, 10.0/s, 8.0 s left, 15 calls" in shown
    assert "poems: 100%|" in shown


def test_notes_are_lines_of_their_own_and_tracebacks_are_left_to_the_log() -> None:
    stream = io.StringIO()
    logger = logging.getLogger("augmentoolkit")
    with ProgressDisplay(stream, Clock()):
        logger.info("skipped a.pdf: broken")
        try:
            raise ValueError("inner")
        except ValueError:
            logger.error("the pipeline raised", exc_info=True)
    assert stream.getvalue() == "skipped a.pdf: broken\n"


def everything_from(terminal: int) -> str:
    """What was written to a terminal that has been closed at the other end."""
    pieces = []
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 65_536):
            pieces.append(piece)
    os.close(terminal)
    return b"".join(pieces).decode()


def test_a_real_terminal_shows_the_bar(tmp_path: Path) -> None:
    (tmp_path / "counts.py").write_text(
        "def counts(run):\n    records = [{'id': str(n), 'text': 'x'} for n in range(50)]\n"
        "    kept = run.map(records, lambda record: record, name='counting')\n"
        "    run.write('texts', kept, lambda record: {'text': record['text']}, output_format='text')\n"
    )
    ours, theirs = pty.openpty()
    environment = {**os.environ, "ATK_STATE_DIR": str(tmp_path / "state"), "COLUMNS": "120"}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "run", "counts.py"],
        cwd=tmp_path,
        env=environment,
        stderr=theirs,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    os.close(theirs)
    shown = everything_from(ours)
    assert "counting: 100%|" in shown
    assert "texts: 50 rows in outputs/counts/datasets/texts.jsonl" in done.stdout


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.83, "0.8 s"), (42.4, "42 s"), (187, "3:07 min"), (7500, "2:05 h"), (59.7, "1:00 min")]
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_small_sums_keep_their_digits() -> None:
    assert (dollars(0.00421), dollars(12.3)) == ("$0.0042", "$12.30")


def test_columns_align_words_left_and_numbers_right() -> None:
    assert columns([("step", "in"), ("a", "5"), ("long", "500")]) == ["step   in", "a       5", "long  500"]

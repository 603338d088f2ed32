"""What stands between a worker and a run: nothing that a run has started outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.conftest import PROJECT

SUPERVISOR = PROJECT / "web" / "supervisor.py"
OBEDIENT = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
WITH_GRANDCHILDREN = """
import pathlib, subprocess, sys, time
sleeper = [sys.executable, '-c', 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)']
plain, apart = subprocess.Popen(sleeper), subprocess.Popen(sleeper, start_new_session=True)
pathlib.Path(sys.argv[1]).write_text(f"{plain.pid} {apart.pid}")
time.sleep(float(sys.argv[2]))
"""


def supervise(*command: str, grace: float = 20.0) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(SUPERVISOR), str(grace), sys.executable, "-c", *command],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    limit = monotonic() + seconds
    while not condition():
        assert monotonic() < limit, "it did not happen"
        sleep(0.02)


def wait(process: subprocess.Popen[bytes]) -> int:
    code = process.wait(20)
    assert process.stdin is not None
    process.stdin.close()
    return code


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def pids(file: Path) -> list[int]:
    until(lambda: file.exists() and len(file.read_text().split()) == 2)
    return [int(word) for word in file.read_text().split()]


def say(process: subprocess.Popen[bytes], word: bytes) -> None:
    assert process.stdin is not None
    process.stdin.write(word + b"\n")
    process.stdin.flush()


@pytest.mark.parametrize("code", [0, 1, 3, 130])
def test_the_exit_code_is_that_of_the_run(code: int) -> None:
    assert wait(supervise(f"raise SystemExit({code})")) == code


def test_a_run_that_was_killed_shows_by_its_exit_code() -> None:
    assert wait(supervise("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")) == 128 + signal.SIGKILL


def test_a_run_is_asked_to_stop_and_killed_when_it_does_not_within_the_grace_period() -> None:
    obedient, deaf = supervise(OBEDIENT), supervise(DEAF, grace=0.5)
    sleep(0.3)  # for the deaf one to have closed its ears
    say(obedient, b"stop")
    say(deaf, b"stop")
    assert wait(obedient) == 128 + signal.SIGTERM
    assert wait(deaf) == 128 + signal.SIGKILL


def test_a_second_word_kills_at_once() -> None:
    process = supervise(DEAF, grace=1000.0)
    sleep(0.3)
    say(process, b"stop")
    say(process, b"kill")
    assert wait(process) == 128 + signal.SIGKILL


def test_the_death_of_the_worker_ends_the_run() -> None:
    process = supervise(OBEDIENT)
    assert process.stdin is not None
    process.stdin.close()
    assert wait(process) == 128 + signal.SIGTERM


@pytest.mark.parametrize("seconds", ["0", "60"], ids=["the run ends by itself", "the run is stopped"])
def test_grandchildren_end_with_the_run_also_those_in_a_session_of_their_own(tmp_path: Path, seconds: str) -> None:
    process = supervise(WITH_GRANDCHILDREN, str(tmp_path / "pids"), seconds)
    grandchildren = pids(tmp_path / "pids")
    if seconds != "0":
        say(process, b"stop")
    wait(process)
    assert not [one for one in grandchildren if is_running(one)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_the_run_dies_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    noting = f"import os, pathlib\npathlib.Path({str(tmp_path / 'pid')!r}).write_text(f'{{os.getpid()}} 0')\n"
    process = supervise(noting + OBEDIENT)
    run = pids(tmp_path / "pid")[0]
    os.kill(process.pid, signal.SIGKILL)
    wait(process)
    until(lambda: not is_running(run))

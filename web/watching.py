"""The worker's side of a run under way: start its process, watch it, stop it when somebody asks, say how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import IO

from web.settings import FOR_THE_SERVICE_ALONE, Settings
from web.tables import State

PROJECT = Path(__file__).resolve().parent.parent
CONSOLE_FILE = "console.txt"
_LOOK_SECONDS = 0.25
_LARGEST_CONSOLE = 16 << 20


@dataclass
class Watched:
    """How something that was started came to its end."""

    code: int
    """Exit code; above 128, and not 130, the signal that killed it and 128."""
    asked: str = ""
    """`paused`, `cancelled`, `killed` or `worker` when it was asked to stop, `time` when its time was up."""

    @property
    def was_killed(self) -> bool:
        """Whether it could not say itself how it ended."""
        return self.code < 0 or (self.code > 128 and self.code != 130)

    def state(self) -> State:
        """The state that follows."""
        if self.code == 0:
            return State.COMPLETED
        if self.asked in ("cancelled", "killed"):
            return State.CANCELLED
        if self.asked == "worker":
            return State.QUEUED
        if self.asked == "time":
            return State.FAILED
        if self.asked == "paused":
            return State.PAUSED
        if self.was_killed:
            return State.LOST
        return State.PAUSED if self.code in (3, 130) else State.FAILED


def start(settings: Settings, arguments: list[str], output: IO[bytes], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start the command line in a session of its own, with a supervisor that dies with this process."""
    command = [sys.executable, str(PROJECT / "run_augmentoolkit.py"), *arguments]
    supervisor = [sys.executable, "-I", "-S", str(Path(__file__).with_name("supervisor.py"))]
    kept = {name: value for name, value in os.environ.items() if name not in FOR_THE_SERVICE_ALONE}
    return subprocess.Popen(
        [*supervisor, str(settings.grace_seconds), *command],
        cwd=settings.root,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=errors,
        start_new_session=True,
        env={**kept, "PYTHONUNBUFFERED": "1", "ATK_STATE_DIR": str(settings.state)},
    )


def watch(
    process: subprocess.Popen[bytes], asked: Callable[[], str], console: IO[bytes], seconds: float = 0.0
) -> Watched:
    """Wait for the end. `asked()` says whether somebody wants it stopped; `seconds` limits its time."""
    started, told = monotonic(), ""
    while True:
        try:
            code = process.wait(_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            _cut(console)
            wanted = asked() or ("time" if seconds and monotonic() - started > seconds else "")
            if wanted and told != wanted:
                _tell(process, b"kill\n" if wanted == "killed" else b"stop\n")
                told = wanted
            continue
        with suppress(BrokenPipeError):
            assert process.stdin is not None
            process.stdin.close()
        if code < 0:
            _end_group(process.pid)
        return Watched(code, told)


def _cut(console: IO[bytes]) -> None:
    """Begin the console anew when a run prints more than anybody reads; it is open for appending."""
    if os.fstat(console.fileno()).st_size > _LARGEST_CONSOLE:
        console.truncate(0)
        console.write(b"--- what was printed before was too much to keep\n")
        console.flush()


def _tell(process: subprocess.Popen[bytes], word: bytes) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError, ValueError):
        process.stdin.write(word)
        process.stdin.flush()


def _end_group(group: int) -> None:
    """The supervisor itself was killed: what it watched must not go on without it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def open_console(folder: Path) -> IO[bytes]:
    """The file for what a run prints; a line says when each try began."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / CONSOLE_FILE
    with suppress(OSError):
        if file.stat().st_size > _LARGEST_CONSOLE:
            file.replace(folder / "console-before.txt")
    console = file.open("ab")
    console.write(f"--- {datetime.now().astimezone():%Y-%m-%d %H:%M:%S}\n".encode())
    console.flush()
    return console


def last_words(folder: Path) -> str:
    """The end of what a run printed: why it failed, when it could not even open its folder."""
    try:
        with (folder / CONSOLE_FILE).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 4000))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return text.rpartition("--- ")[2].partition("\n")[2].strip()[-2000:]


def shown(settings: Settings, folder: Path) -> str:
    """A folder as the command line would name it: relative to the project where it lies in it."""
    return str(folder.relative_to(settings.root)) if folder.is_relative_to(settings.root) else str(folder)

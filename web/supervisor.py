"""Stands between the worker and a run's process, and outlives neither: `supervisor.py GRACE COMMAND...`.

Standard input is the lifeline. A line asks for a clean stop; its end means that the worker has died, and asks for
the same. Processes that the run has started and left behind are ended too, also those that went into a session of
their own. Runs on the standard library alone (`python -I -S`), so that it costs next to nothing.

Exit code: the run's, or 128 and the number of the signal that killed it.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from types import FrameType

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_LEAVE_TAKING_SECONDS = 2.0


def main(arguments: list[str]) -> int:
    """Run the command to its end, whatever ends it."""
    grace, command = float(arguments[0]), arguments[1:]
    woken, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK) if hasattr(os, "pipe2") else _pipe()
    # Handlers, not SIG_IGN: a run would inherit that, and could not be stopped.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, _do_nothing)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    run = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        preexec_fn=end_with_parent,
    )
    code = _watch(run, woken, grace)
    _end_those_left()
    return 128 - code if code < 0 else code


def _watch(run: subprocess.Popen[bytes], woken: int, grace: float) -> int:
    lifeline: list[int] = [0]
    deadline: float | None = None
    while True:
        code = run.poll()
        if code is not None:
            return code
        patience = None if deadline is None else max(0.0, deadline - monotonic())
        readable, _, _ = select.select([woken, *lifeline], [], [], patience)
        if woken in readable:
            with suppress(BlockingIOError):
                os.read(woken, 4096)
        if 0 in readable:
            asked = os.read(0, 4096)
            if not asked:
                lifeline = []
            if b"kill" in asked:
                deadline = monotonic()
            elif deadline is None:
                deadline = monotonic() + grace
                with suppress(ProcessLookupError):
                    run.send_signal(signal.SIGTERM)  # to the run alone: its helpers are its own to end
        if deadline is not None and monotonic() >= deadline:
            with suppress(ProcessLookupError):
                run.kill()
            deadline = monotonic() + 1.0


def _end_those_left() -> None:
    """End the descendants that the run left behind: politely, then for good."""
    until = monotonic() + _LEAVE_TAKING_SECONDS
    number = signal.SIGTERM
    while left := _descendants(os.getpid()):
        for process in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, number)
        if monotonic() > until:
            number = signal.SIGKILL
        sleep(0.02)
        _reap()
        if monotonic() > until + _LEAVE_TAKING_SECONDS:
            return  # in a system call that nothing interrupts
    _reap()


def _reap() -> None:
    """Orphans come to this process on Linux; nobody else would wait for them."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _descendants(of: int) -> list[int]:
    """Living descendants of a process, and members of its process group."""
    family = {of}
    table = _process_table()
    grown = True
    while grown:
        found = {
            process
            for process, (parent, group, _) in table.items()
            if process not in family and (parent in family or group == of)
        }
        grown = bool(found)
        family |= found
    return [process for process in family - {of} if not table[process][2]]


def _process_table() -> dict[int, tuple[int, int, bool]]:
    """Parent, process group, and whether it is a zombie, by process."""
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(["ps", "-axo", "pid=,ppid=,pgid=,stat="], capture_output=True, text=True, check=False)
        rows = [line.split() for line in listed.stdout.splitlines()]
        return {int(row[0]): (int(row[1]), int(row[2]), row[3].startswith("Z")) for row in rows if len(row) == 4}
    table = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):
                # The name, in brackets, may hold anything.
                fields = Path(entry.path, "stat").read_text(errors="replace").rpartition(")")[2].split()
                table[int(entry.name)] = (int(fields[1]), int(fields[2]), fields[0] == "Z")
    return table


def end_with_parent() -> None:
    """Between fork and exec: die with whoever starts this. A run loses nothing by that."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    with suppress(OSError, AttributeError):  # only Linux has it; elsewhere the worker ends the process group
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _pipe() -> tuple[int, int]:
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    return woken, wake


def _do_nothing(number: int, frame: FrameType | None) -> None:
    pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

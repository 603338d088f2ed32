"""Runs one function in a fresh process and measures it: wall, CPU, peak memory, bytes written.

A fresh process each, so that no peak and no CPU second of one measurement leaks into the next.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one function cost. `wall_s` is the call alone; CPU and memory are those of the whole process."""

    wall_s: float
    process_s: float
    started_at: float
    cpu_s: float
    peak_rss_mb: float
    bytes_written: int
    result: Any


class Started:
    """A function that runs in a process of its own."""

    def __init__(self, function: str, state: Path, **arguments: Any) -> None:
        command = [sys.executable, "-m", "benchmarks.measure", function, orjson.dumps(arguments).decode()]
        # Its own state folder: no reply of an earlier run on this machine is found and reused.
        environment = {**os.environ, "ATK_STATE_DIR": str(state)}
        self.started_at = time.time()
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=environment)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self._process.kill()
        self._process.communicate()

    def measurement(self) -> Measurement:
        """Wait for its end; a process that fails ends the benchmark."""
        output, _ = self._process.communicate()
        ended_at = time.time()
        if self._process.returncode:
            raise SystemExit(f"the measured process ended with exit code {self._process.returncode}")
        measured = orjson.loads(output.splitlines()[-1])
        return Measurement(started_at=self.started_at, process_s=ended_at - self.started_at, **measured)


def measure(function: str, state: Path, **arguments: Any) -> Measurement:
    """Run `package.module:function` with JSON-like arguments in a fresh process."""
    return Started(function, state, **arguments).measurement()


def main() -> None:
    function, arguments = sys.argv[1], orjson.loads(sys.argv[2])
    module, _, name = function.partition(":")
    called = getattr(importlib.import_module(module), name)
    written = _bytes_written()
    start = time.perf_counter()
    result = called(**arguments)
    measured = {
        "wall_s": time.perf_counter() - start,
        "cpu_s": time.process_time(),
        "peak_rss_mb": _peak_rss_mb(),
        "bytes_written": _bytes_written() - written,
        "result": result,
    }
    print(orjson.dumps(measured).decode())


def _bytes_written() -> int:
    """Bytes given to write(2) by this process; sockets do not count, they use send(2)."""
    return _proc_number("/proc/self/io", "wchar:")


def _peak_rss_mb() -> float:
    # Not ru_maxrss: that starts from the peak of the process that forked this one.
    return _proc_number("/proc/self/status", "VmHWM:") / 1024


def _proc_number(path: str, name: str) -> int:
    for line in Path(path).read_text(encoding="ascii").splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    raise SystemExit(f"{path} has no {name}; the benchmarks need Linux")


if __name__ == "__main__":
    main()

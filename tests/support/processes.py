"""Starting the three-step run as a process, and looking at what it left."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from generation_functions.call_log import CallLog

SCRIPT = Path(__file__).parent / "three_steps.py"


def start(url: str, folder: Path, **options: Any) -> subprocess.Popen[str]:
    """Start the run; options are the script's."""
    words = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), url, str(folder), *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str], timeout: float = 120) -> tuple[int, str]:
    """Wait for a run's end. Returns its exit code and what it said on stderr."""
    _, said = process.communicate(timeout=timeout)
    return process.returncode, said


def run(url: str, folder: Path, **options: Any) -> tuple[int, str]:
    """Start a run and wait for its end."""
    return finish(start(url, folder, **options))


def logged_keys(folder: Path) -> Counter[str]:
    """How often each call's key stands in the run's call log; none in that of a run that was killed before it began."""
    if not (folder / "calls" / "calls.jsonl").exists():
        return Counter()
    log = CallLog(folder / "calls", writable=False)
    try:
        return Counter(entry["key"] for entry in log if "key" in entry)
    finally:
        log.close()


def dataset(folder: Path) -> bytes:
    """The bytes of the dataset and its provenance."""
    return (folder / "datasets" / "answers.jsonl").read_bytes() + (folder / "provenance.jsonl").read_bytes()

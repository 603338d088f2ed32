"""The curves of a training: a line of curves.jsonl and an event for each step that is shown."""

from __future__ import annotations

from pathlib import Path
from time import monotonic, time
from typing import Any

import orjson

from generation_functions import Run
from generation_functions.run_folder import write_atomically

CURVES_FILE = "curves.jsonl"
EVENT = "training"
SECONDS_BETWEEN = 0.25


class Curves:
    """Shows steps, four a second at most, and the last one of a stage in any case."""

    def __init__(self, run: Run, path: Path) -> None:
        self._run = run
        self._path = path
        self._next = 0.0

    def go_on(self, stage: str, step: int, earlier: list[str]) -> None:
        """Leave out what a killed process showed of steps that will be done again.

        Args:
            stage: The stage that goes on.
            step: After that step.
            earlier: The stages before it, which stay.
        """
        lines = self._path.read_bytes().splitlines() if self._path.exists() else []
        kept = [line for line in lines if _stays(line, stage, step, earlier)]
        write_atomically(self._path, b"".join(line + b"\n" for line in kept))

    def show(self, facts: dict[str, Any], *, last: bool) -> None:
        """The facts of a step, when it is time to, or when it is the last."""
        now = monotonic()
        if now < self._next and not last:
            return
        self._next = now + SECONDS_BETWEEN
        self._run.events.add(EVENT, **facts)
        with self._path.open("ab") as file:
            file.write(orjson.dumps({"t": round(time(), 3), **facts}) + b"\n")


def _stays(line: bytes, stage: str, step: int, earlier: list[str]) -> bool:
    try:
        facts = orjson.loads(line)
        return facts["stage"] in earlier or (facts["stage"] == stage and facts["step"] <= step)
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return False  # torn by a kill


def memory_bytes(device: str) -> int:
    """The most memory that was in use: of the GPU, or of this process."""
    if device.startswith("cuda"):
        import torch

        return int(torch.cuda.max_memory_allocated(device))
    import resource
    import sys

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024

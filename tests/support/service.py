"""The service as real processes: api.py and worker.py over a project folder, started, killed and asked by tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Self

import httpx2 as httpx

PROJECT = Path(__file__).resolve().parent.parent.parent
ENDED = ("paused", "completed", "failed", "cancelled", "lost")


class ServiceProcesses:
    """api.py and worker.py of one installation. Use as a context manager."""

    def __init__(self, root: Path, state: Path, *, starts_itself: bool = True, **variables: object) -> None:
        self.starts_itself = starts_itself
        self.root, self.state = root, state
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._variables = {"ATK_STATE_DIR": state, "ATK_PORT": self.port, "ATK_ROOT": root, **variables}
        self._log = (state / "processes.log").open("ab")
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.http = httpx.Client(base_url=self.url, timeout=60, trust_env=False)

    def start(self, *programs: str) -> None:
        """Start what is not running and wait until it is ready."""
        for program in programs or ("api.py", "worker.py"):
            self.processes[program] = subprocess.Popen(
                [sys.executable, str(PROJECT / program)],
                cwd=self.root,
                env={**os.environ, **{name: str(value) for name, value in self._variables.items()}},
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,
            )
        if "worker.py" in self.processes:
            until(lambda: self.answers("/api/ready"), what=self.said)
        else:
            until(lambda: self.answers("/api/health"), what=self.said)

    def answers(self, path: str) -> bool:
        try:
            return self.http.get(path).status_code == 200
        except httpx.TransportError:
            return False

    def said(self) -> str:
        self._log.flush()
        return (self.state / "processes.log").read_text(errors="replace")[-4000:]

    def kill(self, program: str) -> None:
        """SIGKILL, as the kernel does when memory runs out."""
        process = self.processes.pop(program, None)
        if process is not None:
            process.kill()
            process.wait()

    def stop(self) -> None:
        """Stop all, cleanly."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            process.wait(40)
        self.processes = {}

    def post(self, path: str, body: Any = None, status: int = 202) -> Any:
        answer = self.http.post(path, json={} if body is None else body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def run(self, run_id: str) -> Any:
        return self.get(f"/api/runs/{run_id}")

    def wait_for(self, run_id: str, *states: str, seconds: float = 60) -> Any:
        """The run, once it is in one of `states` (any ended one by default)."""
        wanted = states or ENDED
        seen: list[Any] = [None]

        def there() -> bool:
            seen[0] = self.run(run_id)
            return seen[0]["state"] in wanted

        until(there, seconds, lambda: f"{seen[0]}\n{self.said()}")
        return seen[0]

    def __enter__(self) -> Self:
        if self.starts_itself and not self.processes:
            self.start()
        return self

    def __exit__(self, *error: object) -> None:
        for program in list(self.processes):
            self.kill(program)
        self.http.close()
        self._log.close()


def until(condition: Callable[[], object], seconds: float = 30, what: Callable[[], str] = lambda: "") -> None:
    """Wait until something holds."""
    limit = monotonic() + seconds
    while not condition():
        assert monotonic() < limit, f"it did not happen within {seconds} s: {what()}"
        sleep(0.05)


def free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])

"""One parent for service and worker: what ./start.sh runs. Starts both, keeps both alive, stops both.

Starting it twice is harmless: the second one shows where the first one answers.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from types import FrameType
from typing import IO

import orjson

from generation_functions.errors import AugmentoolkitError, UsageError
from generation_functions.run_folder import read_json, write_atomically
from web.settings import Settings
from web.supervisor import end_with_parent

PROJECT = Path(__file__).resolve().parent.parent
_PORTS_TRIED = 100
_READY_SECONDS = 60.0
_STOP_SECONDS = 10.0
_MOST_RESTARTS = 5
_LOOK_SECONDS = 0.2


class Child:
    """A process that is started again when it dies, unless it keeps dying."""

    def __init__(self, program: str, environment: dict[str, str]) -> None:
        self.program = program
        self._environment = environment
        self._starts: list[float] = []
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        self._starts.append(monotonic())
        return subprocess.Popen(
            [sys.executable, str(PROJECT / self.program)],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C comes to the parent alone, who stops them in order
            preexec_fn=end_with_parent,
        )

    def look_after(self) -> None:
        """Start it again when it has died.

        Raises:
            AugmentoolkitError: It has died too often within a minute.
        """
        code = self.process.poll()
        if code is None:
            return
        recent = [start for start in self._starts if start > monotonic() - 60]
        if len(recent) >= _MOST_RESTARTS or code == UsageError.exit_code:
            raise AugmentoolkitError(f"{self.program} ended with exit code {code}; what it said stands above")
        _say(f"{self.program} ended with exit code {code}; starting it again")
        self.process = self._start()

    def stop(self) -> None:
        """Ask it to stop."""
        with suppress(ProcessLookupError):
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Wait for its end, until a time; then kill it."""
        try:
            self.process.wait(max(0.1, until - monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def main() -> int:
    """Serve until a signal comes."""
    try:
        settings = Settings.from_environment()
        settings.check()
        settings.state.mkdir(parents=True, exist_ok=True)
        with (settings.state / "service.lock").open("a+b") as lock:
            if not _take(lock):
                return _show_other(settings)
            return _serve(settings)
    except AugmentoolkitError as error:
        _say(f"error: {error}")
        return error.exit_code


def _serve(settings: Settings) -> int:
    stopping = Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    port = free_port(settings)
    url = f"http://{'127.0.0.1' if settings.host in ('0.0.0.0', '::') else settings.host}:{port}"
    environment = {**os.environ, "ATK_PORT": str(port)}
    children = [Child(program, environment) for program in ("api.py", "worker.py")]
    write_atomically(_url_file(settings), orjson.dumps({"url": url, "pid": os.getpid()}))
    try:
        if _wait_until(lambda: _answers(f"{url}/api/ready"), children, stopping):
            _say(f"Augmentoolkit is ready: {url}   (Ctrl-C stops it; runs go on where they were)")
            _open_browser(url)
        while not stopping.wait(_LOOK_SECONDS):
            for child in children:
                child.look_after()
    finally:
        until = monotonic() + settings.grace_seconds + _STOP_SECONDS
        for child in reversed(children):  # the worker first: it says of its runs that they are to go on
            child.stop()
            child.wait(until)
        _url_file(settings).unlink(missing_ok=True)
    return 0


def free_port(settings: Settings) -> int:
    """The port that was asked for; when nobody asked, the first free one from the default up.

    Raises:
        UsageError: It is taken.
    """
    for port in range(settings.port, settings.port + _PORTS_TRIED):
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with socket.socket(family) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind((settings.host, port))
            except OSError as error:
                if os.environ.get("ATK_PORT"):
                    raise UsageError(f"ATK_PORT={port} cannot be used: {error.strerror}; choose another") from error
                continue
        return port
    raise UsageError(f"no port from {settings.port} up is free; set ATK_PORT")


def _wait_until(reached: Callable[[], bool], children: list[Child], stopping: Event) -> bool:
    until = monotonic() + _READY_SECONDS
    while not reached():
        for child in children:
            child.look_after()
        if monotonic() > until:
            raise AugmentoolkitError(f"the service did not become ready within {_READY_SECONDS:.0f} s")
        if stopping.wait(0.05):
            return False
    return True


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _take(lock: IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _show_other(settings: Settings) -> int:
    until = monotonic() + _READY_SECONDS
    while monotonic() < until:
        url = str(read_json(_url_file(settings)).get("url") or "")
        if url and _answers(f"{url}/api/health"):
            _say(f"Augmentoolkit runs already: {url}")
            _open_browser(url)
            return 0
        sleep(_LOOK_SECONDS)
    raise AugmentoolkitError("another start.sh is at work here, but its service does not answer: stop it first")


def _url_file(settings: Settings) -> Path:
    return settings.state / "service-url.json"


def _open_browser(url: str) -> None:
    if os.environ.get("ATK_BROWSER", "1") not in ("0", "no", "false") and _has_screen():
        webbrowser.open(url)


def _has_screen() -> bool:
    shown = sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return shown and sys.stdout.isatty()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())

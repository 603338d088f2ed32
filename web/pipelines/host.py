"""The service's side of the process that imports pipelines: started on first need, ended if idle, killed if late."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from generation_functions.super_config import PROJECT
from web.pipelines.code_stamp import code_stamp
from web.pipelines.host_process import READY
from web.problems import InvalidError, Mistake, NotFoundError, ProblemError, UnavailableError
from web.roots import Root, existing
from web.settings import FOR_THE_SERVICE_ALONE, Settings

_BOOT = (
    "import json, sys; settings = json.loads(sys.argv.pop()); sys.path[:] = settings['paths']; "
    "from web.pipelines.host_process import main; main(settings)"
)
_START_SECONDS = 60.0
_MOST_ANSWER_BYTES = 64 << 20


class _DiedError(Exception):
    """The process ended over a request."""


class _BusyError(UnavailableError):
    """Others ask too much at the moment."""

    code = "pipeline-host"


class PipelineHost:
    """Asks a child process about pipelines and configs. Safe to use from several threads."""

    def __init__(
        self, settings: Settings, *, idle: float = 60.0, limit: float = 20.0, compare_every: float = 1.0
    ) -> None:
        self._settings = settings
        self._idle, self._limit, self._compare_every = idle, limit, compare_every
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stamp_lock = threading.Lock()
        self._stamp, self._compared, self._imported = "", 0.0, ""
        self._known: dict[tuple[str, str], dict[str, Any] | ProblemError] = {}
        self._closed = False

    @property
    def process_id(self) -> int | None:
        """Of the child, while there is one."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def ask(self, request: str, **facts: Any) -> dict[str, Any]:
        """The answer to a request (see `host_process`). A `file` is a path below configs/.

        Raises:
            InvalidError: The config has mistakes, its pipeline is not registered or cannot be imported.
            NotFoundError: No pipeline has this name, or there is no such file.
            UnavailableError: The child crashed or took too long.
        """
        if facts.get("file") and facts.get("text") is None:
            facts["file"] = self._shown(facts["file"])
        line = json.dumps({"request": request, "facts": facts}).encode() + b"\n"
        if not self._lock.acquire(timeout=self._limit):
            raise _BusyError("pipelines are busy with other requests; try again in a moment")
        try:
            if self._process is not None and self._imported != self._current():
                self._end()
            reply = self._exchange(line)
        finally:
            self._lock.release()
        if "answer" in reply:
            answer: dict[str, Any] = reply["answer"]
            return answer
        raise _problem(reply)

    def cached(self, request: str, **facts: Any) -> dict[str, Any]:
        """The same for what depends on code alone: asked once until code changes, also when it fails."""
        stamp, key = self._current(), (request, json.dumps(facts, sort_keys=True))
        known = self._known.get(key)
        if known is None:
            try:
                known = self.ask(request, **facts)
            except _BusyError:
                raise
            except ProblemError as error:
                known = error
            if stamp == self._stamp:
                self._known[key] = known
        if isinstance(known, ProblemError):
            raise type(known)(known.detail, code=known.code, mistakes=known.mistakes)
        return known

    def close(self) -> None:
        """End the child; nothing can be asked any more."""
        with self._lock:
            self._closed = True
            self._end()

    def _shown(self, file: str) -> str:
        found = existing(Root.CONFIGS.folder(self._settings), file)
        root = self._settings.root.resolve()
        return str(found.relative_to(root) if found.is_relative_to(root) else found)

    def _current(self) -> str:
        """The stamp of the code as it is, or was a moment ago."""
        with self._stamp_lock:
            if not self._stamp or monotonic() - self._compared >= self._compare_every:
                stamp = code_stamp(self._settings.root)
                self._compared = monotonic()
                if stamp != self._stamp:
                    self._known = {}
                    self._stamp = stamp
            return self._stamp

    def _exchange(self, line: bytes) -> dict[str, Any]:
        started_now = self._process is None
        try:
            return self._one_exchange(line)
        except _DiedError as error:
            if started_now:
                raise _unavailable(str(error)) from error
        try:  # it may have ended because it was idle, just when it was asked
            return self._one_exchange(line)
        except _DiedError as error:
            raise _unavailable(str(error)) from error

    def _one_exchange(self, line: bytes) -> dict[str, Any]:
        process = self._running()
        deadline = monotonic() + self._limit
        self._send(process, line, deadline)
        reply: dict[str, Any] = json.loads(self._line(process, deadline))
        return reply

    def _running(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise _BusyError("the service is ending")
        if self._process is None:
            self._start()
        assert self._process is not None
        return self._process

    def _start(self) -> None:
        self._imported = self._current()  # before: what is edited meanwhile is imported again
        folders = [str(PROJECT), *(str(Path(folder).absolute()) for folder in sys.path if folder)]
        open_to = [str(folder) for folder in (self._settings.root, *self._settings.input_folders)]
        settings = {
            "paths": list(dict.fromkeys(folders)),
            "folders": open_to if self._settings.is_open else None,
            "idle": self._idle,
            "limit": self._limit,
        }
        kept = {name: value for name, value in os.environ.items() if name not in FOR_THE_SERVICE_ALONE}
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", _BOOT, json.dumps(settings)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=self._settings.root,
                env={**kept, "ATK_STATE_DIR": str(self._settings.state)},
                start_new_session=True,  # Ctrl-C is for the service; and killing it kills what pipelines started
                bufsize=0,
            )
        except OSError as error:
            raise _unavailable(f"Python cannot be started with {sys.executable}: {error.strerror}") from error
        self._process = process
        assert process.stdin is not None
        os.set_blocking(process.stdin.fileno(), False)
        try:
            said = self._line(process, monotonic() + _START_SECONDS)
        except _DiedError as error:
            raise _unavailable(f"it could not be started; {error}") from error
        if said + b"\n" != READY:
            self._end()
            raise _unavailable("it could not be started")

    def _send(self, process: subprocess.Popen[bytes], line: bytes, deadline: float) -> None:
        assert process.stdin is not None
        rest = memoryview(line)
        while rest:
            self._wait(process.stdin.fileno(), select.POLLOUT, deadline)
            try:
                rest = rest[os.write(process.stdin.fileno(), rest) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise self._died() from error

    def _line(self, process: subprocess.Popen[bytes], deadline: float) -> bytes:
        assert process.stdout is not None
        parts = []
        size = 0
        while True:
            self._wait(process.stdout.fileno(), select.POLLIN, deadline)
            part = os.read(process.stdout.fileno(), 1 << 16)
            if not part or size > _MOST_ANSWER_BYTES:
                raise self._died()
            size += len(part)
            parts.append(part)
            if part.endswith(b"\n"):  # one line per request, so nothing stands behind it
                return b"".join(parts)[:-1]

    def _wait(self, descriptor: int, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        if not poll.poll(max(0.0, deadline - monotonic()) * 1000):
            self._end()
            raise _unavailable(f"there was no answer within {self._limit:.0f} s, so it was stopped")

    def _died(self) -> _DiedError:
        process = self._process
        self._end()
        code = process.returncode if process is not None else 0
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return _DiedError(f"it ended before it answered ({how})")

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _unavailable(what: str) -> UnavailableError:
    advice = (
        "The service's log may say more, and so does: python run_augmentoolkit.py list. "
        "It is started again for the next request."
    )
    return UnavailableError(f"the process that imports pipelines: {what}. {advice}", code="pipeline-host")


def _problem(reply: dict[str, Any]) -> ProblemError:
    mistakes = [Mistake(**mistake) for mistake in reply["mistakes"]]
    detail = reply["detail"]
    match reply["error"]:
        case "unknown":
            return NotFoundError(detail, code="pipeline-not-registered")
        case "unregistered":
            return InvalidError(detail, code="pipeline-not-registered", mistakes=mistakes)
        case "config":
            count = len(mistakes)
            words = f"the config has {count} mistake{'s' if count != 1 else ''}; nothing was started"
            return InvalidError(words, code="config-invalid", mistakes=mistakes)
        case _:
            return InvalidError(detail, code="pipeline-broken", mistakes=mistakes)

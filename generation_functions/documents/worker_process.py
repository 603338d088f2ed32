"""The parent's side of a reading process: hands it one file at a time and survives its death.

A pool of concurrent.futures cannot say which of several files killed a worker, and imports the user's main
script into every child; one plain child per thread does neither.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from generation_functions.documents.document import ExtractedText
from generation_functions.documents.extraction_cache import extracted_from_json
from generation_functions.documents.worker import READY
from generation_functions.errors import AugmentoolkitError, UnreadableDocumentError

READ_TIMEOUT_SECONDS = 900.0
# -P and the list of folders make the child import exactly what this process would.
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); "
    "from generation_functions.documents.worker import main; main()"
)


class WorkerProcess:
    """One child process, started on first use and again after it died. For use by one thread at a time."""

    def __init__(self, timeout: float = READ_TIMEOUT_SECONDS) -> None:
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, path: Path, file: str) -> ExtractedText:
        """The text of one file.

        Raises:
            UnreadableDocumentError: with the reader's reason, or because reading it crashed or never ended.
            AugmentoolkitError: the child cannot be started.
        """
        process = self._running()
        request = orjson.dumps({"path": os.fsencode(path).hex(), "file": file})
        timed_out = threading.Event()

        def give_up() -> None:
            timed_out.set()
            process.kill()

        late = threading.Timer(self._timeout, give_up)
        late.daemon = True
        late.start()
        try:
            answer = _exchange(process, request + b"\n")
        finally:
            late.cancel()
        if not answer.endswith(b"\n"):
            raise UnreadableDocumentError(self._obituary(timed_out.is_set()))
        if answer.startswith(b'{"problem":'):
            raise UnreadableDocumentError(str(orjson.loads(answer)["problem"]))
        return extracted_from_json(answer)

    def stop(self) -> None:
        """Ends the child, whatever it is doing; may be called from another thread."""
        self._stopped = True
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """Ends the child and clears up after it."""
        self.stop()
        process, self._process = self._process, None
        if process is not None:
            process.communicate()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._stopped:
            raise UnreadableDocumentError("reading was stopped")
        if self._process is None:
            folders = [folder or str(Path.cwd()) for folder in sys.path]
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", _BOOT, orjson.dumps(folders).decode()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            self._process = process
            if _exchange(process, b"") != READY:
                raise AugmentoolkitError(
                    f"The process that reads documents could not be started with {sys.executable}; "
                    "what it said stands above."
                )
        return self._process

    def _obituary(self, timed_out: bool) -> str:
        process, self._process = self._process, None
        assert process is not None
        process.communicate()
        if timed_out:
            return f"reading it took longer than {self._timeout:.0f} s"
        code = process.returncode
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"reading it crashed the reader ({how})"


def _exchange(process: subprocess.Popen[bytes], request: bytes) -> bytes:
    """The line that answers a request; without its line end when the child died over it."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(request)
        process.stdin.flush()
    except BrokenPipeError:
        return b""
    return process.stdout.readline()

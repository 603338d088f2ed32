"""llama.cpp at work on a GGUF file in another process: started, listened to, ended."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

_TAIL = 1500
_SECONDS_TO_END = 10


class LlamaProcess:
    """One file, opened by llama.cpp; `is_up` says whether it could be.

    Args:
        path: The file.
        own_session: Ctrl-C in a terminal does not reach it; it ends with its standard input either way.
        settings: As llama_server.py takes them.
    """

    def __init__(self, path: Path, *, own_session: bool = False, **settings: Any) -> None:
        self._said: IO[str] = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115  (closed by `end`)
        wanted = json.dumps({"path": str(path.expanduser().resolve()), **settings})
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("llama_server.py")), wanted],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            start_new_session=own_session,
        )
        self.address = self.key = ""
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith("{"):
                ready = json.loads(line)
                self.address, self.key = ready["address"], ready["key"]
                return

    @property
    def is_up(self) -> bool:
        """Whether it has said that it answers."""
        return bool(self.address)

    def exit_status(self) -> int | None:
        """That of a process which has ended, or is about to; None when it goes on."""
        try:
            return self._process.wait(5)
        except subprocess.TimeoutExpired:
            return None

    def last_words(self) -> str:
        """The end of what llama.cpp has said."""
        self._said.seek(0)
        return self._said.read().strip()[-_TAIL:]

    def end(self) -> None:
        """End it, by force where it does not hear."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._said.close()

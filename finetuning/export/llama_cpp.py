"""Asking llama.cpp what it makes of a GGUF file: tokens, rendered conversations, greedy answers."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from generation_functions.errors import AugmentoolkitError

_SECONDS = 600
_TAIL = 1500


class LlamaCppError(AugmentoolkitError):
    """llama.cpp does not load a file, or ended while it worked on it."""


@dataclass(frozen=True)
class Continuation:
    """What llama.cpp writes on its own, always choosing the likeliest token.

    Attributes:
        ids: Tokens, a stop token included where one ended it.
        stopped: Whether a stop token ended it.
    """

    ids: list[int]
    stopped: bool


class LlamaCpp:
    """One GGUF file opened by llama.cpp, on the CPU, in another process. Use as a context manager.

    Args:
        path: The file.
        context: Tokens it must hold at once.

    Raises:
        LlamaCppError: llama.cpp does not load it; says what llama.cpp said.
    """

    def __init__(self, path: Path, context: int = 2048) -> None:
        self.path = path
        self._context = context
        self._open = build_opener(ProxyHandler({})).open  # a proxy has no business between two processes

    def __enter__(self) -> Self:
        self._said: IO[str] = tempfile.TemporaryFile("w+", errors="replace")
        program = Path(__file__).with_name("llama_server.py")
        self._process = subprocess.Popen(
            [sys.executable, str(program), str(self.path.resolve()), str(self._context)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            start_new_session=True,  # Ctrl+C is ours to answer; it ends with its standard input
        )
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith("{"):
                ready = json.loads(line)
                self._address, self._key = ready["address"], ready["key"]
                return self
        failure = self._failure("does not load")
        self.__exit__(None, None, None)
        raise failure

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._said.close()

    def tokenise(self, text: str) -> list[int]:
        """Ids of a text, with the start token where the file asks for one."""
        answer = self._ask("/tokenize", {"content": text, "add_special": True, "parse_special": True})
        return [int(number) for number in answer["tokens"]]

    def render(self, messages: Sequence[Mapping[str, str]]) -> str:
        """A conversation as the file's chat template renders it, up to the answer that is due."""
        return str(self._ask("/apply-template", {"messages": list(messages)})["prompt"])

    def go_on(self, ids: Sequence[int], tokens: int) -> Continuation:
        """What the model writes after `ids`: its likeliest token each time, at most `tokens` of them."""
        answer = self._ask(
            "/completion",
            {
                "prompt": list(ids),
                "n_predict": tokens,
                "temperature": 0,
                "samplers": ["temperature"],
                "repeat_penalty": 1.0,
                "return_tokens": True,
                "cache_prompt": True,
            },
        )
        return Continuation([int(number) for number in answer["tokens"]], answer.get("stop_type") == "eos")

    def _ask(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        request = Request(
            self._address + path,
            data=json.dumps(content).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"},
        )
        try:
            with self._open(request, timeout=_SECONDS) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except HTTPError as error:
            said = error.read().decode(errors="replace")[:_TAIL]
            raise LlamaCppError(f"llama.cpp refuses a request about {self.path.name}: {said}") from error
        except (URLError, ConnectionError, OSError) as error:
            raise self._failure(f"ended while it worked on it ({error})") from error

    def _failure(self, what: str) -> LlamaCppError:
        try:
            code: int | None = self._process.wait(5)
        except subprocess.TimeoutExpired:
            code = None
        self._said.seek(0)
        lines = self._said.read().strip()[-_TAIL:]
        return LlamaCppError(f"llama.cpp and {self.path.name}: it {what}, exit status {code}. It said:\n{lines}")

"""Asking llama.cpp what it makes of a GGUF file: tokens, rendered conversations, greedy answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from finetuning.llama_process import LlamaProcess
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
        self._process = LlamaProcess(
            self.path,
            own_session=True,
            n_ctx=self._context,
            n_parallel=1,
            n_gpu_layers=0,
            fit_params=False,
            cache_ram_mib=0,
            n_threads_http=2,
            exact_cache=True,  # only the file is on trial
        )
        if self._process.is_up:
            return self
        failure = self._failure("does not load")
        self._process.end()
        raise failure

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.end()

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
            self._process.address + path,
            data=json.dumps(content).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._process.key}"},
        )
        try:
            with self._open(request, timeout=_SECONDS) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except HTTPError as error:
            said = error.read().decode(errors="replace")[:_TAIL]
            raise LlamaCppError(f"llama.cpp refuses a request about {self.path.name}: {said}") from error
        except (URLError, HTTPException, OSError, ValueError) as error:  # gone, before the answer or in its middle
            raise self._failure(f"ended while it worked on it ({error})") from error

    def _failure(self, what: str) -> LlamaCppError:
        status, lines = self._process.exit_status(), self._process.last_words()
        return LlamaCppError(f"llama.cpp and {self.path.name}: it {what}, exit status {status}. It said:\n{lines}")

"""A GGUF file, run by llama.cpp in a process of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from finetuning.llama_process import LlamaProcess
from finetuning.packages import require
from generation_functions.errors import UsageError
from serving.engine.endpoint import ENDPOINT_DOWN, EndpointBackend
from serving.engine.pieces import Activity, Embeddings, Piece, Usage
from serving.engine.sampling import USUAL_SAMPLING, Sampling
from serving.protocol import TOKENS_OF_COMPLETIONS, ChatRequest, CompletionRequest, EmbeddingRequest
from serving.protocol_errors import RefusedError, not_supported, overloaded

logger = logging.getLogger("augmentoolkit.serving")
_MOST_SLOTS = 8
_USUAL_CONTEXT = 8192

Asked = TypeVar("Asked", ChatRequest, CompletionRequest)


class LlamaCppBackend:
    """One GGUF file. Its answers, stop strings, template and continuous batching are llama.cpp's.

    Args:
        context: Tokens of all answers under way together; None = 8192.
        slots: Answers that are written at once, 8 at most.
        queue: Requests that may wait; more are refused.
        most_tokens: The longest answer.
        defaults: What sampling settings are where a request says nothing.

    Raises:
        UsageError: There is no such file, or llama.cpp does not load it.
    """

    def __init__(
        self,
        path: Path,
        *,
        context: int | None,
        slots: int,
        queue: int,
        most_tokens: int,
        defaults: Sampling = USUAL_SAMPLING,
        on_cpu: bool = False,
    ) -> None:
        self._path, self._slots, self._queue, self._defaults = path, min(slots, _MOST_SLOTS), queue, defaults
        self._process = _start(
            path,
            n_ctx=context or _USUAL_CONTEXT,
            n_parallel=self._slots,
            n_threads_http=self._slots + 4,
            kv_unified=True,  # one answer may be as long as the context while others are short
            mean_pooling=True,
            offline=True,
            **({"n_gpu_layers": 0} if on_cpu else {}),
        )
        self._endpoint = EndpointBackend(
            self._process.address,
            path.stem,
            self._process.key,
            most_tokens=most_tokens,
            prepare=self._prepare,
            release=self._process.end,
        )

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece]:
        """Answer a conversation."""
        self._check_queue()
        answers = _one_after_another(_choices(request), request.n, self._endpoint.chat)
        with self._named():
            async with aclosing(answers) as pieces:
                async for piece in pieces:
                    yield piece

    async def complete(self, request: CompletionRequest) -> AsyncGenerator[Piece]:
        """Go on with a text, or fill a gap in one."""
        self._check_queue()
        if request.suffix is not None and not all(isinstance(prompt, str) for prompt in request.prompts):
            raise not_supported("llama.cpp fills gaps in text only, not in token ids.", "suffix")
        if request.echo:
            raise not_supported("llama.cpp does not repeat the prompt: leave out echo.", "echo")
        most = request.max_tokens or TOKENS_OF_COMPLETIONS
        asked = [
            choice.model_copy(update={"prompt": prompt, "max_tokens": most})
            for prompt in request.prompts
            for choice in _choices(request)
        ]
        with self._named():
            async with aclosing(_one_after_another(asked, request.n, self._endpoint.complete)) as pieces:
                async for piece in pieces:
                    yield piece

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        """The mean of the last layer's vectors over a text's tokens, of length 1."""
        self._check_queue()
        with self._named():
            return await self._endpoint.embed(request)

    def activity(self) -> Activity:
        """What it is doing; llama.cpp itself keeps the queue."""
        busy = self._endpoint.activity().running
        return Activity(min(busy, self._slots), max(0, busy - self._slots), self._slots)

    async def close(self) -> None:
        """End the process."""
        await self._endpoint.close()

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Say of an error that is about the process what has happened: people know of no endpoint."""
        try:
            yield
        except RefusedError as error:
            if error.code != ENDPOINT_DOWN:
                raise
            with suppress(ValueError):  # it is being closed
                logger.error("llama.cpp and %s: %s It said last:\n%s", self._path, error, self._process.last_words())
            message = (
                f"llama.cpp, which runs {self._path.name}, has broken off, or does not answer any more. If that stays "
                "so, the server has to be started again; its log says more."
            )
            raise RefusedError(message, status=503, code="model_failed") from error

    def _check_queue(self) -> None:
        waiting = self.activity().waiting
        if waiting >= self._queue and self._endpoint.activity().running >= self._slots:
            raise overloaded(waiting)

    def _prepare(self, path: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Settings as this server's other models have them, where llama.cpp has defaults of its own."""
        if path == "/embeddings":
            return "/v1/embeddings", body
        chosen = self._defaults
        for name in ("temperature", "top_p", "top_k", "min_p"):
            body.setdefault(name, getattr(chosen, name))
        body["top_k"] = max(0, body["top_k"])
        if body.get("suffix") is not None:
            prefix, suffix, most = (body.pop(name) for name in ("prompt", "suffix", "max_tokens"))
            return "/infill", {**body, "input_prefix": prefix, "input_suffix": suffix, "n_predict": most}
        return f"/v1{path}", body


def _choices(request: Asked) -> list[Asked]:
    """A request for each choice: llama.cpp counts the tokens of one only."""
    seeds = [None if request.seed is None else request.seed + choice for choice in range(request.n)]
    return [request.model_copy(update={"n": 1, **({} if seed is None else {"seed": seed})}) for seed in seeds]


async def _one_after_another(
    asked: Sequence[Asked], choices: int, answer: Callable[[Asked], AsyncGenerator[Piece]]
) -> AsyncGenerator[Piece]:
    """The answers to several requests as the choices of one."""
    read = written = 0
    for number, request in enumerate(asked):
        async with aclosing(answer(request)) as pieces:
            async for piece in pieces:
                if piece.usage is not None:
                    written += piece.usage.completion_tokens
                    read += piece.usage.prompt_tokens if number % choices == 0 else 0
                yield replace(piece, choice=number, usage=None)
    yield Piece(usage=Usage(read, written))


def _start(path: Path, **settings: Any) -> LlamaProcess:
    """llama.cpp's process, which answers."""
    require("xllamacpp", source=path)
    if not path.expanduser().is_file():
        raise UsageError(f"No GGUF file at {path}. Give the path of one, such as outputs/export/gguf/NAME-q8_0.gguf.")
    process = LlamaProcess(path, own_session=True, **settings)  # answers under way outlive Ctrl-C by some seconds
    if process.is_up:
        return process
    status, lines = process.exit_status(), process.last_words()
    process.end()
    raise UsageError(f"llama.cpp does not load {path} (exit status {status}). It said:\n{lines}")


async def open_gguf(path: Path, **settings: Any) -> LlamaCppBackend:
    """A backend for a file, started without holding up the event loop."""
    return await asyncio.to_thread(lambda: LlamaCppBackend(path, **settings))

"""GGUF files behind the server, run by llama.cpp."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("xllamacpp")
pytest.importorskip("gguf")

from generation_functions.errors import UsageError
from serving.engine.llama_cpp import LlamaCppBackend
from serving.engine.pieces import Piece, Usage
from serving.protocol import ChatRequest, CompletionRequest, EmbeddingRequest
from serving.protocol_errors import RefusedError

ASKED = [{"role": "user", "content": "Who built the bridge at Verrano?"}]


@pytest.fixture(scope="module")
def gguf(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import AutoConfig

    from finetuning.export.gguf_file import write_gguf
    from finetuning.export.gguf_vocabulary import read_vocabulary
    from finetuning.export.weights import Checkpoint
    from finetuning.model_folder import load_tokenizer, stop_ids

    path = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    tokenizer, config = load_tokenizer(tiny_model), AutoConfig.from_pretrained(tiny_model)
    vocabulary = read_vocabulary(tokenizer, config.vocab_size, stop_ids(tokenizer))
    with Checkpoint(tiny_model) as weights:
        write_gguf(path, weights, config, vocabulary, file_format="f32", template=tokenizer.chat_template)
    return path


@pytest.fixture
def backend(gguf: Path) -> Iterator[LlamaCppBackend]:
    opened = LlamaCppBackend(gguf, context=256, slots=2, queue=4, most_tokens=50, on_cpu=True)
    yield opened
    asyncio.run(opened.close())  # twice does no harm


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, 120))


async def all_of(backend: LlamaCppBackend, request: ChatRequest | CompletionRequest) -> list[Piece]:
    """The pieces; each event loop has connections of its own."""
    pieces = backend.chat(request) if isinstance(request, ChatRequest) else backend.complete(request)
    return [piece async for piece in pieces]


def test_a_gguf_file_answers_as_the_model_folder_does(backend: LlamaCppBackend, tiny_model: Path) -> None:
    from serving.engine.opening import Capacity, make_shelf
    from serving.served_models import ServedModel

    chat = ChatRequest.model_validate({"model": "a", "messages": ASKED, "max_tokens": 12, "temperature": 0, "n": 2})
    text = CompletionRequest(model="a", prompt=["The bridge", "A lantern"], max_tokens=6, temperature=0)

    async def work() -> None:
        shelf = make_shelf([ServedModel(source=str(tiny_model), name="a", device="cpu")], Capacity())
        folder = await shelf.backend("a")
        for request, theirs in ((chat, folder.chat(chat)), (text, folder.complete(text))):
            told: list[dict[int, str]] = []
            counted: list[Usage | None] = []
            for pieces in (await all_of(backend, request), [piece async for piece in theirs]):
                texts: dict[int, str] = {}
                for piece in pieces:
                    if piece.text:
                        texts[piece.choice] = texts.get(piece.choice, "") + piece.text
                told.append(texts)
                counted.append(pieces[-1].usage)
            assert told[0] == told[1]
            assert counted[0] == counted[1]
        await shelf.close()
        unlimited = CompletionRequest.model_validate({"model": "a", "prompt": "The", "ignore_eos": True})
        assert (await all_of(backend, unlimited))[-1].usage == Usage(1, 16), "OpenAI's default"
        short = {"model": "a", "messages": ASKED, "max_completion_tokens": 3, "ignore_eos": True}
        usage = (await all_of(backend, ChatRequest.model_validate(short)))[-1].usage
        assert usage is not None
        assert usage.completion_tokens == 3
        vectors = await backend.embed(EmbeddingRequest(model="a", input=["The bridge", "A lantern"]))
        assert len(vectors.vectors) == 2
        assert sum(number * number for number in vectors.vectors[0]) == pytest.approx(1, abs=1e-3)
        with pytest.raises(RefusedError) as refused:
            await all_of(backend, CompletionRequest(model="a", prompt="The bridge at " * 400))
        assert (refused.value.status, refused.value.code) == (400, "context_length_exceeded")
        with pytest.raises(RefusedError, match="not supported by this model") as refused:
            await all_of(backend, CompletionRequest(model="a", prompt="a", suffix="b"))
        assert (refused.value.status, refused.value.code) == (400, "unsupported_parameter")
        await backend.close()

    run(work())


def llama_process() -> int:
    """The one that this process has started."""
    for children in Path("/proc/self/task").glob("*/children"):
        for number in children.read_text().split():
            if b"llama_server.py" in Path(f"/proc/{number}/cmdline").read_bytes():
                return int(number)
    raise AssertionError("there is none")


def test_a_process_that_dies_in_the_middle_is_named(gguf: Path) -> None:
    async def work() -> None:
        backend = LlamaCppBackend(gguf, context=256, slots=2, queue=4, most_tokens=250, on_cpu=True)
        try:
            never = {"ignore_eos": True, "max_tokens": 250}
            request = ChatRequest.model_validate({"model": "a", "messages": ASKED, **never})
            pieces = backend.chat(request)
            await anext(pieces)
            os.kill(llama_process(), signal.SIGKILL)
            with pytest.raises(RefusedError, match=r"llama.cpp, which runs tiny.gguf, has broken off"):
                async for _ in pieces:
                    pass
            with pytest.raises(RefusedError, match="started again") as refused:
                await all_of(backend, request)
            assert refused.value.status == 503
        finally:
            await backend.close()

    run(work())


def test_a_file_that_is_none_is_named_with_what_llama_cpp_says(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\0" * 100)
    with pytest.raises(UsageError, match=r"llama.cpp does not load .*broken.gguf"):
        LlamaCppBackend(broken, context=256, slots=1, queue=1, most_tokens=5)

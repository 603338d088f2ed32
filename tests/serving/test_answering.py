"""How answers end that cannot be finished: told, never just cut, and with the model stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import orjson
import pytest

from serving.answering import Counts, PiecesResponse, while_there
from serving.engine.pieces import Piece
from serving.protocol_answers import ChatShape
from serving.protocol_errors import CLIENT_GONE, RefusedError


class Model:
    """Says one word and then what it is told to: fail, or think for ever."""

    def __init__(self, *, words: int = 1, error: Exception | None = None) -> None:
        self._words, self._error = words, error
        self.thinking, self.stopped = asyncio.Event(), False

    async def chat(self) -> AsyncGenerator[Piece]:
        try:
            for _ in range(self._words):
                yield Piece("Word")
            if self._error:
                raise self._error
            self.thinking.set()
            await asyncio.Event().wait()
        finally:
            self.stopped = True


class Client:
    """An ASGI client: what it was sent, and when it leaves."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.leaves = asyncio.Event()

    async def send(self, message: Any) -> None:
        assert not (self.sent and self.sent[-1].get("more_body") is False), "nothing comes after the end"
        self.sent.append(message)

    async def receive(self) -> dict[str, Any]:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)

    @property
    def error(self) -> str:
        """The message of the error that ends the stream."""
        events = [line[6:] for line in self.body.split(b"\n\n") if line]
        assert events[-1] == b"[DONE]"
        return str(orjson.loads(events[-2])["error"]["message"])


def answer(model: Model, counts: Counts, *, stream: bool = True) -> PiecesResponse:
    return PiecesResponse(model.chat(), ChatShape("m"), counts, stream=stream, with_usage=False)


def test_a_mistake_in_the_middle_of_a_stream_is_told_and_raised() -> None:
    async def work() -> None:
        model, client, counts = Model(error=ZeroDivisionError("secret detail")), Client(), Counts()
        with pytest.raises(ZeroDivisionError):
            await answer(model, counts)({}, client.receive, client.send)
        assert client.error.startswith("A mistake of the server")
        assert b"secret detail" not in client.body
        assert model.stopped
        assert counts.outcomes == {"failed": 1}

    asyncio.run(work())


def test_a_refusal_in_the_middle_of_a_stream_is_told() -> None:
    async def work() -> None:
        model, client, counts = Model(error=RefusedError("It broke off.", status=502)), Client(), Counts()
        await answer(model, counts)({}, client.receive, client.send)
        assert client.error == "It broke off."
        assert client.sent[0]["status"] == 200
        assert counts.outcomes == {"failed": 1}

    asyncio.run(work())


@pytest.mark.parametrize(("words", "stream"), [(1, True), (0, True), (3, False)])
def test_an_answer_that_a_stopping_server_ends_says_so(words: int, stream: bool) -> None:
    async def work() -> None:
        model, client, counts = Model(words=words), Client(), Counts()
        answering = asyncio.create_task(answer(model, counts, stream=stream)({}, client.receive, client.send))
        await model.thinking.wait()
        answering.cancel()  # as uvicorn does with what does not end in time
        await answering
        assert model.stopped
        begun = bool(words and stream)
        assert counts.outcomes == {"failed" if begun else "refused": 1}
        if begun:
            assert client.error == "The server is being shut down."
        else:
            assert client.sent[0]["status"] == 503
            assert orjson.loads(client.body)["error"]["code"] == "shutting_down"

    asyncio.run(work())


def test_a_client_that_leaves_stops_the_model_and_is_sent_nothing_more() -> None:
    async def work() -> None:
        model, client, counts = Model(), Client(), Counts()
        answering = asyncio.create_task(answer(model, counts)({}, client.receive, client.send))
        await model.thinking.wait()
        sent = len(client.sent)
        client.leaves.set()
        await answering
        assert model.stopped
        assert len(client.sent) == sent
        assert counts.outcomes == {"disconnected": 1}

    asyncio.run(work())


def test_other_work_stops_too_when_its_client_leaves() -> None:
    async def work() -> None:
        client, stopped = Client(), asyncio.Event()

        async def embed() -> None:
            try:
                client.leaves.set()
                await asyncio.Event().wait()
            finally:
                stopped.set()

        with pytest.raises(RefusedError) as gone:
            await while_there(client.receive, embed())
        assert gone.value.status == CLIENT_GONE
        assert stopped.is_set()

    asyncio.run(work())

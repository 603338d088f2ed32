"""An endpoint behind the server: what it says comes through whole, or it is said that it did not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import pytest

from serving.engine.endpoint import EndpointBackend
from serving.engine.pieces import Piece
from serving.protocol import ChatRequest, EmbeddingRequest
from serving.protocol_errors import RefusedError
from tests.support.scripted_endpoint import Request, Response, ScriptedEndpoint, refuses, says

KEY = "sk-of-the-endpoint-behind"
STREAM: Mapping[str, str] = {"Content-Type": "text/event-stream"}
DONE = b"data: [DONE]\n\n"


def chunk(text: Any, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return b"data: " + orjson.dumps({"choices": [choice]}) + b"\n\n"


def asked(answer: Callable[[Request], Response]) -> list[Piece]:
    async def work(url: str) -> list[Piece]:
        backend = EndpointBackend(url, "keeper", KEY)
        try:
            request = ChatRequest.model_validate({"model": "m", "messages": [{"role": "user", "content": "Who?"}]})
            return [piece async for piece in backend.chat(request)]
        finally:
            await backend.close()

    with ScriptedEndpoint(answer) as endpoint:
        return asyncio.run(asyncio.wait_for(work(endpoint.url), 30))


def refused(answer: Callable[[Request], Response]) -> RefusedError:
    with pytest.raises(RefusedError) as error:
        asked(answer)
    assert KEY not in str(error.value)
    return error.value


@pytest.mark.parametrize(
    "body",
    [
        chunk("The ") + chunk("keeper.", "stop") + DONE,
        chunk("The ") + chunk("keeper.", "stop"),
        chunk("The ") + chunk("keeper.") + DONE,
    ],
)
def test_an_answer_is_whole_when_its_end_is_told_in_one_way_at_least(body: bytes) -> None:
    assert "".join(piece.text for piece in asked(lambda request: Response(body, headers=STREAM))) == "The keeper."


def test_an_endpoint_that_does_not_stream_is_understood_too() -> None:
    pieces = asked(lambda request: says("The keeper."))
    assert [piece.text for piece in pieces if piece.text] == ["The keeper."]
    assert pieces[-1].usage is not None
    assert pieces[-1].usage.completion_tokens == 5


@pytest.mark.parametrize("body", [chunk("The "), b"", b": nothing\n\n"])
def test_an_answer_that_breaks_off_is_not_taken_for_a_whole_one(body: bytes) -> None:
    error = refused(lambda request: Response(body, headers=STREAM))
    assert (error.status, error.code) == (502, "endpoint_down")
    assert "broke off before its answer was whole" in str(error)


def test_an_error_in_the_middle_is_told_in_the_endpoint_s_words_without_the_key() -> None:
    failed = b"data: " + orjson.dumps({"error": {"message": f"no memory for {KEY}"}}) + b"\n\n"
    error = refused(lambda request: Response(chunk("The ") + failed, headers=STREAM))
    assert (error.status, str(error)) == (502, "The endpoint behind this server failed: no memory for ***")


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (refuses(401, f"bad key {KEY}"), 502, r"answered 401: bad key \*\*\* Check the model's settings"),
        (refuses(404, "no such model"), 502, "answered 404: no such model"),
        (refuses(422, "temperature: too hot"), 422, "^temperature: too hot$"),
        (refuses(500, "ouch"), 502, "answered 500: ouch"),
        (Response(b"<html>", 200, STREAM), 502, "broke off"),
        (Response(b"<html>"), 502, "gave no JSON"),
        (Response(chunk(["no", "text"]), headers=STREAM), 502, "gave no pieces"),
    ],
)
def test_what_goes_wrong_there_is_not_blamed_on_the_client(answer: Response, status: int, words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        asked(lambda request: answer)
    assert refused(lambda request: answer).status == status


def test_a_redirect_is_not_followed() -> None:
    with ScriptedEndpoint(lambda request: says("elsewhere")) as other:
        to = {"Location": f"{other.url}/chat/completions"}
        assert "answered 307" in str(refused(lambda request: Response(b"", 307, to)))
        assert other.requests == []


def test_nobody_at_home_is_said() -> None:
    async def work() -> None:
        backend = EndpointBackend("http://127.0.0.1:9/v1", "keeper")
        try:
            with pytest.raises(RefusedError, match="does not answer: Cannot connect"):
                await backend.embed(EmbeddingRequest(model="m", input="x"))
        finally:
            await backend.close()

    asyncio.run(work())

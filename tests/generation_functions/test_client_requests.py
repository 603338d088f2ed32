"""What a client sends, and what it makes of the strange things that come back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation_functions.client import as_plain_text, in_language, reply_fields
from generation_functions.errors import RecordFailedError
from generation_functions.replies import ReplyFormat
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support.asking import Desk, open_desk, prompt, record
from tests.support.scripted_endpoint import Request, Response, ScriptedEndpoint, completion, refuses, says

TAGGED = ReplyFormat(kind="tag", tag="poem")
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "calls") as desk:
        yield desk


def messages(request: Request) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in request.body["messages"]]


# --- what is sent


def test_the_models_sampling_wins_over_the_prompts(desk: Desk) -> None:
    asked = prompt(sampling={"temperature": 0.1, "max_tokens": 50})
    with ScriptedEndpoint(lambda _: says("fine")) as server:
        desk.answer(desk.client(server.url, sampling={"temperature": 0.9, "min_p": 0.2}), asked, record("x"))
        sent = dict(server.requests[0].body)
    del sent["messages"]
    assert sent == {"model": "fake", "temperature": 0.9, "max_tokens": 50, "min_p": 0.2}


def test_the_key_and_the_headers_are_sent(desk: Desk) -> None:
    with ScriptedEndpoint(lambda _: says("fine")) as server:
        desk.answer(desk.client(server.url, api_key="secret", headers={"X-Team": "blue"}), prompt(), record("x"))
        (request,) = server.requests
    assert request.key == "secret"
    assert request.headers["X-Team"] == "blue"
    assert b"secret" not in desk.log.path.read_bytes()


def test_a_language_is_asked_for_in_the_last_message(desk: Desk) -> None:
    with ScriptedEndpoint(lambda _: says("fine")) as server:
        client = desk.client(server.url)
        desk.answer(client, prompt("Write about {text}"), record("x"), language="German")
        desk.answer(client, prompt("Write about {text}"), record("x"))
        with_language, without = (messages(request)[0][1] for request in server.requests)
    assert without == "Write about x"
    assert with_language.startswith("Write about x\n\n")
    assert "German" in with_language
    assert in_language([], None) == []


def test_completion_mode_sends_one_text(desk: Desk) -> None:
    with FakeEndpoint(reply="echo") as endpoint:
        answer = desk.answer(desk.client(endpoint.url, mode="completion"), prompt("Go on: {text}"), record("x"))
    assert answer.value.strip() == "Go on: x"
    assert as_plain_text([{"content": "a"}, {"content": "b"}]) == "a\n\nb\n\n"


def test_values_may_differ_from_the_record(desk: Desk) -> None:
    with FakeEndpoint(reply="echo") as endpoint:
        client = desk.client(endpoint.url)
        assert desk.answer(client, prompt(), record("x"), values={"text": "instead"}).value == "instead"


# --- structured output


def test_a_schema_is_asked_for_with_the_request(desk: Desk) -> None:
    with ScriptedEndpoint(lambda _: says('{"n": 3}')) as server:
        asked = prompt(reply=ReplyFormat(kind="json", schema=SCHEMA))
        assert desk.answer(desk.client(server.url), asked, record("x")).value == {"n": 3}
        (request,) = server.requests
    assert request.body["response_format"]["json_schema"]["schema"] == SCHEMA


def without_schemas(request: Request) -> Response:
    return refuses(400, "'response_format' is not supported") if "response_format" in request.body else says('{"n": 3}')


def test_an_endpoint_without_structured_output_is_asked_without_under_the_same_key(desk: Desk) -> None:
    asked = prompt(reply=ReplyFormat(kind="json", schema=SCHEMA))
    with ScriptedEndpoint(without_schemas) as server:
        client = desk.client(server.url)
        first = desk.answer(client, asked, record("x"))
        assert first.value == {"n": 3}
        desk.answer(client, asked, record("y"))
        assert ["response_format" in request.body for request in server.requests] == [True, False, False]
    with ScriptedEndpoint(lambda _: says('{"n": 3}')) as server:
        another = desk.client(server.url)
        assert desk.answer(another, asked, record("x")).calls == first.calls
        assert not server.requests


def test_many_first_calls_at_once_to_such_an_endpoint_all_succeed(desk: Desk) -> None:
    asked = prompt(reply=ReplyFormat(kind="json", schema=SCHEMA))
    all_here = threading.Barrier(16)

    def answer(request: Request) -> Response:
        if "response_format" in request.body:
            all_here.wait(10)  # so that sixteen refusals come before the first answer
        return without_schemas(request)

    with ScriptedEndpoint(answer) as server:
        client = desk.client(server.url, concurrency_limit=16)

        async def at_once() -> list[Any]:
            return await asyncio.gather(*(client.answer(asked, record(str(n))) for n in range(16)))

        assert [answer.value for answer in desk.loop.run(at_once())] == [{"n": 3}] * 16


# --- fitting the context


def test_a_prompt_that_is_too_long_is_shortened_where_the_prompt_allows_it(desk: Desk) -> None:
    text = "many words follow each other here. " * 200
    asked = prompt("Question: {question}\n\n{text}", shorten=("text",))
    with ScriptedEndpoint(lambda _: says("fine")) as server:
        client = desk.client(server.url, context_tokens=400, sampling={"max_tokens": 100})
        desk.answer(client, asked, record(text, question="What follows?"))
        ((_, sent),) = messages(server.requests[0])
    assert sent.startswith("Question: What follows?\n\nmany words")
    assert 300 < len(sent) < 0.5 * len(text)


def test_a_prompt_that_cannot_fit_is_refused_before_it_is_sent(desk: Desk) -> None:
    with ScriptedEndpoint(lambda _: says("fine")) as server:
        client = desk.client(server.url, context_tokens=100)
        with pytest.raises(RecordFailedError, match="use smaller chunks, raise context_tokens"):
            desk.answer(client, prompt(), record("many words follow each other. " * 200))
        assert desk.answer(client, prompt(), record("few words")).value == "fine"
        assert len(server.requests) == 1


# --- what comes back


def test_an_answer_in_parts_is_put_together(desk: Desk) -> None:
    parts = [{"type": "text", "text": "one "}, {"type": "image"}, {"type": "text", "text": "two"}]
    with ScriptedEndpoint(lambda _: says(parts)) as server:
        assert desk.answer(desk.client(server.url), prompt(), record("x")).value == "one two"


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_thinking_is_kept_in_the_log_and_not_in_the_answer(desk: Desk, field: str) -> None:
    with ScriptedEndpoint(lambda _: says("fine", **{field: "because"})) as server:
        answer = desk.answer(desk.client(server.url), prompt(), record("x"))
    entry = desk.log.get(answer.calls[0])
    assert entry is not None
    assert (answer.value, entry["thinking"]) == ("fine", "because")


def test_cost_is_worked_out_from_the_providers_counts(desk: Desk) -> None:
    with ScriptedEndpoint(lambda _: completion({"content": "fine"}, prompt_tokens=1_000_000)) as server:
        desk.answer(desk.client(server.url, prices={"input": 3, "output": 0}), prompt(), record("x"))
    assert desk.log.totals.cost == 3.0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**9) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["message", "content", "text", "finish_reason", "prompt_tokens", "reasoning"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(st.fixed_dictionaries({"choices": json_values, "usage": json_values}))
@settings(max_examples=100)
def test_no_reply_however_strange_breaks_the_log(reply: dict[str, Any]) -> None:
    fields = reply_fields(reply)
    assert isinstance(fields["answer"], str)
    assert isinstance(fields["input_tokens"], int)
    assert isinstance(fields["output_tokens"], int)
    assert min(fields["input_tokens"], fields["output_tokens"]) >= 0
    assert isinstance(fields.get("finish", ""), str)
    assert orjson.loads(orjson.dumps(fields)) == fields

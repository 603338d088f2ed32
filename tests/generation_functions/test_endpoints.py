"""Three kinds of trouble at an endpoint: wait, give this record up, stop at once."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, TypeVar

import orjson
import pytest

from generation_functions.endpoints import (
    BadRequestError,
    Endpoint,
    EndpointPool,
    TroubleError,
    Waits,
    mentions_schema,
    provider_words,
)
from generation_functions.errors import EndpointDownError, ModelRefusedError, PausedError
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support.scripted_endpoint import Request, Response, ScriptedEndpoint, refuses, says

T = TypeVar("T")
QUICK = Waits(first=0.01, longest=0.05, between_probes=0.1, poison=0.3, poison_tries=4)
CHAT = "/chat/completions"
NOWHERE = "http://127.0.0.1:9/v1"  # the discard port: nobody listens


def body(text: str, model: str = "fake") -> bytes:
    return orjson.dumps({"model": model, "messages": [{"role": "user", "content": text}]})


class Pool:
    """A pool over some (URL, key) pairs, for use on one loop."""

    def __init__(self, *pairs: tuple[str, str], patience: float = 5, timeout: float = 5, ceiling: int = 8) -> None:
        self.endpoints = [Endpoint(url, key, ceiling, QUICK) for url, key in pairs]
        facts: dict[str, Any] = {"timeout": timeout, "patience": patience, "headers": {}, "waits": QUICK}
        self.facts = facts
        self.pool = EndpointPool(self.endpoints, **facts)

    async def ask(self, text: str, **more: Any) -> str:
        reply, self.tries, _ = await self.pool.post(CHAT, body(text, **more), lambda: None)
        return str(reply["choices"][0]["message"]["content"])


def run(pool: Pool, work: Callable[[], Awaitable[T]]) -> T:
    async def opened() -> T:
        for endpoint in pool.endpoints:
            await endpoint.open()
        try:
            return await work()
        finally:
            for endpoint in pool.endpoints:
                await endpoint.close()

    return asyncio.run(opened())


def ask(pool: Pool, *texts: str, **more: Any) -> list[str | BaseException]:
    async def all_of_them() -> list[str | BaseException]:
        return await asyncio.gather(*(pool.ask(text, **more) for text in texts), return_exceptions=True)

    return run(pool, all_of_them)


# --- the provider is in trouble: wait and try again


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_a_provider_in_trouble_is_asked_again(status: int) -> None:
    with ScriptedEndpoint(lambda request: says("fine") if request.attempt == 2 else refuses(status)) as server:
        pool = Pool((server.url, ""))
        assert ask(pool, "x") == ["fine"]
    assert pool.tries == 3
    assert pool.endpoints[0].troubles == {str(status): 2}


@pytest.mark.parametrize(
    "fault", ["drop_before", "drop_middle", "truncated", "malformed", "html", "hang", "stall", "error_500"]
)
def test_a_reply_that_never_arrives_whole_is_asked_for_again(fault: str) -> None:
    with FakeEndpoint(reply="echo", faults={fault: 1.0}, fault_attempts=1) as endpoint:
        pool = Pool((endpoint.url, ""), timeout=0.3)
        assert ask(pool, "x") == ["x"]
        assert endpoint.stats()["received"] == 2
    assert pool.endpoints[0].limiter.in_flight == 0


def test_the_wait_that_the_provider_asks_for_is_kept() -> None:
    came: list[float] = []

    def answer(request: Request) -> Response:
        came.append(monotonic())
        return says("fine") if request.attempt else refuses(429, Retry_After="0.4")

    with ScriptedEndpoint(answer) as server:
        assert ask(Pool((server.url, "")), "x") == ["fine"]
    assert came[1] - came[0] >= 0.4


@pytest.mark.parametrize("wait", ["0", "-1", "soon", "Wed, 21 Oct 2015 07:28:00 GMT", "nan"])
def test_a_wait_that_makes_no_sense_is_an_ordinary_one(wait: str) -> None:
    with ScriptedEndpoint(
        lambda request: says("fine") if request.attempt else refuses(503, Retry_After=wait)
    ) as server:
        assert ask(Pool((server.url, "")), "x") == ["fine"]


def test_an_error_inside_a_200_is_the_error_it_says() -> None:
    def answer(request: Request) -> Response:
        code = {0: 429, 1: "503", 2: "overloaded"}.get(request.attempt)
        return Response({"error": {"message": "busy", "code": code}}) if code else says("fine")

    with ScriptedEndpoint(answer) as server:
        pool = Pool((server.url, ""))
        assert ask(pool, "x") == ["fine"]
    assert pool.endpoints[0].troubles == {"429": 1, "503": 1, "500": 1}
    with ScriptedEndpoint(lambda _: Response({"error": {"message": "no such key", "code": 401}})) as server:
        (refused,) = ask(Pool((server.url, "")), "x")
        assert isinstance(refused, ModelRefusedError)


def test_an_endpoint_that_answers_nothing_for_its_patience_pauses_the_run() -> None:
    (error,) = ask(Pool((NOWHERE, ""), patience=0.2), "x")
    assert isinstance(error, EndpointDownError)
    assert isinstance(error, PausedError)
    assert "Nothing was answered for 0.2 s" in str(error)


def test_waiting_ends_when_the_run_stops() -> None:
    class StopError(Exception):
        pass

    pool = Pool((NOWHERE, ""), patience=60)

    def check() -> None:
        if pool.endpoints[0].troubles["connection"] >= 2:
            raise StopError

    async def waiting() -> None:
        with pytest.raises(StopError):
            await pool.pool.post(CHAT, body("x"), check)

    run(pool, waiting)
    assert pool.endpoints[0].limiter.in_flight == 0


def test_a_call_that_is_cancelled_gives_its_slot_back() -> None:
    with FakeEndpoint(latency_ms=60_000) as endpoint:
        pool = Pool((endpoint.url, ""))

        async def cancelled() -> None:
            task = asyncio.create_task(pool.ask("x"))
            while not endpoint.stats()["in_flight"]:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        run(pool, cancelled)
    assert pool.endpoints[0].limiter.in_flight == 0
    assert not pool.endpoints[0].troubles


# --- one request never succeeds: give that record up


def poisoned(request: Request) -> Response:
    return refuses(500, "cannot tokenize") if "poison" in request.last else says("fine")


@pytest.mark.parametrize("with_a_dead_one", [False, True])
def test_a_request_that_fails_for_ever_while_others_succeed_is_given_up(with_a_dead_one: bool) -> None:
    with ScriptedEndpoint(poisoned) as server:
        pairs = [(server.url, ""), (NOWHERE, "")] if with_a_dead_one else [(server.url, "")]
        pool = Pool(*pairs)

        async def poison_among_others() -> BaseException:
            task = asyncio.create_task(pool.ask("poison"))
            while not task.done():
                await pool.ask("x")
                await asyncio.sleep(0.02)
            return task.exception() or AssertionError("it was answered")

        error = run(pool, poison_among_others)
    assert isinstance(error, BadRequestError)
    assert "cannot tokenize" in str(error)


def test_a_request_that_fails_as_all_others_do_is_not_given_up() -> None:
    with ScriptedEndpoint(lambda _: refuses(500)) as server:
        results = ask(Pool((server.url, ""), patience=1), "a", "b")
    assert all(isinstance(result, EndpointDownError) for result in results)


@pytest.mark.parametrize("status", [400, 403, 413, 415, 422])
def test_a_bad_request_among_good_ones_is_that_records_own_matter(status: int) -> None:
    with ScriptedEndpoint(lambda r: refuses(status, "too long") if "bad" in r.last else says("fine")) as server:
        pool = Pool((server.url, ""), ceiling=1)
        good, *bad = ask(pool, "x", *(f"bad {number}" for number in range(8)))
    assert good == "fine"
    assert all(isinstance(error, BadRequestError) for error in bad)
    assert "too long" in str(bad[0])
    assert pool.endpoints[0].limiter.in_flight == 0


# --- it can never work: stop at once


@pytest.mark.parametrize(
    ("status", "said", "advice"),
    [
        (401, "bad key", "Check api_key"),
        (403, "not yours", "Check api_key"),
        (402, "pay first", "top it up"),
        (429, "You have insufficient_quota", "top it up"),
        (404, "no such model", "Check the model's name"),
        (405, "Method Not Allowed", "base_url ends in the API's root"),
    ],
)
def test_what_can_never_work_is_refused_at_once_in_the_providers_words(status: int, said: str, advice: str) -> None:
    with ScriptedEndpoint(lambda _: refuses(status, said)) as server:
        (error,) = ask(Pool((server.url, "")), "x")
        assert len(server.requests) == 1
    assert isinstance(error, ModelRefusedError)
    assert f"answered {status}: {said}" in str(error)
    assert advice in str(error)


def test_requests_that_are_all_bad_from_the_first_are_the_settings_fault() -> None:
    with ScriptedEndpoint(lambda _: refuses(400, "temperature must be below 2")) as server:
        errors = ask(Pool((server.url, ""), ceiling=1), *"abcdefgh")
    assert any(isinstance(error, ModelRefusedError) and "temperature must be" in str(error) for error in errors)


@pytest.mark.parametrize("url", ["localhost:8000/v1", "127.0.0.1:8000/v1", "http://", "http://[::1", "no url at all"])
def test_an_address_that_is_none_is_refused_and_not_waited_for(url: str) -> None:
    (error,) = ask(Pool((url, ""), patience=2), "x")
    assert isinstance(error, ModelRefusedError), repr(error)
    assert "base_url" in str(error)


@pytest.mark.parametrize("name", ["keeper:lamp-oil", "keeper", ":lamp-oil"])
def test_a_password_in_the_url_and_a_key_are_one_too_many(name: str) -> None:
    with ScriptedEndpoint(lambda _: says("fine")) as server:
        url = server.url.replace("://", f"://{name}@")
        (error,) = ask(Pool((url, "sk-key-2041"), patience=2), "x")
        assert server.requests == []
        assert ask(Pool((url, "")), "x") == ["fine"]
    assert isinstance(error, ModelRefusedError), repr(error)
    assert "there is an api_key (or an Authorization header) too" in str(error)
    assert "Leave one out." in str(error)
    assert "lamp-oil" not in str(error)
    assert "sk-key" not in str(error)


@pytest.mark.parametrize("status", [403, 404])
def test_a_model_that_is_refused_stops_the_run_though_another_model_answers_there(status: int) -> None:
    with ScriptedEndpoint(lambda r: refuses(status) if r.body["model"] == "large" else says("fine")) as server:
        small = Pool((server.url, ""))
        large = Pool((server.url, ""), patience=1)
        large.endpoints = small.endpoints
        large.pool = EndpointPool(small.endpoints, **large.facts)

        async def both() -> None:
            await small.ask("x", model="small")
            with pytest.raises(ModelRefusedError, match=f"answered {status}"):
                await large.ask("x", model="large")

        run(small, both)


def test_a_refusal_is_not_hidden_by_a_trouble_that_arrives_with_it() -> None:
    refused = threading.Event()

    def answer(request: Request) -> Response:
        if request.last == "late":
            refused.wait(5)
            return refuses(500)
        return refuses(401)

    with ScriptedEndpoint(answer) as server:
        pool = Pool((server.url, ""))

        async def together() -> list[str | BaseException]:
            late = asyncio.create_task(pool.ask("late"))
            while not server.requests:
                await asyncio.sleep(0.01)
            (first,) = await asyncio.gather(pool.ask("x"), return_exceptions=True)
            refused.set()
            await asyncio.sleep(0.05)
            late.cancel()
            return [first, *await asyncio.gather(late, return_exceptions=True)]

        first, late = run(pool, together)
    assert isinstance(first, ModelRefusedError)
    assert not isinstance(late, ValueError)


# --- several endpoints


def keys_asked(server: ScriptedEndpoint) -> Counter[str]:
    return Counter(request.key for request in server.requests)


def test_calls_are_spread_over_keys() -> None:
    with ScriptedEndpoint(lambda _: says("fine")) as server:
        ask(Pool((server.url, "one"), (server.url, "two")), *map(str, range(40)))
        assert min(keys_asked(server)["one"], keys_asked(server)["two"]) >= 10


def test_one_dead_key_of_two_costs_a_few_calls_and_the_other_goes_on() -> None:
    with ScriptedEndpoint(lambda request: says("fine") if request.key == "good" else refuses(401)) as server:
        pool = Pool((server.url, "dead"), (server.url, "good"), ceiling=2)

        async def many() -> list[str]:
            return [await pool.ask(str(number)) for number in range(50)]

        assert run(pool, many) == ["fine"] * 50
        assert keys_asked(server) == {"dead": 1, "good": 50}


def test_when_every_key_is_dead_the_run_stops() -> None:
    with ScriptedEndpoint(lambda _: refuses(401, "bad key")) as server:
        results = ask(Pool((server.url, "one"), (server.url, "two")), *"abcdef")
    assert all(isinstance(result, ModelRefusedError) for result in results)


def test_an_endpoint_that_goes_down_is_left_out_and_comes_back() -> None:
    with FakeEndpoint(reply="echo") as one, FakeEndpoint(reply="echo") as two:
        pool = Pool((one.url, ""), (two.url, ""))

        async def through_it_all() -> tuple[int, int]:
            await asyncio.gather(*(pool.ask(f"before {number}") for number in range(20)))
            one.down()
            done = 0
            for number in range(10):
                said = await asyncio.gather(*(pool.ask(f"{number} {part}") for part in range(10)))
                done += len(said)
            one.up()
            before = one.stats()["answered"]
            while one.stats()["answered"] == before:
                await asyncio.gather(*(pool.ask(f"{done} {part}") for part in range(8)))
                done += 1
                await asyncio.sleep(0.01)
            return before, pool.endpoints[0].troubles["connection"]

        before, troubles = run(pool, through_it_all)
        assert before > 0
        assert troubles < 40, "the dead endpoint was asked over and over"


def test_all_endpoints_have_to_be_down_for_the_run_to_pause() -> None:
    with FakeEndpoint(reply="echo") as alive:
        pool = Pool((NOWHERE, ""), (alive.url, ""), patience=0.05)

        async def for_a_while() -> None:
            for number in range(40):
                assert await pool.ask(f"{number}") == f"{number}"
                await asyncio.sleep(0.01)

        run(pool, for_a_while)
    results = ask(Pool((NOWHERE, ""), ("http://127.0.0.1:10/v1", ""), patience=0.2), "x", "y")
    assert all(isinstance(result, EndpointDownError) for result in results)


# --- words


@pytest.mark.parametrize(
    "data",
    [
        b'{"error": {"message": "out of order"}}',
        b'{"error": "out of order"}',
        b'{"detail": "out of order"}',
        b'{"message": "out of order"}',
        b'{"error": {"detail": "out of order"}}',
        b'"out of order"',
        b"out of order",
        b"  out of order\n",
    ],
)
def test_the_providers_words_are_found_in_every_common_shape(data: bytes) -> None:
    assert provider_words(data) == "out of order"


def test_the_providers_words_are_short_and_never_nothing() -> None:
    assert len(provider_words(b"x" * 5_000)) == 400
    assert len(provider_words(orjson.dumps({"error": {"message": "x" * 5_000}}))) == 400
    assert provider_words(b"") == "(no message)"
    assert provider_words(b"\xff\xfe") != ""


def test_an_error_about_structured_output_is_known_by_its_words() -> None:
    assert mentions_schema("'response_format' is not supported")
    assert mentions_schema("Structured Outputs are not available for this model")
    assert not mentions_schema("temperature must be below 2")


def test_a_trouble_says_its_kind() -> None:
    trouble = TroubleError("429", "slow down", 2.0)
    assert (trouble.kind, str(trouble), trouble.retry_after) == ("429", "slow down", 2.0)

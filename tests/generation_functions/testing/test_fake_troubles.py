"""The fake endpoint makes the troubles it is told to, and counts what it saw."""

from __future__ import annotations

import asyncio
import http.client
import socket

import openai
import orjson
import pytest

from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.generation_functions.testing.asking import address, ask, post, raw_request, waiting

# --- faults


@pytest.mark.parametrize(
    ("fault", "status"),
    [("rate_limited", 429), ("rate_limited_bare", 429), ("error_500", 500), ("error_503", 503)],
)
def test_error_statuses(client: openai.OpenAI, endpoint: FakeEndpoint, fault: str, status: int) -> None:
    endpoint.faults(**{fault: 1})
    with pytest.raises(openai.APIStatusError) as caught:
        ask(client)
    assert caught.value.status_code == status
    assert ("retry-after" in caught.value.response.headers) == (fault == "rate_limited")
    assert endpoint.stats()["outcomes"] == {fault: 1}


@pytest.mark.parametrize("stream", [False, True])
def test_dropped_connections(endpoint: FakeEndpoint, stream: bool) -> None:
    for fault, error in (
        ("drop_before", http.client.RemoteDisconnected),
        ("drop_middle", http.client.IncompleteRead),
    ):
        endpoint.faults(**{fault: 1})
        with pytest.raises(error):
            post(endpoint, stream=stream)
    assert endpoint.stats()["answered"] == 0


@pytest.mark.parametrize("fault", ["hang", "stall"])
def test_a_request_that_hangs_ends_by_the_clients_timeout(endpoint: FakeEndpoint, fault: str) -> None:
    endpoint.faults(**{fault: 1})
    with (
        openai.OpenAI(base_url=endpoint.url, api_key="x", max_retries=0, timeout=0.2) as client,
        pytest.raises(openai.APITimeoutError),
    ):
        ask(client)


def test_a_request_that_hangs_is_dropped_in_the_end(client: openai.OpenAI, endpoint: FakeEndpoint) -> None:
    endpoint.change(faults={"hang": 1}, hang_seconds=0.05)
    with pytest.raises(openai.APIConnectionError):
        ask(client)


@pytest.mark.parametrize("fault", ["truncated", "malformed", "html"])
def test_bodies_that_are_not_json(endpoint: FakeEndpoint, fault: str) -> None:
    endpoint.faults(**{fault: 1})
    status, body = post(endpoint)
    assert status == 200
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(body)


def test_bodies_that_say_nothing(client: openai.OpenAI, endpoint: FakeEndpoint) -> None:
    endpoint.faults(no_choices=1)
    assert ask(client).choices == []
    endpoint.faults(empty=1)
    assert ask(client).choices[0].message.content == ""
    endpoint.faults(null=1)
    assert ask(client).choices[0].message.content is None


def test_a_reply_cut_off_by_length_says_so(client: openai.OpenAI, endpoint: FakeEndpoint) -> None:
    whole = ask(client).choices[0].message.content
    endpoint.faults(cut_off=1)
    choice = ask(client).choices[0]
    assert (choice.finish_reason, choice.message.content) == ("length", whole[:200])


def test_a_repeated_request_gets_through_in_the_end(endpoint: FakeEndpoint) -> None:
    endpoint.faults(error_500=0.5)
    statuses = [post(endpoint)[0] for _ in range(20)]
    assert {200, 500} == set(statuses)
    endpoint.reset()
    assert [post(endpoint)[0] for _ in range(20)] == statuses


def test_faults_can_be_held_to_the_first_attempts(endpoint: FakeEndpoint) -> None:
    endpoint.change(faults={"error_503": 1}, fault_attempts=2)
    assert [post(endpoint)[0] for _ in range(4)] == [503, 503, 200, 200]


def test_shares_of_faults_are_met(endpoint: FakeEndpoint) -> None:
    endpoint.faults(error_500=0.2, empty=0.1)
    for number in range(500):
        post(endpoint, f"question {number}")
    outcomes = endpoint.stats()["outcomes"]
    assert 70 < outcomes["error_500"] < 130
    assert 30 < outcomes["empty"] < 75


# --- refusals


def test_refusals_that_no_retry_helps(client: openai.OpenAI, endpoint: FakeEndpoint) -> None:
    endpoint.change(api_keys=["wrong"])
    with pytest.raises(openai.AuthenticationError, match="Incorrect API key"):
        ask(client)
    endpoint.change(api_keys=["other", "right"], models=["known"])
    with pytest.raises(openai.NotFoundError, match="does not exist"):
        ask(client)
    endpoint.change(models=[], max_characters=100)
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, "x" * 101)
    assert caught.value.code == "context_length_exceeded"
    assert endpoint.stats()["keys"] == {"right": 2}


@pytest.mark.parametrize("status", [402, 429])
def test_a_quota_runs_out(client: openai.OpenAI, endpoint: FakeEndpoint, status: int) -> None:
    endpoint.change(quota=2, quota_status=status)
    ask(client, "one")
    ask(client, "two")
    with pytest.raises(openai.APIStatusError) as caught:
        ask(client, "three")
    assert (caught.value.status_code, caught.value.code) == (status, "insufficient_quota")


def test_more_in_flight_than_allowed_is_refused(endpoint: FakeEndpoint) -> None:
    endpoint.change(max_in_flight=2, latency_ms=60_000, retry_after=0)
    with waiting(endpoint, "one"), waiting(endpoint, "two"):
        assert post(endpoint, "three")[0] == 429
    stats = endpoint.stats()
    assert (stats["outcomes"], stats["peak_in_flight"]) == ({"max_in_flight": 1}, 3)


def test_more_per_second_than_allowed_is_refused(endpoint: FakeEndpoint) -> None:
    endpoint.change(requests_per_second=3)
    assert 429 in {post(endpoint, str(number))[0] for number in range(100)}


def test_an_endpoint_that_is_down_refuses_connections_and_comes_back_on_its_port(
    endpoint: FakeEndpoint,
) -> None:
    assert post(endpoint)[0] == 200
    endpoint.down()
    with pytest.raises(ConnectionError):
        post(endpoint)
    endpoint.up()
    assert post(endpoint)[0] == 200


# --- latency and counters


def test_latency_depends_on_seed_body_and_attempt_only() -> None:
    def latencies(seed: int) -> list[float]:
        behaviour = FakeEndpoint(latency_ms=400, latency_sigma=1, seed=seed).behaviour
        return [behaviour.latency(behaviour.draw(b"%d" % body, attempt)) for body in range(200) for attempt in (0, 1)]

    assert latencies(1) == latencies(1) != latencies(2)
    assert len(set(latencies(1))) == 400
    assert 0.3 < sorted(latencies(1))[200] < 0.5
    assert max(latencies(1)) > 2


def test_each_body_is_counted(endpoint: FakeEndpoint) -> None:
    endpoint.change(faults={"error_500": 1}, fault_attempts=1, reply_bytes=100)
    for content in ("a", "a", "a", "b", "b"):
        post(endpoint, content)
    stats = endpoint.stats(bodies=True)
    bodies = sorted(stats["bodies"].values(), key=lambda body: int(body["received"]))
    assert bodies == [
        {"received": 2, "answered": 1, "troubles": {"error_500": 1}},
        {"received": 3, "answered": 2, "troubles": {"error_500": 1}},
    ]
    assert (stats["received"], stats["distinct"], stats["answered"], stats["paid_twice"]) == (5, 2, 3, 1)
    assert (stats["statuses"], stats["content_bytes"]) == ({"200": 3, "500": 2}, 300)


def test_a_client_that_dies_before_it_read_the_reply_did_not_get_it(endpoint: FakeEndpoint) -> None:
    with socket.create_connection(address(endpoint)) as reader:
        reader.sendall(raw_request("hello"))
        assert b"200 OK" in reader.recv(65536)
    with socket.create_connection(address(endpoint)) as dying:
        dying.sendall(raw_request("hello"))
        dying.recv(1, socket.MSG_PEEK)  # the reply is there, and stays unread
    post(endpoint, "by now the endpoint has noticed")
    stats = endpoint.stats()
    assert (stats["answered"], stats["unread"], stats["paid_twice"]) == (3, 1, 0)


def test_a_client_that_is_gone_when_the_reply_is_written_did_not_get_it(endpoint: FakeEndpoint) -> None:
    for _ in range(10):
        with socket.create_connection(address(endpoint)) as leaving:
            leaving.sendall(raw_request("hello"))
    while (stats := endpoint.stats())["connections"] or stats["received"] < 10:
        pass
    assert stats["answered"] == stats["unread"]
    assert stats["answered"] + stats["abandoned"] == 10


def test_a_client_that_leaves_before_its_reply_is_counted_as_gone(endpoint: FakeEndpoint) -> None:
    endpoint.change(latency_ms=60_000)
    with waiting(endpoint, "hello"):
        pass
    stats = endpoint.stats()
    assert (stats["received"], stats["abandoned"], stats["answered"], stats["in_flight"]) == (1, 1, 0, 0)


def test_hundreds_of_connections_at_once_are_all_answered(endpoint: FakeEndpoint) -> None:
    endpoint.change(latency_ms=50)
    statuses = asyncio.run(_flood(endpoint, 800))
    assert statuses == [200] * 800
    assert endpoint.stats()["answered_distinct"] == 800


async def _flood(endpoint: FakeEndpoint, count: int) -> list[int]:
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def one(number: int) -> int:
            body = {"messages": [{"role": "user", "content": str(number)}]}
            async with session.post(endpoint.url + "/chat/completions", json=body) as response:
                await response.read()
                return response.status

        return list(await asyncio.gather(*map(one, range(count))))

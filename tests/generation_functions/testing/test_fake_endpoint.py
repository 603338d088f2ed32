"""The fake endpoint speaks the protocol, and its replies are a pure function of the request."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openai
import orjson
import pytest

from generation_functions.errors import UsageError
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.generation_functions.testing.asking import CHAT, ask, post, raw_request

# --- protocol


def test_the_official_client_gets_a_reply_with_usage(client: openai.OpenAI) -> None:
    answer = ask(client, "x" * 40)
    assert answer.choices[0].finish_reason == "stop"
    assert len(answer.choices[0].message.content) == 400
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (10, 100)


def test_the_official_client_streams_the_same_reply(client: openai.OpenAI) -> None:
    whole = ask(client).choices[0].message.content
    chunks = list(ask(client, stream=True, stream_options={"include_usage": True}))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == whole
    assert chunks[-1].usage.completion_tokens == 100


def test_the_official_client_gets_completions_and_models(client: openai.OpenAI, endpoint: FakeEndpoint) -> None:
    endpoint.change(models=["fake", "other"])
    answer = client.completions.create(model="fake", prompt=["one", "two"])
    assert len({choice.text for choice in answer.choices}) == 2
    assert [model.id for model in client.models.list()] == ["fake", "other"]


def test_n_choices_differ(client: openai.OpenAI) -> None:
    assert len({choice.message.content for choice in ask(client, n=3).choices}) == 3


def test_requests_that_arrive_together_or_in_pieces_are_answered_in_order(endpoint: FakeEndpoint) -> None:
    endpoint.change(reply="echo", latency_ms=5)
    requests = b"".join(map(raw_request, ("first", "second", "third")))
    requests += b"GET /v1/models HTTP/1.1\r\nConnection: close\r\n\r\n"
    with socket.create_connection((urlsplit(endpoint.url).hostname, urlsplit(endpoint.url).port)) as connection:
        for start in range(0, len(requests), 50):
            connection.sendall(requests[start : start + 50])
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    places = [answer.index(word) for word in (b"first", b"second", b"third", b'"list"')]
    assert places == sorted(places)


def test_an_unknown_route_is_404(endpoint: FakeEndpoint) -> None:
    connection = http.client.HTTPConnection(urlsplit(endpoint.url).netloc, timeout=10)
    connection.request("GET", "/v2/nothing")
    assert connection.getresponse().status == 404
    connection.close()


# --- replies


def test_a_restarted_endpoint_gives_the_same_bytes(endpoint: FakeEndpoint) -> None:
    options = {"seed": 3, "faults": {"error_500": 0.3, "empty": 0.3}}
    endpoint.change(**options)
    with FakeEndpoint(**options) as other:
        questions = [f"question {number // 2}" for number in range(40)]
        assert [post(endpoint, question) for question in questions] == [post(other, question) for question in questions]


def test_replies_differ_by_messages_and_seed_only(client: openai.OpenAI) -> None:
    def said(content: str, **options: Any) -> str:
        return str(ask(client, content, **options).choices[0].message.content)

    assert said("a") == said("a", temperature=0.3)
    assert len({said("a"), said("b"), said("a", seed=1)}) == 3


def test_reply_shapes(client: openai.OpenAI, endpoint: FakeEndpoint) -> None:
    endpoint.change(reply="echo")
    assert ask(client, "say this").choices[0].message.content == "say this"
    endpoint.change(reply="json", reply_bytes=50)
    assert len(orjson.loads(ask(client).choices[0].message.content)["answer"]) == 50
    endpoint.change(reply="tagged", tag="poem")
    assert ask(client).choices[0].message.content.startswith("<poem>")


def test_a_script_plays_a_model(client: openai.OpenAI, endpoint: FakeEndpoint, tmp_path: Path) -> None:
    script = tmp_path / "small_model.py"
    script.write_text(
        "def reply(body):\n"
        "    asked = body['messages'][-1]['content']\n"
        "    if asked == 'think':\n"
        "        return {'content': 'done', 'reasoning_content': 'hm', 'finish_reason': 'length'}\n"
        "    return 'Sure! ' + asked.upper()\n"
    )
    endpoint.change(reply="script", script=str(script))
    assert ask(client, "is it?").choices[0].message.content == "Sure! IS IT?"
    choice = ask(client, "think").choices[0]
    assert (choice.finish_reason, choice.message.reasoning_content) == ("length", "hm")


def test_a_broken_script_is_named_and_a_crashing_one_ends_the_endpoint(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.py is not a Python file"):
        endpoint.change(reply="script", script=str(tmp_path / "missing.py"))
    crashing = tmp_path / "crashing.py"
    crashing.write_text("def reply(body):\n    return body['nothing']\n")
    with (
        FakeEndpoint(reply="script", script=str(crashing)) as other,
        pytest.raises(http.client.HTTPException),
    ):
        post(other)


# --- control


def test_unknown_options_and_faults_are_named(endpoint: FakeEndpoint) -> None:
    with pytest.raises(UsageError, match="unknown option 'latency'; did you mean latency_ms"):
        FakeEndpoint(latency=3)
    with pytest.raises(UsageError, match="unknown fault 'hangs'; did you mean hang"):
        endpoint.faults(hangs=0.5)
    with pytest.raises(UsageError, match="add up to at most 1"):
        endpoint.faults(hang=0.7, empty=0.7)
    with pytest.raises(UsageError, match="'latency_ms' must be float, not '3'"):
        endpoint.change(latency_ms="3")


def test_the_command_line_prints_one_line_when_it_listens_and_names_what_is_wrong() -> None:
    command = [sys.executable, "-m", "generation_functions.testing.fake_endpoint"]
    arguments = ["--until-stdin-closes", "--reply", "echo", "--fault", "empty=1.0", "--models", "a", "b"]
    with subprocess.Popen([*command, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        ready = orjson.loads(process.stdout.readline())
        connection = http.client.HTTPConnection(urlsplit(ready["url"]).netloc, timeout=10)
        connection.request("POST", CHAT, orjson.dumps({"model": "b", "messages": []}))
        answer = orjson.loads(connection.getresponse().read())
        connection.close()
        assert answer["choices"][0]["message"]["content"] == ""
        process.communicate()
    assert process.returncode == 0
    wrong = subprocess.run([*command, "--fault", "empti=1"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stderr) == (
        2,
        "fake endpoint: unknown fault 'empti'; did you mean empty?\n",
    )

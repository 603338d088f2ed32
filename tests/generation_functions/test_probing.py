"""What is wrong with an endpoint, in plain words."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from generation_functions.probing import examine
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support.scripted_pages import (
    Asked,
    Page,
    ScriptedPages,
    an_answer,
    an_error,
    model_list,
    self_signed_certificate,
)

KEY = "sk-canary-0123456789"


def works(asked: Asked) -> Page:
    """A provider as it should be."""
    if asked.key != KEY:
        return an_error(401, f"Incorrect API key provided: {asked.key}")
    if asked.path == "/v1/models":
        return model_list("large", "small")
    if asked.path == "/v1/chat/completions":
        known = asked.body["model"] in ("large", "small")
        return an_answer() if known else an_error(404, f"The model `{asked.body['model']}` does not exist")
    return Page(b"<h1>nothing here</h1>", 404)


@pytest.fixture
def provider() -> Iterator[ScriptedPages]:
    with ScriptedPages(works) as pages:
        yield pages


def test_an_endpoint_that_works_lists_its_models() -> None:
    with FakeEndpoint(models=("large", "small")) as endpoint:
        found = examine(endpoint.url)
        assert endpoint.stats()["received"] == 0
        assert (found.ok, sorted(found.models), found.problem, found.advice) == (True, ["large", "small"], "", "")
        asked = examine(endpoint.url, model="small")
        assert (asked.ok, asked.problem) == (True, "")
        assert 0 < asked.seconds < 15
        assert endpoint.stats()["received"] == 1


def test_without_a_model_it_says_that_the_key_may_not_have_been_tried(provider: ScriptedPages) -> None:
    found = examine(f"{provider.root}/v1", KEY)
    assert found.ok
    assert "name a model, and the key is tried too" in found.advice


def test_a_slash_at_the_end_makes_no_difference(provider: ScriptedPages) -> None:
    assert examine(f"{provider.root}/v1/", KEY, "small").ok


def test_a_wrong_key_is_said_to_be_wrong_and_not_repeated(provider: ScriptedPages) -> None:
    found = examine(f"{provider.root}/v1", "sk-wrong-0123456789")
    assert found.problem.startswith("the key was refused: ")
    assert "answered 401: Incorrect API key provided: ***" in found.problem
    assert "Check that the key is of this provider" in found.advice
    assert "sk-wrong" not in repr(found)


def test_a_missing_key_is_asked_for(provider: ScriptedPages) -> None:
    found = examine(f"{provider.root}/v1")
    assert found.problem.startswith("a key is needed, and none was sent")
    assert found.advice == "Save the key as a secret first."


def test_a_key_that_only_the_model_asks_for_is_tried_with_the_model() -> None:
    def lists_for_anybody(asked: Asked) -> Page:
        return model_list("small") if asked.method == "GET" else an_error(401, f"bad key {asked.key}")

    with ScriptedPages(lists_for_anybody) as pages:
        assert examine(f"{pages.root}/v1", KEY).ok
        found = examine(f"{pages.root}/v1", KEY, "small")
    assert not found.ok
    assert "answered 401: bad key ***" in found.problem
    assert found.models == ("small",)


def test_an_unknown_model_is_told_apart_and_the_near_one_named(provider: ScriptedPages) -> None:
    found = examine(f"{provider.root}/v1", KEY, "smal")
    assert not found.ok
    assert found.problem.startswith("there is no model called smal: ")
    assert found.advice == "Did you mean small? It has: large, small"


@pytest.mark.parametrize("wrong", ["", "/v1/chat/completions", "/v1/models"])
def test_an_address_that_is_not_the_root_is_put_right(provider: ScriptedPages, wrong: str) -> None:
    for model in ("", "small"):
        found = examine(f"{provider.root}{wrong}", KEY, model)
        assert f"there is one at {provider.root}/v1" in found.problem
        assert found.advice == f"Use {provider.root}/v1"


def test_a_server_that_lists_nothing_is_asked_a_question() -> None:
    with ScriptedPages(lambda asked: an_answer() if asked.method == "POST" else Page(b"", 404)) as pages:
        assert examine(f"{pages.root}/v1", KEY, "small").ok
        found = examine(f"{pages.root}/v1", KEY)
    assert "answered 404" in found.problem
    assert "usually ending in /v1" in found.advice


@pytest.mark.parametrize(
    "page",
    [Page(b"<html>hello</html>"), Page({"hello": "world"}), Page({"data": "x"}), Page([1, 2]), Page(b"")],
)
def test_something_else_on_that_port_is_not_taken_for_an_api_and_not_repeated(page: Page) -> None:
    with ScriptedPages(lambda _: page) as pages:
        found = examine(f"{pages.root}/v1")
    assert found.problem == f"{pages.root}/v1 answers, but not like an OpenAI-compatible API"
    assert "hello" not in repr(found)


@pytest.mark.parametrize(
    ("status", "advice"),
    [(402, "top it up"), (429, "wait a minute"), (500, "in trouble"), (503, "in trouble"), (400, "Check the address")],
)
def test_other_answers_are_told_in_the_servers_words(status: int, advice: str) -> None:
    with ScriptedPages(lambda asked: an_error(status, f"sorry {asked.key}")) as pages:
        found = examine(f"{pages.root}/v1", KEY)
    assert found.problem == f"{pages.root}/v1 answered {status}: sorry ***"
    assert advice in found.advice


def test_a_key_is_not_carried_on_to_another_server() -> None:
    with ScriptedPages(works) as other:
        moved = Page(b"", 301, {"Location": f"{other.root}/v1/models"})
        with ScriptedPages(lambda _: moved) as pages:
            found = examine(f"{pages.root}/v1", KEY)
        assert other.asked == []
    assert found.problem == f"{pages.root}/v1 sends us on to {other.root}/v1"
    assert found.advice == f"Try {other.root}/v1"


def test_a_model_that_knows_max_tokens_by_another_name_is_asked_without() -> None:
    def picky(asked: Asked) -> Page:
        if asked.method == "GET":
            return model_list("m")
        return an_error(400, "Unsupported parameter: 'max_tokens'") if "max_tokens" in asked.body else an_answer()

    with ScriptedPages(picky) as pages:
        assert examine(f"{pages.root}/v1", KEY, "m").ok


# --- no answer


def test_a_name_that_nobody_knows() -> None:
    found = examine("http://no-such-host.invalid/v1")
    assert found.problem == "the name no-such-host.invalid is not known"
    assert "spelled" in found.advice


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_port_where_nobody_listens(host: str) -> None:
    found = examine(f"http://{host}:9/v1")
    assert found.problem == f"nothing answers at http://{host}:9/v1: the connection was refused"
    assert "Start the server" in found.advice


def test_https_to_a_server_of_http(provider: ScriptedPages) -> None:
    found = examine(provider.root.replace("http:", "https:") + "/v1", KEY)
    assert found.problem.startswith("no secure connection to 127.0.0.1")
    assert "try http:// instead" in found.advice


def test_http_to_a_server_of_https(tmp_path: Path) -> None:
    with ScriptedPages(works, self_signed_certificate(tmp_path / "certificate.pem")) as pages:
        found = examine(pages.root.replace("https:", "http:") + "/v1", KEY)
    assert "ended the connection without an answer" in found.problem
    assert "https://" in found.advice


def test_a_certificate_that_nobody_trusts(tmp_path: Path) -> None:
    with ScriptedPages(works, self_signed_certificate(tmp_path / "certificate.pem")) as pages:
        found = examine(f"{pages.root}/v1", KEY)
    assert found.problem.startswith("the certificate of 127.0.0.1 is not trusted")
    assert "self-signed" in found.advice


def test_a_server_that_hangs_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = examine(f"http://127.0.0.1:{silent.getsockname()[1]}/v1", limit=0.3)
    assert "did not answer within 0.3 s" in found.problem
    assert "port" in found.advice


def test_a_server_that_hangs_up() -> None:
    with ScriptedPages(lambda _: Page(None)) as pages:
        found = examine(f"{pages.root}/v1")
    assert "ended the connection without an answer" in found.problem


@pytest.mark.parametrize(
    "url", ["", "nonsense", "http://", "http://[::1", "http://h:99999/v1", "ftp://h/v1", "http://a..b"]
)
def test_what_is_no_address(url: str) -> None:
    found = examine(url)
    assert not found.ok
    assert found.problem == f"{url.rstrip('/')} is not a URL"
    assert "https://api.openai.com/v1" in found.advice

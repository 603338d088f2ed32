"""Asking models: what goes up, what comes down, whom it may reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from starlette.testclient import TestClient

from generation_functions.run_folder import write_atomically
from tests.conftest import PROJECT
from tests.support.scripted_endpoint import Request, Response, ScriptedEndpoint, refuses, says
from web.models.serving import local_url
from web.runs import life
from web.workers import Presence

KEY = "sk-5ecret-of-the-lamp"


def refused(answer: Any, status: int, code: str) -> str:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return str(answer.json()["detail"])


def events(text: str) -> list[tuple[str, Any]]:
    """Kind and facts of each event of a stream."""
    found = []
    for block in text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], orjson.loads(lines["data"])))
    return found


def ask(client: TestClient, target: dict[str, Any], **wish: Any) -> list[tuple[str, Any]]:
    body = {"target": target, "messages": [{"role": "user", "content": "Who keeps the lamp?"}], **wish}
    answer = client.post("/api/chat", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    return events(answer.text)


def chunk(text: str = "", finish: str | None = None, **delta: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": text, **delta}, "finish_reason": finish}
    return b"data: " + orjson.dumps({"choices": [choice]}) + b"\n\n"


def streams(*chunks: bytes) -> Response:
    usage = {"usage": {"prompt_tokens": 7, "completion_tokens": 3}, "choices": []}
    end = b"data: " + orjson.dumps(usage) + b"\n\ndata: [DONE]\n\n"
    return Response(b"".join(chunks) + end, headers={"Content-Type": "text/event-stream"})


@pytest.fixture
def provider(client: TestClient) -> Any:
    """Puts an endpoint behind a provider of Settings, with a key."""

    @contextmanager
    def behind(answer: Callable[[Request], Response]) -> Iterator[ScriptedEndpoint]:
        with ScriptedEndpoint(answer) as endpoint:
            client.put("/api/settings/secrets/lamp", json={"value": KEY})
            wish = {"base_url": endpoint.url, "secret": "lamp"}
            assert client.put("/api/settings/providers/house", json=wish).status_code == 204
            yield endpoint

    return behind


HOUSE = {"kind": "provider", "model": "house:keeper-7b"}


def test_the_offline_stand_in_answers_and_says_what_it_is(client: TestClient) -> None:
    found = ask(client, {"kind": "offline"})
    assert found[0] == ("start", {"model": "offline"})
    said = "".join(facts["text"] for kind, facts in found if kind == "token")
    assert said.startswith("You said: Who keeps the lamp?")
    assert "offline model" in said
    assert found[-1][0] == "end"


def test_a_provider_s_answer_comes_through_as_it_is_made(client: TestClient, provider: Any) -> None:
    def answer(request: Request) -> Response:
        return streams(chunk(reasoning_content="Hm."), chunk("The "), chunk("keeper."), chunk(finish="length"))

    with provider(answer) as endpoint:
        sampling = {"temperature": 0.5, "max_tokens": 9, "stop": ["\n"]}
        found = ask(client, HOUSE, sampling=sampling)
    assert [(kind, facts.get("text")) for kind, facts in found[1:-1]] == [
        ("thinking", "Hm."),
        ("token", "The "),
        ("token", "keeper."),
    ]
    kind, end = found[-1]
    assert (kind, end["finish"], end["input_tokens"], end["output_tokens"]) == ("end", "length", 7, 3)
    (request,) = endpoint.requests
    assert (request.path, request.key) == ("/v1/chat/completions", KEY)
    assert request.body == {
        "model": "keeper-7b",
        "messages": [{"role": "user", "content": "Who keeps the lamp?"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        **sampling,
    }


def test_sources_come_through_wherever_the_server_puts_them(client: TestClient, provider: Any) -> None:
    sources = [{"file": "guide.txt", "text": "The keeper..."}]
    top = b"data: " + orjson.dumps({"sources": sources, "choices": []}) + b"\n\n"
    with provider(lambda request: streams(top, chunk("He.", citations=["guide.txt"]))) as endpoint:
        found = ask(client, HOUSE, retrieval=True)
    assert [facts["items"] for kind, facts in found if kind == "sources"] == [sources, [{"text": "guide.txt"}]]
    assert endpoint.requests[0].body["retrieval"] is True


def test_a_server_that_does_not_stream_is_understood_too(client: TestClient, provider: Any) -> None:
    with provider(lambda request: says("The keeper.")):
        found = ask(client, HOUSE)
    assert found[1] == ("token", {"text": "The keeper."})
    assert found[-1][1]["output_tokens"] == 5


def test_an_older_server_is_asked_again_without_what_it_does_not_know(client: TestClient, provider: Any) -> None:
    def answer(request: Request) -> Response:
        if "stream_options" in request.body:
            return refuses(400, "unknown field stream_options")
        return streams(chunk("The keeper."))

    with provider(answer) as endpoint:
        assert ask(client, HOUSE)[1] == ("token", {"text": "The keeper."})
    assert len(endpoint.requests) == 2


def test_a_refusal_is_told_in_the_provider_s_words_without_the_key(client: TestClient, provider: Any) -> None:
    statuses = (400, 401, 429, 500)
    left = iter(statuses)
    with provider(lambda request: refuses(next(left), f"no: {request.headers['Authorization']}")):
        for status in statuses:
            ((_, _), (kind, error)) = ask(client, HOUSE)
            assert (kind, error["code"], error["status"]) == ("error", "model-refused", status)
            assert error["detail"] == f"keeper-7b answered {status}: no: Bearer ***"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"data: " + orjson.dumps({"error": {"message": f"no room for {KEY}"}}) + b"\n\n", "model-failed"),
        (b"", "model-away"),
        (b"<html>", "model-away"),
        (b"data: [DONE]\n\n", "model-away"),
        (b"data: {torn\n\ndata: [1]\n\ndata: " + b"x" * 5000, "model-away"),
    ],
)
def test_an_answer_that_breaks_ends_with_an_error(client: TestClient, provider: Any, body: bytes, code: str) -> None:
    with provider(lambda request: Response(body)):
        found = ask(client, HOUSE)
    assert [kind for kind, _ in found] == ["start", "error"]
    assert found[1][1]["code"] == code
    assert KEY not in str(found)


@pytest.mark.parametrize("end", [b"", b"data: {torn"])
def test_an_answer_that_is_cut_in_the_middle_is_not_taken_for_a_whole_one(
    client: TestClient, provider: Any, end: bytes
) -> None:
    with provider(lambda request: Response(chunk("The ") + end, headers={"Content-Type": "text/event-stream"})):
        found = ask(client, HOUSE)
    assert [kind for kind, _ in found] == ["start", "token", "error"]
    assert found[-1][1]["code"] == "model-away"
    assert "in the middle of its answer" in found[-1][1]["detail"]


@pytest.mark.parametrize("end", [chunk(finish="stop"), b"data: [DONE]\n\n"])
def test_an_answer_whose_end_is_told_in_one_way_is_whole(client: TestClient, provider: Any, end: bytes) -> None:
    with provider(lambda request: Response(chunk("The ") + end, headers={"Content-Type": "text/event-stream"})):
        assert ask(client, HOUSE)[-1][0] == "end"


def test_a_redirect_is_not_followed(client: TestClient, provider: Any) -> None:
    with (
        ScriptedEndpoint(lambda request: says("elsewhere")) as other,
        provider(lambda request: Response(b"", 307, {"Location": f"{other.url}/chat/completions"})),
    ):
        found = ask(client, HOUSE)
    assert (found[1][0], found[1][1]["status"], other.requests) == ("error", 307, [])


def test_nobody_at_home_is_an_error_that_says_so(client: TestClient) -> None:
    wish = {"base_url": "http://127.0.0.1:9/v1"}
    assert client.put("/api/settings/providers/house", json=wish).status_code == 204
    found = ask(client, HOUSE)
    assert (found[1][0], found[1][1]["code"]) == ("error", "model-away")


def test_only_known_providers_are_asked(client: TestClient) -> None:
    body = {"target": {"kind": "provider", "model": "nobody:x"}, "messages": [{"role": "user", "content": "?"}]}
    refused(client.post("/api/chat", json=body), 404, "no-such-provider")
    for model in ("http://127.0.0.1:1/v1", "keeper", ""):
        body["target"]["model"] = model  # type: ignore[index]
        assert client.post("/api/chat", json=body).status_code in (404, 422)


def test_a_provider_whose_key_is_missing_says_which(client: TestClient) -> None:
    wish = {"base_url": "http://127.0.0.1:9/v1", "secret": "not-there"}
    assert client.put("/api/settings/providers/house", json=wish).status_code == 204
    body = {"target": HOUSE, "messages": [{"role": "user", "content": "?"}]}
    assert "not-there" in refused(client.post("/api/chat", json=body), 422, "no-key")


# Servers of ours


@pytest.fixture
def model(client: TestClient, project: Path) -> str:
    folder = project / "models" / "keeper"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"0")
    aliases = {"basic-server": str(PROJECT / "serving" / "basic_server")}
    (project / "super_config.yaml").write_text(yaml.safe_dump({"path_aliases": aliases}))
    return "models/keeper"


@pytest.fixture
def at_work(client: TestClient) -> Iterator[Callable[[str, str], None]]:
    """Lets a queued server run, and listen at an address, as a worker and the pipeline would."""
    services = client.app.state.services  # type: ignore[attr-defined]
    presence = Presence(services.settings, services.database)
    presence.beat()

    def run(identity: str, url: str) -> None:
        work = life.get(services.database, identity)
        assert life.claim(services.database, identity, work.turn, presence.id)
        told = {"url": url, "models": ["keeper"], "process": 1}
        write_atomically(Path(work.folder) / "server.json", orjson.dumps(told))

    yield run
    presence.end()


def test_serving_the_same_twice_is_one_server(client: TestClient, model: str) -> None:
    first = client.post("/api/models/serve", json={"models": [model]})
    assert first.status_code == 202, first.text
    served = first.json()
    assert (served["run"]["state"], served["url"], served["paths"]) == ("queued", "", [model])
    again = client.post("/api/models/serve", json={"models": [f"{model}/", model]}).json()
    assert again["run"]["id"] == served["run"]["id"]
    config = client.get(f"/api/runs/{served['run']['id']}").json()["config"]
    assert (config["models"], config["host"]) == ([{"name": "keeper", "source": model}], "127.0.0.1")


def test_a_served_model_can_be_talked_to_by_its_run_or_its_folder(client: TestClient, model: str, at_work: Any) -> None:
    run = client.post("/api/models/serve", json={"models": [model]}).json()["run"]["id"]
    target, by_folder = {"kind": "served", "run": run}, {"kind": "model", "path": model}
    body: dict[str, Any] = {"target": target, "messages": [{"role": "user", "content": "?"}]}
    assert "still loading" in refused(client.post("/api/chat", json=body), 409, "not-listening")
    with ScriptedEndpoint(lambda request: streams(chunk("The keeper."))) as endpoint:
        at_work(run, endpoint.url)
        for one in (target, by_folder):
            assert ask(client, one)[1] == ("token", {"text": "The keeper."})
        assert [request.body["model"] for request in endpoint.requests] == ["keeper", "keeper"]
        (server,) = client.get("/api/models/served").json()["items"]
        assert (server["url"], server["models"], server["paths"]) == (endpoint.url, ["keeper"], [model])
    body["target"] = {**target, "model": "other"}
    assert "it has: keeper" in refused(client.post("/api/chat", json=body), 404, "no-such-model")
    listed = client.get("/api/models").json()["items"][0]
    assert listed["served"] == [{"run": run, "name": "keeper"}]
    query = {"path": model, "name": "keeper"}
    refused(client.delete("/api/models", params=query), 409, "model-served")


def test_a_model_that_nobody_serves_says_how_to(client: TestClient, model: str) -> None:
    body = {"target": {"kind": "model", "path": model}, "messages": [{"role": "user", "content": "?"}]}
    assert "POST /api/models/serve" in refused(client.post("/api/chat", json=body), 409, "not-served")


def test_a_run_that_serves_nothing_is_no_way_to_an_address(client: TestClient, project: Path) -> None:
    run = client.post("/api/runs", json={"config": "poems.yaml"}).json()["id"]
    (project / "outputs/poems/server.json").write_text('{"url": "http://127.0.0.1:1/v1", "models": ["x"]}')
    body = {"target": {"kind": "served", "run": run}, "messages": [{"role": "user", "content": "?"}]}
    refused(client.post("/api/chat", json=body), 404, "not-served")


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/v1",
        "http://example.org:80/v1",
        "https://127.0.0.1:80/v1",
        "http://127.0.0.1/v1",
        "http://user@127.0.0.1:80/v1",
        "http://127.0.0.1.example.org:80/v1",
        "file:///etc/passwd",
        "http://[::ffff:169.254.169.254]:80/v1",
        "http://127.0.0.1:99999/v1",
        "",
    ],
)
def test_only_this_machine_s_own_addresses_are_reached(url: str) -> None:
    assert local_url(url) == ""


def test_addresses_that_stand_for_this_machine_become_its_own() -> None:
    assert local_url("http://0.0.0.0:8101/other") == "http://127.0.0.1:8101/v1"
    assert local_url("http://localhost:8101/v1") == "http://127.0.0.1:8101/v1"
    assert local_url("http://[::1]:8101/v1") == "http://[::1]:8101/v1"


def test_what_is_not_in_the_contract_is_refused(client: TestClient) -> None:
    for wish in (
        {"messages": []},
        {"messages": [{"role": "tool", "content": "x"}]},
        {"messages": [{"role": "user", "content": "x", "name": "y"}]},
        {"sampling": {"temperature": -1}},
        {"sampling": {"stop": [""]}},
        {"target": {"kind": "url", "url": "http://127.0.0.1:1"}},
        {"url": "http://127.0.0.1:1"},
    ):
        body = {"target": {"kind": "offline"}, "messages": [{"role": "user", "content": "?"}], **wish}
        refused(client.post("/api/chat", json=body), 422, "invalid-request")

"""Retrying failed records through the service: only what was chosen is asked again, and only models may change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from generation_functions.run_folder import read_json
from tests.support.scripted_endpoint import Request, Response, ScriptedEndpoint, refuses, says
from tests.support.service import ServiceProcesses

TOO_DARK = range(1, 4)
"""Of the texts, in the order in which they come, those that the small model cannot do."""


def text_in(request: Request) -> str:
    """What a request is about, also when it asks for a better answer."""
    return str(next(message["content"] for message in request.body["messages"] if message["role"] == "user"))


class Provider:
    """Two models: `small` cannot do some texts, `large` answers all."""

    def __init__(self, refuses_them: bool) -> None:
        self._texts: list[str] = []
        self._refuses_them = refuses_them

    def __call__(self, request: Request) -> Response:
        if text_in(request) not in self._texts:
            self._texts.append(text_in(request))
        number = self._texts.index(text_in(request))
        if request.body["model"] == "small" and number in TOO_DARK:
            return refuses(400, "too dark for me") if self._refuses_them else says("It is too dark for me.")
        return says(f"<poem>Text {number}, by the {request.body['model']} model.</poem>")


@pytest.fixture
def endpoint(request: pytest.FixtureRequest) -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint(Provider(getattr(request, "param", False))) as endpoint:
        yield endpoint


@pytest.fixture
def service(project: Path, own_state: Path) -> Iterator[ServiceProcesses]:
    with ServiceProcesses(project, own_state) as service:
        yield service


class Retried:
    """A completed run of six texts of which three failed, and what is asked for since."""

    def __init__(self, service: ServiceProcesses, endpoint: ScriptedEndpoint, project: Path) -> None:
        (project / "configs" / "dark.yaml").write_text(
            "pipeline: example-pipeline\ninput_dir: inputs/sample\noutput_dir: outputs/dark\nlimit: 6\n"
            f"model: {{name: small, base_url: '{endpoint.url}', concurrency_limit: 1}}\n"
        )
        self.service, self.endpoint, self.folder = service, endpoint, project / "outputs" / "dark"
        self.id = service.post("/api/runs", {"config": "dark.yaml"})["id"]
        run = service.wait_for(self.id)
        assert (run["state"], run["figures"]["rows"], run["figures"]["failed"]) == ("completed", 3, 3)
        self._seen = len(endpoint.requests)

    def inbox(self) -> list[Any]:
        items: list[Any] = self.service.get(f"/api/runs/{self.id}/failed")["items"]
        return items

    def post(self, status: int = 202, **wish: Any) -> Any:
        return self.service.post(f"/api/runs/{self.id}/retry-failed", wish, status)

    def retry(self, **wish: Any) -> Any:
        """Retry to the end. Returns the run."""
        assert self.post(**wish)["state"] == "queued"
        run = self.service.wait_for(self.id)
        assert run["state"] == "completed", run
        return run

    def asked(self) -> list[tuple[str, str]]:
        """Models and texts of the requests since the last look, each once."""
        new = self.endpoint.requests[self._seen :]
        self._seen += len(new)
        return list(dict.fromkeys((request.body["model"], text_in(request)) for request in new))

    def rows(self) -> dict[str, bytes]:
        """The dataset by the rows' ids."""
        lines = (self.folder / "datasets" / "poems.jsonl").read_bytes().splitlines()
        return {orjson.loads(line)["id"]: line for line in lines}


@pytest.fixture
def retried(service: ServiceProcesses, endpoint: ScriptedEndpoint, project: Path) -> Retried:
    return Retried(service, endpoint, project)


def text_of(failure: Any, asked: str) -> bool:
    """Whether a request is about a failed record."""
    return str(failure["record"]["text"]).strip() in asked


def test_only_the_chosen_records_are_asked_again_and_the_others_stay_as_they_are(retried: Retried) -> None:
    before, [first, second, third] = retried.rows(), retried.inbox()
    assert "It is too dark for me." in str(first["answers"][0])

    run = retried.retry(records=[second["id"]], overrides={"model.name": "large"})
    [(model, text)] = retried.asked()
    assert model == "large"
    assert text_of(second, text)
    assert not text_of(first, text)
    assert not text_of(third, text)
    assert (run["figures"]["rows"], run["figures"]["failed"]) == (4, 2)
    after = retried.rows()
    assert {row: line for row, line in after.items() if row in before} == before
    [new] = set(after) - set(before)
    assert b"by the large model" in after[new]
    assert [failure["id"] for failure in retried.inbox()] == [first["id"], third["id"]]

    # What was answered by the large model is not asked again; the small one goes on refusing the others.
    run = retried.retry()
    asked = retried.asked()
    assert [model for model, _ in asked] == ["small", "small"]
    assert [text_of(failure, text) for failure, (_, text) in zip((first, third), asked, strict=True)] == [True, True]
    assert (run["figures"]["rows"], run["figures"]["failed"]) == (4, 2)
    assert retried.rows() == after

    run = retried.retry(overrides={"model.name": "large"})
    assert [model for model, _ in retried.asked()] == ["large", "large"]
    assert (run["figures"]["rows"], run["figures"]["failed"]) == (6, 0)
    assert {row: line for row, line in retried.rows().items() if row in after} == after
    assert retried.inbox() == []

    refusal = retried.post(409)
    assert refusal["code"] == "nothing-failed"
    assert retried.service.run(retried.id)["state"] == "completed"
    config = retried.service.run(retried.id)["config"]
    assert config["model"]["name"] == "small", "the run's own config is another thing"


def test_what_cannot_be_retried_is_refused_and_leaves_no_trace(retried: Retried, own_state: Path) -> None:
    before = retried.service.run(retried.id)
    for wish, status, code, words in (
        ({"overrides": {"limit": "2"}}, 422, "not-a-model", "not with another limit"),
        ({"overrides": {"model.name": "large", "chunk_size": "9"}}, 422, "not-a-model", "not with another chunk_size"),
        ({"overrides": {"max_cost": "3"}}, 422, "not-a-model", "not with another max_cost"),
        ({"overrides": {"output_dir": "outputs/else"}}, 422, "not-a-model", "not with another output_dir"),
        ({"overrides": {"model.api_key": "sk-plain-0123456789"}}, 422, "plain-secret", "plain text"),
        ({"overrides": {"model.nmae": "large"}}, 422, "config-invalid", "config"),
        ({"records": ["no-such-record"]}, 409, "nothing-failed", "look at the inbox again"),
        ({"records": "all"}, 422, "invalid-request", ""),
        ({"model": "large"}, 422, "invalid-request", ""),
    ):
        refusal = retried.post(status, **wish)
        assert refusal["code"] == code, wish
        assert words in refusal["detail"]
        assert not (retried.folder / "retries.json").exists(), wish
    assert retried.asked() == []
    assert retried.service.run(retried.id) == before
    assert b"sk-plain" not in (own_state / "index.sqlite").read_bytes()


def test_records_that_no_model_failed_at_are_tried_again_too(service: ServiceProcesses, project: Path) -> None:
    wishes = {"output_dir": "outputs/debug", "seconds": "0.1", "failing_records": "4"}
    identity = service.post("/api/runs", {"pipeline": "debug-pipeline", "overrides": wishes})["id"]
    assert service.wait_for(identity)["figures"]["failed"] == 4
    [one, *_] = service.get(f"/api/runs/{identity}/failed")["items"]
    service.post(f"/api/runs/{identity}/retry-failed", {"records": [one["id"]]})
    again = service.wait_for(identity)
    assert (again["state"], again["figures"]["failed"], again["figures"]["rows"]) == ("completed", 4, 16)
    [entry] = read_json(project / "outputs" / "debug" / "retries.json")["rounds"]
    assert [record for record, _ in entry["records"]] == [one["id"]]


def test_a_run_that_has_not_come_to_its_end_has_nothing_to_retry(client: TestClient) -> None:
    identity = client.post("/api/runs", json={"config": "poems.yaml"}).json()["id"]
    client.post(f"/api/runs/{identity}/pause")
    refusal = client.post(f"/api/runs/{identity}/retry-failed", json={})
    assert (refusal.status_code, refusal.json()["code"]) == (409, "nothing-failed")
    assert "nothing was run there, or not to its end" in refusal.json()["detail"]


def test_a_refusal_because_the_run_is_queued_writes_no_round(client: TestClient, project: Path) -> None:
    identity = client.post("/api/runs", json={"config": "poems.yaml"}).json()["id"]
    failure = {"id": "a", "step": "poem", "stage": "poems", "reason": "no", "answers": [], "record": {}}
    (project / "outputs" / "poems" / "failed.jsonl").write_bytes(orjson.dumps(failure) + b"\n")
    refusal = client.post(f"/api/runs/{identity}/retry-failed", json={})
    assert (refusal.status_code, refusal.json()["code"]) == (409, "already-active")
    assert not (project / "outputs" / "poems" / "retries.json").exists()

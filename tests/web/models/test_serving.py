"""Servers of models: which there are, whether they answer, what keeps a model from being deleted."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from tests.conftest import PROJECT
from tests.support.finished_run import FinishedRun
from tests.web.models.test_models import model_folder, models
from web.tables import Kind, State, Work
from web.workers import Presence


@pytest.fixture
def at_work(client: TestClient, project: Path) -> Iterator[Callable[..., FinishedRun]]:
    """Makes a run of basic-server that a worker has just started."""
    services = client.app.state.services  # type: ignore[attr-defined]
    presence = Presence(services.settings, services.database)
    presence.beat()

    def run(config: dict[str, Any], url: str) -> FinishedRun:
        made = FinishedRun(project, "serve/lamp", "basic-server")
        made.write("run.json", {"status": "running", "pipeline": "basic-server", "config": config})
        made.write("server.json", {"url": url, "models": ["lamp"]})
        facts = {"folder": str(made.folder), "pipeline": "basic-server", "created": 1.0, "worker": presence.id}
        with services.database.session() as session:
            session.merge(Work(id=made.id, kind=Kind.RUN, state=State.RUNNING, **facts))
        return made

    yield run
    presence.end()


@pytest.fixture
def stranger() -> Iterator[str]:
    """Something at a port that does not speak HTTP; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(1000)
                    connection.sendall(b"220 mail.example.org ready\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def served(client: TestClient) -> Any:
    answer = client.get("/api/models/served")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_a_server_whose_port_belongs_to_somebody_else_does_not_answer(
    client: TestClient, at_work: Any, stranger: str
) -> None:
    at_work({"models": [{"source": "models/lamp"}]}, stranger)
    (found,) = served(client)
    assert (found["url"], found["answers"]) == (stranger, False)


def test_a_server_whose_key_is_gone_does_not_answer(client: TestClient, at_work: Any, stranger: str) -> None:
    at_work({"models": [{"source": "models/lamp"}], "api_key": "secret://gone"}, stranger)
    (found,) = served(client)
    assert not found["answers"]


def test_a_model_is_known_as_served_however_its_server_names_it(
    client: TestClient, at_work: Any, project: Path
) -> None:
    folder = model_folder(project / "models/lamp")
    run = at_work({"models": [{"source": f"{project}/outputs/../models/lamp/"}]}, "http://127.0.0.1:9/v1")
    assert models(client)["models/lamp"]["served"] == [{"run": run.id, "name": "lamp"}]
    refused = client.delete("/api/models", params={"path": "models/lamp", "name": "lamp"})
    assert (refused.status_code, refused.json()["code"]) == (409, "model-served")
    assert folder.exists()


def test_models_that_are_served_together_have_names_of_their_own(client: TestClient, project: Path) -> None:
    for name in ("a/lamp-2", "b/lamp", "c/lamp"):
        model_folder(project / "models" / name)
    aliases = {"basic-server": str(PROJECT / "serving" / "basic_server")}
    (project / "super_config.yaml").write_text(yaml.safe_dump({"path_aliases": aliases}))
    wish = {"models": ["models/a/lamp-2", "models/b/lamp", "models/c/lamp"]}
    answer = client.post("/api/models/serve", json=wish)
    assert answer.status_code == 202, answer.text
    config = client.get(f"/api/runs/{answer.json()['run']['id']}").json()["config"]
    assert [model["name"] for model in config["models"]] == ["lamp-2", "lamp", "lamp-3"]

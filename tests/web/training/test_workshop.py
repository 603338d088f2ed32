"""From a dataset to a conversation, with a real service and a real worker: what is chained, served and stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
import yaml

from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.conftest import PROJECT
from tests.support.finished_run import FinishedRun
from tests.support.service import ServiceProcesses, until

pytestmark = pytest.mark.slow


@pytest.fixture
def service(project: Path, own_state: Path) -> Iterator[ServiceProcesses]:
    pipelines = PROJECT / "tests" / "support" / "chained_pipelines.py"
    aliases = {f"{name}-pipeline": f"{pipelines}:{name}_pipeline" for name in ("train", "evaluate", "export")}
    aliases |= {"basic-server": str(PROJECT / "serving/basic_server")}
    aliases |= {"example-pipeline": str(PROJECT / "generation/example_pipeline")}
    (project / "super_config.yaml").write_text(yaml.safe_dump({"path_aliases": aliases}))
    (project / "configs/serve.yaml").write_text(
        "pipeline: basic-server\nmodels: [{source: offline}]\nport: 0\noutput_dir: outputs/serve\n"
    )
    facts = FinishedRun(project)
    facts.chat_folder()
    facts.questions()
    with ServiceProcesses(project, own_state) as service:
        yield service


def test_training_evaluation_and_export_follow_one_another_by_themselves(service: ServiceProcesses) -> None:
    (source,) = service.get("/api/datasets?kind=training")["items"]
    wish = {"sources": [{"run": source["run"], "file": source["file"]}], "then": ["evaluate", "export"]}
    started = service.post("/api/training", wish)
    run = started["run"]["id"]
    assert started["made"]["then"][0]["config"] == "train/facts-evaluate.yaml"
    followed = []
    for _ in range(2):
        assert service.wait_for(run)["state"] == "completed"
        until(lambda: service.get(f"/api/runs/{run}/training")["following"]["started"], what=service.said)  # noqa: B023
        run = service.get(f"/api/runs/{run}/training")["following"]["started"]
        followed.append(run)
    assert service.wait_for(run)["pipeline"] == "export-pipeline"
    following = service.get(f"/api/runs/{run}/training")["following"]
    assert following == {"then": [], "started": "", "problem": ""}
    models = {one["path"]: one for one in service.get("/api/models")["items"]}
    trained = models["outputs/train/facts/model"]
    assert trained["evaluation"] == followed[0]
    assert trained["exports"] == ["outputs/train/facts-export/gguf/facts-f16.gguf"]
    assert service.get(f"/api/runs/{started['run']['id']}/training")["stages"][0]["latest"]["loss"] == 0.5


def test_a_chain_survives_a_restart_and_says_what_holds_it_up(service: ServiceProcesses) -> None:
    (source,) = service.get("/api/datasets?kind=training")["items"]
    wish = {"sources": [{"run": source["run"]}], "then": ["evaluate"]}
    service.kill("worker.py")
    run = service.post("/api/training", wish)["run"]["id"]
    (service.root / "configs/train/facts-evaluate.yaml").write_text("pipeline: evaluate-pipeline\nafter: nowhere\n")
    service.kill("api.py")
    service.start()
    assert service.wait_for(run)["state"] == "completed"
    until(lambda: service.get(f"/api/runs/{run}/training")["following"]["problem"], what=service.said)
    problem = service.get(f"/api/runs/{run}/training")["following"]["problem"]
    assert "nowhere" in problem


def test_a_server_keeps_no_run_waiting_and_talks_until_it_is_stopped(service: ServiceProcesses) -> None:
    server = service.post("/api/runs", {"config": "serve.yaml"})["id"]
    until(lambda: any(one["answers"] for one in service.get("/api/models/served")["items"]), 60, service.said)
    poems = service.post("/api/runs", {"config": "poems.yaml"})["id"]
    assert service.wait_for(poems)["state"] == "completed"
    assert service.run(server)["state"] == "running"

    body = {"target": {"kind": "served", "run": server}, "messages": [{"role": "user", "content": "Who?"}]}
    answer = service.http.post("/api/chat", json=body)
    assert "event: token\n" in answer.text, answer.text
    assert "event: end\n" in answer.text

    service.post(f"/api/runs/{server}/cancel")
    assert service.wait_for(server)["state"] == "cancelled"
    assert service.get("/api/models/served")["items"] == []
    assert service.http.post("/api/chat", json=body).json()["code"] == "not-served"


def test_who_leaves_lets_the_model_stop(service: ServiceProcesses) -> None:
    with FakeEndpoint(faults={"stall": 1.0}) as endpoint:
        service.http.put("/api/settings/providers/house", json={"base_url": endpoint.url})
        body = {
            "target": {"kind": "provider", "model": "house:slow"},
            "messages": [{"role": "user", "content": "Who?"}],
        }
        with (
            httpx.Client(base_url=service.url, trust_env=False) as leaving,
            leaving.stream("POST", "/api/chat", json=body) as answer,
        ):
            for part in answer.iter_text():
                if "event: token" in part:
                    break
            until(lambda: endpoint.stats()["in_flight"] == 1, what=service.said)
        until(lambda: endpoint.stats()["in_flight"] == 0, what=service.said)
        assert endpoint.stats()["abandoned"] == 1

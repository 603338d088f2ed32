"""From a dataset to a conversation, with a real service and a real worker: what is chained, served and stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import yaml

from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.conftest import PROJECT
from tests.support.finished_run import FinishedRun
from tests.support.service import ServiceProcesses, until

pytestmark = pytest.mark.slow
FOLDER = "outputs/train/facts"
NOTHING = {"then": [], "started": "", "problem": "", "held_up": "", "held_up_by": ""}


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
    with ServiceProcesses(project, own_state, ATK_HEARTBEAT_SECONDS=0.2) as service:
        yield service


def following(service: ServiceProcesses, run: str) -> Any:
    """What comes after a run, as its training says."""
    return service.get(f"/api/runs/{run}/training")["following"]


def test_training_evaluation_and_export_follow_one_another_by_themselves(service: ServiceProcesses) -> None:
    (source,) = service.get("/api/datasets?kind=training")["items"]
    wish = {"sources": [{"run": source["run"], "file": source["file"]}], "then": ["evaluate", "export"]}
    started = service.post("/api/training", wish)
    run = started["run"]["id"]
    assert started["made"]["then"][0]["config"] == "train/facts-evaluate.yaml"
    followed = []
    for _ in range(2):
        assert service.wait_for(run)["state"] == "completed"
        until(lambda: following(service, run)["started"], what=service.said)  # noqa: B023
        run = following(service, run)["started"]
        followed.append(run)
    assert service.wait_for(run)["pipeline"] == "export-pipeline"
    assert following(service, run) == NOTHING
    assert service.run(run)["following"] is None
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
    until(lambda: following(service, run)["problem"], what=service.said)
    told = following(service, run)
    assert "nowhere" in told["problem"]
    assert told["then"] == ["train/facts-evaluate.yaml"]
    assert "Mend train/facts-evaluate.yaml: when it is saved, it is tried again" in told["held_up"]
    assert told["held_up_by"] == run

    text = f"pipeline: evaluate-pipeline\nafter: outputs/train/facts/model\noutput_dir: {FOLDER}-evaluate\n"
    (service.root / "configs/train/facts-evaluate.yaml").write_text(text)
    until(lambda: following(service, run)["started"], what=service.said)
    told = following(service, run)
    assert (told["problem"], told["held_up"]) == ("", "")
    assert service.wait_for(told["started"])["state"] == "completed"


def test_a_run_that_fails_holds_up_what_follows_says_so_and_takes_it_along_when_it_is_resumed(
    service: ServiceProcesses,
) -> None:
    (source,) = service.get("/api/datasets?kind=training")["items"]
    service.kill("worker.py")
    wish = {"sources": [{"run": source["run"]}], "then": ["evaluate", "export"]}
    train = service.post("/api/training", wish)["run"]["id"]
    with (service.root / "configs/train/facts-evaluate.yaml").open("a") as config:
        config.write("fails: true\n")
    both = ["train/facts-evaluate.yaml", "train/facts-export.yaml"]
    assert following(service, train) == {**NOTHING, "then": both}
    assert service.run(train)["waiting"] == both

    service.post(f"/api/runs/{train}/pause")
    told = following(service, train)
    assert (told["then"], told["held_up_by"]) == (both, train)
    assert told["held_up"].startswith(f"not started: {', '.join(both)}. This run is paused; resume it")
    service.post(f"/api/runs/{train}/resume")
    service.start("worker.py")

    until(lambda: following(service, train)["held_up_by"], 60, service.said)
    told = following(service, train)
    assert service.run(train)["following"] == told
    evaluate = told["started"]
    assert told["then"] == both[1:]
    assert told["held_up_by"] == evaluate
    assert told["held_up"].startswith(f"not started: {both[1]}. The run facts-evaluate has failed; resume it")
    failed = service.run(evaluate)
    assert (failed["state"], failed["message"], failed["waiting"]) == ("failed", "Too few questions.", both[1:])
    assert following(service, evaluate)["held_up"].startswith(f"not started: {both[1]}. This run has failed; resume it")
    listed = {run["folder"]: run["waiting"] for run in service.get("/api/runs")["items"]}
    assert listed == {"outputs/facts": [], FOLDER: [], f"{FOLDER}-evaluate": both[1:]}

    service.post(f"/api/runs/{evaluate}/resume", {"overrides": {"fails": "false"}})
    until(lambda: following(service, evaluate)["started"], 60, service.said)
    assert service.wait_for(following(service, evaluate)["started"])["pipeline"] == "export-pipeline"
    assert following(service, train) == {**NOTHING, "started": evaluate}

    service.http.delete(f"/api/runs/{evaluate}", params={"files": True}).raise_for_status()
    assert "was deleted; start that config" in following(service, train)["problem"]


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
            parts, said = answer.iter_text(), ""
            while "event: token" not in said:  # a `for` that is left would drop the parts, and hang up with them
                said += next(parts)
            until(lambda: endpoint.stats()["in_flight"] == 1, what=service.said)
        until(lambda: endpoint.stats()["in_flight"] == 0, what=service.said)
        assert endpoint.stats()["abandoned"] == 1

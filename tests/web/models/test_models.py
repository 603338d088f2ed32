"""Model folders: found, described, deleted; what evaluations say of them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.finished_run import FinishedRun


def refused(answer: Any, status: int, code: str) -> str:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return str(answer.json()["detail"])


RECORD = {
    "base_model": "Some/Base-0.6B",
    "adapter": False,
    "chat_template": "chatml",
    "stops": ["<|im_end|>"],
    "stages": [{"kind": "supervised", "steps": 30, "epochs": 3, "tokens": 1000, "final_loss": 0.25}],
    "parameters": 600,
}
FIGURE = {"name": "right", "unit": "%", "before": 0.0, "after": 96.9, "low_before": 0, "high_before": 10}
FIGURE |= {"low_after": 84.0, "high_after": 99.5, "better": "higher", "verdict": "learned"}


def model_folder(folder: Path, weights: str = "model.safetensors", **record: Any) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / weights).write_bytes(b"0123456789")
    (folder / "training.json").write_text(json.dumps({**RECORD, **record}))
    return folder


@pytest.fixture
def trained(project: Path) -> FinishedRun:
    """A training with its model, an evaluation of it, and an export."""
    run = FinishedRun(project, "train/lamp", "train-pipeline")
    model_folder(run.folder / "model")
    (run.folder / "checkpoints").mkdir()
    model_folder(run.folder / "checkpoints/step-10")
    evaluated = FinishedRun(project, "train/lamp-evaluate", "evaluate-pipeline")
    evaluated.write("evaluation.json", evaluation("outputs/train/lamp/model"))
    evaluated.write("answers.jsonl", '{"question": "Who?", "after": "The keeper."}\n{"question": "Why?"}\n')
    evaluated.write("report.html", "<html>")
    exported = FinishedRun(project, "train/lamp-export", "export-pipeline")
    config = {"model": f"{project}/outputs/train/lamp/model", "output_dir": "outputs/train/lamp-export"}
    exported.write("run.json", {"status": "completed", "pipeline": "export-pipeline", "config": config})
    exported.write("gguf/lamp-q8_0.gguf", "GGUF")
    return run


def evaluation(after: str, **more: Any) -> dict[str, Any]:
    models = {"before": {"name": "Some/Base-0.6B"}, "after": {"name": after, "parameters": 600}}
    return {
        "models": models,
        "figures": [FIGURE],
        "questions": {"asked": 32},
        "contamination": {"checked": True},
        "forgetting": {"verdict": "not shown"},
        "conclusions": [{"text": "It learned.", "kind": "knowledge"}],
        **more,
    }


def models(client: TestClient, **query: Any) -> dict[str, Any]:
    return {one["path"]: one for one in client.get("/api/models", params=query).json()["items"]}


def test_a_trained_model_is_listed_with_its_training_its_figures_and_its_exports(
    client: TestClient, trained: FinishedRun
) -> None:
    found = models(client)
    assert set(found) == {"outputs/train/lamp/model", "outputs/train/lamp-export/gguf/lamp-q8_0.gguf"}
    model = found["outputs/train/lamp/model"]
    assert (model["kind"], model["name"], model["run"], model["base_model"]) == (
        "full",
        "lamp",
        trained.id,
        "Some/Base-0.6B",
    )
    assert (model["stages"][0]["final_loss"], model["parameters"]) == (0.25, 600)
    assert model["size"] > 10
    assert [(one["name"], one["after"], one["high_after"]) for one in model["figures"]] == [("right", 96.9, 99.5)]
    assert model["exports"] == ["outputs/train/lamp-export/gguf/lamp-q8_0.gguf"]
    assert found["outputs/train/lamp-export/gguf/lamp-q8_0.gguf"]["kind"] == "gguf"


def test_models_of_one_run_are_told_apart_by_name(client: TestClient, trained: FinishedRun) -> None:
    model_folder(trained.folder / "base")
    names = {path.removeprefix("outputs/train/"): one["name"] for path, one in models(client).items()}
    del names["lamp-export/gguf/lamp-q8_0.gguf"]
    assert names == {"lamp/model": "lamp", "lamp/base": "lamp/base"}


def test_only_what_an_export_has_left_has_the_record_of_the_model_beside_it(client: TestClient, project: Path) -> None:
    (project / "model").mkdir()
    (project / "model/training.json").write_text(json.dumps(RECORD))
    (project / "models/lamp.gguf").write_text("GGUF")
    exported = model_folder(project / "outputs/lamp/model")
    (exported.parent / "gguf").mkdir()
    (exported.parent / "gguf/lamp.gguf").write_text("GGUF")
    found = models(client, kind="gguf")
    assert found["outputs/lamp/gguf/lamp.gguf"]["base_model"] == "Some/Base-0.6B"
    assert found["models/lamp.gguf"]["base_model"] == ""


def test_an_adapter_is_told_from_a_whole_model(client: TestClient, project: Path) -> None:
    folder = model_folder(project / "models/mine", "adapter_model.safetensors", base_model="")
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "Other/Base"}')
    model_folder(project / "models/whole")
    found = models(client, kind="adapter")
    assert [(one["path"], one["base_model"]) for one in found.values()] == [("models/mine", "Other/Base")]


def test_pages_of_models_hold_each_once(client: TestClient, project: Path) -> None:
    for number in range(5):
        model_folder(project / f"models/m{number}")
    found: list[str] = []
    cursor: str | None = "0"
    while cursor is not None:
        page = client.get("/api/models", params={"limit": 2, "cursor": cursor}).json()
        assert page["total"] == 5
        found += [one["path"] for one in page["items"]]
        cursor = page["next"]
    assert sorted(found) == [f"models/m{number}" for number in range(5)]


def test_one_model_shows_its_files_and_record(client: TestClient, trained: FinishedRun) -> None:
    details = client.get("/api/models/details", params={"path": "outputs/train/lamp/model"}).json()
    assert [one["name"] for one in details["files"]] == ["config.json", "model.safetensors", "training.json"]
    assert details["record"]["stops"] == ["<|im_end|>"]
    assert [one["after"] for one in details["evaluations"]] == ["outputs/train/lamp/model"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("outputs/nothing", 404, "no-such-model"),
        ("outputs/train/lamp", 404, "no-such-model"),
        ("models/../outputs/train/lamp/model", 422, "path-invalid"),
        ("inputs/sample", 422, "invalid-request"),
        ("/etc", 422, "invalid-request"),
    ],
)
def test_what_is_no_model_is_neither_shown_nor_deleted_nor_served(
    client: TestClient, trained: FinishedRun, path: str, status: int, code: str
) -> None:
    refused(client.get("/api/models/details", params={"path": path}), status, code)
    refused(client.delete("/api/models", params={"path": path, "name": "model"}), status, code)
    refused(client.post("/api/models/serve", json={"models": [path]}), status, code)


def test_a_link_leads_to_no_model_elsewhere(client: TestClient, project: Path, tmp_path: Path) -> None:
    model_folder(tmp_path / "elsewhere")
    (project / "models/link").symlink_to(tmp_path / "elsewhere")
    assert models(client) == {}
    query = {"path": "models/link", "name": "link"}
    refused(client.get("/api/models/details", params=query), 403, "path-outside")
    refused(client.delete("/api/models", params=query), 403, "path-outside")
    assert (tmp_path / "elsewhere/config.json").exists()


def test_a_model_is_deleted_only_with_its_name(client: TestClient, project: Path) -> None:
    folder = model_folder(project / "models/mine")
    query = {"path": "models/mine", "name": "other"}
    assert "send name=mine" in refused(client.delete("/api/models", params=query), 422, "not-confirmed")
    assert folder.exists()
    assert client.delete("/api/models", params={**query, "name": "mine"}).status_code == 204
    assert not folder.exists()
    assert models(client) == {}


def test_one_gguf_file_is_deleted_and_its_neighbour_stays(client: TestClient, trained: FinishedRun) -> None:
    folder = trained.folder.parent / "lamp-export/gguf"
    (folder / "lamp-f16.gguf").write_text("GGUF")
    query = {"path": "outputs/train/lamp-export/gguf/lamp-q8_0.gguf", "name": "lamp-q8_0.gguf"}
    assert client.delete("/api/models", params=query).status_code == 204
    assert [path.name for path in folder.iterdir()] == ["lamp-f16.gguf"]


def test_odd_files_hide_no_model(client: TestClient, project: Path) -> None:
    folder = model_folder(project / "models/odd")
    (folder / "training.json").write_text(
        '{"stages": [4, {"kind": [], "final_loss": "x"}], "stops": 7, "parameters": -1}'
    )
    broken = model_folder(project / "models/broken")
    (broken / "training.json").write_bytes(b"\xff{")
    deep = model_folder(project / "models/deep")
    (deep / "training.json").write_text('{"a": ' * 400 + "1" + "}" * 400)
    os.mkdir(os.fsencode(project) + b"/models/\xff")  # noqa: PTH102
    assert set(models(client)) == {"models/odd", "models/broken", "models/deep"}
    for path in models(client):
        assert client.get("/api/models/details", params={"path": path}).status_code == 200


def test_an_evaluation_shows_all_that_it_says(client: TestClient, trained: FinishedRun) -> None:
    (listed,) = client.get("/api/evaluations").json()["items"]
    assert (listed["before"], listed["after"]) == ("Some/Base-0.6B", "outputs/train/lamp/model")
    details = client.get(f"/api/evaluations/{listed['run']}").json()
    assert (details["questions"], details["conclusions"]) == ({"asked": 32}, ["It learned."])
    assert details["report"] == "outputs/train/lamp-evaluate/report.html"


def test_answers_come_page_by_page(client: TestClient, trained: FinishedRun) -> None:
    run = client.get("/api/evaluations").json()["items"][0]["run"]
    first = client.get(f"/api/evaluations/{run}/answers", params={"limit": 1}).json()
    assert [row["value"]["question"] for row in first["items"]] == ["Who?"]
    second = client.get(f"/api/evaluations/{run}/answers", params={"limit": 1, "cursor": first["next"]}).json()
    assert ([row["value"]["question"] for row in second["items"]], second["next"]) == (["Why?"], None)


def test_two_evaluations_are_compared_by_the_figures_they_share(client: TestClient, trained: FinishedRun) -> None:
    other = FinishedRun(trained.folder.parents[2], "other", "evaluate-pipeline")
    figures = [{**FIGURE, "after": 50}, {**FIGURE, "name": "perplexity"}]
    other.write("evaluation.json", evaluation("outputs/other/model", figures=figures))
    first = next(one["run"] for one in client.get("/api/evaluations").json()["items"] if one["run"] != other.id)
    compared = client.get("/api/compare/evaluations", params={"first": first, "second": other.id}).json()
    assert compared["shared"] == ["right"]
    assert compared["second"]["figures"][0]["after"] == 50


@pytest.mark.parametrize("text", ["[]", "{", '{"figures": 4, "models": []}', '{"models": {"after": {"name": 3}}}'])
def test_a_damaged_evaluation_does_no_harm(client: TestClient, project: Path, text: str) -> None:
    run = FinishedRun(project, "odd")
    run.write("evaluation.json", text)
    assert client.get("/api/evaluations").status_code == 200
    assert client.get(f"/api/evaluations/{run.id}").status_code in (200, 404)


def test_a_run_without_an_evaluation_says_so(client: TestClient, project: Path) -> None:
    run = FinishedRun(project, "plain")
    for address in (f"/api/evaluations/{run.id}", f"/api/evaluations/{run.id}/answers"):
        refused(client.get(address), 404, "no-such-evaluation")

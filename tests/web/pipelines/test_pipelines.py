"""The list of pipelines and what is shown of one."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from tests.web.pipelines.conftest import MODULES


def test_every_registered_pipeline_is_listed(client: TestClient) -> None:
    answer = client.get("/api/pipelines").json()
    by_name = {item["name"]: item for item in answer["items"]}
    assert by_name["example-pipeline"] == {
        "name": "example-pipeline",
        "summary": "Write a poem about each chunk of your documents.",
        "description": "",
        "config": "generation/example_pipeline/config.yaml",
        "error": None,
    }
    assert "factual-datagen-pipeline" in by_name
    assert answer["mistakes"] == []


def test_one_pipeline_is_shown_with_all_a_form_needs(client: TestClient) -> None:
    shown = client.get("/api/pipelines/example-pipeline").json()
    assert shown["schema"]["properties"]["chunk_size"]["default"] == 400
    assert [parameter["name"] for parameter in shown["parameters"]][:3] == ["input_dir", "model", "chunk_size"]
    assert "output_dir" in [option["name"] for option in shown["run_options"]]
    assert {"kind": "map", "stage": "poems", "steps": ["poem"]} in shown["steps"]
    assert shown["readme"].startswith("#")
    assert "pipeline: example-pipeline" in shown["example"]


def test_broken_pipelines_are_listed_with_their_reason_and_spoil_no_others(pipes: Path, client: TestClient) -> None:
    (pipes / "hangs.py").unlink()
    items = client.get("/api/pipelines").json()["items"]
    errors = {item["name"]: item["error"] for item in items}
    assert errors.keys() == {Path(name).stem for name in MODULES if name != "never.py"}
    assert errors["good"] is None
    assert errors["chatty"] is None
    assert "exit code 7" in errors["exits"]
    assert "No module named 'nowhere'" in errors["raises"]
    assert "no pipeline is called 'hangs'" in errors["hangs"]


def test_mistakes_in_super_config_are_told_with_the_list(project: Path, client: TestClient) -> None:
    (project / "super_config.yaml").write_text("path_aliasses:\n  a: b.py\n")
    answer = client.get("/api/pipelines").json()
    assert answer["items"] == []
    assert answer["mistakes"][0]["line"] == 1
    assert "did you mean path_aliases?" in answer["mistakes"][0]["message"]


def test_a_pipeline_that_nobody_registered_is_not_found(pipes: Path, client: TestClient) -> None:
    for name in ("never.py", "never.py:never", "package", "package.pipeline", "os:system"):
        answer = client.get(f"/api/pipelines/{name}")
        assert (answer.status_code, answer.json()["code"]) == (404, "pipeline-not-registered")
    assert not (pipes / "imported").exists()


def test_a_pipeline_that_cannot_be_imported_is_told(pipes: Path, client: TestClient) -> None:
    answer = client.get("/api/pipelines/raises")
    assert (answer.status_code, answer.json()["code"]) == (422, "pipeline-broken")
    answer = client.get("/api/pipelines/exits")
    assert (answer.status_code, answer.json()["code"]) == (503, "pipeline-host")
    assert "Traceback" not in answer.text

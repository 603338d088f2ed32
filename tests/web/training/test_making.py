"""From datasets to a config that trains on them, and to those of what is to follow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from tests.conftest import PROJECT
from tests.support.finished_run import FinishedRun, conversation


@pytest.fixture
def facts(project: Path) -> FinishedRun:
    run = FinishedRun(project)
    run.chat_folder()
    run.text_folder()
    run.questions()
    return run


def made(client: TestClient, status: int = 201, **wish: Any) -> Any:
    answer = client.post("/api/training-configs", json=wish)
    assert answer.status_code == status, answer.text
    return answer.json()


def config(project: Path, path: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((project / "configs" / path).read_text())
    return found


def test_a_run_becomes_one_config_with_a_stage_for_each_training_folder(
    client: TestClient, facts: FinishedRun, project: Path
) -> None:
    answer = made(client, sources=[{"run": facts.id}], preset="16gb")
    assert (answer["config"], answer["output_dir"]) == ("train/facts.yaml", "outputs/train/facts")
    written = config(project, answer["config"])
    assert (written["pipeline"], written["base_model"], written["preset"]) == (
        "train-pipeline",
        "Some/Base-0.6B",
        "16gb",
    )
    texts, chat = written["stages"]
    assert (texts["kind"], texts["folder"]) == ("pretraining", "outputs/facts/pretraining_run")
    assert (chat["kind"], chat["folder"]) == ("supervised", "outputs/facts/sft_run")
    assert chat["data"] == [{"file": "chat.jsonl", "format": "messages"}]
    assert chat["chat_template"] == "outputs/facts/sft_run/chat_template.jinja"
    assert [stage["expected_steps"] for stage in answer["stages"]] == [150, 30]
    assert "too few to learn much from" in " ".join(answer["notes"])


def test_a_folder_of_earlier_versions_becomes_the_same(client: TestClient, project: Path) -> None:
    run = FinishedRun(project, "old")
    run.rows("sft_run/chat.jsonl", [{"id": "a", "messages": conversation("Who?", "He.")}], "messages", 40)
    old = {"pipeline": "train-pipeline", "stage": "supervised", "base_model": "Old/Base", "expected_steps": 1}
    data = [{"file": "chat.jsonl", "format": "messages", "trained_on": "answers", "rows": 1, "tokens": 40}]
    settings = {"chat_template": "chat_template.jinja", "epochs": 2, "batch_tokens": 10, "lora_rank": None}
    run.write("sft_run/finetune.yaml", yaml.safe_dump({**old, "data": data, **settings}))
    answer = made(client, sources=[{"run": run.id}])
    (stage,) = config(project, answer["config"])["stages"]
    assert stage == {
        "kind": "supervised",
        "folder": "outputs/old/sft_run",
        "chat_template": "outputs/old/sft_run/chat_template.jinja",
        "epochs": 2,
        "batch_tokens": 10,
        "data": [{"file": "chat.jsonl", "format": "messages"}],
    }
    assert answer["stages"][0]["expected_steps"] == 8


def test_a_single_file_of_rows_can_be_trained_on(client: TestClient, facts: FinishedRun, project: Path) -> None:
    facts.rows("datasets/pairs.jsonl", [{"id": "p", "messages": conversation("Why?", "Fog.")}], "messages")
    source = {"run": facts.id, "file": "datasets/pairs.jsonl"}
    answer = made(client, sources=[source], base_model="new", name="pairs")
    written = config(project, answer["config"])
    assert (answer["config"], written["base_model"]) == ("train/pairs.yaml", "new")
    data = [{"file": "pairs.jsonl", "format": "messages"}]
    assert written["stages"] == [{"kind": "supervised", "folder": "outputs/facts/datasets", "data": data}]


def test_several_runs_go_into_one_training_texts_first(client: TestClient, facts: FinishedRun, project: Path) -> None:
    other = FinishedRun(project, "other")
    other.text_folder()
    sources = [{"run": facts.id, "file": "sft_run"}, {"run": other.id}]
    written = config(project, made(client, sources=sources)["config"])
    assert [stage["folder"] for stage in written["stages"]] == [
        "outputs/other/pretraining_run",
        "outputs/facts/sft_run",
    ]


def test_what_follows_gets_the_trained_model_and_the_questions_kept_out(
    client: TestClient, facts: FinishedRun, project: Path
) -> None:
    answer = made(client, sources=[{"run": facts.id}], then=["evaluate", "export"])
    evaluate, export = (config(project, one["config"]) for one in answer["then"])
    assert (evaluate["pipeline"], evaluate["after"]) == ("evaluate-pipeline", "outputs/train/facts/model")
    assert evaluate["questions"] == "outputs/facts/eval_questions.jsonl"
    assert (export["pipeline"], export["model"]) == ("export-pipeline", "outputs/train/facts/model")
    assert export["prompts"] == evaluate["questions"]
    assert export["evaluation"] == "outputs/train/facts-evaluate/evaluation.json"
    assert export["output_dir"] == answer["then"][1]["output_dir"] == "outputs/train/facts-export"


def test_each_training_gets_a_name_of_its_own(client: TestClient, facts: FinishedRun, project: Path) -> None:
    sources = [{"run": facts.id}]
    assert made(client, sources=sources)["config"] == "train/facts.yaml"
    assert made(client, sources=sources)["config"] == "train/facts-2.yaml"
    (project / "outputs/train/facts-3-export").mkdir(parents=True)
    assert made(client, sources=sources)["config"] == "train/facts-4.yaml"
    assert made(client, 409, sources=sources, name="facts-2")["code"] == "exists"


def test_all_configs_are_written_or_none(client: TestClient, facts: FinishedRun, project: Path) -> None:
    folder = project / "configs/train"
    folder.mkdir()
    (folder / "facts-export.yaml").symlink_to("elsewhere.txt")  # is not there, and cannot be written
    wish = {"sources": [{"run": facts.id}], "then": ["evaluate", "export"]}
    assert made(client, 422, **wish)["code"] == "path-invalid"
    assert [path.name for path in folder.iterdir()] == ["facts-export.yaml"]


def test_a_training_that_cannot_be_started_leaves_no_config(
    client: TestClient, facts: FinishedRun, project: Path
) -> None:
    (project / "super_config.yaml").write_text("path_aliases: {}\n")
    answer = client.post("/api/training", json={"sources": [{"run": facts.id}], "then": ["evaluate"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "pipeline-not-registered")
    assert not (project / "configs/train").exists()
    assert not (project / "outputs/train").exists()


def test_a_long_name_stays_whole(client: TestClient, facts: FinishedRun) -> None:
    name = "a" * 80
    assert made(client, sources=[{"run": facts.id}], name=name)["config"] == f"train/{name}.yaml"


@pytest.mark.parametrize(
    ("source", "status", "code"),
    [
        ({"run": "0" * 16}, 404, "no-such-run"),
        ({"file": "nothing"}, 404, "no-such-dataset"),
        ({"file": "../facts/sft_run"}, 404, "no-such-dataset"),
        ({"file": "eval_questions.jsonl"}, 422, "not-training-data"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_and_leaves_nothing(
    client: TestClient, facts: FinishedRun, project: Path, source: dict[str, str], status: int, code: str
) -> None:
    assert made(client, status, sources=[{"run": facts.id, **source}])["code"] == code
    assert not (project / "configs/train").exists()


def test_a_run_without_training_folders_names_what_it_has(client: TestClient, project: Path) -> None:
    run = FinishedRun(project, "plain")
    run.rows("datasets/poems.jsonl", [{"id": "p", "text": "Sea."}], "text")
    answer = made(client, 404, sources=[{"run": run.id}])
    assert "datasets/poems.jsonl" in answer["detail"]
    source = {"run": run.id, "file": "datasets/poems.jsonl"}
    assert made(client, 422, sources=[source])["code"] == "no-base-model"


def test_the_configs_are_such_as_the_pipelines_take(client: TestClient, facts: FinishedRun, project: Path) -> None:
    names = ("train", "evaluate", "export")
    aliases = {f"{name}-pipeline": str(PROJECT / "finetuning" / name) for name in names}
    (project / "super_config.yaml").write_text(yaml.safe_dump({"path_aliases": aliases}))
    for folder in ("sft_run", "pretraining_run"):
        facts.write(f"{folder}/chat_template.jinja", "x")
    answer = made(client, sources=[{"run": facts.id}], then=["evaluate", "export"])
    for path in (answer["config"], *(one["config"] for one in answer["then"])):
        checked = client.post("/api/configs/check", json={"path": path}).json()
        assert checked["mistakes"] == [], path

"""The whole way, as one unattended command: documents, data, training, evaluation, export, a server that answers.

The network is blocked meanwhile, but for this machine itself: proof 11 of the training design.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from finetuning.model_folder import load_model, load_tokenizer
from tests.conftest import PROJECT
from tests.support.service import until

OFFLINE = PROJECT / "tests/support/offline_command.py"
QUESTION = "Who was the first keeper of Sallow Point Light?"
ORDER: list[dict[str, Any]] = [
    {
        "node": "factual-datagen-pipeline",
        "inputs": [{"path": "inputs/documents", "about": "Sallow Point Light"}],
        "output_dir": "outputs/data",
        "parts": {"questions": False, "corrections": False, "retrieval": False},
        "general_chat": [],
        "general_text": [],
        "votes": 1,
        "holdout": 0.5,
    },
    {
        "node": "train-pipeline",
        "output_dir": "outputs/train",
        "base_model": "new",
        "new_model": {"layers": 2, "width": 64, "heads": 4, "vocabulary_size": 600, "context": 512},
        "preset": "cpu",
        "stages": [
            {
                "kind": "pretraining",
                "folder": "outputs/data/pretraining_run",
                "data": [{"file": "text.jsonl"}],
                "sequence_length": 256,
                "batch_tokens": 1024,
                "epochs": 2,
            },
            {
                "kind": "supervised",
                "folder": "outputs/data/sft_run",
                "data": [{"file": "chat.jsonl"}],
                "sequence_length": 512,
                "batch_tokens": 512,
                "epochs": 6,
            },
        ],
    },
    {
        "node": "evaluate-pipeline",
        "output_dir": "outputs/evaluation",
        "after": "outputs/train/model",
        "questions": "outputs/data/eval_questions.jsonl",
        "sources": ["inputs/documents"],
        "general": [],
        "limit": 4,
    },
    {
        "node": "export-pipeline",
        "output_dir": "outputs/export",
        "model": "outputs/train/model",
        "name": "keeper",
        "formats": ["f16"],
        "number_of_prompts": 4,
        "answer_tokens": 16,
        "evaluation": "outputs/evaluation/evaluation.json",
    },
    {
        "node": "basic-server",
        "output_dir": "outputs/server",
        "port": 0,
        "models": [
            {"source": "outputs/export/model", "name": "keeper"},
            {"source": "outputs/export/gguf/keeper-f16.gguf", "name": "keeper-f16"},
        ],
    },
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a user's, with two documents and an order of five pipelines."""
    root = tmp_path_factory.mktemp("project")
    (root / "inputs/documents").mkdir(parents=True)
    for name in ("keepers.txt", "organ_pressure.py"):
        (found,) = (PROJECT / "inputs/sample").rglob(name)
        shutil.copy(found, root / "inputs/documents" / name)
    aliases = yaml.safe_load((PROJECT / "super_config.yaml").read_text(encoding="utf-8"))["path_aliases"]
    chain = {
        "path_aliases": {name: str(PROJECT / path) for name, path in aliases.items()},
        "pipeline_order": [_with_config(root, step) for step in ORDER],
    }
    (root / "super_config.yaml").write_text(yaml.safe_dump(chain, sort_keys=False), encoding="utf-8")
    return root


def _with_config(root: Path, step: dict[str, Any]) -> dict[str, str]:
    """Each in a config of its own, as people would have it."""
    config = root / "configs" / f"{step['node']}.yaml"
    config.parent.mkdir(exist_ok=True)
    settings = {"pipeline": step["node"], **{key: value for key, value in step.items() if key != "node"}}
    config.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return {"node": step["node"], "config": f"configs/{step['node']}.yaml"}


@pytest.fixture(scope="module")
def server(project: Path) -> Iterator[dict[str, Any]]:
    """What server.json says once the last of the order is at work."""
    with (project / "said.txt").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, str(OFFLINE), "--but-loopback", str(project / "reached.txt")],
            cwd=project,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    file = project / "outputs/server/server.json"
    try:
        until(lambda: file.exists() or process.poll() is not None, seconds=600)
        assert file.exists(), (project / "said.txt").read_text(encoding="utf-8")[-3000:]
        yield json.loads(file.read_bytes())
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert not file.exists()


@pytest.mark.slow
def test_the_server_at_its_end_answers_as_the_trained_model_does(project: Path, server: dict[str, Any]) -> None:
    import torch
    from openai import OpenAI

    folder = project / "outputs/train/model"
    model, tokenizer = load_model(folder, device="cpu"), load_tokenizer(folder)
    messages: list[Any] = [{"role": "user", "content": QUESTION}]
    ids = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    with torch.no_grad():
        likely = model(input_ids=ids["input_ids"]).logits[0, -1].log_softmax(-1).topk(5)
    expected = [tokenizer.decode([token]) for token in likely.indices.tolist()]

    client = OpenAI(base_url=server["url"], api_key="none")
    answer = client.chat.completions.create(
        model="keeper", messages=messages, temperature=0, max_tokens=8, logprobs=True, top_logprobs=5
    ).choices[0]
    assert answer.logprobs is not None
    assert answer.logprobs.content is not None
    top = answer.logprobs.content[0].top_logprobs
    assert [one.token for one in top] == expected
    assert [one.logprob for one in top] == pytest.approx(likely.values.tolist(), abs=1e-3)
    by_llama = client.chat.completions.create(model="keeper-f16", messages=messages, temperature=0, max_tokens=8)
    assert by_llama.choices[0].message.content == answer.message.content


@pytest.mark.slow
def test_nobody_phones_home_on_the_way(project: Path, server: dict[str, Any]) -> None:
    assert server["url"].startswith("http://127.0.0.1:")
    assert not (project / "reached.txt").exists(), (project / "reached.txt").read_text(encoding="utf-8")


@pytest.mark.slow
def test_each_stage_has_left_what_the_next_one_and_people_need(project: Path, server: dict[str, Any]) -> None:
    outputs = project / "outputs"
    assert server["models"] == ["keeper", "keeper-f16"]
    evaluation = json.loads((outputs / "evaluation/evaluation.json").read_bytes())
    texts = next(one for one in evaluation["figures"] if one["name"] == "source texts: bits per byte")
    assert texts["after"] < texts["before"], "it has learned something about its sources"
    assert evaluation["questions"]["asked"] > 0
    check = json.loads((outputs / "export/self_check.json").read_bytes())
    assert [file["passed"] for file in check["files"]] == [True] * 2
    card = (outputs / "export/README.md").read_text(encoding="utf-8")
    assert "## Evaluation" in card
    assert str(project) not in card, "a card for the hub names no path of this machine"
    states = {path.parent.name: json.loads(path.read_bytes())["status"] for path in outputs.glob("*/run.json")}
    assert states == {"server": "running", **dict.fromkeys(("data", "train", "evaluation", "export"), "completed")}
